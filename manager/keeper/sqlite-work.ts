import type { DatabaseSync } from 'node:sqlite';

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
