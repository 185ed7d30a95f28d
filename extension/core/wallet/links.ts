import {
  BY_CODE,
  BY_TITLE,
  codePrefix,
  linkPrefix,
  LINKS,
  OWN,
  searchText,
  titlePrefix,
  type Origin,
  type RecordItem,
} from '../catalogue/model.ts';
import type { SortedList } from '../catalogue/sorted-list.ts';
import type { Reader } from './reader.ts';

/** References of one record that are looked up. */
const MOST_LINKS = 200;
/** Values of one series. */
const MOST_VALUES = 500;

/**
 * Items of the own record that some references of an item point to, by reference: the newest where several are known by one. Another
 * author, or another source, may call something else by the same name; what they add is not found.
 */
export async function linkedItems(
  reader: Reader,
  origin: Origin,
  references: readonly string[],
): Promise<Record<string, RecordItem>> {
  const found: Record<string, RecordItem> = {};
  for (const reference of new Set(references.slice(0, MOST_LINKS))) {
    const [item] = await itemsBy(reader, LINKS, linkPrefix(origin, reference), 1);
    if (item !== undefined) found[reference] = item;
  }
  return found;
}

/**
 * The same thing as it was measured over time, newest first: by its code, or by its title where it has none.
 * @param item of the own record
 */
export async function seriesOf(
  reader: Reader,
  item: Pick<RecordItem, 'code' | 'title'>,
  most = MOST_VALUES,
): Promise<readonly RecordItem[]> {
  const items =
    item.code === undefined
      ? await itemsBy(reader, BY_TITLE, titlePrefix(searchText(item)), most)
      : await itemsBy(reader, BY_CODE, codePrefix(item.code), most);
  return items.filter(({ measures }) => measures !== undefined);
}

async function itemsBy({ catalogue: { rows } }: Reader, list: SortedList<string>, prefix: string, most: number) {
  const keys = (await list.page(rows, most, { prefix })).items;
  const items: RecordItem[] = [];
  for (const key of keys) {
    const item = await OWN.find(rows, key);
    if (item !== undefined) items.push(item);
  }
  return items;
}
