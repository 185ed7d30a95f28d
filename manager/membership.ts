import type { Chain } from './chain.ts';

/** How long a "yes" of the chain holds, in milliseconds: a removed member can upload for this much longer. */
const CACHE_MS = 60_000;
/** Answers kept at most. */
const CACHE_SIZE = 10_000;

/**
 * Asks the registry whether an account is an active member. A "no" is never remembered: who has just enrolled gets in.
 *
 * @param chain where to ask
 * @param now milliseconds; for tests
 */
export function createMembership(
  chain: Pick<Chain, 'isActive'>,
  now: () => number = Date.now,
): (member: string) => Promise<boolean> {
  const activeUntil = new Map<string, number>();
  return async (member) => {
    if ((activeUntil.get(member) ?? 0) > now()) return true;
    activeUntil.delete(member);
    if (!(await chain.isActive(member))) return false;
    const oldest = activeUntil.keys().next();
    if (activeUntil.size >= CACHE_SIZE && !oldest.done) activeUntil.delete(oldest.value);
    activeUntil.set(member, now() + CACHE_MS);
    return true;
  };
}
