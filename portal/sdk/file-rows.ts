import { DatabaseSync } from 'node:sqlite';
import { own } from '../../extension/core/bytes.ts';
import type { RowStore } from '../../extension/core/catalogue/rows.ts';

/**
 * Sealed rows in a SQLite file.
 * @param path of the file; in memory, for a process that takes everything in anew each time, where none is given
 */
export function fileRows(path = ':memory:'): RowStore & { close(): void } {
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE IF NOT EXISTS rows (name TEXT PRIMARY KEY, value BLOB NOT NULL)');
  const read = db.prepare('SELECT value FROM rows WHERE name = ?');
  const put = db.prepare('INSERT INTO rows VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value');
  const remove = db.prepare('DELETE FROM rows WHERE name = ?');
  const valueOf = (name: string) => {
    const value = read.get(name)?.['value'];
    return value instanceof Uint8Array ? own(value) : undefined;
  };
  return {
    get: (names) => Promise.resolve(names.map(valueOf)),
    write(changes) {
      db.exec('BEGIN');
      try {
        for (const [name, value] of changes) {
          if (value === undefined) remove.run(name);
          else put.run(name, value);
        }
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
      return Promise.resolve();
    },
    clear: () => Promise.resolve(db.exec('DELETE FROM rows')),
    close: () => db.close(),
  };
}
