import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { transaction } from './keeper/sqlite-work.ts';
import { sqliteOutgoing } from './sqlite-outbox.ts';
import { sqliteQuota } from './sqlite-quota.ts';
import type { OutgoingRows } from './outbox.ts';
import type { QuotaRows } from './upload-quota.ts';

/** Of the tables below; counted up with each change of them. */
const VERSION = 1;
const BUSY_MS = 5_000;

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

/**
 * The store in a SQLite file, made when missing, which nobody but the process's user reads.
 * @throws Error where the file is of a newer version of this program, or none of SQLite's
 */
export function openManagerStore(path: string): ManagerStore {
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  // FULL: what was signed is on the disk before it is sent, whatever happens to the power.
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
  if (version > VERSION) throw new Error('the manager’s store was written by a newer version of this program');
  if (version === 0) transaction(db, () => db.exec(`${TABLES}; PRAGMA user_version = ${VERSION}`));
  return { outgoing: (account) => sqliteOutgoing(db, account), uploads: sqliteQuota(db), close: () => db.close() };
}
