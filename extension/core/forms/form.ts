import { canonicalBytes } from '../fhir/canonical.ts';
import { equal } from '../bytes.ts';
import type { Resource } from '../fhir/resource.ts';
import { checkValues, type Field, type Values } from './field.ts';

export const FORM_KINDS = [
  'allergy',
  'medicine',
  'condition',
  'measurement',
  'immunisation',
  'appointment',
  'profile',
  'family',
  'insurance',
  'note',
] as const;
/** What nobody writes into their own record. */
const CARE_FORMS = ['prescription', 'test-order', 'dispense', 'test-report', 'bill', 'visit-offer'] as const;
export type FormKind = (typeof FORM_KINDS)[number] | (typeof CARE_FORMS)[number];
export const isFormKind = (value: unknown): value is FormKind => FORM_KINDS.some((kind) => kind === value);
export const isCareForm = (value: unknown): value is FormKind => CARE_FORMS.some((kind) => kind === value);

/** Types of which some can be corrected by a form. */
export const FORM_TYPES: ReadonlySet<string> = new Set([
  'AllergyIntolerance',
  'MedicationStatement',
  'Condition',
  'Observation',
  'Immunization',
  'Appointment',
  'Patient',
  'FamilyMemberHistory',
  'Coverage',
  'DocumentReference',
]);

/** Words of the person's language for what a choice is called in the record, by key. */
export type Say = (key: string) => string;

/** A form for one type of FHIR R4 resources. */
export interface Form {
  readonly kind: FormKind;
  readonly type: string;
  readonly fields: readonly Field[];
  /** Elements that the form decides; others of a resource that is corrected stay as they are. */
  readonly owns: readonly string[];
  /** @param values as {@link checkValues} gives them, without faults */
  readonly make: (values: Values, say: Say) => Readonly<Record<string, unknown>>;
  readonly read: (resource: Resource) => Values;
  /** Of its type, what the form is for; all of them where it is absent. */
  readonly fits?: (resource: Resource) => boolean;
}

/**
 * The resource that a form's values stand for.
 * @param before the resource that is corrected, from `parseLossless`: what the form does not ask, and what was not changed, stays
 */
export function toResource(form: Form, values: Values, say: Say, before?: Resource): Resource {
  const made = form.make(values, say);
  if (before === undefined) return { resourceType: form.type, ...made };
  const unchanged = form.make(toValues(form, before), say);
  const { text, ...kept } = before; // the narrative would say what was before
  void text;
  const rest = Object.entries(kept).filter(([name]) => !form.owns.includes(name));
  const owned = form.owns.flatMap((name) => {
    const element = isSame(made[name], unchanged[name]) ? before[name] : made[name];
    return element === undefined ? [] : [[name, element] as const];
  });
  return { ...Object.fromEntries([...rest, ...owned]), resourceType: form.type };
}

const isSame = (a: unknown, b: unknown): boolean => equal(canonicalBytes([a ?? null]), canonicalBytes([b ?? null]));

/** What a form shows of a resource. @param resource from `parseLossless` */
export const toValues = (form: Form, resource: Resource): Values =>
  checkValues(form.fields, form.read(resource)).values;
