import type { Fault, Field } from '../../core/forms/field.ts';
import type { FormKind, Say } from '../../core/forms/form.ts';
import { lookUp } from './text.ts';

/** Questions that are put to whoever it is about. */
const PUT_TO_THE_PATIENT: ReadonlySet<string> = new Set(['substance', 'relative', 'taking']);
/** @param theirs it is about somebody else than the one who fills it in */
export const fieldLabel = ({ key, label = key }: Pick<Field, 'key' | 'label'>, theirs = false): string =>
  lookUp(theirs && PUT_TO_THE_PATIENT.has(label) ? `form.their_${label}` : `form.${label}`);
export const faultText = (fault: Fault): string => lookUp(`form.f_${fault}`);
export const formName = (kind: FormKind): string => lookUp(`byHand.kind_${kind.replaceAll('-', '_')}`);
/** What a choice is called in the record. */
export const say: Say = (key) => lookUp(`form.c_${key.replaceAll('-', '_')}`);
/** Whether the choices of a field are units, which are called what they are and read from the left in every language. */
export const isOfUnits = ({ key, label = key }: Field): boolean => label === 'unit';
export const choiceText = (field: Field, choice: string): string =>
  isOfUnits(field) ? choice : say(`${field.label ?? field.key}_${choice}`);
