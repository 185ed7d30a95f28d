import * as dagPb from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import { random } from '../bytes.ts';
import { pathTo } from '../merkle.ts';
import { DAG_PB } from '../storage/cid.ts';
import type { BlockSink, BlockSource } from '../storage/ports.ts';
import type { ItemMeta } from './entry.ts';
import { MOST_ITEMS } from './limits.ts';
import { leavesOf, openEntry } from './open-entry.ts';
import type { ResealSource } from './reseal.ts';
import { closeEntry, itemKey, type SealedEntry, type SealedFor } from './seal-entry.ts';
import type { Section } from './sections.ts';

/** An item of another entry, as a selection has it: its key and where it is, and not its bytes again. */
export interface PickedItem {
  readonly section: Section;
  readonly meta: ItemMeta;
  /** Root of the sealed item. */
  readonly item: CID;
}

/**
 * Items of entries, each by its own key and with the proof that its author recorded it. What links it to others of the record is left
 * out: who is given some items is told of no others.
 * @throws SalusError as {@link openEntry}
 */
export async function pickItems(sources: readonly ResealSource[], blocks: BlockSource): Promise<PickedItem[]> {
  const picked: PickedItem[] = [];
  for (const { cid, key, commitment, items } of sources) {
    const opened = await openEntry(CID.parse(cid), commitment, key, blocks);
    const leaves = await leavesOf(opened.index);
    for (const { position, id, section } of items) {
      const [meta, item] = [opened.index.items[position], opened.entry.items[position]];
      if (meta === undefined || item === undefined) continue;
      const { replaces, about, was, ...said } = meta;
      void [replaces, about, was];
      const from = { of: id, key: await itemKey(key, meta.salt), path: await pathTo(leaves, position) };
      picked.push({ section, meta: { ...said, from }, item });
    }
  }
  return picked;
}

/**
 * Seals picked items of one section as an entry, which says how each is opened and holds none of them.
 * @returns the entry, with the blocks that are its own
 * @throws SalusError `too-large`
 */
export function sealSelection(
  section: Section,
  picked: readonly PickedItem[],
  sealedFor: SealedFor,
  sink: BlockSink,
): Promise<SealedEntry> {
  const metas = picked.map(({ meta }) => meta);
  const items = picked.map(({ item }) => item);
  return closeEntry({ section, metas, items }, random(32), sealedFor, sink);
}

/** Picked items as the entries that they fit in: alike in section, and not too many. */
export function splitPicked(picked: readonly PickedItem[]): PickedItem[][] {
  const most = MOST_ITEMS / 5; // a proof beside each
  return [...Map.groupBy(picked, ({ section }) => section).values()].flatMap((some) =>
    Array.from({ length: Math.ceil(some.length / most) }, (_, i) => some.slice(i * most, (i + 1) * most)),
  );
}

/** Every block of one sealed item. */
export async function blocksOfItem(item: CID, blocks: BlockSource): Promise<CID[]> {
  const found: CID[] = [];
  const next = [item];
  for (let cid = next.pop(); cid !== undefined; cid = next.pop()) {
    found.push(cid);
    if (cid.code === DAG_PB) next.push(...dagPb.decode(await blocks.block(cid)).Links.map(({ Hash }) => Hash));
  }
  return found;
}
