import type { Section } from '../records/sections.ts';
import { sensitivityOf } from '../sensitivity/sensitivity.ts';
import { codingsOf, conceptText } from './concept.ts';
import { withinItself, type Resolve } from './references.ts';
import { at, type Resource } from './resource.ts';
import { select } from './select.ts';

// prettier-ignore
const BY_TYPE: Readonly<Record<string, Section>> = {
  Patient: 'profile', RelatedPerson: 'profile', Person: 'profile',
  AllergyIntolerance: 'allergies',
  Medication: 'medications', MedicationStatement: 'medications', MedicationRequest: 'medications',
  MedicationDispense: 'medications', MedicationAdministration: 'medications', MedicationKnowledge: 'medications',
  Condition: 'problems', ClinicalImpression: 'problems', AdverseEvent: 'problems', Flag: 'problems', DetectedIssue: 'problems',
  RiskAssessment: 'problems',
  Observation: 'results', DiagnosticReport: 'results', Specimen: 'results',
  Immunization: 'immunizations', ImmunizationRecommendation: 'immunizations', ImmunizationEvaluation: 'immunizations',
  Procedure: 'procedures',
  Encounter: 'visits', Appointment: 'visits', EpisodeOfCare: 'visits', AppointmentResponse: 'visits',
  CarePlan: 'care-plans', CareTeam: 'care-plans', Goal: 'care-plans', ServiceRequest: 'care-plans', NutritionOrder: 'care-plans',
  Task: 'care-plans', RequestGroup: 'care-plans', CommunicationRequest: 'care-plans',
  Device: 'devices', DeviceUseStatement: 'devices', DeviceRequest: 'devices', DeviceMetric: 'devices', SupplyDelivery: 'devices',
  FamilyMemberHistory: 'social-history',
  Consent: 'directives',
  ImagingStudy: 'imaging', Media: 'imaging',
  Coverage: 'insurance', Claim: 'insurance', ClaimResponse: 'insurance', ExplanationOfBenefit: 'insurance', Invoice: 'insurance',
  Account: 'insurance', ChargeItem: 'insurance', CoverageEligibilityResponse: 'insurance', PaymentNotice: 'insurance',
  Organization: 'providers', Practitioner: 'providers', PractitionerRole: 'providers', Location: 'providers',
  HealthcareService: 'providers', Endpoint: 'providers',
  MolecularSequence: 'genetics',
};

/** `Observation.category` and well-known LOINC panels that have a section of their own. */
// prettier-ignore
const BY_CATEGORY: Readonly<Record<string, Section>> = {
  'vital-signs': 'vitals',
  'social-history': 'social-history',
  survey: 'functional-status',
  imaging: 'imaging',
};

/** Documents, messages and answers, of which anything may be a part. */
const DOCUMENTS = new Set(
  'DocumentReference DocumentManifest Composition Binary Communication QuestionnaireResponse Questionnaire List Provenance AuditEvent Library'.split(
    ' ',
  ),
);

/**
 * The section a resource belongs in. Sensitive content goes to its sensitive section whatever its type.
 * @param resolve finds what it refers to, and is about
 */
export function classify(resource: Resource, resolve: Resolve = withinItself): Section {
  const type = resource.resourceType;
  const byType = Object.hasOwn(BY_TYPE, type) ? BY_TYPE[type] : undefined;
  // Who somebody is stays where it is looked for.
  if (byType !== 'profile') {
    const sensitive = sensitivityOf(resource, resolve);
    if (sensitive !== undefined) return sensitive;
  }
  if (type === 'Observation' || type === 'DiagnosticReport') {
    const codings = ['code', 'category'].flatMap((field) => select(resource, field)).flatMap(codingsOf);
    const words = [...codings.map(({ display }) => display), conceptText(at(resource, 'code')) ?? ''].join(' ');
    if (/pregnan|schwanger|embaraz|grossesse/i.test(words)) return 'pregnancy';
    for (const { code } of codings) {
      const section = BY_CATEGORY[code];
      if (section !== undefined) return section;
    }
  }
  return byType ?? (DOCUMENTS.has(type) ? 'documents' : 'unsorted');
}
