import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { LogTree } from './log-tree.ts';
import { replayed } from './refusals.ts';
import { blob, bytesIn } from '../sql-values.ts';
import { later, transaction } from '../sqlite-work.ts';
import { NONCE_BLOCKS, type Line, type LogRows, type Once } from './store.ts';

interface Waiting {
  readonly line: Line;
  readonly once: Once | undefined;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** The log of openings with its tree, and the nonces, in the tables `lines`, `nodes` and `nonces`. */
export function sqliteLog(db: DatabaseSync): LogRows {
  const readNonce = db.prepare('SELECT 1 FROM nonces WHERE signer = ? AND nonce = ?');
  const putNonce = db.prepare('INSERT OR IGNORE INTO nonces VALUES (?, ?, ?)');
  const endNonces = db.prepare('DELETE FROM nonces WHERE block < ?');
  const readSize = db.prepare('SELECT COALESCE(MAX(number), -1) + 1 AS size FROM lines');
  const readLine = db.prepare('SELECT blind, body, leaf FROM lines WHERE number = ?');
  const putLine = db.prepare('INSERT INTO lines VALUES (?, ?, ?, ?, ?)');
  const readNode = db.prepare('SELECT hash FROM nodes WHERE level = ? AND number = ?');
  const putNode = db.prepare('INSERT INTO nodes VALUES (?, ?, ?)');

  const readLinesOf = db.prepare(
    'SELECT number, blind, body, leaf FROM lines WHERE patient = ? AND number >= ? ORDER BY number LIMIT ?',
  );
  const lineIn = (row: Record<string, SQLOutputValue>) => ({
    blind: bytesIn(row, 'blind'),
    body: bytesIn(row, 'body'),
    leaf: bytesIn(row, 'leaf'),
  });

  const size = () => Number(readSize.get()?.['size']);
  const tree = new LogTree({
    get(level, index) {
      const row = readNode.get(level, index);
      if (row === undefined) throw new Error('the log of openings lacks a node of its tree');
      return bytesIn(row, 'hash');
    },
    put: (level, index, hash) => void putNode.run(level, index, hash),
  });

  /** Lines that go to the disk together. */
  let waiting: Waiting[] = [];
  /** Those who ask at the same time share one write to the disk, which takes as long for many lines as for one. */
  function write(): void {
    const all = waiting;
    waiting = [];
    try {
      const added = transaction(db, () => all.map(({ line, once }) => add(line, once)));
      all.forEach(({ resolve, reject }, i) => (added[i] === true ? resolve() : reject(replayed())));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
  /** @returns false, and nothing is added, for a request that counted before */
  function add({ patient, blind, body, leaf }: Line, once: Once | undefined): boolean {
    if (once !== undefined) {
      if (putNonce.run(blob(once.signer), blob(once.nonce), once.block).changes === 0) return false;
      endNonces.run(once.block - NONCE_BLOCKS);
    }
    const number = size();
    tree.append(number, leaf);
    putLine.run(number, blob(patient), blind, body, leaf);
    return true;
  }

  return {
    has: ({ signer, nonce }) => later(() => readNonce.get(blob(signer), blob(nonce)) !== undefined),
    append: (line, once) =>
      new Promise((resolve, reject) => {
        if (waiting.push({ line, once, resolve, reject }) === 1) setImmediate(write);
      }),
    size: () => later(size),
    line: (index) =>
      later(() => {
        const row = readLine.get(index);
        return row && lineIn(row);
      }),
    linesOf: (patient, after, most) =>
      later(() =>
        readLinesOf.all(blob(patient), after, most).map((row) => ({ number: Number(row['number']), ...lineIn(row) })),
      ),
    root: (of) => later(() => tree.root(of)),
    inclusion: (index, of) => later(() => tree.inclusion(index, of)),
    consistency: (first, second) => later(() => tree.consistency(first, second)),
  };
}
