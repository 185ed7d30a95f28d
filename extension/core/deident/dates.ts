import { isCalendar } from '../fhir/date-text.ts';

/** Nobody older is told apart (45 CFR 164.514(b)(2)(i)(C)). */
export const MOST_AGE = 89;
const DAY_MS = 86_400_000;
/** FHIR date, dateTime or instant. */
const DATE = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?)?)?$/;

/** How dates are moved: the same for everything of one patient, so that what lies between two of them stays. */
export interface DateShift {
  /** Days that every date is moved back by. */
  readonly days: number;
  /** Year in which the file is made. */
  readonly year: number;
}

/**
 * Moves a date back, as precise as it was. The time of day is left out: a shift by whole days would leave it, and it could be looked up in the
 * log of whoever wrote it down. What lies further back than anybody is old who is told apart has no date.
 * @returns undefined for none
 */
export function shiftedDate(value: unknown, { days, year }: DateShift): string | undefined {
  const [, y = '', m, d] = (typeof value === 'string' && DATE.exec(value)) || [];
  if (y === '' || !isCalendar(y, m, d) || year - Number(y) > MOST_AGE) return undefined;
  // What is no whole date is taken at its middle: what comes out of it is right more often than not.
  const at = Date.parse(`${y}-${m ?? '07'}-${d ?? (m === undefined ? '01' : '15')}T00:00:00Z`) - days * DAY_MS;
  const shifted = new Date(at).toISOString().slice(0, 10);
  return d !== undefined ? shifted : shifted.slice(0, m === undefined ? 4 : 7);
}

/** Year of birth, moved like every other date; undefined for whoever may be older than {@link MOST_AGE}. */
export const birthYear = (value: unknown, shift: DateShift): string | undefined => {
  const moved = shiftedDate(value, shift);
  return moved === undefined || shift.year - Number(String(value).slice(0, 4)) > MOST_AGE
    ? undefined
    : moved.slice(0, 4);
};
