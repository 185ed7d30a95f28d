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
    indexes: Record<(typeof OUTBOX_INDEXES)[number], string>;
  };
  /** Small values: the vault's second copy. */
  meta: { key: string; value: unknown };
}

export type Database = IDBPDatabase<Schema>;

/** What rows are found by. */
const OUTBOX_INDEXES = ['kept', 'open', 'thin', 'entry', 'durable', 'anchored'] as const;

/** A row with the accounts, in lower case, for which each can be said of it. */
export interface StoredRow extends LedgerRow {
  readonly kept: readonly string[];
  readonly open?: readonly string[];
  readonly thin?: readonly string[];
  readonly entry?: readonly string[];
  readonly durable?: readonly string[];
  readonly anchored?: readonly string[];
}

const VERSION = 1;

/** Opens the wallet's one database. */
export const openDatabase = (name = 'salus'): Promise<Database> =>
  openDB<Schema>(name, VERSION, {
    upgrade(db) {
      for (const store of ['blocks', 'pins', 'meta'] as const) db.createObjectStore(store);
      const outbox = db.createObjectStore('outbox');
      for (const index of OUTBOX_INDEXES) outbox.createIndex(index, index, { multiEntry: true });
    },
    // The wallet is being removed from this browser.
    blocking: (_was, _next, event) => (event.target as IDBDatabase).close(),
  });
