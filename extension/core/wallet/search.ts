import { BY_TITLE, OWN, titlePrefix, TITLES, type RecordItem } from '../catalogue/model.ts';
import { wordsOf } from '../catalogue/words.ts';
import type { Reader } from './reader.ts';

/** Titles that are looked through for one search. */
const MOST_TITLES = 400;
const MOST_FOUND = 50;

/**
 * Items of the patient's own record in whose titles each of the words typed begins some word, those that begin with what was typed
 * first, then by title, the newest first. The index is a part of the sealed catalogue: nothing is asked of anybody.
 */
export async function searchOwn({ catalogue: { rows } }: Reader, text: string): Promise<readonly RecordItem[]> {
  const typed = wordsOf(text);
  const [longest] = typed.toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  const { items } = await TITLES.page(rows, MOST_TITLES, { prefix: longest });
  const begins = (title: string) => (title.startsWith(typed.join(' ')) ? 0 : 1);
  const titles = [...new Set(items)]
    .filter((title) => typed.every((word) => title.split(' ').some((other) => other.startsWith(word))))
    .sort((a, b) => begins(a) - begins(b) || (a < b ? -1 : 1));
  const found: RecordItem[] = [];
  for (const title of titles) {
    const keys = (await BY_TITLE.page(rows, MOST_FOUND - found.length, { prefix: titlePrefix(title) })).items;
    for (const key of keys) {
      const item = await OWN.find(rows, key);
      if (item !== undefined) found.push(item);
    }
    if (found.length >= MOST_FOUND) break;
  }
  return found;
}
