import type { Section } from '../records/sections.ts';
import { at, listAt, textAt, type Resource } from './resource.ts';

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

/** HL7 v3 ActCode sensitivity labels in `meta.security`. */
const BY_LABEL: Readonly<Record<string, Section>> = {
  PSY: 'mental-health',
  PSYTHPN: 'mental-health',
  MH: 'mental-health',
  BH: 'mental-health',
  SEX: 'sexual-health',
  HIV: 'sexual-health',
  STD: 'sexual-health',
  SDV: 'sexual-health',
  ETH: 'substance-use',
  ETHUD: 'substance-use',
  SUD: 'substance-use',
  OPIOIDUD: 'substance-use',
  ALC: 'substance-use',
  GDIS: 'genetics',
};

const ICD10_SYSTEM = /icd-10/i;
// prettier-ignore
const BY_ICD10: readonly [RegExp, Section][] = [
  [/^F1[0-9]/, 'substance-use'],
  [/^F/, 'mental-health'],
  [/^(A5[0-9]|A6[0-4]|B2[0-4]|Z21)/, 'sexual-health'],
];

/**
 * Words in a resource's own codes that make it sensitive. Deliberately wide: a section that is asked for too rarely does less
 * harm than a diagnosis shared by habit. English, German, Dutch, French and Spanish stems.
 */
const BY_WORD: readonly [RegExp, Section][] = [
  [
    /\b(alcoholi|alcohol use|drug (use|abuse|misuse|overdose|dependen)|opioid (use|abuse|dependen)|misuses drugs|substance (use|abuse)|cocaine|heroin|cannabis|AUDIT-C|DAST-10)/i,
    'substance-use',
  ],
  [
    /\b(depress(ion|ive)|anxiety|panic|psychos|psychot|psychiatr|bipolar|schizo|suicid|self.harm|mental (health|disorder|ill)|PHQ-?[29]|GAD-?7|PTSD|post.?traumatic stress|anorexia nervosa|bulimi)/i,
    'mental-health',
  ],
  [
    /\b(HIV\b|human immunodeficiency virus|syphilis|gonorrh|chlamydia|genital herpes|sexually transmitted|sexual orientation|gender identity|abortion|contracepti)/i,
    'sexual-health',
  ],
  [/\b(genetic|genom|BRCA[12]|germline|karyotyp|DNA (analysis|sequenc))/i, 'genetics'],
];

interface Coding {
  readonly system: string;
  readonly code: string;
  readonly display: string;
}

/** Every coding and text in the fields that say what a resource is about. */
function codingsOf(resource: Resource): Coding[] {
  const fields = ['code', 'category', 'medicationCodeableConcept', 'vaccineCode', 'type', 'reasonCode', 'class'];
  const concepts = fields.flatMap((f) => {
    const value = at(resource, f);
    return Array.isArray(value) ? (value as unknown[]) : value === undefined ? [] : [value];
  });
  return concepts.flatMap((concept) => [
    { system: '', code: '', display: textAt(concept, 'text') ?? '' },
    ...[...listAt(concept, 'coding'), concept].map((c) => ({
      system: textAt(c, 'system') ?? '',
      code: textAt(c, 'code') ?? '',
      display: textAt(c, 'display') ?? '',
    })),
  ]);
}

function sensitiveSection(resource: Resource, codings: Coding[]): Section | undefined {
  for (const label of listAt(resource, 'meta.security')) {
    const section = BY_LABEL[textAt(label, 'code') ?? ''];
    if (section !== undefined) return section;
  }
  for (const { system, code, display } of codings) {
    if (ICD10_SYSTEM.test(system)) {
      const hit = BY_ICD10.find(([pattern]) => pattern.test(code));
      if (hit !== undefined) return hit[1];
    }
    const hit = BY_WORD.find(([pattern]) => pattern.test(display));
    if (hit !== undefined) return hit[1];
  }
  return undefined;
}

/** The section a resource belongs in. Sensitive content goes to its sensitive section whatever its type. */
export function classify(resource: Resource): Section {
  const codings = codingsOf(resource);
  const byType = BY_TYPE[resource.resourceType] ?? 'documents';
  if (byType !== 'providers' && byType !== 'profile') {
    const sensitive = sensitiveSection(resource, codings);
    if (sensitive !== undefined) return sensitive;
  }
  if (resource.resourceType === 'Observation' || resource.resourceType === 'DiagnosticReport') {
    const words = codings.map((c) => c.display).join(' ');
    if (/pregnan/i.test(words)) return 'pregnancy';
    for (const { code } of codings) {
      const section = BY_CATEGORY[code];
      if (section !== undefined) return section;
    }
  }
  return byType;
}
