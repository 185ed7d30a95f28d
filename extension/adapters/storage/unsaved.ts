import { openDatabase, type StoredRow } from './database.ts';

/** An entry that is not on the chain is found by nobody's words; an object is lost unless enough managers have it. */
const isUnsaved = ({ kind, anchor }: StoredRow): boolean => kind === 'object' || anchor === undefined;

/** How many rows of all networks' databases are of something that is nowhere else. */
export async function countUnsaved(): Promise<number> {
  let count = 0;
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined || !/^salus(:|$)/.test(name)) continue;
    const db = await openDatabase(name);
    try {
      const roots = new Set((await db.getAllFromIndex('outbox', 'open')).filter(isUnsaved).map(({ root }) => root));
      count += roots.size;
    } finally {
      db.close();
    }
  }
  return count;
}
