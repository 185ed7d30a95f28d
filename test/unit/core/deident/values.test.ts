import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { random } from '../../../../extension/core/bytes.ts';
import { birthYear, shiftedDate } from '../../../../extension/core/deident/dates.ts';
import { shiftDays } from '../../../../extension/core/deident/shift.ts';
import { parseLossless } from '../../../../extension/core/fhir/lossless.ts';
import { type Resource } from '../../../../extension/core/fhir/resource.ts';
import { Keyring } from '../../../../extension/core/keys/keyring.ts';
import { coded, HL7, ICD10, made, only, SHIFT, textOf, WHOLE } from './support.ts';

const DATES: readonly (readonly [string, string])[] = [
  ['2026-04-11', '2026-01-01'],
  ['2024-03-01T10:15:00+02:00', '2023-11-22'],
  ['2024-03-01T23:59:59.123Z', '2023-11-22'],
  ['2024-06', '2024-03'],
  ['2024', '2024'],
  ['1937-12-31', '1937-09-22'],
];
describe('dates', () => {
  it.each(DATES)('%s is told as %s', (written, moved) => {
    expect(shiftedDate(written, SHIFT)).toBe(moved);
  });

  it.each([
    '2024-02-30',
    '2024-13',
    '24-01-01',
    'today',
    '2024-01-01 10:00',
    '1936-12-31',
    '0001-01-01',
    '',
    20240101,
    null,
  ])('%s is not told', (written) => {
    expect(shiftedDate(written, SHIFT)).toBeUndefined();
  });

  it('keep what lies between them, to the day', () => {
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2026-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, day, fc.integer({ min: 1, max: 365 }), (one, other, days) => {
        const at = (date: Date) => Date.parse(date.toISOString().slice(0, 10));
        const moved = (date: Date) => Date.parse(shiftedDate(date.toISOString(), { days, year: 2026 }) ?? '');
        expect(moved(one) - moved(other)).toBe(at(one) - at(other));
        expect(moved(one)).toBeLessThan(at(one));
      }),
    );
  });

  it('of a birth say the year, and nothing of whoever may be over 89', () => {
    expect(birthYear('1984-03-09', SHIFT)).toBe('1983');
    expect(birthYear('1984', SHIFT)).toBe('1984');
    expect(birthYear('1937-05-01', SHIFT)).toBe('1937');
    expect(birthYear('1936-12-31', SHIFT)).toBeUndefined();
    const old = made([{ resourceType: 'Patient', birthDate: '1936-12-31', gender: 'male' }, ...WHOLE]);
    expect(old.over89).toBe(true);
    expect(JSON.stringify(old.resources)).not.toContain('birthDate');
  });

  it('ages over 89 are 90 or more, in whatever unit', () => {
    const at = (value: number, code: string) =>
      only({ ...WHOLE[1]!, onsetAge: { value, code, system: 'http://unitsofmeasure.org' } })?.['onsetAge'];
    expect(at(89, 'a')).toMatchObject({ value: 89, code: 'a' });
    for (const [value, code] of [
      [90, 'a'],
      [1_100, 'mo'],
      [4_800, 'wk'],
      [33_000, 'd'],
    ] as const)
      expect(at(value, code)).toMatchObject({ comparator: '>=', value: 90, code: 'a' });
    expect(at(50, 'kg')).toBeUndefined();
  });
});

describe('what is rare', () => {
  const condition = (code: object) => only({ resourceType: 'Condition', code })?.['code'];

  it('is told more broadly where a classification has it, and else not at all', () => {
    expect(condition(coded(ICD10, 'E11'))).toMatchObject({ coding: [{ system: ICD10, code: 'E11' }] });
    expect(condition(coded(`${ICD10}-cm`, 'E11.65'))).toMatchObject({ coding: [{ system: ICD10, code: 'E11' }] });
    expect(condition(coded(ICD10, 'E83.1'))).toEqual({ coding: [{ system: ICD10, code: 'E00-E90' }] });
    expect(condition(coded(ICD10, 'E83.1; Miller'))).toBeUndefined();
    expect(condition(coded('http://snomed.info/sct', '123456'))).toBeUndefined();
    expect(condition({ text: 'Miller syndrome' })).toBeUndefined();
    const medicine = (code: string) =>
      only({ resourceType: 'Medication', code: coded('http://www.whocc.no/atc', code) })?.['code'];
    expect(medicine('A10BA03')).toEqual({ coding: [{ system: 'http://www.whocc.no/atc', code: 'A10BA' }] });
    expect(medicine('S01XA99')).toMatchObject({ coding: [{ code: expect.stringMatching(/^S/) as string }] });
    expect(medicine('Z99')).toBeUndefined();
  });

  it('is told by names that everybody has, without what stands around them', () => {
    const medicine = (text: string) => only({ resourceType: 'Medication', code: { text } })?.['code'];
    expect(medicine('Metformin 500 mg tablet')).toMatchObject({ coding: [{ code: 'A10BA02', display: 'Metformin' }] });
    expect(medicine('Metformin for Mrs Miller')).toBeUndefined();
    expect(condition({ coding: [{ display: 'Diabetes mellitus type 2 (disorder)' }] })).toMatchObject({
      coding: [{ code: 'E11' }],
    });
    expect(condition({ text: 'No type 2 diabetes' })).toBeUndefined();
    const allergy = (text: string) => only({ resourceType: 'AllergyIntolerance', code: { text } })?.['code'];
    expect(allergy('Allergy to peanut')).toEqual({ text: 'Peanut' });
    expect(allergy('No allergy to peanut')).toBeUndefined();
  });

  it('is counted, and takes with it what is nothing without it', () => {
    const rare = { resourceType: 'Medication', id: 'x', code: { text: 'Orphanumab' } };
    const found = made([
      rare,
      { ...WHOLE[5]!, medicationReference: { reference: 'Medication/x' } },
      { resourceType: 'Device' },
    ]);
    expect([found.types, found.left]).toEqual([{ Patient: 1 }, { type: 1, rare: 2, marked: 0, file: 0, unread: 0 }]);
  });
});

it('says nothing where what is left would say something else', () => {
  const marks: readonly object[] = [
    { modifierExtension: [{ url: 'http://example.org/not' }] },
    { verificationStatus: { text: 'refuted' } },
    { verificationStatus: coded(`${HL7}/condition-ver-status`, 'entered-in-error') },
    { implicitRules: 'http://example.org/not' },
    { _clinicalStatus: {}, clinicalStatus: undefined },
  ];
  for (const mark of marks) expect(only({ ...WHOLE[1]!, ...mark })).toBeUndefined();
  expect(only({ ...WHOLE[6]!, doNotPerform: 'maybe' })).toBeUndefined();
  expect(only({ ...WHOLE[6]!, doNotPerform: true })).toMatchObject({ doNotPerform: true });
  expect(
    only({ ...WHOLE[2]!, component: undefined, valueQuantity: { value: 1, unit: '%', comparator: '~' } }),
  ).toBeUndefined();
});

it('keeps the digits of what was measured, and rounds what was worked out to the last place', () => {
  const worked = only({ ...WHOLE[2]!, valueQuantity: { value: 29.483920573, unit: '%' } });
  expect(worked).toMatchObject({ valueQuantity: { value: 29.484, unit: '%' } });
  const observation = parseLossless(JSON.stringify({ ...WHOLE[2]!, component: undefined }).replace('6.8', '6.80'));
  expect(textOf(made([observation as Resource]))).toContain('"value":6.80');
});

it('of two files agrees in how far dates are moved, by the words alone, and in no id', async () => {
  const entropy = random(32);
  const days = async (index = 0) => shiftDays(await (await Keyring.fromEntropy(entropy, index)).researchKey());
  expect(await days()).toBe(await days());
  const all = await Promise.all(Array.from({ length: 8 }, (_, index) => days(index)));
  expect(new Set(all).size).toBeGreaterThan(1);
  for (const one of all) expect(one).toSatisfy((n: number) => Number.isInteger(n) && n >= 1 && n <= 365);
  const [one, other] = [made(WHOLE), made(WHOLE)];
  const dates = (found: typeof one) =>
    textOf(found)
      .match(/"\d{4}-\d\d-\d\d"/g)
      ?.sort();
  expect(dates(one)).toEqual(dates(other));
  const ids = new Set(one.resources.map(({ id }) => id));
  expect(ids.size).toBe(WHOLE.length);
  expect(other.resources.filter(({ id }) => ids.has(id))).toEqual([]);
});
