import type { DatabaseSync } from 'node:sqlite';
import { own, type Bytes } from '../../extension/core/bytes.ts';

/** 0x hex as SQLite stores it. */
export const blob = (hex: string): Uint8Array => Buffer.from(hex.slice(2), 'hex');

/** A column that holds bytes. */
export function bytesIn(row: Record<string, unknown>, column: string): Bytes {
  const value = row[column];
  if (!(value instanceof Uint8Array)) throw new TypeError(`no bytes in ${column}`);
  return own(value);
}

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
