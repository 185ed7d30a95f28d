import type { Plugin } from 'vite';
import { structureDefinitions } from './lib/fhir-definitions.ts';

const VIRTUAL = 'virtual:fhir-definitions';

/** Resource types whose structure is checked on import; others are taken unchecked, and the report does not claim otherwise. */
const CHECKED =
  `AllergyIntolerance Appointment Binary Bundle CarePlan CareTeam Claim ClinicalImpression Composition Condition Consent
  Coverage Device DeviceUseStatement DiagnosticReport DocumentReference Encounter ExplanationOfBenefit FamilyMemberHistory
  Flag Goal ImagingStudy Immunization Invoice Location Media Medication MedicationAdministration MedicationDispense
  MedicationRequest MedicationStatement Observation Organization Patient Practitioner PractitionerRole Procedure
  Provenance QuestionnaireResponse RelatedPerson ServiceRequest Specimen SupplyDelivery`.split(/\s+/);

/** What the validator reads of an element definition; prose, mappings and examples are 95 % of the published file. */
const KEPT = [
  'id',
  'path',
  'min',
  'max',
  'type',
  'contentReference',
  'base',
  'fixedUri',
  'constraint',
  'sliceName',
  'binding',
];

interface Definition {
  resourceType: string;
  name: string;
  kind: string;
  derivation?: string;
  snapshot?: { element: Record<string, unknown>[] };
  [key: string]: unknown;
}

function strip(definition: Definition): Definition {
  const { resourceType, id, url, name, type, kind, abstract, baseDefinition, derivation, snapshot } = definition;
  const element = (snapshot?.element ?? []).map((e) => {
    const kept = Object.fromEntries(KEPT.filter((k) => e[k] !== undefined).map((k) => [k, e[k]]));
    // Invariants need a FHIRPath engine's worth of time for little: structure and cardinality are what imports get wrong.
    delete kept['constraint'];
    delete kept['binding'];
    return kept;
  });
  const stripped = {
    resourceType,
    id,
    url,
    name,
    type,
    kind,
    abstract,
    baseDefinition,
    derivation,
    snapshot: { element },
  };
  return stripped;
}

/**
 * Serves `virtual:fhir-definitions`: the R4 structure definitions the importer checks against, stripped at build time so that
 * they neither weigh on the bundle nor lie in the repository.
 */
export function fhirDefinitions(): Plugin {
  let code: string | undefined;
  return {
    name: 'salus-fhir-definitions',
    resolveId: (id) => (id === VIRTUAL ? `\0${VIRTUAL}` : undefined),
    load(id) {
      if (id !== `\0${VIRTUAL}`) return undefined;
      code ??= (() => {
        const types = structureDefinitions<Definition>('profiles-types.json');
        const resources = structureDefinitions<Definition>('profiles-resources.json').filter(
          (d) => CHECKED.includes(d.name) || d['abstract'] === true,
        );
        const text = JSON.stringify([...types, ...resources].map(strip));
        return `export const definitions = JSON.parse(${JSON.stringify(text)});\nexport const checked = ${JSON.stringify(CHECKED)};`;
      })();
      return code;
    },
  };
}
