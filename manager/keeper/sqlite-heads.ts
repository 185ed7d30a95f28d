import type { DatabaseSync } from 'node:sqlite';
import { blob, bytesIn, later } from './sqlite-values.ts';
import type { HeadRows } from './store.ts';

/** Heads of logs, in the table `heads`. */
export function sqliteHeads(db: DatabaseSync): HeadRows {
  const read = db.prepare('SELECT size, root, note FROM heads WHERE manager = ?');
  const put = db.prepare('INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?)');

  return {
    seen: (manager) =>
      later(() => {
        const row = read.get(blob(manager));
        return row && { size: Number(row['size']), root: bytesIn(row, 'root'), note: String(row['note']) };
      }),
    see: (manager, { size, root, note }) => later(() => void put.run(blob(manager), size, root, note)),
  };
}
