import { LogTree } from './log-tree.ts';
import type { Session } from './postgres-session.ts';
import { bytesIn } from '../sql-values.ts';

/** A hash of the tree, by its place in it. */
export interface TreeNode {
  readonly level: number;
  readonly number: number;
  readonly hash: Uint8Array;
}

const placeOf = (level: number, number: number): string => `${level}/${number}`;

/**
 * Works on the tree whose hashes are in the table `nodes`. Which of them a work asks for does not depend on what they are: it is done
 * once without them to learn that, and once with them, which takes one query.
 * @returns what `work` does, and the hashes that it put
 * @throws what `work` throws; Error where a hash is missing
 */
export async function withTree<T>(
  session: Session,
  work: (tree: LogTree) => T,
): Promise<{ result: T; put: TreeNode[] }> {
  const wanted: Omit<TreeNode, 'hash'>[] = [];
  work(
    new LogTree({
      get(level, number) {
        wanted.push({ level, number });
        return new Uint8Array(32);
      },
      put: () => undefined,
    }),
  );
  const hashes = new Map<string, Uint8Array>();
  if (wanted.length > 0) {
    const { rows } = await session.query(
      'SELECT level, number, hash FROM nodes JOIN unnest($1::integer[], $2::bigint[]) AS wanted (level, number) USING (level, number)',
      [wanted.map(({ level }) => level), wanted.map(({ number }) => number)],
    );
    for (const row of rows) hashes.set(placeOf(Number(row['level']), Number(row['number'])), bytesIn(row, 'hash'));
  }
  const put: TreeNode[] = [];
  const result = work(
    new LogTree({
      get(level, number) {
        const hash = hashes.get(placeOf(level, number));
        if (hash === undefined) throw new Error('the log of openings lacks a node of its tree');
        return hash;
      },
      put: (level, number, hash) => void put.push({ level, number, hash }),
    }),
  );
  return { result, put };
}
