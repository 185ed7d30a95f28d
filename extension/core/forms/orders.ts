import { digitsAt } from '../fhir/lossless.ts';
import { at, listAt, textAt } from '../fhir/resource.ts';
import { DOSAGE_FIELDS, dosageOf, dosageValues, noteOf, REASON_FIELDS, reasonOf, reasonValues } from './clinical.ts';
import { concept, conceptValues, dateOf, filled, listOf, ME, quantity, some } from './elements.ts';
import type { Field } from './field.ts';
import type { Form } from './form.ts';

/** How often something may be filled. */
const FILLS = ['1', '2', '3', '4', '6', '12'];

/** How much is handed out. */
const AMOUNT_FIELDS: readonly Field[] = [
  { key: 'amount', kind: 'number', range: [0.0001, 1_000_000] },
  { key: 'amountUnit', kind: 'text', most: 40, needs: ['amount'] },
];
const amountIn = (quantity: unknown) => ({
  amount: digitsAt(quantity, 'value'),
  amountUnit: textAt(quantity, 'unit'),
});

/** What a pharmacy is to hand out. Until when and how often stands on the chain too: see `care/terms.ts`. */
export const PRESCRIPTION: Form = {
  kind: 'prescription',
  type: 'MedicationRequest',
  fields: [
    { key: 'drug', kind: 'code', directory: 'medicines', required: true },
    ...DOSAGE_FIELDS,
    ...AMOUNT_FIELDS,
    { key: 'fills', kind: 'choice', choices: FILLS, required: true },
    { key: 'validUntil', kind: 'date', whole: true, required: true },
    ...REASON_FIELDS,
  ],
  owns: [
    'status',
    'intent',
    'medicationCodeableConcept',
    'subject',
    'dosageInstruction',
    'dispenseRequest',
    'reasonCode',
    'note',
  ],
  make: (v, say) =>
    filled({
      status: 'active',
      intent: 'order',
      medicationCodeableConcept: concept(v, 'drug'),
      subject: ME,
      dosageInstruction: listOf(dosageOf(v, say)),
      dispenseRequest: filled({
        validityPeriod: filled({ end: v['validUntil'] }),
        numberOfRepeatsAllowed: Number(v['fills'] ?? '1') - 1,
        quantity: quantity(v['amount'], v['amountUnit']),
      }),
      ...reasonOf(v),
    }),
  read: (request) => ({
    ...conceptValues('drug', at(request, 'medicationCodeableConcept')),
    ...dosageValues(at(request, 'dosageInstruction.0')),
    ...some({
      ...amountIn(at(request, 'dispenseRequest.quantity')),
      fills: String(Number(digitsAt(request, 'dispenseRequest.numberOfRepeatsAllowed') ?? '0') + 1),
      validUntil: dateOf(textAt(request, 'dispenseRequest.validityPeriod.end')),
    }),
    ...reasonValues(request),
  }),
};

/** What a lab is to find out, once. */
export const TEST_ORDER: Form = {
  kind: 'test-order',
  type: 'ServiceRequest',
  fields: [
    { key: 'orderedTest', kind: 'code', directory: 'tests', required: true },
    { key: 'validUntil', kind: 'date', whole: true, required: true },
    ...REASON_FIELDS,
  ],
  owns: ['status', 'intent', 'code', 'subject', 'occurrencePeriod', 'reasonCode', 'note'],
  make: (v) =>
    filled({
      status: 'active',
      intent: 'order',
      code: concept(v, 'orderedTest'),
      subject: ME,
      occurrencePeriod: filled({ end: v['validUntil'] }),
      ...reasonOf(v),
    }),
  read: (request) => ({
    ...conceptValues('orderedTest', at(request, 'code')),
    ...some({
      validUntil: dateOf(textAt(request, 'occurrencePeriod.end')),
    }),
    ...reasonValues(request),
  }),
};

/** What a pharmacy handed out. */
export const DISPENSE: Form = {
  kind: 'dispense',
  type: 'MedicationDispense',
  fields: [
    { key: 'drug', kind: 'code', directory: 'medicines', required: true },
    ...AMOUNT_FIELDS,
    { key: 'date', kind: 'date', whole: true, required: true },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'medicationCodeableConcept', 'subject', 'quantity', 'whenHandedOver', 'note'],
  make: (v) =>
    filled({
      status: 'completed',
      medicationCodeableConcept: concept(v, 'drug'),
      subject: ME,
      quantity: quantity(v['amount'], v['amountUnit']),
      whenHandedOver: v['date'],
      note: noteOf(v),
    }),
  read: (given) => ({
    ...conceptValues('drug', at(given, 'medicationCodeableConcept')),
    ...some({
      ...amountIn(at(given, 'quantity')),
      date: dateOf(textAt(given, 'whenHandedOver')),
      note: textAt(given, 'note.0.text'),
    }),
  }),
};

/** What a lab found: one value with its range, and what it means in words. It holds its Observation itself, so that both are one. */
export const TEST_REPORT: Form = {
  kind: 'test-report',
  type: 'DiagnosticReport',
  fields: [
    { key: 'orderedTest', kind: 'code', directory: 'tests', required: true },
    { key: 'date', kind: 'date', whole: true, required: true },
    { key: 'value', kind: 'number', range: [-1_000_000, 9_999_999] },
    { key: 'unit', kind: 'text', most: 40, needs: ['value'] },
    { key: 'low', kind: 'number', range: [-1_000_000, 9_999_999], needs: ['value'] },
    { key: 'high', kind: 'number', range: [-1_000_000, 9_999_999], needs: ['value'] },
    { key: 'conclusion', kind: 'long' },
  ],
  owns: ['status', 'code', 'subject', 'effectiveDateTime', 'contained', 'result', 'conclusion'],
  make: (v) => {
    const found = v['value'] !== undefined;
    return filled({
      status: 'final',
      code: concept(v, 'orderedTest'),
      subject: ME,
      effectiveDateTime: v['date'],
      contained: found ? [observed(v)] : [],
      result: found ? [{ reference: '#value' }] : [],
      conclusion: v['conclusion'],
    });
  },
  read: (report) => {
    const of = listAt(report, 'contained')[0];
    return {
      ...conceptValues('orderedTest', at(report, 'code')),
      ...some({
        date: dateOf(textAt(report, 'effectiveDateTime')),
        value: digitsAt(of, 'valueQuantity.value'),
        unit: textAt(of, 'valueQuantity.unit'),
        low: digitsAt(of, 'referenceRange.0.low.value'),
        high: digitsAt(of, 'referenceRange.0.high.value'),
        conclusion: textAt(report, 'conclusion'),
      }),
    };
  },
};

const observed = (v: Readonly<Record<string, string>>) => ({
  resourceType: 'Observation',
  id: 'value',
  ...filled({
    status: 'final',
    code: concept(v, 'orderedTest'),
    subject: ME,
    effectiveDateTime: v['date'],
    valueQuantity: quantity(v['value'], v['unit']),
    referenceRange: listOf(filled({ low: quantity(v['low'], v['unit']), high: quantity(v['high'], v['unit']) })),
  }),
});
