import { codingsOf } from '../fhir/concept.ts';
import { statusOf } from '../fhir/present/status.ts';
import { listAt, type Resource } from '../fhir/resource.ts';
import type { Section } from '../records/sections.ts';

/** A section of the document: by the section of the record that it is called after. `past`: illnesses that are over. */
export type Place = Section | 'past' | 'family';

/** LOINC code of each section (HL7 IPS 2.0.0, Composition; those after `directives` are not of IPS, which lets others stand beside its own). */
export const PLACES: readonly (readonly [place: Place, code: string, display: string])[] = [
  ['allergies', '48765-2', 'Allergies and adverse reactions Document'],
  ['medications', '10160-0', 'History of Medication use Narrative'],
  ['problems', '11450-4', 'Problem list - Reported'],
  ['past', '11348-0', 'History of Past illness note'],
  ['results', '30954-2', 'Relevant diagnostic tests/laboratory data note'],
  ['vitals', '8716-3', 'Vital signs note'],
  ['immunizations', '11369-6', 'History of Immunization note'],
  ['procedures', '47519-4', 'History of Procedures Document'],
  ['devices', '46264-8', 'History of medical device use'],
  ['pregnancy', '10162-6', 'History of pregnancies note'],
  ['social-history', '29762-2', 'Social history note'],
  ['functional-status', '47420-5', 'Functional status assessment note'],
  ['care-plans', '18776-5', 'Plan of care note'],
  ['directives', '42348-3', 'Advance healthcare directives'],
  ['family', '10157-6', 'History of family member diseases note'],
  ['visits', '46240-8', 'History of Hospitalizations+Outpatient visits note'],
  ['insurance', '48768-6', 'Payment sources Document'],
  ['documents', '11503-0', 'Medical records'],
];

/** Sections that the document has in any case. */
export const REQUIRED = ['allergies', 'medications', 'problems'] as const satisfies readonly Place[];

const BY_TYPE: Readonly<Record<string, Place>> = {
  AllergyIntolerance: 'allergies',
  MedicationStatement: 'medications',
  MedicationRequest: 'medications',
  MedicationAdministration: 'medications',
  MedicationDispense: 'medications',
  DiagnosticReport: 'results',
  ImagingStudy: 'results',
  Immunization: 'immunizations',
  ImmunizationRecommendation: 'care-plans',
  Procedure: 'procedures',
  Device: 'devices',
  DeviceUseStatement: 'devices',
  ClinicalImpression: 'functional-status',
  CarePlan: 'care-plans',
  Goal: 'care-plans',
  Appointment: 'care-plans',
  ServiceRequest: 'care-plans',
  Consent: 'directives',
  FamilyMemberHistory: 'family',
  Encounter: 'visits',
  Coverage: 'insurance',
};
const OBSERVED_IN: ReadonlySet<Section> = new Set(['vitals', 'pregnancy', 'social-history', 'functional-status']);
const CATEGORY: Readonly<Record<string, Place>> = { 'vital-signs': 'vitals', 'social-history': 'social-history' };

/**
 * Where something stands in the document: IPS says which types a section is of, so by its type before its section.
 * @param section of the record that it is in
 * @param resource as R4 has it
 */
export function placeOf(section: Section, resource: Resource): Place {
  const type = resource.resourceType;
  if (type === 'Condition') return statusOf(resource) === 'past' ? 'past' : 'problems';
  if (type === 'Observation') {
    if (OBSERVED_IN.has(section)) return section;
    const codes = listAt(resource, 'category').flatMap(codingsOf);
    return codes.map(({ code }) => CATEGORY[code]).find((place) => place !== undefined) ?? 'results';
  }
  return BY_TYPE[type] ?? 'documents';
}
