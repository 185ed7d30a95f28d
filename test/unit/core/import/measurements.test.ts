import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { guessColumns, guessMapping, numberIn, whenOf } from '../../../../extension/core/import/csv-mapping.ts';
import { bytes, formatOf, mutated, patient, planned, plannedOrRefused, remarksOf, stored, titles } from './support.ts';

interface Observed {
  readonly code: { readonly text: string; readonly coding?: readonly { code: string }[] };
  readonly effectiveDateTime?: string;
  readonly effectivePeriod?: { readonly start: string; readonly end: string };
  readonly valueQuantity?: { readonly value: number; readonly unit?: string; readonly code?: string };
  readonly component?: readonly { readonly code: { text: string }; readonly valueQuantity: { value: number } }[];
}
const observed = async (content: string, name: string) => stored(await planned(content, name)) as Observed[];

describe('a table of measurements', () => {
  it.each([
    ['English, commas', 'Date,Weight (kg),Heart rate\n2024-03-01,70.5,61\n2024-03-02,70.2,64\n'],
    ['German, semicolons and decimal commas', 'Datum;Gewicht [kg];Puls\n01.03.2024;70,5;61\n02.03.2024;70,2;64\n'],
    ['Spanish, tabs', 'Fecha\tPeso (kg)\tFrecuencia cardíaca\n13/03/2024\t70.5\t61\n14/03/2024\t70.2\t64\n'],
  ])('in %s', async (_, text) => {
    for (const name of ['x.csv', 'x.txt']) {
      const plan = await planned(text, name);
      expect(formatOf(plan)).toBe('csv');
      expect(remarksOf(plan)).toEqual(['columns-guessed']);
      expect(plan.report).toMatchObject({ total: 5, taken: 5 });
      const [weight, rate] = stored(plan) as Observed[];
      expect(weight).toMatchObject({
        valueQuantity: { value: 70.5, unit: 'kg', code: 'kg' },
        code: { coding: [{ code: '29463-7' }] },
      });
      expect(rate).toMatchObject({
        valueQuantity: { value: 61, unit: '/min' },
        code: { coding: [{ code: '8867-4' }] },
      });
      expect(weight?.effectiveDateTime).toMatch(/^2024-03-\d\d$/);
      expect(plan.items.get('vitals')).toHaveLength(4);
      expect(plan.items.get('documents')).toMatchObject([{ mediaType: 'text/csv' }]);
    }
  });

  it('two values of a blood pressure are one observation, also where they stand in one cell', async () => {
    for (const text of [
      'Datum;Systolisch;Diastolisch\n2024-03-01;120;80\n',
      'Date,Blood pressure\n2024-03-01,120/80\n',
      'Date,SYS,DIA\n2024-03-01,120,80\n',
    ]) {
      const [pressure] = await observed(text, 'x.csv');
      expect(pressure?.component?.map(({ valueQuantity }) => valueQuantity.value)).toEqual([120, 80]);
    }
  });

  it('rows without a day or a value are counted; units that are not said are not made up', async () => {
    const plan = await planned('Date,Weight\n2024-03-01,70\nsoon,71\n2024-03-02,\n', 'x.csv');
    expect(plan.report.skipped.map(({ reason }) => reason)).toEqual(['bad-row', 'bad-row']);
    expect((stored(plan)[0] as Observed).valueQuantity).toEqual({ value: 70 });
  });

  it('what cannot be told apart is a document', async () => {
    const unclear = await planned('Date,Weight (kg)\n03/04/2024,70\n05/04/2024,71\n', 'x.csv');
    expect(unclear.report).toMatchObject({ kind: 'document', taken: 1 });
    expect(remarksOf(unclear)).toEqual(['dates-unclear']);
    for (const text of ['Name,City\nA,B\nC,D\n', 'Date,Amount\n2024-01-01,12\n', 'a,b\n"x,1\n']) {
      expect((await planned(text, 'x.csv')).report).toMatchObject({ kind: 'document', taken: 1 });
    }
  });

  it('numbers and times are read as they are written', () => {
    expect([
      numberIn('1.234,5', ','),
      numberIn('1,234.5', '.'),
      numberIn('70 kg', '.'),
      numberIn('1e3', '.'),
      numberIn('', '.'),
    ]).toEqual([1234.5, 1234.5, 70, undefined, undefined]);
    expect(whenOf('2024-03-01T08:30+01:00', 'ymd')).toBe('2024-03-01T08:30:00+01:00');
    expect([whenOf('01.03.2024 08:30', 'dmy'), whenOf('31.02.2024', 'dmy')]).toEqual(['2024-03-01', undefined]);
    const rows = [['2024-01-01', '1']];
    expect(guessMapping(guessColumns(['Date', 'x'], rows), rows)).toBeUndefined();
  });
});

describe('a table whose columns are asked for', () => {
  const asked = async (text: string, said?: object, name = 'x.csv') => {
    const first = await planned(text, name);
    const [table] = first.report.files[0]?.tables ?? [];
    if (table === undefined || said === undefined) return { plan: first, table };
    const plan = await planned(text, name, { tables: new Map([[table.header, said]]) });
    return { plan, table: plan.report.files[0]?.tables[0] };
  };

  it('tells what stands in each, and what was guessed', async () => {
    const { table } = await asked('Date,Weight (kg),Zucker,Notes\n03/04/2024,70,101,tired\n05/04/2024,71,99,\n');
    expect(table).toMatchObject({ name: 'x.csv', isOpen: true });
    expect(table?.columns).toEqual([
      { heading: 'Date', samples: ['03/04/2024', '05/04/2024'], orders: ['dmy', 'mdy'], choice: { is: 'date' } },
      { heading: 'Weight (kg)', samples: ['70', '71'], orders: [], choice: { is: 'weight', unit: 'kg' } },
      { heading: 'Zucker', samples: ['101', '99'], orders: [], choice: { is: 'leave' } },
      { heading: 'Notes', samples: ['tired'], orders: [], choice: { is: 'note' } },
    ]);
  });

  it('is not asked for where everything was recognised, and not of what has no days', async () => {
    expect((await asked('Date,Weight (kg)\n2024-03-01,70\n')).table?.isOpen).toBe(false);
    expect((await asked('Name,City\nA,B\n')).table).toBeUndefined();
    expect((await asked('Date,Amount\n2024-01-01,12\n')).table?.isOpen).toBe(true);
  });

  it('is read as the person said', async () => {
    const text = 'Day,How much,In,What\n03/04/2024,70,kg,after holidays\n05/04/2024,154.3,lb,\n';
    const columns = [{ is: 'date' }, { is: 'weight', unit: '' }, { is: 'unit' }, { is: 'note' }];
    const { plan, table } = await asked(text, { columns, order: 'mdy' });
    expect(remarksOf(plan)).toEqual(['columns-chosen']);
    expect(stored(plan)).toMatchObject([
      {
        effectiveDateTime: '2024-03-04',
        valueQuantity: { value: 70, unit: 'kg', code: 'kg' },
        note: [{ text: 'after holidays' }],
      },
      { effectiveDateTime: '2024-05-04', valueQuantity: { value: 154.3, code: '[lb_av]' } },
    ]);
    expect(table).toMatchObject({ isOpen: false, order: 'mdy' });
    const other = await asked(text, { columns, order: 'dmy' });
    expect(stored(other.plan)).toMatchObject([
      { effectiveDateTime: '2024-04-03' },
      { effectiveDateTime: '2024-04-05' },
    ]);
  });

  it('is asked for again where what was said leaves the days open, and what stands there goes before it', async () => {
    const columns = [{ is: 'date' }, { is: 'weight', unit: 'kg' }];
    const open = await asked('Date,Weight\n03/04/2024,70\n', { columns });
    expect(open.table?.isOpen).toBe(true);
    expect(open.plan.report.kind).toBe('document');
    const clear = await asked('Date,Weight\n13/04/2024,70\n', { columns, order: 'mdy' });
    expect(stored(clear.plan)).toMatchObject([{ effectiveDateTime: '2024-04-13' }]);
  });

  it('that is to be left out is a document, and what does not fit is not taken for an answer', async () => {
    const text = 'Date,Weight (kg)\n2024-03-01,70\n';
    const left = await asked(text, { columns: [{ is: 'leave' }, { is: 'leave' }] });
    expect(left.plan.report.kind).toBe('document');
    expect(left.table?.isOpen).toBe(false);
    for (const said of [
      { columns: [{ is: 'date' }] },
      { columns: 'x' },
      { columns: [{ is: 'date' }, { is: 'eval' }] },
    ]) {
      expect(remarksOf((await asked(text, said)).plan)).toEqual(['columns-guessed']);
    }
  });
});

const record = (type: string, value: string | number, start: string, more = '') =>
  `<Record type="HK${type}" sourceName="Watch" unit="count/min" creationDate="${start} +0100" startDate="${start} +0100" endDate="${start} +0100" value="${value}" ${more}/>`;
const time = (n: number) => `2024-03-${String(1 + (n % 20)).padStart(2, '0')} 08:00:${String(n % 60).padStart(2, '0')}`;
const head =
  '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate,Me,(Record|Correlation)*)>\n<!ATTLIST Record type CDATA #REQUIRED>\n]>\n<HealthData locale="de_CH">\n<ExportDate value="2024-04-01 10:00:00 +0200"/>\n';
const rates = Array.from({ length: 2_000 }, (_, n) =>
  record('QuantityTypeIdentifierHeartRate', 60 + (n % 10), time(n)),
).join('\n');
const rest = [
  record('QuantityTypeIdentifierBodyMass', 70.5, time(1)).replace('count/min', 'kg'),
  record('QuantityTypeIdentifierOxygenSaturation', 0.97, time(1)).replace('count/min', '%'),
  record('QuantityTypeIdentifierBloodPressureSystolic', 120, time(3)).replace('count/min', 'mmHg'),
  record('QuantityTypeIdentifierBloodPressureDiastolic', 80, time(3)).replace('count/min', 'mmHg'),
  '<Correlation type="HKCorrelationTypeIdentifierBloodPressure">',
  record('QuantityTypeIdentifierBloodPressureSystolic', 120, time(3)).replace('count/min', 'mmHg'),
  record('QuantityTypeIdentifierBloodPressureDiastolic', 80, time(3)).replace('count/min', 'mmHg'),
  '</Correlation>',
  '<Record type="HKCategoryTypeIdentifierSleepAnalysis" sourceName="Watch" startDate="2024-03-01 23:00:00 +0100" endDate="2024-03-02 06:30:00 +0100" value="HKCategoryValueSleepAnalysisAsleepCore"/>',
  '<Workout workoutActivityType="HKWorkoutActivityTypeRunning" duration="30.5" durationUnit="min" sourceName="Watch" startDate="2024-03-02 18:00:00 +0100" endDate="2024-03-02 18:30:30 +0100"><WorkoutStatistics type="HKQuantityTypeIdentifierDistanceWalkingRunning" sum="5.1" unit="km"/></Workout>',
].join('\n');
const xml = `${head}${rates}\n${rest}\n</HealthData>`;

describe('Apple’s export', () => {
  it('tells frequent measurements by the day, others one by one, and is kept', async () => {
    const plan = await planned(xml, 'export.xml');
    expect(formatOf(plan)).toBe('apple-health');
    expect(remarksOf(plan)).toEqual(['summarised']);
    expect(plan.items.get('documents')?.find(({ type }) => type === 'File')).toMatchObject({
      title: 'Apple Health',
      date: '2024-04-01',
    });
    const all = stored(plan) as Observed[];
    const of = (text: string) => all.filter(({ code }) => code.text === text);
    expect(of('Heart rate')).toHaveLength(20);
    const [rate] = of('Heart rate');
    expect(rate?.component?.map(({ code, valueQuantity }) => [code.text, valueQuantity.value])).toContainEqual([
      'Measurements',
      100,
    ]);
    expect(of('Body weight')).toMatchObject([
      { effectiveDateTime: '2024-03-02T08:00:01+01:00', valueQuantity: { value: 70.5, unit: 'kg' } },
    ]);
    expect(of('Oxygen saturation')).toMatchObject([{ valueQuantity: { value: 97, unit: '%' } }]);
    expect(of('Blood pressure')).toHaveLength(1);
    expect(of('Sleep')).toMatchObject([{ effectiveDateTime: '2024-03-02', valueQuantity: { value: 7.5 } }]);
    expect(of('Exercise: Running')).toHaveLength(1);
  });

  it('in its archive: letters of clinics are FHIR, curves are kept', async () => {
    const folder = 'apple_health_export';
    const plan = await planned(
      zipSync({
        [`${folder}/export.xml`]: bytes(xml),
        [`${folder}/export_cda.xml`]: bytes(
          '<ClinicalDocument xmlns="urn:hl7-org:v3"><title>Health Data Export</title></ClinicalDocument>',
        ),
        [`${folder}/clinical-records/Patient-1.json`]: bytes(JSON.stringify(patient)),
        [`${folder}/electrocardiograms/ecg_2024-03-01.csv`]: bytes(
          'Name,Ida\nDate of Birth,1980\nRecorded Date,2024-03-01 08:00:00 +0100\n\n-12.3\n-11\n',
        ),
      }),
      'Export.zip',
    );
    expect(formatOf(plan)).toBe('apple-health');
    expect(plan.items.get('profile')).toHaveLength(1);
    expect(titles(plan)).toEqual(expect.arrayContaining(['Apple Health', 'Health Data Export', 'ecg_2024-03-01']));
  });

  it('steps that two devices counted count once', async () => {
    const steps = (source: string) =>
      Array.from({ length: 600 }, (_, n) =>
        record('QuantityTypeIdentifierStepCount', 10, `2024-03-01 08:00:${String(n % 60).padStart(2, '0')}`).replace(
          'Watch',
          source,
        ),
      ).join('');
    const [day] = await observed(`${head}${steps('Watch')}${steps('Phone')}</HealthData>`, 'export.xml');
    expect(day).toMatchObject({
      code: { text: 'Steps' },
      effectiveDateTime: '2024-03-01',
      valueQuantity: { value: 6_000 },
    });
  });

  it('whatever the bytes of either, it is taken or refused on purpose', async () => {
    const samples = [
      bytes(`${head}${rest}</HealthData>`),
      bytes('Date,Weight (kg),Puls\n2024-03-01,70.5,61\n2024-03-02,70.2,64\n'),
    ];
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (sample, changes) => {
          await plannedOrRefused(mutated(sample, changes), 'x.csv');
        },
      ),
      { numRuns: 300 },
    );
  });
});
