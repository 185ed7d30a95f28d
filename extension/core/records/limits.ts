import type { Measure } from '../fhir/present/measures.ts';

/** Most items of one entry, and most bytes of its index: what one reader opens for one entry, whoever wrote it. */
export const MOST_ITEMS = 5_000;
export const INDEX_LIMIT = 4 * 1_048_576;
/** Hashes of an inclusion proof among so many items (2^13 leaves). */
export const MOST_PATH = 13;

/** Most UTF-16 units of what an index says of an item. A reader clips what is longer; a writer brings it within them first. */
export const TEXT_LIMITS = {
  type: 64,
  title: 512,
  date: 64,
  code: 512,
  value: 300,
  measure: 64,
  visit: 512,
  mediaType: 128,
  fullUrl: 2_048,
  source: 256,
  replaces: 128,
  about: 128,
} as const;
type TextField = keyof typeof TEXT_LIMITS;
/** What is said of an item in texts. */
type Texts = { readonly [F in Exclude<TextField, 'measure'>]?: string | undefined } & {
  readonly measures?: readonly Measure[] | undefined;
};
/** Ids that an item had before, at most: the newest. */
export const MOST_MOVES = 50;
/** Numbers of one observation. */
export const MOST_MEASURES = 8;

/** At most `most` units, and no half of a character, which could not be encoded. */
export const clip = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** Words that still say something when they are cut. The others mean something else then, and are left out. */
const CUT: readonly TextField[] = ['type', 'title', 'source', 'value'];

/**
 * What is known of an item, as a reader takes it.
 * @returns and the names of the fields that had to be cut or left out
 */
export function withinLimits<T extends Texts>(item: T): { item: T; cut: TextField[] } {
  const texts = item as { readonly [F in TextField]?: string };
  const cut = (Object.keys(TEXT_LIMITS) as TextField[]).filter(
    (field) => texts[field] !== undefined && clip(texts[field], TEXT_LIMITS[field]) !== texts[field],
  );
  const changes = cut.map((field) => {
    if (field === 'mediaType') return [field, 'application/octet-stream'];
    return [field, CUT.includes(field) ? clip(texts[field] ?? '', TEXT_LIMITS[field]) : undefined];
  });
  // A number that does not fit is no number any more.
  const fit = item.measures?.filter((measure) =>
    Object.values<string>({ ...measure }).every((said) => said.length <= TEXT_LIMITS.measure),
  );
  const measures = fit === undefined || fit.length === 0 ? undefined : fit.slice(0, MOST_MEASURES);
  const left = (item.measures?.length ?? 0) - (measures?.length ?? 0);
  return {
    item: { ...item, ...(Object.fromEntries(changes) as Partial<T>), ...(item.measures && { measures }) },
    cut: left > 0 ? [...cut, 'measure'] : cut,
  };
}
