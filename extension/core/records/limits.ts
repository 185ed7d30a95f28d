/** Most items of one entry, and most bytes of its index: what one reader opens for one entry, whoever wrote it. */
export const MOST_ITEMS = 5_000;
export const INDEX_LIMIT = 4 * 1_048_576;

/** Most UTF-16 units of what an index says of an item. A reader clips what is longer; a writer brings it within them first. */
export const TEXT_LIMITS = {
  type: 64,
  title: 512,
  date: 64,
  code: 512,
  mediaType: 128,
  fullUrl: 2_048,
  source: 256,
  replaces: 128,
} as const;
type TextField = keyof typeof TEXT_LIMITS;
/** What is said of an item in texts. */
type Texts = { readonly [F in TextField]?: string | undefined };

/** At most `most` units, and no half of a character, which could not be encoded. */
export const clip = (text: string, most: number): string => text.slice(0, most).toWellFormed();

/** Words that still say something when they are cut. The others mean something else then, and are left out. */
const CUT: readonly TextField[] = ['type', 'title', 'source'];

/**
 * What is known of an item, as a reader takes it.
 * @returns and the names of the fields that had to be cut or left out
 */
export function withinLimits<T extends Texts>(item: T): { item: T; cut: TextField[] } {
  const cut = (Object.keys(TEXT_LIMITS) as TextField[]).filter(
    (field) => item[field] !== undefined && clip(item[field], TEXT_LIMITS[field]) !== item[field],
  );
  const changes = cut.map((field) => {
    if (field === 'mediaType') return [field, 'application/octet-stream'];
    return [field, CUT.includes(field) ? clip(item[field] ?? '', TEXT_LIMITS[field]) : undefined];
  });
  return { item: { ...item, ...(Object.fromEntries(changes) as Partial<T>) }, cut };
}
