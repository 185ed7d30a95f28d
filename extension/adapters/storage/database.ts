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
  outbox: {
    key: string;
    value: StoredRow;
    indexes: { open: number; thin: number; durable: number; anchored: number; entry: number };
  };
  /** Small values: the vault's second copy. */
  meta: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;

/** A row with what it is found by: each is 1, or not there. */
export interface StoredRow extends LedgerRow {
  readonly open?: 1;
  readonly thin?: 1;
  readonly entry?: 1;
  readonly durable?: 1;
  readonly anchored?: 1;
}

const VERSION = 1;

/** Opens the wallet's one database. */
export const openDatabase = (name = 'salus'): Promise<Database> =>
  openDB<Schema>(name, VERSION, {
    upgrade(db) {
      for (const store of ['blocks', 'pins', 'meta'] as const) db.createObjectStore(store);
      const outbox = db.createObjectStore('outbox');
      for (const index of ['open', 'thin', 'entry', 'durable', 'anchored'] as const) outbox.createIndex(index, index);
    },
  });
