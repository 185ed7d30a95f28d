import type { DatabaseSync } from 'node:sqlite';
import { blob, bytesIn } from '../sql-values.ts';
import { later, transaction } from '../sqlite-work.ts';
import { MOST_WAITING, type ShareRows } from './store.ts';

/** Keyrings and shares, in the tables `keyrings` and `shares`. */
export function sqliteShares(db: DatabaseSync): ShareRows {
  const putKeyring = db.prepare(
    'INSERT OR IGNORE INTO keyrings (digest, registry, patient, object) VALUES (?, ?, ?, ?)',
  );
  const putShare = db.prepare('INSERT INTO shares VALUES (?, ?, ?, ?)');
  const readWaiting = db.prepare(
    `SELECT digest FROM keyrings AS k WHERE registry = ?1 AND patient = ?2 AND NOT EXISTS (
       SELECT 1 FROM anchored AS a WHERE a.keyring = k.digest AND a.registry = ?1 AND a.patient = ?2
     ) ORDER BY turn DESC LIMIT -1 OFFSET ${MOST_WAITING}`,
  );
  const isErased = db.prepare('SELECT 1 FROM erased WHERE digest = ?');
  const putErased = db.prepare('INSERT OR IGNORE INTO erased VALUES (?)');
  const isOf = db.prepare('SELECT 1 FROM keyrings WHERE digest = ? AND registry = ? AND patient = ?');
  const endKeyring = db.prepare('DELETE FROM keyrings WHERE digest = ?');
  const endShares = db.prepare('DELETE FROM shares WHERE keyring = ?');
  // A keyring that another patient anchored is not this patient's.
  const readShare = db.prepare(
    `SELECT s.keyring, s.sealed FROM anchored AS a
     JOIN keyrings AS k ON k.digest = a.keyring AND k.registry = a.registry AND k.patient = a.patient
     JOIN shares AS s ON s.keyring = a.keyring AND s.folder = a.folder AND s.epoch = ?4
     WHERE a.registry = ?1 AND a.patient = ?2 AND a.folder = ?3 ORDER BY a.block DESC, a.place DESC LIMIT 1`,
  );

  return {
    keep: ({ registry, patient, digest, object, shares }) =>
      later(() =>
        transaction(db, () => {
          if (isErased.get(digest) !== undefined) return false;
          if (putKeyring.run(digest, blob(registry), blob(patient), object).changes === 0) return true;
          for (const { folder, epoch, sealed } of shares) putShare.run(digest, folder, epoch, sealed);
          for (const row of readWaiting.all(blob(registry), blob(patient))) {
            const over = bytesIn(row, 'digest');
            endKeyring.run(over);
            endShares.run(over);
          }
          return true;
        }),
      ),
    erase: ({ registry, patient }, keyrings) =>
      later(() => {
        transaction(db, () => {
          for (const digest of keyrings) {
            if (isOf.get(digest, blob(registry), blob(patient)) === undefined) continue;
            putErased.run(digest);
            endKeyring.run(digest);
            endShares.run(digest);
          }
        });
        // What was erased is not left in the log of changes.
        db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      }),
    shareFor: ({ registry, patient, folder }, epoch) =>
      later(() => {
        const row = readShare.get(blob(registry), blob(patient), folder, epoch);
        return row && { keyring: bytesIn(row, 'keyring'), sealed: bytesIn(row, 'sealed') };
      }),
  };
}
