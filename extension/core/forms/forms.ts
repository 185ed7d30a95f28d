import type { Resource } from '../fhir/resource.ts';
import type { Section } from '../records/sections.ts';
import { BILL } from './bill.ts';
import { ALLERGY, CONDITION, IMMUNISATION, MEDICINE } from './clinical.ts';
import { isFormKind, type Form, type FormKind } from './form.ts';
import { MEASUREMENT } from './measurement.ts';
import { DISPENSE, PRESCRIPTION, TEST_ORDER, TEST_REPORT } from './orders.ts';
import { APPOINTMENT, NOTE } from './papers.ts';
import { FAMILY, INSURANCE, PROFILE } from './people.ts';
import { VISIT_OFFER } from './visit-offer.ts';

/** One form for each kind of thing that a person may add by hand. */
export const FORMS: Readonly<Record<FormKind, Form>> = {
  allergy: ALLERGY,
  medicine: MEDICINE,
  condition: CONDITION,
  measurement: MEASUREMENT,
  immunisation: IMMUNISATION,
  appointment: APPOINTMENT,
  profile: PROFILE,
  family: FAMILY,
  insurance: INSURANCE,
  note: NOTE,
  prescription: PRESCRIPTION,
  'test-order': TEST_ORDER,
  dispense: DISPENSE,
  'test-report': TEST_REPORT,
  bill: BILL,
  'visit-offer': VISIT_OFFER,
};

/** Where a member files what is written with a form into somebody's record; absent for what is the patient's own to write. */
export const FILED_IN: Readonly<Partial<Record<FormKind, Section>>> = {
  allergy: 'allergies',
  medicine: 'medications',
  condition: 'problems',
  measurement: 'vitals',
  immunisation: 'immunizations',
  appointment: 'visits',
  family: 'social-history',
  note: 'documents',
  prescription: 'medications',
  'test-order': 'results',
  dispense: 'medications',
  'test-report': 'results',
};

/** Where what is no finding is filed, of where a member may write: nobody is let write to a section for the sake of a bill. */
const FIRST_IN: Readonly<Partial<Record<FormKind, readonly Section[]>>> = {
  bill: ['insurance', 'documents', 'visits', 'results', 'medications'],
  'visit-offer': ['visits', 'documents', 'results', 'medications'],
};

/**
 * Section that a member files what is written with a form in.
 * @param writable sections that they may write to
 * @returns undefined where that is none of them
 */
export function sectionFor(kind: FormKind, writable: readonly Section[]): Section | undefined {
  const first = FIRST_IN[kind];
  if (first !== undefined) return [...first, ...writable].find((section) => writable.includes(section));
  const section = FILED_IN[kind];
  return section !== undefined && writable.includes(section) ? section : undefined;
}

/** The form by which a resource can be corrected; undefined where there is none. */
export const formFor = (resource: Resource): Form | undefined =>
  Object.values(FORMS).find(
    (form) => isFormKind(form.kind) && form.type === resource.resourceType && (form.fits?.(resource) ?? true),
  );
