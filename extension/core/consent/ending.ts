import { SalusError } from '../errors.ts';

/** Access goes on for at most so many seconds: a year. */
export const LONGEST_SECONDS = 366 * 86_400;

/**
 * The end that was chosen, and no later than a year from now. All in Unix seconds.
 * @throws SalusError `bad-request` for one that does not lie ahead
 */
export function endAhead(until: number, now: number): number {
  if (until <= now) throw new SalusError('bad-request', 'Choose an end that lies ahead.');
  return Math.min(until, now + LONGEST_SECONDS);
}
