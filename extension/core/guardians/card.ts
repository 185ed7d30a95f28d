import { SalusError } from '../errors.ts';
import { meantWord, typedWords } from '../keys/typed-words.ts';
import LIBRARY from './library.ts';

const { WORD_LIST, validateMnemonic } = LIBRARY;

/** Words on a card: of a wallet with 12 words, and of one with 24. */
const LENGTHS: readonly number[] = [20, 33];
/**
 * 10,000 · 2^5 rounds of hashing, about a second. What another program made may ask for up to 2^15 times as many as ours, which would
 * hold up the page for hours; cards of Salus ask for the least.
 */
const MOST_EXPONENT = 5;
const WORD_BITS = 10;

/** One guardian's card (SLIP-0039), read and found whole. */
export interface Card {
  readonly words: readonly string[];
  /** Cards that were made together have this in common: identifier (15 bits), extendable flag, iteration exponent (4). */
  readonly set: number;
  /** From 0. */
  readonly circle: number;
  /** Circles that are needed, and that there are. */
  readonly circlesNeeded: number;
  readonly circles: number;
  /** From 0, within its circle. */
  readonly member: number;
  /** Cards of its circle that are needed. */
  readonly needed: number;
}

const bad = (message: string, detail: Record<string, number | string>): SalusError =>
  new SalusError('bad-card', message, detail);

/** The words that are meant. @throws SalusError `bad-card` with the count, or the position of the first unknown word */
function meantWords(text: string): string[] {
  const typed = typedWords(text, WORD_LIST);
  const meant = typed.map((word) => meantWord(word, WORD_LIST));
  const unknown = meant.indexOf(undefined);
  if (!LENGTHS.includes(typed.length)) throw bad('A card has 33 words, or 20.', { count: typed.length });
  if (unknown >= 0) throw bad(`Word ${unknown + 1} is on no card.`, { position: unknown + 1 });
  return meant.filter((word) => word !== undefined);
}

/**
 * Reads a card as a person types or copies it: each word whole or by its first four letters or more, in any case.
 * @throws SalusError `bad-card` with `count`, `position` of a word that is in no list, `checksum` where all are known but do not belong
 * together, or `other` for one that another program made in a way that is not taken
 */
export function readCard(text: string): Card {
  const words = meantWords(text);
  if (!validateMnemonic(words.join(' '))) throw bad('These words do not belong together.', { checksum: 'failed' });
  const bits = (from: number, length: number): number => {
    const all = words.slice(0, 4).reduce((n, word) => (n << BigInt(WORD_BITS)) | BigInt(WORD_LIST.indexOf(word)), 0n);
    return Number((all >> BigInt(4 * WORD_BITS - from - length)) & ((1n << BigInt(length)) - 1n));
  };
  if (bits(16, 4) > MOST_EXPONENT) throw bad('This card asks for too much work.', { other: 'exponent' });
  return {
    words,
    set: bits(0, 20),
    circle: bits(20, 4),
    circlesNeeded: bits(24, 4) + 1,
    circles: bits(28, 4) + 1,
    member: bits(32, 4),
    needed: bits(36, 4) + 1,
  };
}

/** Characters of a text that are looked at: a card in a file is all there is, beside a few lines that say what it is. */
const MOST_TEXT = 20_000;

/**
 * Finds a card in a text that may say more than its words, on one line or on several.
 * @throws SalusError `bad-card` of what looks most like one
 */
export function findCard(text: string): Card {
  const known = (line: string) => typedWords(line, WORD_LIST).filter((word) => WORD_LIST.includes(word)).length;
  const whole = text.slice(0, MOST_TEXT);
  const [best = whole] = whole.split(/\r?\n/).toSorted((a, b) => known(b) - known(a));
  try {
    return readCard(best);
  } catch (error) {
    if (LENGTHS.includes(typedWords(best, WORD_LIST).length)) throw error;
    return readCard(whole);
  }
}

/** Letters that differ in a word that was mistyped. */
const MOST_FAR = 2;

/** The word at a place as it was typed, and the one of the list that looks most like it, where one does. @param position from 1 */
export function likeWord(text: string, position: number): { readonly typed: string; readonly like?: string } {
  const typed = typedWords(text, WORD_LIST)[position - 1] ?? '';
  const ranked = WORD_LIST.map((word) => ({ word, far: distance(typed, word) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return { typed, ...(best !== undefined && best.far <= MOST_FAR && { like: best.word }) };
}
/** Letters to change, add, leave out or swap with the next to get from one word to another. */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, (_, i) => Array.from({ length: b.length + 1 }, (__, j) => i + j));
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const changed = at(i - 1, j - 1) + Number(a[i - 1] !== b[j - 1]);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const best = Math.min(changed, at(i - 1, j) + 1, at(i, j - 1) + 1, isSwapped ? at(i - 2, j - 2) + 1 : Infinity);
      (rows[i] ?? [])[j] = best;
    }
  }
  return at(a.length, b.length);
}
