import type { DatabaseSync } from 'node:sqlite';
import type { RegistryEvent } from '../../extension/core/chain/events.ts';
import { START } from '../../extension/core/chain/follower.ts';
import { toHex } from '../../extension/core/bytes.ts';
import { blob, bytesIn } from '../sql-values.ts';
import { later, transaction } from '../sqlite-work.ts';
import type { ChainRows, Move } from './store.ts';
import { decodePosition, encodePosition } from './stored-position.ts';

/** What the chain says, in the tables `entries`, `anchored`, `anchors` and `position`. */
export function sqliteChain(db: DatabaseSync): ChainRows {
  const readPosition = db.prepare('SELECT scope, value FROM position');
  const putPosition = db.prepare('UPDATE position SET value = ? WHERE scope = ? AND value = ?');
  const putScope = db.prepare('INSERT OR REPLACE INTO position VALUES (0, ?, ?)');
  const putEntry = db.prepare('INSERT OR REPLACE INTO entries VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const putAnchored = db.prepare('INSERT OR REPLACE INTO anchored VALUES (?, ?, ?, ?, ?, ?, ?)');
  const readEntry = db.prepare('SELECT * FROM entries WHERE registry = ? AND id = ? ORDER BY block, place LIMIT 1');
  const readEpoch = db.prepare(
    'SELECT epoch FROM anchored WHERE registry = ? AND patient = ? AND folder = ? ORDER BY block DESC, place DESC LIMIT 1',
  );
  const putAnchor = db.prepare('INSERT OR REPLACE INTO anchors VALUES (?, ?, ?, ?, ?, ?)');
  const readAnchor = db.prepare(
    'SELECT size, root, block FROM anchors WHERE registry = ? AND manager = ? ORDER BY size DESC, block LIMIT 1',
  );
  const ends = ['entries', 'anchored', 'anchors'].map((table) => db.prepare(`DELETE FROM ${table} WHERE block > ?`));

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
      const { id, patient, folder, epoch, author, commitment } = event;
      const who = [blob(patient), folder, epoch, blob(author)] as const;
      putEntry.run(blob(registry), blob(id), block, index, ...who, commitment);
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
    anchorOf: (registry, manager) =>
      later(() => {
        const row = readAnchor.get(blob(registry), blob(manager));
        return row && { size: Number(row['size']), root: bytesIn(row, 'root'), block: Number(row['block']) };
      }),
    epochOf: ({ registry, patient, folder }) =>
      later(() => Number(readEpoch.get(blob(registry), blob(patient), folder)?.['epoch'] ?? 0)),
  };
}
