import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { LedgerRow } from '../../core/storage/ledger.ts';

export interface Pin {
  /** CIDs (bytes) of every block below and including the root. */
  readonly blocks: Uint8Array[];
  readonly at: number;
}

export interface Schema extends DBSchema {
  /** Key: multihash. */
  blocks: { key: Uint8Array<ArrayBuffer>; value: Uint8Array<ArrayBuffer> };
  /** Key: root CID. */
  pins: { key: string; value: Pin };
  /** The outbox: rows that are not yet durable and anchored, and the ledger of those that are. Key: root CID. */
  outbox: { key: string; value: LedgerRow };
  /** Small values: the vault's second copy. */
  meta: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;

const VERSION = 1;

/** Opens the wallet's one database. */
export const openDatabase = (name = 'salus'): Promise<Database> =>
  openDB<Schema>(name, VERSION, {
    upgrade(db) {
      for (const store of ['blocks', 'pins', 'outbox', 'meta'] as const) db.createObjectStore(store);
    },
  });
