import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resourcesIn } from '../../../extension/core/import/fhir-tree.ts';
import { describe as describeResource } from '../../../extension/core/fhir/describe.ts';
import { plainText } from '../../../extension/core/fhir/present/narrative.ts';
import { besideRange } from '../../../extension/core/fhir/present/measures.ts';
import { present, type Line } from '../../../extension/core/fhir/present/present.ts';
import { TYPES, type LineSpec } from '../../../extension/core/fhir/present/table.ts';
import { ITEM_STATUSES } from '../../../extension/core/fhir/present/status.ts';
import { labelText, saidText, statusText, titleText, valuesText } from '../../../extension/core/fhir/present/words.ts';
import { referencesOver } from '../../../extension/core/fhir/references.ts';
import type { Resource } from '../../../extension/core/fhir/resource.ts';
import { unitText } from '../../../extension/core/fhir/present/units.ts';
import { words } from '../../../portal/pages/shared/words.ts';

const LOCALES = join(import.meta.dirname, '../../../extension/locales');
const coding = (code: string, display?: string, system = 'http://snomed.info/sct') => ({ system, code, display });
const titled = (resource: Resource, ...others: Resource[]) =>
  describeResource(resource, referencesOver([resource, ...others].map((one) => ({ resource: one })))).title;
const linesOf = (lines: readonly Line[], indent = ''): string[] =>
  lines.flatMap((line) => [
    `${indent}${labelText(line, words)}: ${valuesText(line, words)}`,
    ...linesOf(line.parts, `${indent}  `),
  ]);
const read = (resource: object): string[] => linesOf(present(resource as Resource).lines);

describe('what a resource is called', () => {
  const drug: Resource = { resourceType: 'Medication', id: 'm1', code: { text: 'Metoprolol 50 mg' } };
  it.each<[string, Resource, string]>([
    [
      'a drug that it contains',
      { resourceType: 'MedicationRequest', contained: [drug], medicationReference: { reference: '#m1' } },
      'Metoprolol 50 mg',
    ],
    [
      'a drug elsewhere in the file',
      { resourceType: 'MedicationStatement', medicationReference: { reference: 'Medication/m1' } },
      'Metoprolol 50 mg',
    ],
    [
      'a drug at another server',
      {
        resourceType: 'MedicationDispense',
        medicationReference: { reference: 'https://e.example/fhir/Medication/m1/_history/2' },
      },
      'Metoprolol 50 mg',
    ],
    [
      'the words at a reference that leads nowhere',
      { resourceType: 'MedicationRequest', medicationReference: { reference: 'Medication/9', display: 'Aspirin' } },
      'Aspirin',
    ],
    [
      'a drug of R5',
      { resourceType: 'MedicationRequest', medication: { reference: { reference: 'Medication/m1' } } },
      'Metoprolol 50 mg',
    ],
    [
      'a drug of R5 by its concept',
      { resourceType: 'MedicationRequest', medication: { concept: { text: 'Ibuprofen' } } },
      'Ibuprofen',
    ],
    [
      'an ingredient',
      { resourceType: 'Medication', ingredient: [{ itemCodeableConcept: { text: 'Insulin glargine' } }] },
      'Insulin glargine',
    ],
    [
      'a reaction’s substance',
      { resourceType: 'AllergyIntolerance', reaction: [{ substance: { text: 'Bee venom' } }] },
      'Bee venom',
    ],
    [
      'the words of a code, where its text says nothing',
      { resourceType: 'Condition', code: { text: 'Unknown', coding: [coding('1', 'Gout')] } },
      'Gout',
    ],
    [
      'what a visit was for, not its class',
      { resourceType: 'Encounter', class: { code: 'AMB' }, reasonCode: [{ text: 'Sore throat' }] },
      'Sore throat',
    ],
    [
      'what a report covers, not its category',
      { resourceType: 'DiagnosticReport', category: [{ text: 'LAB' }], code: { text: 'Lipid panel' } },
      'Lipid panel',
    ],
    [
      'a person, in the name that is official',
      {
        resourceType: 'Patient',
        name: [
          { use: 'nickname', given: ['Ida'] },
          { use: 'official', given: [null, 'Ida'], family: 'Muster' },
        ],
      },
      'Ida Muster',
    ],
    ['an insurer', { resourceType: 'Coverage', payor: [{ display: 'Allianz' }], type: { text: 'EHCPOL' } }, 'Allianz'],
  ])('is %s', (_, resource, title) => expect(titled(resource, drug)).toBe(title));

  it('is never the category of an order, a bare code, or a number of a terminology', () => {
    const order = { resourceType: 'MedicationRequest', category: [{ text: 'Community' }], status: 'active' };
    const bare = { resourceType: 'AllergyIntolerance', code: { coding: [coding('418770003')] } };
    expect([order, bare].map((one) => titled(one))).toEqual(['', '']);
    expect(titleText({ type: 'AllergyIntolerance', ...describeResource(bare) }, words)).toBe('Allergy (418770003)');
  });

  it('follows references no further than once, and not into a circle', () => {
    const role: Resource = {
      resourceType: 'PractitionerRole',
      id: 'r',
      practitioner: { reference: 'PractitionerRole/r' },
    };
    expect(titled(role)).toBe('');
  });

  it('does not guess between two resources with one id', () => {
    const order = {
      resourceType: 'MedicationRequest',
      medicationReference: { reference: 'https://a.example/Medication/m1' },
    };
    expect(titled(order, drug, { ...drug, code: { text: 'Other' } })).toBe('');
  });
});

describe('how what it names stands', () => {
  const code = { text: 'x' };
  const status = (code: string) => ({ coding: [{ code }] });
  it.each<[object, string | undefined]>([
    [{ resourceType: 'Condition', code, verificationStatus: status('refuted') }, 'denied'],
    [
      {
        resourceType: 'Condition',
        code,
        verificationStatus: status('entered-in-error'),
        clinicalStatus: status('active'),
      },
      'error',
    ],
    [{ resourceType: 'Condition', code, clinicalStatus: status('resolved') }, 'past'],
    [{ resourceType: 'Condition', code, abatementDateTime: '2020' }, 'past'],
    [{ resourceType: 'Condition', code, verificationStatus: 'provisional' }, 'unconfirmed'],
    [{ resourceType: 'Condition', code, clinicalStatus: status('active') }, undefined],
    [{ resourceType: 'Immunization', status: 'not-done', vaccineCode: code }, 'denied'],
    [{ resourceType: 'Immunization', wasNotGiven: true, vaccineCode: code }, 'denied'],
    [{ resourceType: 'Immunization', status: 'completed', vaccineCode: code }, undefined],
    [{ resourceType: 'MedicationStatement', status: 'not-taken' }, 'denied'],
    [{ resourceType: 'MedicationStatement', taken: 'n', status: 'active' }, 'denied'],
    [{ resourceType: 'MedicationRequest', status: 'active', doNotPerform: true }, 'forbidden'],
    [{ resourceType: 'MedicationRequest', status: 'stopped' }, 'past'],
    [{ resourceType: 'MedicationRequest', status: 'completed' }, 'past'],
    [{ resourceType: 'Procedure', status: 'completed', code }, undefined],
    [{ resourceType: 'Procedure', notDone: true, code }, 'denied'],
    [{ resourceType: 'Appointment', status: 'booked' }, 'planned'],
    [{ resourceType: 'Appointment', status: 'noshow' }, 'cancelled'],
    [{ resourceType: 'Observation', status: 'preliminary', code }, 'preliminary'],
    [{ resourceType: 'Observation', status: 'final', code }, undefined],
    [{ resourceType: 'AllergyIntolerance', code: { coding: [coding('716186003', 'No known allergy')] } }, 'none'],
    [{ resourceType: 'AllergyIntolerance', code: { text: 'Keine bekannten Allergien' } }, 'none'],
    [
      {
        resourceType: 'Condition',
        code: {
          coding: [coding('no-problem-info', undefined, 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips')],
        },
      },
      'none',
    ],
    [{ resourceType: 'Condition', code: { text: 'Nosebleed' } }, undefined],
  ])('%#', (resource, expected) => expect(describeResource(resource as Resource).status).toBe(expected));

  it('is said in words', () => {
    expect(ITEM_STATUSES.map((status) => statusText(status, words))).not.toContain('denied');
    expect(statusText('forbidden', words)).toBe('Must not be given');
  });

  it('says what is not known in the person’s words, where only a code says it', () => {
    const resource = {
      resourceType: 'Condition',
      code: {
        coding: [coding('no-problem-info', undefined, 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips')],
      },
    };
    expect(titleText({ type: 'Condition', ...describeResource(resource) }, words)).toBe(
      'Nothing is known about conditions',
    );
  });
});

describe('when it was', () => {
  it.each<[object, string | undefined]>([
    [{ resourceType: 'Condition', code: { text: 'x' }, meta: { lastUpdated: '2026-01-01T00:00:00Z' } }, undefined],
    [
      { resourceType: 'Appointment', start: '2026-05-01T14:30:00+02:00', created: '2026-01-10' },
      '2026-05-01T14:30:00+02:00',
    ],
    [
      { resourceType: 'Observation', issued: '2026-02-02T00:00:00Z', effectivePeriod: { start: '2026-02-01' } },
      '2026-02-01',
    ],
    [{ resourceType: 'Observation', effectiveDateTime: '03/01/2024' }, undefined],
    [{ resourceType: 'Encounter', actualPeriod: { start: '2025-01-01' } }, '2025-01-01'],
  ])('%#', (resource, date) => expect(describeResource(resource as Resource).date).toBe(date));
});

describe('what it says', () => {
  const said = (resource: object) => saidText(describeResource(resource as Resource), words);
  const part = (loinc: string, value: number) => ({
    code: { coding: [coding('1'), coding(loinc, 'x', 'http://loinc.org')] },
    valueQuantity: { value, unit: 'mm[Hg]' },
  });

  it('is a blood pressure as people write it, and other parts by their names', () => {
    expect(said({ resourceType: 'Observation', component: [part('8462-4', 75), part('8480-6', 125)] })).toBe(
      '125/75 mmHg',
    );
    const apgar = { code: { text: 'Heart rate' }, valueInteger: 2 };
    expect(said({ resourceType: 'Observation', valueInteger: 9, component: [apgar] })).toBe('9, Heart rate 2');
  });

  it('is a result in words, a dose, or a conclusion', () => {
    expect(said({ resourceType: 'Observation', valueCodeableConcept: { text: 'Positive' } })).toBe('Positive');
    expect(said({ resourceType: 'MedicationRequest', dosageInstruction: [{ text: 'one each morning' }] })).toBe(
      'one each morning',
    );
    expect(said({ resourceType: 'DiagnosticReport', conclusion: 'No fracture' })).toBe('No fracture');
  });

  it('has units as people write them', () => {
    const units = [
      'mm[Hg]',
      'Cel',
      '10*3/uL',
      'umol/L',
      '{score}',
      'kg/m2',
      'mg/dL',
      '%',
      '/min',
      'U/L',
      '[IU]/L',
      'ug/mL',
    ];
    expect(units.map(unitText)).toEqual([
      'mmHg',
      '°C',
      '10³/µL',
      'µmol/L',
      '',
      'kg/m²',
      'mg/dL',
      '%',
      '/min',
      'U/L',
      'IU/L',
      'µg/mL',
    ]);
  });
});

describe('a resource as it is read', () => {
  it('tells an allergy in clinical order', () => {
    expect(
      read({
        resourceType: 'AllergyIntolerance',
        category: ['medication'],
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
        },
        code: { text: 'Penicillin' },
        criticality: 'high',
        reaction: [{ manifestation: [{ text: 'Hives' }], severity: 'severe', onset: '2019-04' }],
      }),
    ).toEqual([
      'Risk: high',
      'Reaction: Hives',
      '  Severity: severe',
      '  Began: Apr 2019',
      'State: active',
      'Category: medicine',
    ]);
  });

  it('tells a result with its range, its meaning and its parts', () => {
    const range = { low: { value: 3.5, unit: 'mmol/L' }, high: { value: 5.1, unit: 'mmol/L' } };
    expect(
      read({
        resourceType: 'Observation',
        status: 'final',
        valueQuantity: { value: 5.4, unit: 'mmol/L' },
        interpretation: [
          { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation', code: 'H' }] },
        ],
        referenceRange: [range],
        component: [{ code: { text: 'Haemolysis' }, valueString: 'none' }],
      }),
    ).toEqual([
      'Result: 5.4 mmol/L',
      'Meaning: high',
      'Usual range: 3.5–5.1 mmol/L',
      'Haemolysis: none',
      'State: final',
    ]);
  });

  it('tells how a drug is taken, whether it is in words or in numbers', () => {
    const dosage = (given: object) => read({ resourceType: 'MedicationRequest', dosageInstruction: [given] });
    expect(dosage({ text: 'one in the morning' })).toEqual(['How to take it: one in the morning']);
    const timing = (repeat: object) => ({ timing: { repeat } });
    const dose = { doseAndRate: [{ doseQuantity: { value: 500, unit: 'mg' } }] };
    expect(dosage({ ...dose, ...timing({ frequency: 3, period: 1, periodUnit: 'd' }) })).toEqual([
      'How to take it: ',
      '  Dose: 500 mg',
      '  When: 3 times a day',
    ]);
    expect(dosage(timing({ frequency: 1, period: 8, periodUnit: 'h' }))).toEqual([
      'How to take it: ',
      '  When: every 8 hours',
    ]);
    expect(dosage({ timing: { code: { coding: [{ code: 'Q8H' }] } } })).toEqual([
      'How to take it: ',
      '  When: every 8 hours',
    ]);
    expect(dosage(timing({ when: ['CM', 'HS'] }))).toEqual(['How to take it: ', '  When: with breakfast, at bedtime']);
  });

  it('shows no plumbing, no base64, no markup and no “null”', () => {
    const resource = {
      resourceType: 'Patient',
      id: 'p',
      meta: { lastUpdated: '2026-01-01' },
      text: { status: 'generated', div: '<div><b>Ida</b></div>' },
      name: [{ given: [null, 'Ida'], _given: [{ extension: [{ url: 'http://x', valueCode: 'masked' }] }] }],
      address: [{ _line: [{ extension: [{ url: 'http://x' }] }], city: 'Bern' }],
      photo: [{ contentType: 'image/png', data: 'A'.repeat(400) }],
      extension: [{ url: 'http://x', valueString: 'secret plumbing' }],
      multipleBirthBoolean: false,
    };
    const { lines, others, attachments, narrative } = present(resource);
    const text = linesOf([...lines, ...others]).join('\n');
    expect(text).toContain('Address: Bern');
    expect(text).not.toMatch(/extension|http|AAAA|<|null|masked/);
    expect(attachments).toEqual([{ mediaType: 'image/png', base64: 'A'.repeat(400), size: 300 }]);
    expect(narrative).toBe('Ida');
  });

  it('shows what no table knows as a tidy list', () => {
    const { others } = present({
      resourceType: 'SubstanceProtein',
      sequenceType: { text: 'linear' },
      numberOfSubunits: 2,
    });
    expect(linesOf(others)).toEqual(['Sequence type: linear', 'Number of subunits: 2']);
  });

  it('says yes and no, ranges, periods and phone numbers as they are', () => {
    expect(
      read({ resourceType: 'Patient', telecom: [{ system: 'phone', value: '6176677000' }], deceasedBoolean: true }),
    ).toEqual(['Died: yes', 'Contact: 6176677000']);
    expect(read({ resourceType: 'Flag', period: { start: '2024-01-02', end: '2024-02-03' } })).toEqual([
      'Period: Jan 2, 2024 to Feb 3, 2024',
    ]);
    expect(read({ resourceType: 'Flag', period: { end: '2024-02' } })).toEqual(['Period: until Feb 2024']);
  });
});

describe('a narrative', () => {
  it('is text, whatever its markup holds', () => {
    const html =
      '<div onclick="x()"><h1>A &amp; B</h1><script>alert(1)</script><table><tr><td>a</td><td>b</td></tr></table><p>1 &lt; 2&#x41;<br/>c</p><!-- no --></div>';
    expect(plainText(html)).toBe('A & B\na | b\n1 < 2A\nc');
  });
});

it('markup, references and files that a hostile author made endless cost no more than their length', () => {
  const long = 1_000_000;
  for (const part of ['<', '<script>', '<script ', '<!--', '</td> ', '<style></', '&#x']) plainText(part.repeat(long));
  expect(plainText(`a<script>${'<'.repeat(long)}`).startsWith('a')).toBe(true);
  const resource = { resourceType: 'Basic', a: { contentType: 'text/plain', data: `A${' '.repeat(long)}!` } };
  expect(present(resource).attachments).toEqual([]);
  const reference = { reference: 'A'.repeat(long) };
  expect(titled({ resourceType: 'MedicationRequest', medicationReference: reference })).toBe('');
});

describe('the words for records', () => {
  const locales = readdirSync(LOCALES).map(
    (file) =>
      [file, JSON.parse(readFileSync(join(LOCALES, file), 'utf8')) as Record<string, Record<string, unknown>>] as const,
  );
  const labels = new Set<string>();
  const walk = (spec: LineSpec): void => {
    if (typeof spec === 'string') labels.add(spec);
    else {
      labels.add(spec[0]);
      for (const part of spec[2] ?? []) walk(part);
    }
  };
  for (const row of Object.values(TYPES)) row.lines.forEach(walk);

  it.each(locales)('are all in %s', (_, texts) => {
    expect([...labels].filter((label) => typeof texts['field']?.[label] !== 'string')).toEqual([]);
    expect(ITEM_STATUSES.filter((status) => typeof texts['itemStatus']?.[status] !== 'string')).toEqual([]);
    expect(Object.keys(TYPES).filter((type) => typeof texts['type']?.[type] !== 'string')).toEqual([]);
    for (const group of ['field', 'code', 'type', 'absent', 'value', 'itemStatus']) {
      expect(Object.keys(texts[group] ?? {}).sort()).toEqual(Object.keys(locales[0]?.[1][group] ?? {}).sort());
    }
  });
});

const anything = fc.jsonValue({ maxDepth: 6 });
it('whatever a resource holds, it is described and read without an error', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.keys(TYPES), 'Basic'),
      fc.dictionary(fc.string(), anything),
      anything,
      (resourceType, fields, value) => {
        const { title = [], date = [] } = TYPES[resourceType] ?? {};
        const known = Object.fromEntries(
          [...title, ...date, 'valueQuantity', 'component', 'reaction'].map((path) => [
            path.split('.')[0] ?? '',
            value,
          ]),
        );
        const resource = { ...fields, ...known, resourceType } as unknown as Resource;
        expect(typeof titled(resource)).toBe('string');
        const { lines, others } = present(resource);
        linesOf([...lines, ...others]);
      },
    ),
    { numRuns: 300 },
  );
});

const DATA = join(import.meta.dirname, '../../../../shared/data');
describe.runIf(existsSync(DATA))('records exported by real vendors', () => {
  const files = existsSync(DATA)
    ? ['ips', 'synthea'].flatMap((dir) =>
        readdirSync(join(DATA, dir))
          .filter((f) => f.endsWith('.json'))
          .map((f) => join(DATA, dir, f)),
      )
    : [];
  it.each(files.map((path) => [path.split('/').slice(-2).join('/'), path]))(
    '%s: every drug has a name, and nothing is shown raw',
    (_, path) => {
      const items = [...resourcesIn(JSON.parse(readFileSync(path, 'utf8')))].filter((one) => one.kind === 'resource');
      const resolve = referencesOver(items);
      for (const { resource } of items) {
        const described = describeResource(resource, resolve);
        if (/^Medication/.test(resource.resourceType) && described.status !== 'none') {
          // One that is a number of a terminology and nothing else is called so on screen.
          expect(described.title + (described.code ?? '')).not.toBe('');
        }
        expect(described.title).not.toMatch(/^(Community|Outpatient|institutional|Inpatient)$/);
        const { lines, others } = present(resource);
        for (const line of linesOf([...lines, ...others]))
          expect(line).not.toMatch(/\[object|undefined|: null|<div|extension: url/);
      }
    },
  );
});

describe('what was measured', () => {
  it('is told to lie beside the range that it was reported with, as far as is known', () => {
    const range = { low: '3.5', high: '5.1' };
    expect(besideRange([{ value: '5.4', ...range }])).toBe('above');
    expect(besideRange([{ value: '3.4', ...range }])).toBe('below');
    expect(besideRange([{ value: '5.1', ...range }])).toBeUndefined();
    expect(besideRange([{ value: '6', comparator: '<', ...range }])).toBeUndefined();
    expect(besideRange([{ value: '6', comparator: '>', ...range }])).toBe('above');
    expect(besideRange([{ value: '5.4' }])).toBeUndefined();
    expect(
      besideRange([
        { value: '80', ...{ low: '60' } },
        { value: '190', high: '140' },
      ]),
    ).toBe('above');
    expect(besideRange()).toBeUndefined();
  });
});
