import * as v from 'valibot';

/** How often in a row a person refused a site, and when last (milliseconds since the epoch). */
export const RefusalsSchema = v.object({ origin: v.string(), count: v.number(), at: v.number() });
export type Refusals = v.InferOutput<typeof RefusalsSchema>;

/** Refusals in a row that a site may meet without a pause: people change their mind, and press the wrong button. */
const FREE = 3;
const FIRST_MS = 60_000;
const LONGEST_MS = 60 * 60_000;
/** After this long without one, refusals are forgotten. */
const FORGET_MS = 24 * 60 * 60_000;

/**
 * Milliseconds for which a site is not to ask again; 0 when it may. Doubles with each refusal after the free ones. A refusal that lies
 * ahead was noted by a clock that was wrong, and brings none.
 */
export function pauseLeft(refusals: Refusals | undefined, now: number): number {
  if (refusals === undefined || refusals.count < FREE) return 0;
  const pause = Math.min(FIRST_MS * 2 ** (refusals.count - FREE), LONGEST_MS);
  return refusals.at > now ? 0 : Math.max(0, refusals.at + pause - now);
}

/** Counts one more refusal of a site. */
export function refusedOnceMore(all: readonly Refusals[], origin: string, now: number): Refusals[] {
  const recent = all.filter((r) => r.at > now - FORGET_MS);
  const before = recent.find((r) => r.origin === origin)?.count ?? 0;
  return [...recent.filter((r) => r.origin !== origin), { origin, count: before + 1, at: now }];
}
