import type { CID } from 'multiformats/cid';
import { random, utf8, type Bytes } from '../bytes.ts';
import { Kind, seal, TooDense, type Encoding, type Sealed } from '../envelope/seal.ts';
import { leafHash, merkleRoot } from '../merkle.ts';
import { SalusError } from '../errors.ts';
import { eciesSeal } from '../keys/ecies.ts';
import { hkdf } from '../keys/hkdf.ts';
import { cidOf, DAG_CBOR } from '../storage/cid.ts';
import type { BlockSink } from '../storage/ports.ts';
import { wrapKey } from '../keys/key-wrap.ts';
import { encodeEntry, encodeIndex, indexBytes, type Entry, type ItemMeta } from './entry.ts';
import { INDEX_LIMIT, MOST_ITEMS, withinLimits } from './limits.ts';
import type { Measure } from '../fhir/present/measures.ts';
import type { Section } from './sections.ts';

export const itemKey = (contentKey: Uint8Array, salt: Uint8Array): Promise<Bytes> =>
  hkdf(contentKey, salt, utf8('salus/item/v1'));
export const indexKey = (contentKey: Uint8Array, salt: Uint8Array): Promise<Bytes> =>
  hkdf(contentKey, salt, utf8('salus/index/v1'));

/** Who can open an entry. */
export interface SealedFor {
  /** Registered key of the patient (x coordinate): the content key goes to it in a capsule. */
  readonly patientKey: Bytes;
  /** Gives the key of the entry with this commitment, which readers come by; absent for what is for the patient alone. */
  readonly entryKey?: (commitment: Bytes) => Bytes | Promise<Bytes>;
  /** Registered key of an author who has still to wrap it for the readers. */
  readonly authorKey?: Bytes;
}

/** What is known of an item before it is sealed. */
export type NewItem = Pick<
  ItemMeta,
  | 'type'
  | 'title'
  | 'date'
  | 'code'
  | 'status'
  | 'value'
  | 'visit'
  | 'same'
  | 'mediaType'
  | 'fullUrl'
  | 'source'
  | 'replaces'
  | 'about'
  | 'was'
  | 'findings'
> & {
  readonly measures?: readonly Measure[] | undefined;
  /** A stream that begins anew each time it is gone through. */
  readonly plaintext: Uint8Array | AsyncIterable<Uint8Array>;
  readonly encoding: Encoding;
  /** SHA-256 of a streamed plaintext, where it is computed beside; see {@link seal}. */
  readonly digest?: () => Promise<Bytes>;
};

export interface SealedEntry {
  /** Root: the entry object itself. */
  readonly cid: CID;
  /** Every block of the entry, root included. */
  readonly blocks: CID[];
  /** RFC 9162 root over the salted leaves of its items. */
  readonly commitment: Bytes;
  /** Capsule with the content key to its author; no part of the entry. */
  readonly draft?: Bytes;
}

interface SealProgress {
  readonly onBytes?: (n: number) => void;
  readonly onItem?: () => void;
  readonly signal?: AbortSignal;
}

/** What an index says of an item, as readers take it. */
function saidOf(item: NewItem) {
  const { plaintext, digest, measures, ...said } = withinLimits(item).item;
  void [plaintext, digest];
  return { ...said, ...(measures && { measures: measures.map((measure) => ({ ...measure })) }) };
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
  contentKey: Bytes,
  salt: Bytes,
  sink: BlockSink,
  progress: SealProgress,
): Promise<Sealed & { encoding: Encoding }> {
  const options = {
    key: await itemKey(contentKey, salt),
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
  sealedFor: SealedFor,
  sink: BlockSink,
  progress: SealProgress = {},
): Promise<SealedEntry> {
  const contentKey = random(32);
  const blocks: CID[] = [];
  const cids: CID[] = [];
  const metas: ItemMeta[] = [];
  if (items.length > MOST_ITEMS) throw tooLarge();
  for (const item of items) {
    progress.signal?.throwIfAborted();
    const salt = random(32);
    const { size, digest, encoding, ...sealed } = await sealItem(item, contentKey, salt, sink, progress);
    for (const block of sealed.blocks) blocks.push(block);
    cids.push(sealed.cid);
    metas.push({ ...saidOf(item), encoding, size, digest, salt, leafSalt: random(32) });
    progress.onItem?.();
  }
  const closed = await closeEntry({ section, metas, items: cids }, contentKey, sealedFor, sink);
  return { ...closed, blocks: [...blocks, ...closed.blocks] };
}

/** What is known of all items of an entry once each is sealed. */
export interface SealedItems {
  readonly section: Section;
  readonly metas: readonly ItemMeta[];
  /** Roots of the sealed items, in the same order. */
  readonly items: readonly CID[];
}

/**
 * Seals the index of an entry, and writes the entry.
 * @param contentKey is wiped
 * @returns the entry, with the blocks of index and root alone
 * @throws SalusError `too-large`
 */
export async function closeEntry(
  { section, metas, items }: SealedItems,
  contentKey: Bytes,
  { patientKey, entryKey, authorKey }: SealedFor,
  sink: BlockSink,
): Promise<SealedEntry> {
  const salt = random(32);
  const plainIndex = encodeIndex({ v: 1, section, items: [...metas] });
  if (plainIndex.byteLength > INDEX_LIMIT) throw tooLarge();
  const index = await seal(
    plainIndex,
    { key: await indexKey(contentKey, salt), kind: Kind.Index, salt, encoding: 'deflate' },
    sink,
  );
  const leaves = await Promise.all(metas.map((m) => leafHash(m.leafSalt, m.digest)));
  const commitment = await merkleRoot(leaves);
  const capsule = eciesSeal(patientKey, contentKey);
  const key = entryKey ? await wrapped({ capsule }, contentKey, await entryKey(commitment)) : { capsule };
  const draft = authorKey && eciesSeal(authorKey, contentKey);
  contentKey.fill(0);
  const cid = await putEntry({ v: 2, suite: 1, key, salt, index: index.cid, items: [...items] }, sink);
  return { cid, blocks: [...index.blocks, cid], commitment, ...(draft && { draft }) };
}

/**
 * An entry for the readers of another epoch of its folder: its content key under another entry's key, everything else as it is.
 * @param entryKey of the entry in that epoch
 * @returns its CID
 */
export async function rewrapEntry(entry: Entry, contentKey: Bytes, entryKey: Bytes, sink: BlockSink): Promise<CID> {
  return putEntry({ ...entry, key: await wrapped(entry.key, contentKey, entryKey) }, sink);
}

async function wrapped({ capsule }: Entry['key'], contentKey: Bytes, entryKey: Bytes): Promise<Entry['key']> {
  return { capsule, wrapped: await wrapKey(entryKey, contentKey) };
}

async function putEntry(entry: Entry, sink: BlockSink): Promise<CID> {
  const bytes = encodeEntry(entry);
  const cid = await cidOf(DAG_CBOR, bytes);
  await sink.put(cid, bytes);
  return cid;
}
