import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fhirValidator } from '../../../extension/adapters/fhir-validator.ts';
import { fromUtf8 } from '../../../extension/core/bytes.ts';
import { canonicalBytes } from '../../../extension/core/fhir/canonical.ts';
import { classify } from '../../../extension/core/fhir/classify.ts';
import { describe as told } from '../../../extension/core/fhir/describe.ts';
import { parseLossless } from '../../../extension/core/fhir/lossless.ts';
import type { Resource } from '../../../extension/core/fhir/resource.ts';
import { etherOf } from '../../../extension/core/care/bill.ts';
import { asked, checkValues, type Field, type Values } from '../../../extension/core/forms/field.ts';
import { isFormKind, toResource, toValues, type FormKind } from '../../../extension/core/forms/form.ts';
import { FORMS, formFor } from '../../../extension/core/forms/forms.ts';

const validate = fhirValidator();
const say = (key: string) => key;
/** As it is when it was recorded and is read again. */
const recorded = (resource: Resource) => parseLossless(fromUtf8(canonicalBytes(resource))) as Resource;
const two = (n: number) => String(n).padStart(2, '0');

const word = fc
  .stringMatching(/^[A-Za-zÄöéñ][A-Za-z0-9äöéñ ,.:()-]{0,20}$/)
  .map((s) => s.trim().replaceAll(/\s+/g, ' '));
const year = fc.integer({ min: 1900, max: 2090 });
const dates = fc
  .tuple(year, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }), fc.constantFrom(4, 7, 10))
  .map(([y, m, d, length]) => `${y}-${two(m)}-${two(d)}`.slice(0, length));

function valueOf({ kind, choices = [], range = [0, 999], whole }: Field): fc.Arbitrary<string> {
  if (kind === 'date') return whole ? dates.filter((d) => d.length === 10) : dates;
  if (kind === 'time') return fc.tuple(fc.nat(23), fc.nat(59)).map(([h, m]) => `${two(h)}:${two(m)}`);
  if (kind === 'ether') return fc.bigInt({ min: 1n, max: 10n ** 21n }).map(etherOf);
  if (kind === 'choice') return fc.constantFrom(...choices);
  if (kind === 'number') {
    const most = Math.min(range[1], 9_999);
    return fc
      .tuple(fc.integer({ min: Math.ceil(range[0]), max: most - 1 }), fc.constantFrom('', '.0', '.5', '.50', '.07'))
      .map(([n, fraction]) => `${n}${fraction}`)
      .filter((n) => Number(n) >= range[0]);
  }
  return word.filter((text) => text !== '' && !/^(unknown|null|undefined|none|na|n\/a)$/i.test(text));
}
const valuesOf = (fields: readonly Field[]): fc.Arbitrary<Values> =>
  fc
    .record(Object.fromEntries(fields.map((field) => [field.key, fc.option(valueOf(field), { nil: '' })])))
    .map((given) => checkValues(fields, given))
    .filter(({ faults }) => Object.keys(faults).length === 0)
    .map(({ values }) => values);

const kinds = Object.keys(FORMS) as FormKind[];
describe.each(kinds)('the form for %s', (kind) => {
  const form = FORMS[kind];
  it('makes a valid resource, and reads it again as it was filled in', () => {
    fc.assert(
      fc.property(valuesOf(form.fields), (values) => {
        if (values['time'] !== undefined) fc.pre(values['date']?.length === 10);
        // Lines are read one after the other.
        fc.pre(values['item3'] === undefined || values['item2'] !== undefined);
        // So are times, and the same time twice is one.
        fc.pre(values['day3'] === undefined || values['day2'] !== undefined);
        const times = ['1', '2', '3'].flatMap(
          (n) => values[`day${n}`] && `${values[`day${n}`]} ${values[`clock${n}`]}`,
        );
        fc.pre(new Set(times.filter(Boolean)).size === times.filter(Boolean).length);
        const resource = recorded(toResource(form, values, say));
        expect(validate(resource)).toEqual([]);
        expect(toValues(form, resource)).toEqual(values);
        // What was ordered, and what came of it, is not corrected.
        expect(formFor(resource)?.kind).toBe(isFormKind(kind) ? kind : undefined);
        expect(toResource(form, values, say, resource)).toEqual(resource);
        // A bill is called what bills are called in the reader's language.
        expect(told(resource).title === '').toBe(kind === 'bill');
      }),
      { numRuns: 150 },
    );
  });
  it('asks for what it cannot be without', () => {
    const { faults } = checkValues(form.fields, {});
    const needed = asked(form.fields, {}).filter((field) => field.required);
    expect(Object.keys(faults)).toEqual(needed.map((field) => field.key));
  });
});

const section = (kind: FormKind, values: Values) => classify(recorded(toResource(FORMS[kind], values, say)));
it('what is typed goes where it belongs', () => {
  expect(section('allergy', { substance: 'Penicillin' })).toBe('allergies');
  expect(section('medicine', { drug: 'Metformin', taking: 'yes' })).toBe('medications');
  expect(section('condition', { condition: 'Depression', status: 'active' })).toBe('mental-health');
  expect(section('measurement', { what: 'weight', value: '80', weightUnit: 'kg', date: '2026' })).toBe('vitals');
  expect(section('measurement', { what: 'glucose', value: '5.1', glucoseUnit: 'mmol/L', date: '2026' })).toBe(
    'results',
  );
  expect(section('measurement', { what: 'other', test: 'Ferritin', value: '80', date: '2026' })).toBe('results');
  expect(section('immunisation', { vaccine: 'Tetanus', date: '2020-05' })).toBe('immunizations');
  expect(section('insurance', { insurer: 'Union' })).toBe('insurance');
  expect(section('profile', { given: 'A', family: 'B', birthDate: '1970' })).toBe('profile');
  expect(section('note', { title: 'After the fall', text: 'My knee is swollen.' })).toBe('documents');
  expect(section('family', { relative: 'mother', condition: 'Glaucoma' })).toBe('social-history');
  expect(section('appointment', { title: 'Check', date: '2026-12-01', time: '10:30', status: 'booked' })).toBe(
    'visits',
  );
});

it('what is measured has its codes and its digits', () => {
  const make = (values: Values) => recorded(toResource(FORMS.measurement, { date: '2026-11-02', ...values }, say));
  const pressure = make({ what: 'blood-pressure', systolic: '120', diastolic: '80' });
  expect(JSON.stringify(pressure)).toContain('85354-9');
  expect(told(pressure).measures?.map(({ code, value, ucum }) => [code, value, ucum])).toEqual([
    ['http://loinc.org|8480-6', '120', 'mm[Hg]'],
    ['http://loinc.org|8462-4', '80', 'mm[Hg]'],
  ]);
  expect(fromUtf8(canonicalBytes(make({ what: 'temperature', value: '37.0', temperatureUnit: '°C' })))).toContain(
    '"value":37.0',
  );
  const { valueQuantity, code } = make({ what: 'glucose', value: '5.4', glucoseUnit: 'mmol/L' }) as Record<
    string,
    unknown
  >;
  expect(valueQuantity).toMatchObject({ code: 'mmol/L', unit: 'mmol/L' });
  expect(code).toMatchObject({ coding: [{ code: '15074-8' }] });
});

it('a correction keeps what the form does not ask, and what was not changed', () => {
  const before = recorded({
    resourceType: 'AllergyIntolerance',
    id: 'a1',
    meta: { security: [{ code: 'R' }] },
    text: { status: 'generated', div: '<div>Penicilin</div>' },
    identifier: [{ system: 'urn:x', value: '7' }],
    clinicalStatus: { coding: [{ system: 'x', code: 'active', display: 'Active' }] },
    code: { coding: [{ system: 'http://snomed.info/sct', code: '91936005', display: 'Allergy to penicillin' }] },
    patient: { reference: 'Patient/1' },
    reaction: [
      { manifestation: [{ text: 'Rash' }], severity: 'mild', onset: '2010' },
      { manifestation: [{ text: 'Fever' }] },
    ],
  });
  const values = toValues(FORMS.allergy, before);
  expect(values).toMatchObject({ substance: 'Allergy to penicillin', reaction: 'Rash', severity: 'mild' });
  const after = toResource(FORMS.allergy, { ...values, criticality: 'high' }, say, before);
  const { text, ...rest } = before as Resource & { text?: unknown };
  expect(text).toBeDefined();
  expect(after).toEqual({ ...rest, criticality: 'high' });
});

it.each<[string, Field, string, string | undefined]>([
  ['a leap day', { key: 'x', kind: 'date' }, '2024-02-29', undefined],
  ['a day that no year has', { key: 'x', kind: 'date' }, '2023-02-29', 'date'],
  ['a month', { key: 'x', kind: 'date' }, '2023-11', undefined],
  ['a thirteenth month', { key: 'x', kind: 'date' }, '2023-13', 'date'],
  ['a year', { key: 'x', kind: 'date' }, '1962', undefined],
  ['a year alone, where a day is needed', { key: 'x', kind: 'date', whole: true }, '1962', 'wholeDate'],
  ['words', { key: 'x', kind: 'date' }, 'last year', 'date'],
  ['a decimal comma', { key: 'x', kind: 'number' }, ' 6,80 ', undefined],
  ['two numbers', { key: 'x', kind: 'number' }, '120/80', 'number'],
  ['what nobody ever measured', { key: 'x', kind: 'number', range: [20, 400] }, '1200', 'range'],
  ['a long text', { key: 'x', kind: 'text', most: 5 }, 'abcdef', 'tooLong'],
  ['what is no choice', { key: 'x', kind: 'choice', choices: ['a'] }, 'b', 'choice'],
  ['an hour that no day has', { key: 'x', kind: 'time' }, '24:10', 'time'],
])('%s is understood or told what is wrong', (_, field, text, fault) => {
  const { faults, values } = checkValues([field], { x: text });
  expect(faults['x']).toBe(fault);
  if (field.kind === 'number' && fault === undefined) expect(values['x']).toBe('6.80');
});
