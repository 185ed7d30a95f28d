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

/**
 * Whether somebody of a role may write a type of FHIR resources into a patient's record. A patient writes what they like into their own;
 * what stands in a file or a letter says nothing but what it says.
 */
export function mayWrite(role: Role, type: string): boolean {
  switch (role) {
    case Role.Patient:
    case Role.Hospital:
      return true;
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
