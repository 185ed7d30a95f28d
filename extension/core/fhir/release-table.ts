import { at, isObject, listAt, textAt } from './resource.ts';
import {
  asCode,
  asConcept,
  asList,
  asOne,
  asText,
  denied,
  first,
  inList,
  renamed,
  split,
  type Move,
} from './release-moves.ts';

/** Types of DSTU1, DSTU2, STU3, R4B, R5 and the R6 ballot under the name that R4 has for the same thing. */
export const R4_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries({
    Alert: 'Flag',
    AdverseReaction: 'AdverseEvent',
    BodySite: 'BodyStructure',
    Conformance: 'CapabilityStatement',
    Contraindication: 'DetectedIssue',
    DataElement: 'StructureDefinition',
    DeviceComponent: 'DeviceMetric',
    DeviceObservationReport: 'Observation',
    DeviceUsage: 'DeviceUseStatement',
    DeviceUseRequest: 'DeviceRequest',
    DeviceDispense: 'SupplyDelivery',
    DiagnosticOrder: 'ServiceRequest',
    EligibilityRequest: 'CoverageEligibilityRequest',
    EligibilityResponse: 'CoverageEligibilityResponse',
    EncounterHistory: 'Encounter',
    EvidenceReport: 'Evidence',
    ExpansionProfile: 'TerminologyCapabilities',
    ImagingManifest: 'ImagingStudy',
    ImagingObjectSelection: 'ImagingStudy',
    ImagingSelection: 'ImagingStudy',
    MedicalDevice: 'Device',
    MedicationOrder: 'MedicationRequest',
    MedicationPrescription: 'MedicationRequest',
    MedicinalProductDefinition: 'MedicinalProduct',
    Order: 'Task',
    OrderResponse: 'Task',
    Other: 'Basic',
    ProcedureRequest: 'ServiceRequest',
    ProcessRequest: 'Task',
    ProcessResponse: 'Task',
    QuestionnaireAnswers: 'QuestionnaireResponse',
    ReferralRequest: 'ServiceRequest',
    RequestOrchestration: 'RequestGroup',
    SecurityEvent: 'AuditEvent',
    Sequence: 'MolecularSequence',
    ServiceDefinition: 'PlanDefinition',
    SubstanceDefinition: 'SubstanceSpecification',
    Supply: 'SupplyRequest',
    Transport: 'Task',
  }),
);

/** Types of other releases for which R4 has nothing. */
export const OTHER_TYPES: ReadonlySet<string> = new Set(
  `ActorDefinition AdministrableProductDefinition ArtifactAssessment BiologicallyDerivedProductDispense Citation
  ClinicalUseDefinition ConditionDefinition DeviceAlert DeviceAssociation FormularyItem GenomicStudy Ingredient
  InsuranceProduct InventoryItem InventoryReport ManufacturedItemDefinition MoleculeDefinition NutritionIntake
  NutritionProduct PackagedProductDefinition Permission PersonalRelationship RegulatedAuthorization Requirements
  ResearchElementDefinition SubscriptionStatus SubscriptionTopic SubstanceNucleicAcid SubstancePolymer SubstanceProtein
  SubstanceReferenceInformation SubstanceSourceMaterial TestPlan VirtualServiceDetail`.split(/\s+/),
);

const CLINICAL = 'http://terminology.hl7.org/CodeSystem/condition-clinical';
const VERIFICATION = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const ALLERGY_CLINICAL = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical';
const ALLERGY_VERIFICATION = 'http://terminology.hl7.org/CodeSystem/allergyintolerance-verification';

const concept = (system: string, code: string) => ({ coding: [{ system, code }] });

/** DSTU2 has one status for what R4 says in two. */
const allergyStatus: Move = (view) => {
  const status = view.get('status');
  if (typeof status !== 'string') return;
  view.set('status', undefined);
  const isClinical = ['active', 'inactive', 'resolved'].includes(status);
  if (isClinical) view.set('clinicalStatus', concept(ALLERGY_CLINICAL, status));
  else view.set('verificationStatus', concept(ALLERGY_VERIFICATION, status));
};

const CRITICALITY: Readonly<Record<string, string>> = { CRITL: 'low', CRITH: 'high', CRITU: 'unable-to-assess' };
const criticality: Move = (view) => {
  const code = CRITICALITY[String(view.get('criticality'))];
  if (code !== undefined) view.set('criticality', code);
};

/** R5 has a list of concepts, DSTU2 a code, where R4 has one Coding. */
const encounterClass: Move = (view) => {
  const value = view.get('class');
  if (typeof value === 'string') view.set('class', { code: value });
  const one: unknown = Array.isArray(value) ? (value as unknown[])[0] : value;
  const coding = listAt(one, 'coding')[0];
  if (coding !== undefined) view.set('class', coding);
  else if (textAt(one, 'text') !== undefined) view.set('class', { display: textAt(one, 'text') });
};

/** R5: `reason: [{ use, value: [CodeableReference] }]`; DSTU2 and STU3: `reason: [CodeableConcept]`. */
const encounterReason: Move = (view) => {
  const reasons = view.get('reason');
  if (!Array.isArray(reasons)) return;
  const concepts = (reasons as unknown[]).flatMap((one) => {
    const values = listAt(one, 'value');
    return values.length === 0 ? [one] : values.map((value) => at(value, 'concept'));
  });
  view.set('reason', undefined);
  view.set(
    'reasonCode',
    concepts.filter((one) => one !== undefined),
  );
};

/** DSTU2’s family names are lists, and a practitioner has one name. */
const names: Move = (view) => {
  const given = view.get('name');
  if (!isObject(given) && !Array.isArray(given)) return;
  const list: unknown[] = Array.isArray(given) ? (given as unknown[]) : [given];
  if (Array.isArray(given) && !list.some((name) => Array.isArray(at(name, 'family')))) return;
  const joined = (name: unknown) =>
    isObject(name) && Array.isArray(name['family']) ? { ...name, family: name['family'].join(' ') } : name;
  view.set('name', list.map(joined));
};

/** A diagnostic order of DSTU2 says what is ordered in a list of items, and when in a list of events. */
const diagnosticOrder: Move = (view) => {
  const item = listAt(view.fields, 'item')[0];
  if (view.get('code') === undefined && at(item, 'code') !== undefined) view.set('code', at(item, 'code'));
  const date = textAt(view.fields, 'event.0.dateTime');
  if (view.get('authoredOn') === undefined && date !== undefined) view.set('authoredOn', date);
};

const deviceOfUse: Move = (view) => {
  const given = view.get('device');
  const words = textAt(given, 'concept.text') ?? textAt(given, 'concept.coding.0.display');
  const reference = at(given, 'reference');
  if (words !== undefined) view.set('device', { ...(isObject(reference) && reference), display: words });
  else if (isObject(reference)) view.set('device', reference);
};

const deviceNames: Move = (view) => {
  const given = view.get('name');
  if (!Array.isArray(given) || view.get('deviceName') !== undefined) return;
  view.set('name', undefined);
  view.set(
    'deviceName',
    (given as unknown[]).map((one) => ({ name: at(one, 'value'), type: at(one, 'type') })),
  );
};

const goalText: Move = (view) => {
  const words = view.get('description');
  if (typeof words === 'string') view.set('description', asText(words));
};

const requester: Move = (view) => {
  const agent = at(view.get('requester'), 'agent');
  if (agent !== undefined) view.set('requester', agent);
};

const reasons: readonly Move[] = [
  split('reason', 'reasonCode', 'reasonReference'),
  renamed('reasonCodeableConcept', 'reasonCode', inList),
];
const occurred = (to: string): Move[] =>
  ['DateTime', 'Period', 'String'].flatMap((kind) => [
    renamed(`occurrence${kind}`, `${to}${kind}`),
    renamed(`occurence${kind}`, `${to}${kind}`),
  ]);

/** What stands elsewhere in other releases, by the name that R4 has for the type. */
export const MOVES: Readonly<Record<string, readonly Move[]>> = {
  AdverseEvent: [
    renamed('code', 'event'),
    renamed('symptom', 'event', (v) => at(first(v), 'code')),
    renamed('occurrenceDateTime', 'date'),
  ],
  AllergyIntolerance: [
    renamed('substance', 'code'),
    renamed('assertedDate', 'recordedDate'),
    renamed('onset', 'onsetDateTime'),
    renamed('lastOccurence', 'lastOccurrence'),
    allergyStatus,
    criticality,
    asCode('type'),
    asList('category'),
    asConcept('clinicalStatus', ALLERGY_CLINICAL),
    asConcept('verificationStatus', ALLERGY_VERIFICATION),
  ],
  Appointment: [
    asOne('class'),
    split('serviceType', 'serviceType', 'serviceTypeReference'),
    renamed('type', 'appointmentType'),
    ...reasons,
    renamed('cancellationReason', 'cancelationReason'),
  ],
  BodyStructure: [
    renamed('includedStructure', 'location', (v) => at(first(v), 'structure')),
    renamed('code', 'location'),
  ],
  CarePlan: [asList('category'), renamed('modified', 'created')],
  Composition: [renamed('class', 'category', inList), asOne('subject')],
  Condition: [
    asList('category'),
    renamed('dateRecorded', 'recordedDate'),
    renamed('dateAsserted', 'recordedDate'),
    renamed('assertedDate', 'recordedDate'),
    renamed('patient', 'subject'),
    asConcept('clinicalStatus', CLINICAL),
    asConcept('verificationStatus', VERIFICATION),
  ],
  Consent: [renamed('date', 'dateTime'), asList('category')],
  Coverage: [renamed('insurer', 'payor', inList), renamed('issuer', 'payor', inList)],
  DetectedIssue: [renamed('category', 'code', first), renamed('date', 'identifiedDateTime')],
  Device: [asOne('type'), deviceNames, renamed('model', 'modelNumber')],
  DeviceRequest: [
    split('code', 'codeCodeableConcept', 'codeReference'),
    renamed('device', 'codeReference'),
    renamed('orderedOn', 'authoredOn'),
  ],
  DeviceUseStatement: [
    deviceOfUse,
    renamed('whenUsed', 'timingPeriod'),
    renamed('dateAsserted', 'recordedOn'),
    renamed('patient', 'subject'),
    ...reasons,
  ],
  DiagnosticReport: [
    asList('category'),
    renamed('codedDiagnosis', 'conclusionCode'),
    renamed('diagnosticDateTime', 'effectiveDateTime'),
    renamed('name', 'code'),
  ],
  DocumentReference: [
    renamed('class', 'category', inList),
    renamed('created', 'date'),
    renamed('indexed', 'date'),
    asOne('context'),
  ],
  Encounter: [
    renamed('actualPeriod', 'period'),
    renamed('admission', 'hospitalization'),
    renamed('patient', 'subject'),
    encounterClass,
    encounterReason,
  ],
  Flag: [asList('category')],
  Goal: [goalText, renamed('startDateTime', 'startDate')],
  ImagingStudy: [
    renamed('modalityList', 'modality'),
    renamed('procedure', 'procedureCode', (v) => inList(v).flatMap((one) => at(one, 'concept') ?? [])),
    renamed('authoringTime', 'started'),
    ...reasons,
  ],
  Immunization: [
    denied('wasNotGiven', 'not-done'),
    denied('notGiven', 'not-done'),
    denied('refusedIndicator', 'not-done'),
    renamed('date', 'occurrenceDateTime'),
    renamed('vaccineType', 'vaccineCode'),
    ...reasons,
  ],
  Media: [
    renamed('subtype', 'modality'),
    renamed('occurrenceDateTime', 'createdDateTime'),
    renamed('occurrencePeriod', 'createdPeriod'),
  ],
  Medication: [renamed('product', 'form', (v) => at(v, 'form'))],
  MedicationAdministration: [
    denied('wasNotGiven', 'not-done'),
    denied('notGiven', 'not-done'),
    split('medication', 'medicationCodeableConcept', 'medicationReference'),
    renamed('effectiveTimeDateTime', 'effectiveDateTime'),
    renamed('effectiveTimePeriod', 'effectivePeriod'),
    ...occurred('effective'),
    renamed('patient', 'subject'),
    ...reasons,
  ],
  MedicationDispense: [
    split('medication', 'medicationCodeableConcept', 'medicationReference'),
    renamed('patient', 'subject'),
  ],
  MedicationRequest: [
    split('medication', 'medicationCodeableConcept', 'medicationReference'),
    renamed('dateWritten', 'authoredOn'),
    renamed('prescriber', 'requester'),
    renamed('patient', 'subject'),
    renamed('dispense', 'dispenseRequest'),
    requester,
    ...reasons,
  ],
  MedicationStatement: [
    denied('wasNotGiven', 'not-taken'),
    denied('wasNotTaken', 'not-taken'),
    split('medication', 'medicationCodeableConcept', 'medicationReference'),
    renamed('reasonForUseCodeableConcept', 'reasonCode', inList),
    renamed('reasonNotTaken', 'statusReason'),
    renamed('patient', 'subject'),
    ...reasons,
  ],
  MolecularSequence: [],
  Observation: [
    asList('category'),
    renamed('name', 'code'),
    renamed('appliesDateTime', 'effectiveDateTime'),
    renamed('appliesPeriod', 'effectivePeriod'),
  ],
  Patient: [names, renamed('careProvider', 'generalPractitioner')],
  Person: [names],
  Practitioner: [names],
  Procedure: [
    denied('notPerformed', 'not-done'),
    denied('notDone', 'not-done'),
    ...occurred('performed'),
    renamed('type', 'code'),
    renamed('date', 'performedPeriod'),
    renamed('patient', 'subject'),
    ...reasons,
  ],
  RelatedPerson: [names],
  ServiceRequest: [
    diagnosticOrder,
    split('code', 'code', 'codeReference'),
    renamed('serviceRequested', 'code', first),
    renamed('orderedOn', 'authoredOn'),
    renamed('dateSent', 'authoredOn'),
    renamed('date', 'authoredOn'),
    renamed('scheduledDateTime', 'occurrenceDateTime'),
    renamed('scheduledPeriod', 'occurrencePeriod'),
    renamed('orderer', 'requester'),
    requester,
    ...reasons,
  ],
  SupplyRequest: [split('item', 'itemCodeableConcept', 'itemReference'), renamed('date', 'authoredOn')],
  SupplyDelivery: [renamed('preparedDate', 'occurrenceDateTime')],
};
