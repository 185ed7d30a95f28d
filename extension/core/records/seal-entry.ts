import type { CID } from 'multiformats/cid';
import { random, utf8, type Bytes } from '../bytes.ts';
import { Kind, seal, type Encoding } from '../envelope/seal.ts';
import { leafHash, merkleRoot } from '../envelope/merkle.ts';
import { eciesSeal } from '../keys/ecies.ts';
import { hkdf } from '../keys/hkdf.ts';
import { cidOf, DAG_CBOR } from '../storage/cid.ts';
import type { BlockSink } from '../storage/ports.ts';
import { encodeEntry, encodeIndex, type ItemMeta } from './entry.ts';
import type { Section } from './sections.ts';

/** Most plaintext bytes of an index; a reader refuses more. */
export const INDEX_LIMIT = 64 * 1_048_576;

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
}

/**
 * Seals what one author adds to one section at once.
 * @param items one or many; their plaintext may be a stream
 */
export async function sealEntry(
  section: Section,
  items: readonly NewItem[],
  entryKey: EntryKey,
  sink: BlockSink,
  progress: { onBytes?: (n: number) => void; onItem?: () => void; signal?: AbortSignal } = {},
): Promise<SealedEntry> {
  const oneTimeKey = 'patientKey' in entryKey ? random(32) : undefined;
  const root = 'patientKey' in entryKey ? (oneTimeKey as Bytes) : entryKey.folderKey;
  const blocks: CID[] = [];
  const cids: CID[] = [];
  const metas: ItemMeta[] = [];
  for (const { plaintext, digest, ...known } of items) {
    progress.signal?.throwIfAborted();
    const salt = random(32);
    const sealed = await seal(
      plaintext,
      {
        key: await itemKey(root, salt),
        kind: Kind.Item,
        salt,
        encoding: known.encoding,
        ...(digest && { digest }),
        ...(progress.onBytes && { onProgress: progress.onBytes }),
        ...(progress.signal && { signal: progress.signal }),
      },
      sink,
    );
    blocks.push(...sealed.blocks);
    cids.push(sealed.cid);
    metas.push({ ...known, size: sealed.size, digest: sealed.digest, salt, leafSalt: random(32) });
    progress.onItem?.();
  }
  const salt = random(32);
  const index = await seal(
    encodeIndex({ v: 1, section, items: metas }),
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
