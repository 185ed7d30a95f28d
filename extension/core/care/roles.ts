import { Role } from '../registry/abi.ts';
import { OrderKind } from './orders-abi.ts';

/** What a lab finds out, and what comes with it. */
const OF_LAB = ['DiagnosticReport', 'Observation', 'Specimen', 'ImagingStudy', 'Media', 'DocumentReference', 'Invoice'];
/** What is handed out, given or explained in a pharmacy. */
const OF_PHARMACY = [
  'MedicationDispense',
  'MedicationStatement',
  'MedicationAdministration',
  'Immunization',
  'DocumentReference',
  'Communication',
  'Invoice',
];
/** What a doctor leaves to a pharmacy. */
const NOT_OF_DOCTOR: readonly string[] = ['MedicationDispense'];

/** What somebody who cares for another may have seen, measured or been told. */
const OF_CARER = ['Observation', 'QuestionnaireResponse', 'DocumentReference', 'Communication'];

/**
 * Whether somebody of a role may write a type of FHIR resources into the record of another. A patient writes what they like into their
 * own, and is not asked about here; what stands in a file or a letter says nothing but what it says.
 */
export function mayWrite(role: Role, type: string): boolean {
  switch (role) {
    case Role.Hospital:
      return true;
    case Role.Patient:
      return OF_CARER.includes(type) || type === 'File';
    case Role.Doctor:
      return !NOT_OF_DOCTOR.includes(type);
    case Role.Lab:
      return OF_LAB.includes(type) || type === 'File';
    case Role.Pharmacist:
      return OF_PHARMACY.includes(type) || type === 'File';
    default:
      return false;
  }
}

/** Whether somebody of a role orders what others carry out. */
export const mayOrder = (role: Role): boolean => role === Role.Doctor;

/** Whether somebody of a role carries out orders of a kind. */
export const mayCarryOut = (role: Role, kind: OrderKind): boolean =>
  kind === OrderKind.Prescription ? role === Role.Pharmacist : kind === OrderKind.Test && role === Role.Lab;
