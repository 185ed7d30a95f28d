import type { Resource } from '../fhir/resource.ts';
import type { Words } from '../fhir/present/words.ts';
import type { REQUIRED } from './places.ts';

const ABSENT = 'http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips';
const CLINICAL = 'http://terminology.hl7.org/CodeSystem';
export const DATA_ABSENT = {
  extension: [{ url: 'http://hl7.org/fhir/StructureDefinition/data-absent-reason', valueCode: 'unknown' }],
};

type Required = (typeof REQUIRED)[number];
const CODES: Readonly<Record<Required, string>> = {
  allergies: 'no-allergy-info',
  medications: 'no-medication-info',
  problems: 'no-problem-info',
};

/** The words that a person reads in its place. */
export const noInformationText = (of: Required, { word }: Words): string =>
  word(`absent.${CODES[of].replaceAll('-', '_')}`) ?? '';

/**
 * What stands in a required section of which nothing is given (IPS, “absent and unknown data”): it is not said that there is none. A
 * section that has an entry has no `emptyReason` beside it (FHIR R4, cmp-2), and IPS 1 takes nothing but an entry.
 * @param patient reference to whom it is about
 */
export function noInformation(of: Required, patient: string, words: Words): Resource {
  const concept = { coding: [{ system: ABSENT, code: CODES[of] }], text: noInformationText(of, words) };
  const active = (system: string) => ({ coding: [{ system: `${CLINICAL}/${system}`, code: 'active' }] });
  const reference = { reference: patient };
  switch (of) {
    case 'allergies':
      return {
        resourceType: 'AllergyIntolerance',
        clinicalStatus: active('allergyintolerance-clinical'),
        code: concept,
        patient: reference,
      };
    case 'problems':
      return {
        resourceType: 'Condition',
        clinicalStatus: active('condition-clinical'),
        code: concept,
        subject: reference,
      };
    case 'medications':
      return {
        resourceType: 'MedicationStatement',
        status: 'unknown',
        medicationCodeableConcept: concept,
        subject: reference,
        _effectiveDateTime: DATA_ABSENT,
      };
  }
}
