import { SalusError } from '../errors.ts';
import type { Reader } from './reader.ts';

/**
 * What is told of an act that was refused: that this account is locked for asking without consent, where it is, and otherwise what was
 * said before.
 * @param refused of the act
 */
export async function unlessLocked(
  { deployments: [newest], address, now }: Pick<Reader, 'deployments' | 'address' | 'now'>,
  refused: SalusError,
): Promise<SalusError> {
  // Where no node says, or two say different things, what was said before is true too.
  const until = (await newest?.client.lockedUntil(address).catch(() => 0)) ?? 0;
  if (until * 1_000 <= now()) return refused;
  return new SalusError('account-locked', 'This account is locked for asking without consent. Nothing was done.', {
    until,
  });
}
