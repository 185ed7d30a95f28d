import { browser } from '../browser/api.ts';
import { localSlot } from '../browser/stores.ts';
import { databaseRows } from '../storage/database-rows.ts';
import { openDatabase } from '../storage/database.ts';

/** Whether a backup is being brought back: until there is a vault, what came of it is of no use and goes again. */
const mark = localSlot('restoring');
/** Held by the page that brings one back. */
const LOCK = 'salus-restore';

/** @param work writes what is in a backup; what it leaves counts once {@link endRestore} was called */
export async function whileRestoring<T>(work: () => Promise<T>): Promise<T> {
  return await navigator.locks.request(LOCK, async () => {
    await mark.write(true);
    return work();
  });
}

/** It is all there, and the wallet is made. */
export const endRestore = (): Promise<void> => mark.write(undefined);

/**
 * Takes away what a backup left that was not brought back whole: the page was closed, the disk was full. To be called where there is no
 * wallet in this browser. Does nothing while another page brings one back.
 */
export async function dropUnfinished(): Promise<void> {
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock === null || (await mark.read()) !== true) return;
    for (const { name = '' } of await indexedDB.databases()) {
      if (name.startsWith('salus-catalogue:')) await databaseRows(name, new AbortController().signal).clear();
      else if (/^salus(:|$)/.test(name)) await emptyRecord(name);
    }
    const keys = Object.keys(await browser.storage.local.get(null));
    await browser.storage.local.remove(keys.filter((key) => /^(accounts|networks|state:.*)$/.test(key)));
    await mark.write(undefined);
  });
}

/** Emptied and not deleted: the storage host has it open. */
async function emptyRecord(name: string): Promise<void> {
  const db = await openDatabase(name);
  try {
    const tx = db.transaction(['blocks', 'pins', 'outbox'], 'readwrite');
    for (const store of ['blocks', 'pins', 'outbox'] as const) void tx.objectStore(store).clear();
    await tx.done;
  } finally {
    db.close();
  }
}
