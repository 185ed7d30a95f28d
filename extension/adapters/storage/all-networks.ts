import { openDatabase, type Database, type StoredRow } from './database.ts';
import { collectGarbage } from './ingest.ts';

/** Goes through the storage databases of all networks, one after the other. */
async function each(work: (db: Database) => Promise<void>): Promise<void> {
  for (const { name } of await indexedDB.databases()) {
    if (name === undefined || !/^salus(:|$)/.test(name)) continue;
    const db = await openDatabase(name);
    try {
      await work(db);
    } finally {
      db.close();
    }
  }
}

/** An entry that is not on the chain is found by nobody's words; an object is lost unless enough managers have it. */
const isUnsaved = ({ kind, anchor }: StoredRow): boolean => kind === 'object' || anchor === undefined;

/**
 * How many rows of all networks are of something that is nowhere else.
 * @param author in lower case: only of what this account wrote
 */
export async function countUnsaved(author?: string): Promise<number> {
  let count = 0;
  await each(async (db) => {
    const open = (await db.getAllFromIndex('outbox', 'open')).filter(isUnsaved);
    const rows = author === undefined ? open : open.filter((row) => row.author.toLowerCase() === author);
    count += new Set(rows.map(({ root }) => root)).size;
  });
  return count;
}

/** Deletes, in all networks, what is kept for one account and for none of `others`; all in lower case. */
export async function forgetAccount(account: string, others: readonly string[]): Promise<void> {
  await each(async (db) => {
    const tx = db.transaction(['outbox', 'pins'], 'readwrite', { durability: 'strict' });
    for (const { root, kept } of await tx.objectStore('outbox').index('kept').getAll(account)) {
      if (kept.some((one) => others.includes(one))) continue;
      void tx.objectStore('outbox').delete(root);
      void tx.objectStore('pins').delete(root);
    }
    await tx.done;
    await collectGarbage(db);
  });
}
