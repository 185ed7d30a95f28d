/** What stands between words, however they were written down: numbers, commas, quotes, bullets. */
const BETWEEN = /[\p{White_Space}\p{P}\p{S}\p{N}\p{Cc}]+/u;
/** What cannot be seen and comes along when words are copied. */
const UNSEEN = /[\p{Cf}\p{DI}]/gu;
/** In both lists that people write words from, no two begin with the same four letters (BIP-39, SLIP-39). */
const SHORTEST = 4;

/** The word of a list that is meant, by all of it or by its first four letters or more; undefined for none. */
export function meantWord(typed: string, list: readonly string[]): string | undefined {
  if (list.includes(typed)) return typed;
  return typed.length < SHORTEST ? undefined : list.find((word) => word.startsWith(typed));
}

const split = (text: string): string[] => text.split(BETWEEN).filter((part) => part !== '');

/** Words as a person types or copies them, in lower case, without the numbers, signs and invisible characters between them. */
export function typedWords(text: string, list: readonly string[]): string[] {
  const plain = text.normalize('NFKD').toLowerCase();
  // What cannot be seen may stand in a word, or between two.
  const [typed, apart] = [split(plain.replace(UNSEEN, '')), split(plain.replace(UNSEEN, ' '))];
  const isBetween = apart.length !== typed.length && apart.every((word) => meantWord(word, list) !== undefined);
  return isBetween ? apart : typed;
}
