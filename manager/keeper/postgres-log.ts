import type { Database, Row, Session } from './postgres-session.ts';
import { withTree } from './postgres-tree.ts';
import { replayed } from './refusals.ts';
import { blob, bytesIn } from '../sql-values.ts';
import { NONCE_BLOCKS, type Line, type LogRows, type Once } from './store.ts';

/** The log of openings with its tree, and the nonces, in the tables `log`, `lines`, `nodes` and `nonces`. */
export function postgresLog(db: Database): LogRows {
  return {
    async has({ signer, nonce }) {
      const { rows } = await db.query('SELECT 1 FROM nonces WHERE signer = $1 AND nonce = $2', [
        blob(signer),
        blob(nonce),
      ]);
      return rows.length > 0;
    },
    append: (line, once) =>
      db.transaction(async (session) => {
        if (once !== undefined) await count(session, once);
        // From here to the end one at a time, over all processes: the row is locked.
        const { rows } = await session.query('UPDATE log SET size = size + 1 RETURNING size - 1 AS number');
        await write(session, Number(rows[0]?.['number']), line);
        if (once !== undefined) await session.query('DELETE FROM nonces WHERE block < $1', [once.block - NONCE_BLOCKS]);
      }),
    async size() {
      return Number((await db.query('SELECT size FROM log')).rows[0]?.['size']);
    },
    async line(index) {
      const [row] = (await db.query('SELECT blind, body, leaf FROM lines WHERE number = $1', [index])).rows;
      return row && lineIn(row);
    },
    async linesOf(patient, after, most) {
      const { rows } = await db.query(
        'SELECT number, blind, body, leaf FROM lines WHERE patient = $1 AND number >= $2 ORDER BY number LIMIT $3',
        [blob(patient), after, most],
      );
      return rows.map((row) => ({ number: Number(row['number']), ...lineIn(row) }));
    },
    root: async (of) => (await withTree(db, (tree) => tree.root(of))).result,
    inclusion: async (index, of) => (await withTree(db, (tree) => tree.inclusion(index, of))).result,
    consistency: async (first, second) => (await withTree(db, (tree) => tree.consistency(first, second))).result,
  };
}

/** A request that counts at the same time in another process is waited for. @throws ManagerError `replayed` */
async function count(session: Session, { signer, nonce, block }: Once): Promise<void> {
  const put = 'INSERT INTO nonces VALUES ($1, $2, $3) ON CONFLICT DO NOTHING';
  if ((await session.query(put, [blob(signer), blob(nonce), block])).count === 0) throw replayed();
}

async function write(session: Session, number: number, { patient, blind, body, leaf }: Line): Promise<void> {
  const { put } = await withTree(session, (tree) => tree.append(number, leaf));
  await session.query(
    `WITH line AS (INSERT INTO lines VALUES ($1, $2, $3, $4, $5))
     INSERT INTO nodes SELECT * FROM unnest($6::integer[], $7::bigint[], $8::bytea[])`,
    [
      ...[number, blob(patient), blind, body, leaf],
      put.map((node) => node.level),
      put.map((node) => node.number),
      put.map((node) => Buffer.from(node.hash)),
    ],
  );
}

const lineIn = (row: Row) => ({
  blind: bytesIn(row, 'blind'),
  body: bytesIn(row, 'body'),
  leaf: bytesIn(row, 'leaf'),
});
