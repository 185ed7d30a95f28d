import type { Bytes } from '../bytes.ts';
import type { Entry, EntryIndex, ItemMeta } from './entry.ts';

/** An item as it was read. */
export interface ReadItem {
  readonly meta: ItemMeta;
  readonly bytes: Bytes;
}

/** Opens sealed entries, wherever their blocks are. Keys are 32-byte entry keys; commitments come from the chain. */
export interface EntryReader {
  /** Which key an entry needs. */
  keyOf(cid: string): Promise<Entry['key']>;
  openIndex(cid: string, key: Bytes, commitment: Bytes): Promise<EntryIndex>;
  readItem(cid: string, key: Bytes, commitment: Bytes, position: number): Promise<ReadItem>;
}
