import { openTables } from './sqlite-work.ts';
import { sqliteOutgoing } from './sponsor/sqlite-outbox.ts';
import { sqliteQuota } from './uploads/sqlite-quota.ts';
import type { OutgoingRows } from './sponsor/outbox.ts';
import type { QuotaRows } from './uploads/quota.ts';

/** Of the tables below; counted up with each change of them. */
const VERSION = 1;

const TABLES = `
  CREATE TABLE outgoing (
    account TEXT, nonce INTEGER, key TEXT NOT NULL, open INTEGER NOT NULL, value TEXT NOT NULL, PRIMARY KEY (account, nonce)
  ) WITHOUT ROWID;
  CREATE INDEX outgoing_by_key ON outgoing (account, key);
  CREATE TABLE spent (account TEXT, purse TEXT, day INTEGER, wei TEXT NOT NULL, PRIMARY KEY (account, purse, day)) WITHOUT ROWID;
  CREATE TABLE uploads (
    member BLOB, day INTEGER, bytes INTEGER NOT NULL, blocks INTEGER NOT NULL, roots INTEGER NOT NULL, PRIMARY KEY (member, day)
  ) WITHOUT ROWID;
  CREATE INDEX uploads_by_day ON uploads (day);
`;

/** What a manager keeps besides blocks, pins and shares, so that it outlives a restart. */
export interface ManagerStore {
  /** @param account who sends, on which chain: others are kept apart from it */
  outgoing(account: string): OutgoingRows;
  readonly uploads: QuotaRows;
  close(): void;
}

/** The store in a SQLite file. @throws Error as {@link openTables} */
export function openManagerStore(path: string): ManagerStore {
  const db = openTables(path, 'the manager’s store', TABLES, VERSION);
  return { outgoing: (account) => sqliteOutgoing(db, account), uploads: sqliteQuota(db), close: () => db.close() };
}
