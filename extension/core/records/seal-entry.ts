import type { CID } from 'multiformats/cid';
import { random, utf8, type Bytes } from '../bytes.ts';
import { Kind, seal, TooDense, type Encoding, type Sealed } from '../envelope/seal.ts';
import { leafHash, merkleRoot } from '../merkle.ts';
import { SalusError } from '../errors.ts';
import { eciesSeal } from '../keys/ecies.ts';
import { hkdf } from '../keys/hkdf.ts';
import { cidOf, DAG_CBOR } from '../storage/cid.ts';
import type { BlockSink } from '../storage/ports.ts';
import type { ReadItem } from './entry-reader.ts';
import { encodeEntry, encodeIndex, indexBytes, type ItemMeta } from './entry.ts';
import { INDEX_LIMIT, MOST_ITEMS, withinLimits } from './limits.ts';
import type { Section } from './sections.ts';

export const itemKey = (folderKey: Uint8Array, salt: Uint8Array): Promise<Bytes> =>
  hkdf(folderKey, salt, utf8('salus/item/v1'));
export const indexKey = (folderKey: Uint8Array, salt: Uint8Array): Promise<Bytes> =>
  hkdf(folderKey, salt, utf8('salus/index/v1'));

/** Under which key an entry is sealed: the folder's, or a fresh one wrapped to the patient by an author who cannot read. */
export type EntryKey = { readonly epoch: number; readonly folderKey: Bytes } | { readonly patientKey: Bytes };

/** What is known of an item before it is sealed. */
export type NewItem = Pick<
  ItemMeta,
  'type' | 'title' | 'date' | 'code' | 'mediaType' | 'fullUrl' | 'source' | 'replaces' | 'findings'
> & {
  /** A stream that begins anew each time it is gone through. */
  readonly plaintext: Uint8Array | AsyncIterable<Uint8Array>;
  readonly encoding: Encoding;
  /** SHA-256 of a streamed plaintext, where it is computed beside; see {@link seal}. */
  readonly digest?: () => Promise<Bytes>;
};

/** An item that was read, to be sealed again. */
export function itemAgain({ meta: { size, digest, salt, leafSalt, ...said }, bytes }: ReadItem): NewItem {
  void [size, digest, salt, leafSalt];
  return { ...said, plaintext: bytes };
}

export interface SealedEntry {
  /** Root: the entry object itself. */
  readonly cid: CID;
  /** Every block of the entry, root included. */
  readonly blocks: CID[];
  /** RFC 9162 root over the salted leaves of its items. */
  readonly commitment: Bytes;
}

interface SealProgress {
  readonly onBytes?: (n: number) => void;
  readonly onItem?: () => void;
  readonly signal?: AbortSignal;
}

/** What an index says of an item, as readers take it. */
function saidOf(item: NewItem) {
  const { type, title, date, code, mediaType, encoding, fullUrl, source, replaces, findings } = withinLimits(item).item;
  return { type, title, date, code, mediaType, encoding, fullUrl, source, replaces, findings };
}

/** What is the same for every item of an index of a version, section and list. */
const INDEX_FRAME_BYTES = 128;

/** Items of one section as the entries that they fit in, in their order. */
export function splitItems(items: readonly NewItem[]): NewItem[][] {
  const parts: NewItem[][] = [];
  let bytes = 0;
  for (const item of items) {
    const blank = new Uint8Array(32);
    const size = indexBytes({
      ...saidOf(item),
      size: Number.MAX_SAFE_INTEGER,
      salt: blank,
      leafSalt: blank,
      digest: blank,
    });
    const last = parts.at(-1);
    if (last === undefined || last.length >= MOST_ITEMS || bytes + size > INDEX_LIMIT - INDEX_FRAME_BYTES) {
      parts.push([item]);
      bytes = size;
    } else {
      last.push(item);
      bytes += size;
    }
  }
  return parts;
}

const tooLarge = () =>
  new SalusError('too-large', 'This is more than one entry can hold.', { items: MOST_ITEMS, bytes: INDEX_LIMIT });

/** One item; as it is where it would be denser than a reader unpacks. */
async function sealItem(
  { plaintext, digest, encoding }: NewItem,
  root: Bytes,
  salt: Bytes,
  sink: BlockSink,
  progress: SealProgress,
): Promise<Sealed & { encoding: Encoding }> {
  const options = {
    key: await itemKey(root, salt),
    kind: Kind.Item,
    salt,
    encoding,
    bounded: true,
    ...(digest && { digest }),
    ...(progress.onBytes && { onProgress: progress.onBytes }),
    ...(progress.signal && { signal: progress.signal }),
  };
  try {
    return { ...(await seal(plaintext, options, sink)), encoding };
  } catch (error) {
    const again = plaintext instanceof Uint8Array || !('next' in plaintext);
    if (!(error instanceof TooDense) || !again) throw error;
    return { ...(await seal(plaintext, { ...options, encoding: 'identity' }, sink)), encoding: 'identity' };
  }
}

/**
 * Seals what one author adds to one section at once. What is said of an item is brought within what readers take.
 * @param items one or many, as {@link splitItems} gives them; their plaintext may be a stream
 * @throws SalusError `too-large` for more than one entry can hold
 */
export async function sealEntry(
  section: Section,
  items: readonly NewItem[],
  entryKey: EntryKey,
  sink: BlockSink,
  progress: SealProgress = {},
): Promise<SealedEntry> {
  const oneTimeKey = 'patientKey' in entryKey ? random(32) : undefined;
  const root = 'patientKey' in entryKey ? (oneTimeKey as Bytes) : entryKey.folderKey;
  const blocks: CID[] = [];
  const cids: CID[] = [];
  const metas: ItemMeta[] = [];
  if (items.length > MOST_ITEMS) throw tooLarge();
  for (const item of items) {
    progress.signal?.throwIfAborted();
    const salt = random(32);
    const { size, digest, encoding, ...sealed } = await sealItem(item, root, salt, sink, progress);
    for (const block of sealed.blocks) blocks.push(block);
    cids.push(sealed.cid);
    metas.push({ ...saidOf(item), encoding, size, digest, salt, leafSalt: random(32) });
    progress.onItem?.();
  }
  const salt = random(32);
  const plainIndex = encodeIndex({ v: 1, section, items: metas });
  if (plainIndex.byteLength > INDEX_LIMIT) throw tooLarge();
  const index = await seal(
    plainIndex,
    { key: await indexKey(root, salt), kind: Kind.Index, salt, encoding: 'deflate' },
    sink,
  );
  const key = 'patientKey' in entryKey ? { capsule: eciesSeal(entryKey.patientKey, root) } : { epoch: entryKey.epoch };
  const bytes = encodeEntry({ v: 1, suite: 1, key, salt, index: index.cid, items: cids });
  const cid = await cidOf(DAG_CBOR, bytes);
  await sink.put(cid, bytes);
  oneTimeKey?.fill(0);
  const leaves = await Promise.all(metas.map((m) => leafHash(m.leafSalt, m.digest)));
  return { cid, blocks: [...blocks, ...index.blocks, cid], commitment: await merkleRoot(leaves) };
}
