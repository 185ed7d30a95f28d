import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromUtf8 } from '../../../../extension/core/bytes.ts';
import { Deidentifier, type ReadItem } from '../../../../extension/core/deident/deidentify.ts';
import { canonicalBytes } from '../../../../extension/core/fhir/canonical.ts';
import { parseLossless } from '../../../../extension/core/fhir/lossless.ts';
import { isResource, type Resource } from '../../../../extension/core/fhir/resource.ts';
import { ROOT } from '../../../../scripts/lib/paths.ts';
import { BUNDLE } from '../../../fixtures/bundle.ts';

export const SHIFT = { days: 100, year: 2026 };
export const LOINC = 'http://loinc.org';
export const ICD10 = 'http://hl7.org/fhir/sid/icd-10';

export function made(items: readonly (Resource | ReadItem)[], shift = SHIFT) {
  const work = new Deidentifier(shift);
  for (const item of items) work.add(isResource(item) ? { resource: item } : item);
  return work.finish();
}
export const textOf = (found: { readonly resources: readonly Resource[] }): string =>
  found.resources.map((resource) => fromUtf8(canonicalBytes(resource))).join('\n');
export const only = (resource: Resource, type = resource.resourceType): Resource | undefined =>
  made([resource]).resources.find(({ resourceType }) => resourceType === type);

interface Entry {
  readonly resource: Resource;
  readonly fullUrl?: string;
}
const entriesOf = (value: unknown): ReadItem[] =>
  (value as { entry: Entry[] }).entry.map(({ resource, fullUrl }) => ({ resource, fullUrl, source: 'one' }));

const DATA = join(ROOT, '../shared/data');
const files = existsSync(DATA)
  ? readdirSync(DATA, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'))
  : [];
const real = files.map((name) => [name, entriesOf(parseLossless(readFileSync(join(DATA, name), 'utf8')))] as const);
export const records: readonly (readonly [string, readonly ReadItem[]])[] = [['our own', entriesOf(BUNDLE)], ...real];

/** Something of each type that may leave, with all that may stay. */
const SUBJECT = { reference: 'Patient/p' };
export const coded = (system: string, code: string) => ({ coding: [{ system, code }] });
export const HL7 = 'http://terminology.hl7.org/CodeSystem';
const E11 = coded(ICD10, 'E11');
const METFORMIN = coded('http://www.whocc.no/atc', 'A10BA02');
export const A1C = coded(LOINC, '4548-4');
export const WHOLE: readonly Resource[] = [
  {
    resourceType: 'Patient',
    id: 'p',
    gender: 'female',
    birthDate: '1984-03-09',
    deceasedBoolean: false,
    address: [{ country: 'DE', city: 'Bonn' }],
  },
  {
    resourceType: 'Condition',
    id: 'c',
    clinicalStatus: coded(`${HL7}/condition-clinical`, 'active'),
    code: E11,
    subject: SUBJECT,
    encounter: { reference: 'Encounter/e' },
    onsetDateTime: '2018-11-20',
    recordedDate: '2018-11-25T10:00:00+02:00',
  },
  {
    resourceType: 'Observation',
    id: 'o',
    status: 'final',
    category: [coded(`${HL7}/observation-category`, 'laboratory')],
    code: A1C,
    subject: SUBJECT,
    effectiveDateTime: '2025-09-01',
    valueQuantity: { value: 6.8, unit: '%' },
    component: [{ code: A1C, valueQuantity: { value: 1, unit: '%' } }],
  },
  {
    resourceType: 'AllergyIntolerance',
    id: 'a',
    patient: SUBJECT,
    code: { text: 'Peanut' },
    reaction: [{ severity: 'severe' }],
  },
  { resourceType: 'Medication', id: 'm', code: METFORMIN },
  {
    resourceType: 'MedicationStatement',
    id: 's',
    status: 'active',
    medicationReference: { reference: 'Medication/m' },
    subject: SUBJECT,
  },
  {
    resourceType: 'MedicationRequest',
    id: 'r',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: METFORMIN,
    reasonReference: [{ reference: 'Condition/c' }],
    subject: SUBJECT,
    dosageInstruction: [{ timing: { repeat: { frequency: 2, period: 1, periodUnit: 'd' } } }],
  },
  {
    resourceType: 'Immunization',
    id: 'i',
    status: 'completed',
    vaccineCode: coded('http://www.whocc.no/atc', 'J07BB'),
    patient: SUBJECT,
    occurrenceDateTime: '2024-10-01',
  },
  {
    resourceType: 'Encounter',
    id: 'e',
    status: 'finished',
    class: { system: `${HL7}/v3-ActCode`, code: 'AMB' },
    subject: SUBJECT,
    period: { start: '2018-11-20', end: '2018-11-21' },
  },
  {
    resourceType: 'DiagnosticReport',
    id: 'd',
    status: 'final',
    code: A1C,
    subject: SUBJECT,
    result: [{ reference: 'Observation/o' }, { reference: 'Observation/nowhere' }],
  },
  {
    resourceType: 'FamilyMemberHistory',
    id: 'f',
    status: 'completed',
    patient: SUBJECT,
    relationship: coded(`${HL7}/v3-RoleCode`, 'MTH'),
    condition: [{ code: E11, onsetAge: { value: 50, unit: 'a', system: 'http://unitsofmeasure.org', code: 'a' } }],
  },
];
