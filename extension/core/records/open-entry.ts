import type { CID } from 'multiformats/cid';
import { concat, equal, sha256, type Bytes } from '../bytes.ts';
import { Kind, open, openWhole } from '../envelope/seal.ts';
import { leafHash, merkleRoot, pathTo } from '../merkle.ts';
import { SalusError } from '../errors.ts';
import type { BlockSource } from '../storage/ports.ts';
import { decodeEntry, decodeIndex, type Entry, type EntryIndex, type ItemMeta } from './entry.ts';
import type { ProvenItem } from './entry-reader.ts';
import { INDEX_LIMIT } from './limits.ts';
import { indexKey, itemKey } from './seal-entry.ts';

export interface OpenedEntry {
  readonly cid: CID;
  readonly entry: Entry;
  readonly index: EntryIndex;
  readonly key: Bytes;
}

/**
 * Opens an entry's index and checks it against the chain.
 * @param key its content key
 * @param commitment what `RecordAdded` holds; the index must add up to exactly this
 * @throws SalusError `block-missing`, `block-damaged`, `sealed-data-damaged`, `commitment-mismatch`
 */
export async function openEntry(
  cid: CID,
  commitment: Uint8Array,
  key: Bytes,
  source: BlockSource,
  signal?: AbortSignal,
): Promise<OpenedEntry> {
  const entry = decodeEntry(await source.block(cid, signal));
  const options = {
    key: await indexKey(key, entry.salt),
    kind: Kind.Index,
    salt: entry.salt,
    encoding: 'deflate' as const,
    limit: INDEX_LIMIT,
    ...(signal && { signal }),
  };
  const index = decodeIndex(await openWhole(entry.index, options, source));
  if (index.items.length !== entry.items.length || !equal(await merkleRoot(await leavesOf(index)), commitment)) {
    throw new SalusError('commitment-mismatch', 'This entry is not the one its author recorded.');
  }
  return { cid, entry, index, key };
}

export const leavesOf = ({ items }: EntryIndex): Promise<Bytes[]> =>
  Promise.all(items.map(({ leafSalt, digest }) => leafHash(leafSalt, digest)));

function itemAt(opened: OpenedEntry, position: number): { cid: CID; meta: ItemMeta } {
  const cid = opened.entry.items[position];
  const meta = opened.index.items[position];
  if (cid === undefined || meta === undefined)
    throw new SalusError('not-found', 'There is no such item in this entry.');
  return { cid, meta };
}

/** Opens one item as a stream. Its digest is known only at the end: use {@link readItem} where bytes must be proven first. */
export async function* streamItem(
  opened: OpenedEntry,
  position: number,
  source: BlockSource,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { cid, meta } = itemAt(opened, position);
  const key = meta.from?.key ?? (await itemKey(opened.key, meta.salt));
  const { salt, encoding } = meta;
  yield* open(cid, { key, kind: Kind.Item, salt, encoding, limit: meta.size, ...(signal && { signal }) }, source);
}

/**
 * Opens one item and proves it against the index, and so against the chain.
 * @throws SalusError `commitment-mismatch` when the bytes are not those the author committed to
 */
export async function readItem(
  opened: OpenedEntry,
  position: number,
  source: BlockSource,
  signal?: AbortSignal,
): Promise<{ meta: ItemMeta; bytes: Bytes }> {
  const parts: Uint8Array[] = [];
  for await (const part of streamItem(opened, position, source, signal)) parts.push(part);
  const bytes = concat(...parts);
  const { meta } = itemAt(opened, position);
  if (!equal(await sha256(bytes), meta.digest)) {
    throw new SalusError('commitment-mismatch', 'This item is not the one its author recorded.');
  }
  return { meta, bytes };
}

/** Opens one item as {@link readItem} does, with the way from its bytes to the root. @throws SalusError `commitment-mismatch` */
export async function proveItem(opened: OpenedEntry, position: number, source: BlockSource): Promise<ProvenItem> {
  const { meta, bytes } = await readItem(opened, position, source);
  const leaves = await leavesOf(opened.index);
  const { digest, leafSalt, from } = meta;
  const leaf = await leafHash(leafSalt, digest);
  return { bytes, digest, leafSalt, leaf, path: await pathTo(leaves, position), ...(from && { original: from.path }) };
}
