/** Combining marks that NFKD takes apart from their letters. */
const MARKS = /\p{M}+/gu;
const WORDS = /[\p{L}\p{N}]+/gu;

/** A text as it is searched: without case, accents and compatibility forms (Unicode NFKD), its words parted by one space. */
export const folded = (text: string): string => wordsOf(text).join(' ');

/** The words of a text, as they are searched. */
export const wordsOf = (text: string): string[] =>
  text.normalize('NFKD').replaceAll(MARKS, '').toLowerCase().match(WORDS) ?? [];
