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
