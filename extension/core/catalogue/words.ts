/** Combining marks that NFKD takes apart from their letters. */
const MARKS = /\p{M}+/gu;
const WORDS = /[\p{L}\p{N}]+/gu;

/** The words of a text, as they are searched: without case, accents and compatibility forms (Unicode NFKD). */
export const wordsOf = (text: string): string[] =>
  text.normalize('NFKD').replaceAll(MARKS, '').toLowerCase().match(WORDS) ?? [];
