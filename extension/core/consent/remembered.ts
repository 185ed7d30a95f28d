import { NEVER_TICKED, type Section } from '../records/sections.ts';
import type { Remembered } from '../wallet/sealed-state.ts';

/** What a question is about: the same in all of it is the same question. */
export type Question = Pick<Remembered, 'origin' | 'recipient' | 'purpose' | 'rights' | 'sections'>;

/** Longest that a yes is remembered. */
const LONGEST_REMEMBERED_SECONDS = 30 * 86_400;
const MOST_KEPT = 50;

const alike = (a: readonly string[], b: readonly string[]): boolean => [...a].sort().join() === [...b].sort().join();

/** Whether two questions are the same. */
export const isSame = (a: Question, b: Question): boolean =>
  a.origin === b.origin &&
  a.recipient.toLowerCase() === b.recipient.toLowerCase() &&
  a.purpose === b.purpose &&
  alike(a.rights, b.rights) &&
  alike(a.sections, b.sections);

/** Only plain sections of a site and a recipient that one hospital vouches for; see {@link Remembered}. */
export const mayRemember = (sections: readonly Section[], until: number, now: number): boolean =>
  sections.every((section) => !NEVER_TICKED.has(section)) && until - now <= LONGEST_REMEMBERED_SECONDS;

/** @param now Unix seconds */
export const findRemembered = (kept: readonly Remembered[], question: Question, now: number): Remembered | undefined =>
  kept.find((one) => one.until > now && isSame(one, question));

/** With one more, in place of an earlier one about the same; those that are over are dropped. */
export const remember = (kept: readonly Remembered[], one: Remembered, now: number): Remembered[] =>
  [one, ...kept.filter((other) => other.until > now && !isSame(other, one))].slice(0, MOST_KEPT);

/** Without what was remembered of a site, of a recipient, or of one recipient there. */
export const forget = (
  kept: readonly Remembered[],
  { origin, recipient }: { readonly origin?: string | undefined; readonly recipient?: string | undefined },
): Remembered[] =>
  kept.filter(
    (one) =>
      (origin !== undefined && one.origin !== origin) ||
      (recipient !== undefined && one.recipient.toLowerCase() !== recipient.toLowerCase()),
  );
