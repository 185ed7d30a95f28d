import { equal } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { readCard, type Card } from './card.ts';
import { combine } from './gather.ts';
import LIBRARY from './library.ts';
import { planFault, type GuardianPlan } from './plan.ts';

/** What SLIP-0039 recommends: the set's name is no part of the encryption, so that several sets can open the same. */
const EXTENDABLE = 1;
/** There is no passphrase that more rounds would protect. */
const EXPONENT = 0;

/** The cards of each circle, in the order of its members. */
export type Cards = readonly (readonly Card[])[];

/**
 * Shares the entropy of recovery words among guardians, in two levels (SLIP-0039): of each circle some members, and of all circles some.
 * Every card was read again, and opens what it should, before it is given out.
 * @param entropy 16 or 32 bytes
 * @throws SalusError `bad-request` for a plan that has a fault, or other entropy
 */
export function split(entropy: Uint8Array, plan: GuardianPlan): Cards {
  if (planFault(plan) !== undefined || ![16, 32].includes(entropy.length)) throw unfit();
  const { circles, circlesNeeded } = plan;
  const identifier = LIBRARY.generateIdentifier();
  const secret = LIBRARY.crypt([...entropy], '', EXPONENT, identifier, EXTENDABLE);
  const shares = LIBRARY.splitSecret(circlesNeeded, circles.length, secret);
  const cards = circles.map(({ needed, members }, circle) => {
    const parts = LIBRARY.splitSecret(needed, members.length, shares[circle] ?? []);
    return parts.map((part, member) => {
      const place = [circle, circlesNeeded, circles.length, member, needed] as const;
      return readCard(LIBRARY.encodeMnemonic(identifier, EXTENDABLE, EXPONENT, ...place, part));
    });
  });
  for (const some of quorums(cards, circlesNeeded)) if (!equal(combine(some), entropy)) throw unfit();
  return cards;
}

const unfit = () => new SalusError('bad-request', 'These cards could not be made.');

/** Quorums that have each card between them. */
function* quorums(cards: Cards, circlesNeeded: number): Generator<readonly Card[]> {
  const from = <T>(list: readonly T[], at: number, count: number): T[] => [...list, ...list].slice(at, at + count);
  const some = (circle: readonly Card[], at: number) => from(circle, at, circle[0]?.needed ?? 1);
  for (const [i, circle] of cards.entries()) {
    const beside = from(cards, i, circlesNeeded)
      .slice(1)
      .flatMap((other) => some(other, 0));
    for (const at of circle.keys()) yield [...some(circle, at), ...beside];
  }
}
