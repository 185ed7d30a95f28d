import { CID } from 'multiformats/cid';
import type { Bytes } from '../bytes.ts';
import type { BlockSource } from '../storage/ports.ts';
import { MOST_MOVES } from './limits.ts';
import { openEntry, streamItem } from './open-entry.ts';
import type { NewItem } from './seal-entry.ts';
import type { Section } from './sections.ts';

/** Items of one entry that are to be sealed anew, each into a section. */
export interface ResealSource {
  /** Root of the entry, its content key, and its commitment on the chain. */
  readonly cid: string;
  readonly key: Bytes;
  readonly commitment: Bytes;
  /** `id` is what an item goes by now. */
  readonly items: readonly { readonly position: number; readonly id: string; readonly section: Section }[];
}

/**
 * The items of entries as they are, to be sealed anew under other keys; each says which it was. Their bytes are read as they are sealed.
 * @throws SalusError as {@link openEntry}
 */
export async function itemsAnew(
  sources: readonly ResealSource[],
  blocks: BlockSource,
): Promise<ReadonlyMap<Section, readonly NewItem[]>> {
  const anew: { readonly section: Section; readonly item: NewItem }[] = [];
  for (const { cid, key, commitment, items } of sources) {
    const opened = await openEntry(CID.parse(cid), commitment, key, blocks);
    for (const { position, id, section } of items) {
      const meta = opened.index.items[position];
      if (meta === undefined) continue;
      const { size, salt, leafSalt, digest, was = [], ...said } = meta;
      void [size, salt, leafSalt];
      const plaintext = { [Symbol.asyncIterator]: () => streamItem(opened, position, blocks) };
      // What the seal of each part does not prove already, its author proved once.
      const item = { ...said, was: [...was, id].slice(-MOST_MOVES), plaintext, digest: () => Promise.resolve(digest) };
      anew.push({ section, item });
    }
  }
  const bySection = Map.groupBy(anew, ({ section }) => section);
  return new Map([...bySection].map(([section, some]) => [section, some.map(({ item }) => item)]));
}
