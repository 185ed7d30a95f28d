import type { DatabaseSync } from 'node:sqlite';
import * as v from 'valibot';
import type { RegistryEvent } from '../../extension/core/chain/events.ts';
import { START, type Position } from '../../extension/core/chain/follower.ts';
import { toHex } from '../../extension/core/bytes.ts';
import { blob, bytesIn, later, transaction } from './sqlite-values.ts';
import type { ChainRows } from './store.ts';

const PositionSchema = v.object({
  ring: v.array(v.object({ number: v.number(), hash: v.string() })),
  final: v.number(),
  at: v.number(),
  time: v.number(),
});

/** What the chain says, in the tables `entries`, `anchored`, `anchors` and `position`. */
export function sqliteChain(db: DatabaseSync): ChainRows {
  const readPosition = db.prepare('SELECT scope, value FROM position');
  const putPosition = db.prepare('UPDATE position SET value = ?');
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

  const write = (position: Position) => putPosition.run(JSON.stringify(position));
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
    open: (scope) =>
      later(() => {
        const row = readPosition.get();
        if (row?.['scope'] === scope) return v.parse(PositionSchema, JSON.parse(String(row['value'])));
        transaction(db, () => {
          endAfter(-1);
          putScope.run(scope, JSON.stringify(START));
        });
        return START;
      }),
    take: (events, position) =>
      later(() =>
        transaction(db, () => {
          for (const event of events) put(event);
          write(position);
        }),
      ),
    rollBack: (to, position) =>
      later(() =>
        transaction(db, () => {
          endAfter(to.number);
          write(position);
        }),
      ),
    clear: (position) =>
      later(() =>
        transaction(db, () => {
          endAfter(-1);
          write(position);
        }),
      ),
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
