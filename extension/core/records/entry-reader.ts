import type { Bytes } from '../bytes.ts';
import type { EntryPlace } from '../custody/entry-key.ts';
import type { PathNode } from '../merkle.ts';
import type { Entry, EntryIndex, ItemMeta } from './entry.ts';

/** An item as it was read. */
export interface ReadItem {
  readonly meta: ItemMeta;
  readonly bytes: Bytes;
}

/** An item as it was read, and what leads from it to the root that its author signed. */
export interface ProvenItem {
  readonly bytes: Bytes;
  /** SHA-256 of the bytes. */
  readonly digest: Bytes;
  readonly leafSalt: Bytes;
  readonly leaf: Bytes;
  readonly path: readonly PathNode[];
  /** Of a picked item: the way to the commitment of the entry that it is of. */
  readonly original?: readonly PathNode[];
}

/** What gives a reader the key of an entry: its folder's seed, or the key itself. */
export type EntryKeySource = { readonly seed: Bytes; readonly place: EntryPlace } | { readonly key: Bytes };

/** Opens sealed entries, wherever their blocks are. Keys are 32-byte content keys; commitments come from the chain. */
export interface EntryReader {
  /** What an entry says of its content key. */
  keyOf(cid: string): Promise<Entry['key']>;
  /**
   * Content key of an entry, as its readers come by it.
   * @throws SalusError `no-consent` where it is for its patient alone; `wrong-key`
   */
  unwrap(cid: string, source: EntryKeySource): Promise<Bytes>;
  openIndex(cid: string, key: Bytes, commitment: Bytes): Promise<EntryIndex>;
  readItem(cid: string, key: Bytes, commitment: Bytes, position: number): Promise<ReadItem>;
  proveItem(cid: string, key: Bytes, commitment: Bytes, position: number): Promise<ProvenItem>;
}
