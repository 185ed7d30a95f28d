import { describe, expect, it } from 'vitest';
import { mayWrite } from '../../../extension/core/care/roles.ts';
import { termsOf } from '../../../extension/core/care/terms.ts';
import { checkValues } from '../../../extension/core/forms/field.ts';
import { toResource, toValues } from '../../../extension/core/forms/form.ts';
import { FORMS } from '../../../extension/core/forms/forms.ts';
import { Role } from '../../../extension/core/registry/abi.ts';

const TYPES = [
  'MedicationRequest',
  'ServiceRequest',
  'MedicationDispense',
  'DiagnosticReport',
  'Observation',
  'Condition',
  'AllergyIntolerance',
  'Immunization',
  'DocumentReference',
  'Invoice',
  'File',
] as const;

/** Who writes what into another's record; everything that is not here, they do not. */
const WRITES: Readonly<Record<keyof typeof Role, readonly (typeof TYPES)[number][]>> = {
  None: [],
  Registrar: [],
  EhrManager: [],
  Researcher: [],
  Payer: [],
  Patient: ['Observation', 'DocumentReference', 'File'],
  Hospital: TYPES,
  Doctor: TYPES.filter((type) => type !== 'MedicationDispense'),
  Lab: ['DiagnosticReport', 'Observation', 'DocumentReference', 'Invoice', 'File'],
  Pharmacist: ['MedicationDispense', 'Immunization', 'DocumentReference', 'Invoice', 'File'],
};

describe('somebody in a role', () => {
  it.each(Object.keys(Role) as (keyof typeof Role)[])('writes what a %s writes, and nothing else', (name) => {
    expect(TYPES.filter((type) => mayWrite(Role[name], type))).toEqual(WRITES[name]);
  });
});

const request = (more: object) => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  dispenseRequest: { validityPeriod: { end: '2026-12-31' }, numberOfRepeatsAllowed: 2 },
  ...more,
});

describe('what is ordered', () => {
  it('may be filled once more than it is repeated, as long as it is its last day somewhere', () => {
    // The last place where it is still that day is twelve hours behind UTC.
    expect(termsOf(request({}))).toEqual({ kind: 1, times: 3, until: Date.UTC(2027, 0, 1, 12) / 1000 });
  });

  it('of a test is answered once', () => {
    const order = {
      resourceType: 'ServiceRequest',
      status: 'active',
      intent: 'order',
      occurrencePeriod: { end: '2026-12-31' },
    };
    expect(termsOf(order)).toEqual({ kind: 2, times: 1, until: Date.UTC(2027, 0, 1, 12) / 1000 });
  });

  it.each([
    ['a plan', { intent: 'plan' }],
    ['one that is over', { status: 'stopped' }],
    ['one without an end', { dispenseRequest: {} }],
    ['one whose end is no day', { dispenseRequest: { validityPeriod: { end: 'soon' } } }],
    [
      'one that is repeated without end',
      { dispenseRequest: { validityPeriod: { end: '2026-12-31' }, numberOfRepeatsAllowed: 255 } },
    ],
    [
      'one that is repeated less than never',
      { dispenseRequest: { validityPeriod: { end: '2026-12-31' }, numberOfRepeatsAllowed: -1 } },
    ],
    ['something else', { resourceType: 'MedicationStatement' }],
  ])('is not %s', (_what, more) => expect(termsOf(request(more))).toBeUndefined());

  it('is what the form says', () => {
    const form = FORMS.prescription;
    const values = {
      ...{ drug: 'Ibuprofen', dose: '400', unit: 'mg', often: 'twiceADay', fills: '3', validUntil: '2026-12-31' },
      ...{ amount: '20', amountUnit: 'tablets', reason: 'Pain', note: 'With food' },
    };
    const checked = checkValues(form.fields, values);
    expect(checked.faults).toEqual({});
    const resource = toResource(form, checked.values, (key) => key);
    expect(termsOf(resource)).toMatchObject({ times: 3 });
    expect(toValues(form, resource)).toMatchObject({
      drug: 'Ibuprofen',
      fills: '3',
      validUntil: '2026-12-31',
      amount: '20',
    });
    expect(checkValues(form.fields, { ...values, validUntil: '2026' }).faults).toEqual({ validUntil: 'wholeDate' });
    expect(checkValues(form.fields, { ...values, fills: '0' }).faults).toEqual({ fills: 'choice' });
  });

  it('is answered with what was found, in one resource', () => {
    const form = FORMS['test-report'];
    const values = {
      orderedTest: 'Potassium',
      date: '2026-11-30',
      value: '4.10',
      unit: 'mmol/L',
      low: '3.5',
      high: '5.1',
    };
    const resource = toResource(form, checkValues(form.fields, values).values, (key) => key);
    expect(resource).toMatchObject({ resourceType: 'DiagnosticReport', result: [{ reference: '#value' }] });
    expect(toValues(form, resource)).toEqual(values);
  });
});
