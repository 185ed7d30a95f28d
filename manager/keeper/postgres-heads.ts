import type { Database } from './postgres-session.ts';
import { blob, bytesIn } from '../sql-values.ts';
import type { HeadRows } from './store.ts';

/** Heads of logs, in the table `heads`. */
export function postgresHeads(db: Database): HeadRows {
  return {
    async seen(manager) {
      const [row] = (await db.query('SELECT size, root, note FROM heads WHERE manager = $1', [blob(manager)])).rows;
      return row && { size: Number(row['size']), root: bytesIn(row, 'root'), note: String(row['note']) };
    },
    see: (manager, { size, root, note }, before) =>
      db.transaction(async (session) => {
        const values = [blob(manager), size, Buffer.from(root), note];
        const { count } =
          before === undefined
            ? await session.query('INSERT INTO heads VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING', values)
            : await session.query(
                'UPDATE heads SET size = $2, root = $3, note = $4 WHERE manager = $1 AND size = $5 AND root = $6',
                [...values, before.size, Buffer.from(before.root)],
              );
        return count > 0;
      }),
  };
}
