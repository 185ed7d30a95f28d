import { toHex } from '../../extension/core/bytes.ts';
import type { RegistryEvent } from '../../extension/core/chain/events.ts';
import { START, type Position } from '../../extension/core/chain/follower.ts';
import type { Database, Session } from './postgres-session.ts';
import { blob, bytesIn } from '../sql-values.ts';
import type { ChainRows, IndexedEntry, Move } from './store.ts';
import { decodePosition, encodePosition } from './stored-position.ts';

/** Only the patient whose record it is in withdraws an entry. */
const isWithdrawn = (entry: string): string =>
  `EXISTS (SELECT 1 FROM withdrawn AS w WHERE w.registry = ${entry}.registry AND w.patient = ${entry}.patient AND w.id = ${entry}.id)`;

/** None has the root of `e` that was not withdrawn. */
const NO_OTHER = `NOT EXISTS (SELECT 1 FROM entries AS o WHERE o.cid = e.cid AND NOT ${isWithdrawn('o')})`;

/** What the chain says, in the tables `entries`, `withdrawn`, `anchored`, `anchors` and `position`. */
export function postgresChain(db: Database): ChainRows {
  let scope = '';

  /** @returns the position of the open scope, or undefined where another is kept */
  async function current(session: Session): Promise<Position | undefined> {
    const [row] = (await session.query('SELECT value FROM position WHERE scope = $1', [scope])).rows;
    return row && decodePosition(String(row['value']));
  }

  /** `work`, where the store still is at `from`: whoever moves it at the same time waits for the row, and then finds another value. */
  const moved = ({ from, to }: Move, work: (session: Session) => Promise<void>): Promise<boolean> =>
    db.transaction(async (session) => {
      const put = 'UPDATE position SET value = $1 WHERE scope = $2 AND value = $3';
      const { count } = await session.query(put, [encodePosition(to), scope, encodePosition(from)]);
      if (count > 0) await work(session);
      return count > 0;
    });

  return {
    async open(wanted) {
      scope = wanted;
      const here = await current(db);
      if (here !== undefined) return here;
      return db.transaction(async (session) => {
        await session.query('LOCK TABLE position IN EXCLUSIVE MODE');
        const begun = await current(session);
        if (begun !== undefined) return begun; // by another process, a moment ago
        await endAfter(session, -1);
        await session.query('DELETE FROM position');
        await session.query('INSERT INTO position VALUES (0, $1, $2)', [scope, encodePosition(START)]);
        return START;
      });
    },
    take: (events, move) => moved(move, (session) => put(session, events)),
    rollBack: (block, move) => moved(move, (session) => endAfter(session, block.number)),
    clear: (move) => moved(move, (session) => endAfter(session, -1)),
    async entries(registry, ids) {
      const { rows } = await db.query(
        `SELECT DISTINCT ON (id) id, patient, folder, epoch, author, entry_commitment FROM entries AS e
         WHERE registry = $1 AND id = ANY ($2::bytea[]) AND NOT ${isWithdrawn('e')} ORDER BY id, block, place`,
        [blob(registry), ids.map(blob)],
      );
      const found = new Map<string, IndexedEntry>(
        rows.map((row) => [
          toHex(bytesIn(row, 'id')),
          {
            registry,
            patient: toHex(bytesIn(row, 'patient')),
            folder: Number(row['folder']),
            epoch: Number(row['epoch']),
            author: toHex(bytesIn(row, 'author')),
            commitment: bytesIn(row, 'entry_commitment'),
          },
        ]),
      );
      return ids.map((id) => found.get(id));
    },
    async anyWithdrawn({ registry, patient, folder }, author, commitments) {
      const { rows } = await db.query(
        `SELECT 1 FROM withdrawn AS w JOIN entries AS e ON e.registry = w.registry AND e.patient = w.patient AND e.id = w.id
         WHERE w.registry = $1 AND w.patient = $2 AND e.folder = $3 AND e.author = $4 AND e.entry_commitment = ANY ($5::bytea[]) LIMIT 1`,
        [blob(registry), blob(patient), folder, blob(author), commitments.map((one) => Buffer.from(one))],
      );
      return rows.length > 0;
    },
    async withdrawnRoots(after, through) {
      const { rows } = await db.query(
        `SELECT DISTINCT e.cid FROM withdrawn AS w JOIN entries AS e ON e.registry = w.registry AND e.patient = w.patient AND e.id = w.id
         WHERE w.block > $1 AND w.block <= $2 AND ${NO_OTHER}`,
        [after, through],
      );
      return rows.map((row) => bytesIn(row, 'cid'));
    },
    async isWithdrawn(root) {
      const { rows } = await db.query(
        `SELECT 1 FROM entries AS e WHERE e.cid = $1 AND ${isWithdrawn('e')} AND ${NO_OTHER} LIMIT 1`,
        [Buffer.from(root)],
      );
      return rows.length > 0;
    },
    async withdrawnOf({ registry, patient }, ids, through) {
      const { rows } = await db.query(
        'SELECT DISTINCT id FROM withdrawn WHERE registry = $1 AND patient = $2 AND id = ANY ($3::bytea[]) AND block <= $4',
        [blob(registry), blob(patient), ids.map(blob), through],
      );
      const found = new Set<string>(rows.map((row) => toHex(bytesIn(row, 'id'))));
      return ids.filter((id) => found.has(id));
    },
    async anchorOf(registry, manager) {
      const { rows } = await db.query(
        'SELECT size, root, block FROM anchors WHERE registry = $1 AND manager = $2 ORDER BY size DESC, block LIMIT 1',
        [blob(registry), blob(manager)],
      );
      const [row] = rows;
      return row && { size: Number(row['size']), root: bytesIn(row, 'root'), block: Number(row['block']) };
    },
    async epochOf({ registry, patient, folder }) {
      const { rows } = await db.query(
        `SELECT epoch FROM anchored WHERE registry = $1 AND patient = $2 AND folder = $3
         ORDER BY block DESC, place DESC LIMIT 1`,
        [blob(registry), blob(patient), folder],
      );
      return Number(rows[0]?.['epoch'] ?? 0);
    },
  };
}

async function endAfter(session: Session, block: number): Promise<void> {
  for (const table of ['entries', 'withdrawn', 'anchored', 'anchors'])
    await session.query(`DELETE FROM ${table} WHERE block > $1`, [block]);
}

async function put(session: Session, events: readonly RegistryEvent[]): Promise<void> {
  const records = events.filter((event) => event.kind === 'record');
  const rotated = events.filter((event) => event.kind === 'rotated');
  if (records.length > 0)
    await session.query(
      `INSERT INTO entries SELECT * FROM unnest(
         $1::bytea[], $2::bytea[], $3::bigint[], $4::integer[], $5::bytea[], $6::bigint[], $7::bigint[], $8::bytea[],
         $9::bytea[], $10::bytea[]
       ) ON CONFLICT DO NOTHING`,
      [
        records.map(({ registry }) => blob(registry)),
        records.map(({ id }) => blob(id)),
        records.map(({ block }) => block),
        records.map(({ index }) => index),
        records.map(({ patient }) => blob(patient)),
        records.map(({ folder }) => folder),
        records.map(({ epoch }) => epoch),
        records.map(({ author }) => blob(author)),
        records.map(({ cid }) => Buffer.from(cid)),
        records.map(({ commitment }) => Buffer.from(commitment)),
      ],
    );
  if (rotated.length > 0)
    await session.query(
      `INSERT INTO anchored SELECT * FROM unnest(
         $1::bytea[], $2::bytea[], $3::bigint[], $4::bigint[], $5::integer[], $6::bigint[], $7::bytea[]
       ) ON CONFLICT DO NOTHING`,
      [
        rotated.map(({ registry }) => blob(registry)),
        rotated.map(({ patient }) => blob(patient)),
        rotated.map(({ folder }) => folder),
        rotated.map(({ block }) => block),
        rotated.map(({ index }) => index),
        rotated.map(({ epoch }) => epoch),
        rotated.map(({ keyring }) => Buffer.from(keyring)),
      ],
    );
  for (const { registry, patient, id, block, index } of events.filter((event) => event.kind === 'withdrawn')) {
    const values = [blob(registry), blob(patient), blob(id), block, index];
    await session.query('INSERT INTO withdrawn VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING', values);
  }
  for (const { registry, manager, block, index, size, root } of events.filter((event) => event.kind === 'log')) {
    const values = [blob(registry), blob(manager), block, index, size, Buffer.from(root)];
    await session.query('INSERT INTO anchors VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING', values);
  }
}
