import { isSalusError, SalusError } from '../errors.ts';
import type { Bytes } from '../bytes.ts';
import type { Card } from './card.ts';
import LIBRARY from './library.ts';

/** How far cards that were entered are. */
export interface Gathered {
  /** Circles that are needed, and that there are. */
  readonly circlesNeeded: number;
  readonly circles: number;
  /** Those of which there is a card, in their order. `circle` from 0. */
  readonly begun: readonly { readonly circle: number; readonly needed: number; readonly have: number }[];
  /** Cards still needed of the circles that are nearest, and circles still needed of which there is no card. */
  readonly missing: { readonly cards: number; readonly circles: number };
}

export const isEnough = ({ missing }: Gathered): boolean => missing.cards === 0 && missing.circles === 0;

/** @param cards each taken by {@link addCard} */
export function gathered(cards: readonly Card[]): Gathered | undefined {
  const [first] = cards;
  if (first === undefined) return undefined;
  const { circlesNeeded, circles } = first;
  const byCircle = [...Map.groupBy(cards, (card) => card.circle)].sort(([a], [b]) => a - b);
  const begun = byCircle.map(([circle, list]) => ({ circle, needed: list[0]?.needed ?? 1, have: list.length }));
  const nearest = begun
    .map(({ needed, have }) => needed - have)
    .sort((a, b) => a - b)
    .slice(0, circlesNeeded);
  const missing = { cards: nearest.reduce((n, one) => n + one, 0), circles: circlesNeeded - nearest.length };
  return { circlesNeeded, circles, begun, missing };
}

const refused = (why: string, message: string, detail: Record<string, number> = {}): SalusError =>
  new SalusError('card-refused', message, { why, ...detail });

/**
 * Takes one more card.
 * @throws SalusError `card-refused` with `why`: `known` for one that was entered, `set` for one of another set, `wrong` for one that
 * contradicts another, `circle` (and its number from 1) where its circle, or all, have enough
 */
export function addCard(cards: readonly Card[], card: Card): readonly Card[] {
  const [first] = cards;
  if (first === undefined) return [card];
  if (cards.some((one) => one.words.join() === card.words.join())) throw refused('known', 'This card was entered.');
  const isOfSet = (one: Card) =>
    one.set === card.set &&
    one.words.length === card.words.length &&
    one.circles === card.circles &&
    one.circlesNeeded === card.circlesNeeded;
  if (!isOfSet(first)) throw refused('set', 'This card was made at another time, or for another wallet.');
  const same = cards.filter((one) => one.circle === card.circle);
  if (same.some((one) => one.member === card.member || one.needed !== card.needed)) {
    throw refused('wrong', 'This card contradicts another.');
  }
  const { begun = [] } = gathered(cards) ?? {};
  const isFull = begun.some(({ circle, needed, have }) => circle === card.circle && have >= needed);
  if (isFull) throw refused('circle', 'There are enough of this circle.', { circle: card.circle + 1 });
  return [...cards, card];
}

/** A quorum among the cards: of the circles that have enough as many as are needed, and nothing beside. */
function quorum(cards: readonly Card[], circlesNeeded: number): Card[] {
  const full = [...Map.groupBy(cards, (card) => card.circle).values()].filter(
    (list) => list.length >= (list[0]?.needed ?? 1),
  );
  return full.slice(0, circlesNeeded).flatMap((list) => list.slice(0, list[0]?.needed));
}

/**
 * The secret that was shared. Fewer cards than are needed give nothing, not even a hint.
 * @param passphrase of SLIP-0039; Salus uses none (docs/decisions/0021)
 * @throws SalusError `cards-missing` with how many; `cards-disagree` where each is whole but one is not of this set
 */
export function combine(cards: readonly Card[], passphrase = ''): Bytes {
  const so = gathered(cards.reduce<readonly Card[]>(addCard, []));
  if (so === undefined) throw new SalusError('cards-missing', 'There is no card.', { cards: 1, circles: 0 });
  if (!isEnough(so)) throw new SalusError('cards-missing', 'More cards are needed.', { ...so.missing });
  try {
    const mnemonics = quorum(cards, so.circlesNeeded).map(({ words }) => words.join(' '));
    return Uint8Array.from(LIBRARY.combineMnemonics(mnemonics, passphrase));
  } catch (error) {
    if (isSalusError(error)) throw error;
    // What the library says quotes words.
    throw new SalusError('cards-disagree', 'These cards do not belong together: one of them is wrong.');
  }
}
