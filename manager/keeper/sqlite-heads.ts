import type { DatabaseSync } from 'node:sqlite';
import { blob, bytesIn } from '../sql-values.ts';
import { later } from '../sqlite-work.ts';
import type { HeadRows } from './store.ts';

/** Heads of logs, in the table `heads`. */
export function sqliteHeads(db: DatabaseSync): HeadRows {
  const read = db.prepare('SELECT size, root, note FROM heads WHERE manager = ?');
  const begin = db.prepare('INSERT OR IGNORE INTO heads VALUES (?, ?, ?, ?)');
  const goOn = db.prepare('UPDATE heads SET size = ?, root = ?, note = ? WHERE manager = ? AND size = ? AND root = ?');

  return {
    seen: (manager) =>
      later(() => {
        const row = read.get(blob(manager));
        return row && { size: Number(row['size']), root: bytesIn(row, 'root'), note: String(row['note']) };
      }),
    see: (manager, { size, root, note }, before) =>
      later(() => {
        const { changes } =
          before === undefined
            ? begin.run(blob(manager), size, root, note)
            : goOn.run(size, root, note, blob(manager), before.size, before.root);
        return changes > 0;
      }),
  };
}
