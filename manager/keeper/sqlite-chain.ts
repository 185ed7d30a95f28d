import type { DatabaseSync } from 'node:sqlite';
import type { RegistryEvent } from '../../extension/core/chain/events.ts';
import { START } from '../../extension/core/chain/follower.ts';
import { toHex } from '../../extension/core/bytes.ts';
import { blob, bytesIn } from '../sql-values.ts';
import { later, transaction } from '../sqlite-work.ts';
import type { ChainRows, Move } from './store.ts';
import { decodePosition, encodePosition } from './stored-position.ts';

/** What the chain says, in the tables `entries`, `withdrawn`, `anchored`, `anchors` and `position`. */
export function sqliteChain(db: DatabaseSync): ChainRows {
  const readPosition = db.prepare('SELECT scope, value FROM position');
  const putPosition = db.prepare('UPDATE position SET value = ? WHERE scope = ? AND value = ?');
  const putScope = db.prepare('INSERT OR REPLACE INTO position VALUES (0, ?, ?)');
  const putEntry = db.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putAnchored = db.prepare('INSERT OR REPLACE INTO anchored VALUES (?, ?, ?, ?, ?, ?, ?)');
  const putWithdrawn = db.prepare('INSERT OR REPLACE INTO withdrawn VALUES (?, ?, ?, ?, ?)');
  // Only the patient whose record it is in withdraws an entry.
  const isWithdrawn = (entry: string): string =>
    `EXISTS (SELECT 1 FROM withdrawn AS w WHERE w.registry = ${entry}.registry AND w.patient = ${entry}.patient AND w.id = ${entry}.id)`;
  const noOther = `NOT EXISTS (SELECT 1 FROM entries AS o WHERE o.cid = e.cid AND NOT ${isWithdrawn('o')})`;
  const readEntry = db.prepare(
    `SELECT * FROM entries AS e WHERE registry = ? AND id = ? AND NOT ${isWithdrawn('e')} ORDER BY block, place LIMIT 1`,
  );
  const readSealed = db.prepare(
    `SELECT 1 FROM withdrawn AS w JOIN entries AS e ON e.registry = w.registry AND e.patient = w.patient AND e.id = w.id
     WHERE w.registry = ? AND w.patient = ? AND e.folder = ? AND e.author = ? AND e.entry_commitment = ? LIMIT 1`,
  );
  const readRoots = db.prepare(
    `SELECT DISTINCT e.cid FROM withdrawn AS w JOIN entries AS e ON e.registry = w.registry AND e.patient = w.patient AND e.id = w.id
     WHERE w.block > ? AND w.block <= ? AND ${noOther}`,
  );
  const readRoot = db.prepare(
    `SELECT 1 FROM entries AS e WHERE e.cid = ? AND ${isWithdrawn('e')} AND ${noOther} LIMIT 1`,
  );
  const readWithdrawn = db.prepare(
    'SELECT 1 FROM withdrawn WHERE registry = ? AND patient = ? AND id = ? AND block <= ? LIMIT 1',
  );
  const readEpoch = db.prepare(
    'SELECT epoch FROM anchored WHERE registry = ? AND patient = ? AND folder = ? ORDER BY block DESC, place DESC LIMIT 1',
  );
  const putAnchor = db.prepare('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?, ?)');
  const readAnchor = db.prepare(
    'SELECT size, root, block FROM anchors WHERE registry = ? AND manager = ? ORDER BY size DESC, block LIMIT 1',
  );
  const ends = ['entries', 'withdrawn', 'anchored', 'anchors'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE block > ?`),
  );

  let scope = '';
  /** @returns the position of the open scope, or undefined where another is kept */
  function current() {
    const row = readPosition.get();
    return row?.['scope'] === scope ? decodePosition(String(row['value'])) : undefined;
  }
  /** `work`, where the store still is at `from`. */
  const moved = ({ from, to }: Move, work: () => void): Promise<boolean> =>
    later(() =>
      transaction(db, () => {
        const isFirst = putPosition.run(encodePosition(to), scope, encodePosition(from)).changes > 0;
        if (isFirst) work();
        return isFirst;
      }),
    );
  function endAfter(block: number): void {
    for (const end of ends) end.run(block);
  }
  function put(event: RegistryEvent): void {
    const { registry, block, index } = event;
    if (event.kind === 'record') {
      const { id, patient, folder, epoch, author, cid, commitment } = event;
      const who = [blob(patient), folder, epoch, blob(author)] as const;
      putEntry.run(blob(registry), blob(id), block, index, ...who, cid, commitment);
    } else if (event.kind === 'withdrawn') {
      putWithdrawn.run(blob(registry), blob(event.patient), blob(event.id), block, index);
    } else if (event.kind === 'rotated') {
      const { patient, folder, epoch, keyring } = event;
      putAnchored.run(blob(registry), blob(patient), folder, block, index, epoch, keyring);
    } else if (event.kind === 'log' && Number.isSafeInteger(event.size)) {
      putAnchor.run(blob(registry), blob(event.manager), block, index, event.size, event.root);
    }
  }

  return {
    open: (wanted) =>
      later(() => {
        scope = wanted;
        const here = current();
        if (here !== undefined) return here;
        return transaction(db, () => {
          const begun = current();
          if (begun !== undefined) return begun; // by another process, a moment ago
          endAfter(-1);
          putScope.run(scope, encodePosition(START));
          return START;
        });
      }),
    take: (events, move) =>
      moved(move, () => {
        for (const event of events) put(event);
      }),
    rollBack: (block, move) => moved(move, () => endAfter(block.number)),
    clear: (move) => moved(move, () => endAfter(-1)),
    entries: (registry, ids) =>
      later(() =>
        ids.map((id) => {
          const row = readEntry.get(blob(registry), blob(id));
          return (
            row && {
              registry,
              patient: toHex(bytesIn(row, 'patient')),
              folder: Number(row['folder']),
              epoch: Number(row['epoch']),
              author: toHex(bytesIn(row, 'author')),
              commitment: bytesIn(row, 'entry_commitment'),
            }
          );
        }),
      ),
    anyWithdrawn: ({ registry, patient, folder }, author, commitments) =>
      later(() =>
        commitments.some(
          (commitment) => readSealed.get(blob(registry), blob(patient), folder, blob(author), commitment) !== undefined,
        ),
      ),
    withdrawnRoots: (after, through) => later(() => readRoots.all(after, through).map((row) => bytesIn(row, 'cid'))),
    isWithdrawn: (root) => later(() => readRoot.get(root) !== undefined),
    withdrawnOf: ({ registry, patient }, ids, through) =>
      later(() =>
        ids.filter((id) => readWithdrawn.get(blob(registry), blob(patient), blob(id), through) !== undefined),
      ),
    anchorOf: (registry, manager) =>
      later(() => {
        const row = readAnchor.get(blob(registry), blob(manager));
        return row && { size: Number(row['size']), root: bytesIn(row, 'root'), block: Number(row['block']) };
      }),
    epochOf: ({ registry, patient, folder }) =>
      later(() => Number(readEpoch.get(blob(registry), blob(patient), folder)?.['epoch'] ?? 0)),
  };
}
