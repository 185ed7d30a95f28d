import * as v from 'valibot';
import { isSection, type Section } from '../records/sections.ts';

const word = v.pipe(v.string(), v.minLength(1), v.maxLength(512));
const date = v.pipe(v.string(), v.regex(/^\d{4}(-\d{2}(-\d{2})?)?$/));

/** Which things of some sections are meant: those for which all that is said holds. */
export const WhichSchema = v.strictObject({
  /** FHIR resource types. */
  types: v.optional(v.pipe(v.array(word), v.minLength(1), v.maxLength(50))),
  /** `system|code`. */
  codes: v.optional(v.pipe(v.array(word), v.minLength(1), v.maxLength(50))),
  /** FHIR dates, both included; what has no date is not meant where one of them is given. */
  from: v.optional(date),
  to: v.optional(date),
});

/** Which things of a record are meant. */
export const RuleSchema = v.strictObject({
  sections: v.pipe(v.array(v.custom<Section>(isSection)), v.minLength(1), v.maxLength(32)),
  ...WhichSchema.entries,
});
export type Rule = v.InferOutput<typeof RuleSchema>;

/** What of an item says whether it is meant. */
interface Judged {
  readonly section: Section;
  readonly type: string;
  readonly code?: string | undefined;
  readonly date?: string | undefined;
}

/** Whether an item is meant. */
export function isMeant(
  { section, type, code, date: on }: Judged,
  { sections, types, codes, from, to }: Rule,
): boolean {
  if (!sections.includes(section)) return false;
  if (types !== undefined && !types.includes(type)) return false;
  if (codes !== undefined && (code === undefined || !codes.includes(code))) return false;
  if (from !== undefined && (on === undefined || on < from)) return false;
  return to === undefined || (on !== undefined && on.slice(0, to.length) <= to);
}
