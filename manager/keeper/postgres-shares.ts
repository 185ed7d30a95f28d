import type { Database } from './postgres-session.ts';
import { blob, bytesIn } from '../sql-values.ts';
import { MOST_WAITING, type ShareRows } from './store.ts';

/** Keyrings and shares, in the tables `keyrings` and `shares`. */
export function postgresShares(db: Database): ShareRows {
  return {
    keep: ({ registry, patient, digest, object, shares }) =>
      db.transaction(async (session) => {
        // One at a time for a patient: each counts those that the others put in.
        await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${registry}/${patient}`]);
        const { rows: erased } = await session.query('SELECT 1 FROM erased WHERE digest = $1', [digest]);
        if (erased.length > 0) return false;
        const { count } = await session.query(
          'INSERT INTO keyrings (digest, registry, patient, object) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
          [digest, blob(registry), blob(patient), object],
        );
        if (count === 0) return true;
        await session.query(
          'INSERT INTO shares SELECT $1::bytea, * FROM unnest($2::bigint[], $3::bigint[], $4::bytea[])',
          [
            digest,
            shares.map(({ folder }) => folder),
            shares.map(({ epoch }) => epoch),
            shares.map(({ sealed }) => Buffer.from(sealed)),
          ],
        );
        // Their shares go with them.
        await session.query(
          `DELETE FROM keyrings WHERE digest IN (
             SELECT digest FROM keyrings AS k WHERE registry = $1 AND patient = $2 AND NOT EXISTS (
               SELECT 1 FROM anchored AS a WHERE a.keyring = k.digest AND a.registry = $1 AND a.patient = $2
             ) ORDER BY turn DESC OFFSET ${MOST_WAITING}
           )`,
          [blob(registry), blob(patient)],
        );
        return true;
      }),
    erase: ({ registry, patient }, keyrings) =>
      db.transaction(async (session) => {
        await session.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`${registry}/${patient}`]);
        // Their shares go with them.
        const { rows } = await session.query(
          'DELETE FROM keyrings WHERE registry = $1 AND patient = $2 AND digest = ANY ($3::bytea[]) RETURNING digest',
          [blob(registry), blob(patient), keyrings.map((digest) => Buffer.from(digest))],
        );
        for (const row of rows)
          await session.query('INSERT INTO erased VALUES ($1) ON CONFLICT DO NOTHING', [
            Buffer.from(bytesIn(row, 'digest')),
          ]);
      }),
    async shareFor({ registry, patient, folder }, epoch) {
      // A keyring that another patient anchored is not this patient's.
      const { rows } = await db.query(
        `SELECT s.keyring, s.sealed FROM anchored AS a
         JOIN keyrings AS k ON k.digest = a.keyring AND k.registry = a.registry AND k.patient = a.patient
         JOIN shares AS s ON s.keyring = a.keyring AND s.folder = a.folder AND s.epoch = $4
         WHERE a.registry = $1 AND a.patient = $2 AND a.folder = $3 ORDER BY a.block DESC, a.place DESC LIMIT 1`,
        [blob(registry), blob(patient), folder, epoch],
      );
      const [row] = rows;
      return row && { keyring: bytesIn(row, 'keyring'), sealed: bytesIn(row, 'sealed') };
    },
  };
}
