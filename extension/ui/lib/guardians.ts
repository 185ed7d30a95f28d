import { pictureCodes } from '../../adapters/pictures/picture-codes.ts';
import { SalusError } from '../../core/errors.ts';
import { findCard, likeWord, readCard, type Card } from '../../core/guardians/card.ts';
import { addCard, combine, gathered, isEnough } from '../../core/guardians/gather.ts';
import type { GuardianPlan } from '../../core/guardians/plan.ts';
import { split } from '../../core/guardians/split.ts';
import { fromWords, toWords } from '../../core/keys/mnemonic.ts';
import type { MadeCard } from './card-text.ts';
import { outlineOf, type CodeOutline } from './qr.ts';

/** The cards of a plan, in its order. @param words the recovery words */
function makeCards(words: readonly string[], plan: GuardianPlan): readonly MadeCard[] {
  const entropy = fromWords(words.join(' '));
  try {
    return split(entropy, plan).flatMap((cards, circle) =>
      cards.map((card, i) => ({ name: plan.circles[circle]?.members[i] ?? '', circle, words: card.words })),
    );
  } finally {
    entropy.fill(0);
  }
}

/** The recovery words that enough cards give. @throws SalusError `cards-missing`, `cards-disagree` */
function wordsOf(cards: readonly Card[]): string[] {
  const entropy = combine(cards);
  try {
    return toWords(entropy);
  } finally {
    entropy.fill(0);
  }
}

/** Larger files than these hold no card. */
const MOST_TEXT_BYTES = 100_000;
const LOOK_MS = 60_000;

/** The card in a file: a text, or a picture of its code. @throws SalusError `bad-card` of what looks most like one */
async function cardInFile(file: File): Promise<Card> {
  if (!file.type.startsWith('image/')) return findCard(await file.slice(0, MOST_TEXT_BYTES).text());
  const codes = await pictureCodes(file, AbortSignal.timeout(LOOK_MS));
  const [code] = codes;
  if (code === undefined) throw new SalusError('bad-card', 'There is no code in this picture.', { other: 'picture' });
  return findCard(code);
}

/** Outline of a card's code (QR). @param words in letters that take the least room */
const codeOf = (words: readonly string[]): CodeOutline => outlineOf(words.join(' ').toUpperCase());

/** Loaded when guardians are set up, or bring a wallet back: most people never need it. */
const guardians = { addCard, cardInFile, codeOf, gathered, isEnough, likeWord, makeCards, readCard, wordsOf };
export default guardians;
export type GuardianLibrary = typeof guardians;
