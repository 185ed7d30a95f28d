import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** What is done at once, to whoever waits for it: SQLite in this process knows no other way. */
export const later = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));

/** All of `work`, on the disk when it returns, or nothing of it. */
export function transaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** How long is waited for another process that writes. */
const BUSY_MS = 5_000;

/**
 * A SQLite file, made with its tables when missing, which nobody but the process's user reads. What was written is on the disk,
 * whatever happens to the power; what is deleted is overwritten.
 * @param what names the store, as in "the keeper’s store"
 * @param version of the tables, from 1; counted up with each change of them
 * @throws Error where the file is of another version of this program, or none of SQLite's
 */
export function openTables(path: string, what: string, tables: string, version: number): DatabaseSync {
  closeSync(openSync(path, 'a', 0o600));
  const db = new DatabaseSync(path, { timeout: BUSY_MS });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
  transaction(db, () => {
    const found = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found > version) throw new Error(`${what} was written by a newer version of this program`);
    if (found > 0 && found < version) throw new Error(`${what} was written by an older version of this program`);
    if (found === 0) db.exec(`${tables}; PRAGMA user_version = ${version}`);
  });
  return db;
}
