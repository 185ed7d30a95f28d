import { BY_TITLE, OWN, ownSection, titlePrefix, TITLES, type RecordItem } from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import { wordsOf } from '../catalogue/words.ts';
import { holdsNow, isDenial } from '../fhir/present/status.ts';
import type { Section } from '../records/sections.ts';
import { isNear } from './near.ts';
import type { Reader } from './reader.ts';

/** Texts that are looked through for one search, and words for one that is misspelt. */
const MOST_TITLES = 400;
const MOST_WORDS = 4_000;
const MOST_FOUND = 50;
/** Shorter words are too much like others. */
const LEAST_MISSPELT = 4;

/** What a list is narrowed to. */
export interface Filter {
  readonly section?: Section | undefined;
  /** `now`: what holds; `past`: what is over, or does not hold. */
  readonly status?: 'now' | 'past' | undefined;
  /** A year, or an earlier part of a FHIR date. */
  readonly date?: string | undefined;
  readonly by?: 'me' | 'others' | undefined;
}

const fits =
  (me: string, { section, status, date, by }: Filter) =>
  (item: RecordItem): boolean => {
    if (section !== undefined && item.section !== section) return false;
    if (status !== undefined && (status === 'now') !== holdsNow(item.status)) return false;
    if (date !== undefined && !(item.date ?? '').startsWith(date)) return false;
    return by === undefined || (by === 'me') === (item.author.toLowerCase() === me.toLowerCase());
  };

/** One page of the own record, narrowed, newest date first. @param before as the page before gave it in `next` */
export function filteredOwn(
  { catalogue, address }: Reader,
  filter: Filter,
  { before, limit = 100 }: { readonly before?: string | undefined; readonly limit?: number } = {},
): Promise<Page<RecordItem>> {
  const list = filter.section === undefined ? OWN : ownSection(filter.section);
  return list.page(catalogue.rows, limit, { before, where: fits(address, filter) });
}

/**
 * Items of the patient's own record in whose title or words each of the words typed begins some word, those that begin with what was
 * typed first, then by title, the newest first; where there are none, those with a word that is nearly so. The index is a part of the
 * sealed catalogue: nothing is asked of anybody.
 */
export async function searchOwn(reader: Reader, text: string, filter: Filter = {}): Promise<readonly RecordItem[]> {
  const typed = wordsOf(text);
  const [longest] = typed.toSorted((a, b) => b.length - a.length);
  if (longest === undefined) return [];
  const found = await titlesWith(reader, longest);
  const exact = found.filter((title) => typed.every((word) => begins(title, word)));
  if (exact.length > 0) return itemsOf(reader, ranked(exact, typed.join(' ')), filter);
  const near = await nearWords(reader, longest);
  const titles = (await Promise.all(near.map((word) => titlesWith(reader, `${word}\u0000`)))).flat();
  const others = typed.filter((word) => word !== longest);
  return itemsOf(
    reader,
    ranked(
      [...new Set(titles)].filter((title) => others.every((word) => begins(title, word) || isNearIn(title, word))),
      typed.join(' '),
    ),
    filter,
  );
}

const begins = (title: string, word: string): boolean => title.split(' ').some((other) => other.startsWith(word));
const isNearIn = (title: string, word: string): boolean => title.split(' ').some((other) => isNear(other, word));
const ranked = (titles: readonly string[], typed: string): string[] => {
  const rank = (title: string) => (title.startsWith(typed) ? 0 : 1);
  return titles.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
};

async function titlesWith({ catalogue: { rows } }: Reader, prefix: string): Promise<string[]> {
  return [...new Set((await TITLES.page(rows, MOST_TITLES, { prefix })).items)];
}

/** Words of the index that differ from one that was typed by a slip; those that begin with its first letter. */
async function nearWords({ catalogue: { rows } }: Reader, typed: string): Promise<string[]> {
  if (typed.length < LEAST_MISSPELT) return [];
  const { items } = await TITLES.page(rows, MOST_WORDS, { prefix: typed.slice(0, 1) });
  const words = new Set(items.flatMap((title) => title.split(' ')).filter((word) => word[0] === typed[0]));
  return [...words].filter((word) => isNear(word, typed)).slice(0, 10);
}

async function itemsOf(reader: Reader, titles: readonly string[], filter: Filter): Promise<readonly RecordItem[]> {
  const { rows } = reader.catalogue;
  const fit = fits(reader.address, filter);
  const found: RecordItem[] = [];
  for (const title of titles) {
    const keys = (await BY_TITLE.page(rows, MOST_FOUND, { prefix: titlePrefix(title) })).items;
    for (const key of keys) {
      const item = await OWN.find(rows, key);
      if (item !== undefined && fit(item)) found.push(item);
      if (found.length >= MOST_FOUND) return found;
    }
  }
  return found;
}

/** Measured values of results and vital signs, newest first, for a comparison. */
export async function measuredOwn({ catalogue: { rows } }: Reader, most = 1_000): Promise<readonly RecordItem[]> {
  const pages = await Promise.all(
    (['results', 'vitals'] as const).map((section) =>
      ownSection(section).page(rows, most, {
        where: ({ measures, date, status }) => measures !== undefined && date !== undefined && !isDenial(status),
      }),
    ),
  );
  return pages.flatMap(({ items }) => items).sort((a, b) => ((a.date ?? '') < (b.date ?? '') ? 1 : -1));
}
