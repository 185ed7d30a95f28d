import { digitsAt } from '../fhir/lossless.ts';
import { at, listAt, textAt } from '../fhir/resource.ts';
import { coded, codeAt, concept, conceptValues, dateOf, filled, listOf, ME, quantity, some } from './elements.ts';
import type { Field, Values } from './field.ts';
import type { Form, Say } from './form.ts';

/** Why, and what else there is to say: what several forms end with. */
export const REASON_FIELDS: readonly Field[] = [
  { key: 'reason', kind: 'text' },
  { key: 'note', kind: 'long' },
];
export const reasonOf = (v: Values) => ({ reasonCode: listOf(filled({ text: v['reason'] })), note: noteOf(v) });
export const reasonValues = (of: unknown): Values =>
  some({ reason: conceptValues('r', at(of, 'reasonCode.0'))['r'], note: textAt(of, 'note.0.text') });

export const noteOf = (values: Values) => listOf(filled({ text: values['note'] }));

export const CONDITION: Form = {
  kind: 'condition',
  type: 'Condition',
  fields: [
    { key: 'condition', kind: 'code', directory: 'diseases', required: true },
    { key: 'status', kind: 'choice', choices: ['active', 'remission', 'resolved'], required: true },
    { key: 'since', kind: 'date' },
    { key: 'until', kind: 'date', when: ['status', ['resolved']] },
    { key: 'note', kind: 'long' },
  ],
  owns: ['clinicalStatus', 'code', 'subject', 'onsetDateTime', 'abatementDateTime', 'note'],
  make: (v) =>
    filled({
      clinicalStatus: coded('condition-clinical', v['status']),
      code: concept(v, 'condition'),
      subject: ME,
      onsetDateTime: v['since'],
      abatementDateTime: v['until'],
      note: noteOf(v),
    }),
  read: (condition) => ({
    ...conceptValues('condition', at(condition, 'code')),
    ...some({
      status:
        { recurrence: 'active', relapse: 'active', inactive: 'resolved' }[codeAt(condition, 'clinicalStatus') ?? ''] ??
        codeAt(condition, 'clinicalStatus') ??
        'active',
      since: dateOf(textAt(condition, 'onsetDateTime')),
      until: dateOf(textAt(condition, 'abatementDateTime')),
      note: textAt(condition, 'note.0.text'),
    }),
  }),
};

export const ALLERGY: Form = {
  kind: 'allergy',
  type: 'AllergyIntolerance',
  fields: [
    { key: 'substance', kind: 'code', directory: 'substances', required: true },
    { key: 'reaction', kind: 'text' },
    { key: 'severity', kind: 'choice', choices: ['mild', 'moderate', 'severe'], needs: ['reaction'] },
    { key: 'criticality', kind: 'choice', choices: ['low', 'high', 'unable-to-assess'] },
    { key: 'since', kind: 'date' },
    { key: 'note', kind: 'long' },
  ],
  owns: ['clinicalStatus', 'criticality', 'code', 'patient', 'onsetDateTime', 'reaction', 'note'],
  make: (v) =>
    filled({
      clinicalStatus: coded('allergyintolerance-clinical', 'active'),
      criticality: v['criticality'],
      code: concept(v, 'substance'),
      patient: ME,
      onsetDateTime: v['since'],
      reaction: listOf(
        v['reaction'] === undefined
          ? undefined
          : filled({ manifestation: [{ text: v['reaction'] }], severity: v['severity'] }),
      ),
      note: noteOf(v),
    }),
  read: (allergy) => ({
    ...conceptValues('substance', at(allergy, 'code')),
    ...some({
      reaction: conceptValues('r', at(allergy, 'reaction.0.manifestation.0'))['r'],
      severity: textAt(allergy, 'reaction.0.severity'),
      criticality: textAt(allergy, 'criticality'),
      since: dateOf(textAt(allergy, 'onsetDateTime')),
      note: textAt(allergy, 'note.0.text'),
    }),
  }),
};

export const IMMUNISATION: Form = {
  kind: 'immunisation',
  type: 'Immunization',
  fields: [
    { key: 'vaccine', kind: 'code', directory: 'vaccines', required: true },
    { key: 'date', kind: 'date', required: true },
    { key: 'doseNumber', kind: 'number', range: [1, 99] },
    { key: 'batch', kind: 'text', most: 60 },
    { key: 'where', kind: 'text' },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'vaccineCode', 'patient', 'occurrenceDateTime', 'protocolApplied', 'lotNumber', 'performer', 'note'],
  make: (v) =>
    filled({
      status: 'completed',
      vaccineCode: concept(v, 'vaccine'),
      patient: ME,
      occurrenceDateTime: v['date'],
      protocolApplied: listOf(v['doseNumber'] === undefined ? undefined : doseOf(v['doseNumber'])),
      lotNumber: v['batch'],
      performer: listOf(v['where'] === undefined ? undefined : { actor: { display: v['where'] } }),
      note: noteOf(v),
    }),
  read: (given) => ({
    ...conceptValues('vaccine', at(given, 'vaccineCode')),
    ...some({
      date: dateOf(textAt(given, 'occurrenceDateTime')),
      doseNumber:
        digitsAt(given, 'protocolApplied.0.doseNumberPositiveInt') ??
        textAt(given, 'protocolApplied.0.doseNumberString'),
      batch: textAt(given, 'lotNumber'),
      where: textAt(given, 'performer.0.actor.display'),
      note: textAt(given, 'note.0.text'),
    }),
  }),
};
const doseOf = (dose: string) =>
  /^\d+$/.test(dose) ? { doseNumberPositiveInt: Number(dose) } : { doseNumberString: dose };

/** How often a medicine is taken, as FHIR's Timing says it: so often in so many of a unit. */
const OFTEN: Readonly<Record<string, readonly [frequency: number, period: number, unit: string]>> = {
  onceADay: [1, 1, 'd'],
  twiceADay: [2, 1, 'd'],
  threeADay: [3, 1, 'd'],
  fourADay: [4, 1, 'd'],
  everySecondDay: [1, 2, 'd'],
  onceAWeek: [1, 1, 'wk'],
  onceAMonth: [1, 1, 'mo'],
};
/** Units of doses, and what UCUM calls them. */
const DOSE_UNITS: Readonly<Record<string, string>> = { mg: 'mg', g: 'g', µg: 'ug', ml: 'mL', mL: 'mL', IU: '[IU]' };

/** How much of a medicine is taken, and how often: a form's fields for it. */
export const DOSAGE_FIELDS: readonly Field[] = [
  { key: 'dose', kind: 'number', range: [0.0001, 1_000_000] },
  { key: 'unit', kind: 'text', most: 40, needs: ['dose'] },
  { key: 'often', kind: 'choice', choices: [...Object.keys(OFTEN), 'asNeeded', 'other'] },
  { key: 'oftenText', kind: 'text', when: ['often', ['other']], required: true },
];

/** The same as FHIR's Dosage. */
export function dosageOf(v: Values, say: Say) {
  const often = v['often'] ?? '';
  const [frequency, period, periodUnit] = OFTEN[often] ?? [];
  const words = often === 'other' ? v['oftenText'] : often && say(`often_${often}`);
  return filled({
    text: [[v['dose'], v['unit']].filter(Boolean).join(' '), words].filter(Boolean).join(', '),
    timing: filled({
      repeat: filled({ frequency, period, periodUnit }),
      code: filled({ text: often === 'other' ? v['oftenText'] : undefined }),
    }),
    ...(often === 'asNeeded' && { asNeededBoolean: true }),
    doseAndRate: listOf(filled({ doseQuantity: quantity(v['dose'], v['unit'], DOSE_UNITS[v['unit'] ?? '']) })),
  });
}

/** The other way round. */
export function dosageValues(dosage: unknown): Values {
  const repeat = at(dosage, 'timing.repeat');
  const often = Object.entries(OFTEN).find(
    ([, [n, period, unit]]) =>
      at(repeat, 'frequency') === n && at(repeat, 'period') === period && at(repeat, 'periodUnit') === unit,
  )?.[0];
  const dose = digitsAt(dosage, 'doseAndRate.0.doseQuantity.value');
  const words =
    textAt(dosage, 'timing.code.text') ??
    // What is only told in words stays in words.
    (dose === undefined && often === undefined ? textAt(dosage, 'text') : undefined);
  const asNeeded = at(dosage, 'asNeededBoolean') === true;
  return some({
    dose,
    unit: textAt(dosage, 'doseAndRate.0.doseQuantity.unit'),
    often: often ?? (asNeeded ? 'asNeeded' : words === undefined ? undefined : 'other'),
    oftenText: often === undefined && !asNeeded ? words : undefined,
  });
}

export const MEDICINE: Form = {
  kind: 'medicine',
  type: 'MedicationStatement',
  fields: [
    { key: 'drug', kind: 'code', directory: 'medicines', required: true },
    ...DOSAGE_FIELDS,
    { key: 'taking', kind: 'choice', choices: ['yes', 'no'], required: true },
    { key: 'since', kind: 'date' },
    { key: 'until', kind: 'date', when: ['taking', ['no']] },
    ...REASON_FIELDS,
  ],
  owns: ['status', 'medicationCodeableConcept', 'subject', 'effectivePeriod', 'dosage', 'reasonCode', 'note'],
  make: (v, say) =>
    filled({
      status: v['taking'] === 'no' ? 'completed' : 'active',
      medicationCodeableConcept: concept(v, 'drug'),
      subject: ME,
      effectivePeriod: filled({ start: v['since'], end: v['until'] }),
      dosage: listOf(dosageOf(v, say)),
      ...reasonOf(v),
    }),
  read: (taken) => ({
    ...conceptValues('drug', at(taken, 'medicationCodeableConcept')),
    ...dosageValues(at(taken, 'dosage.0')),
    ...some({
      taking: ['completed', 'stopped', 'not-taken'].includes(textAt(taken, 'status') ?? '') ? 'no' : 'yes',
      since: dateOf(textAt(taken, 'effectivePeriod.start') ?? textAt(taken, 'effectiveDateTime')),
      until: dateOf(textAt(taken, 'effectivePeriod.end')),
    }),
    ...reasonValues(taken),
  }),
  fits: (taken) =>
    at(taken, 'medicationCodeableConcept') !== undefined &&
    at(taken, 'effectiveDateTime') === undefined &&
    listAt(taken, 'dosage').length <= 1,
};
