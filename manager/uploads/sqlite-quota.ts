import type { DatabaseSync } from 'node:sqlite';
import { blob } from '../sql-values.ts';
import { later, transaction } from '../sqlite-work.ts';
import type { QuotaRows } from './quota.ts';

/** In place of a day: what is kept of all days. */
const IN_ALL = -1;

/** What members sent, in the table `uploads`. */
export function sqliteQuota(db: DatabaseSync): QuotaRows {
  const read = db.prepare('SELECT bytes, blocks, roots FROM uploads WHERE member = ? AND day = ?');
  const put = db.prepare('INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?, ?)');
  const endOld = db.prepare('DELETE FROM uploads WHERE day BETWEEN 0 AND ?');

  return {
    sent: (member, day) =>
      later(() => {
        const row = read.get(blob(member), day ?? IN_ALL);
        return row && { bytes: Number(row['bytes']), blocks: Number(row['blocks']), roots: Number(row['roots']) };
      }),
    put: (member, day, ofDay, inAll) =>
      later(() =>
        transaction(db, () => {
          put.run(blob(member), day, ofDay.bytes, ofDay.blocks, ofDay.roots);
          put.run(blob(member), IN_ALL, inAll.bytes, inAll.blocks, inAll.roots);
          endOld.run(day - 1);
        }),
      ),
  };
}
