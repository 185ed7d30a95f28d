import { openDB, type IDBPDatabase } from 'idb';
import type { RowStore } from '../../core/catalogue/rows.ts';
import { writeFault } from './full-disk.ts';
import { exact } from './idb-blockstore.ts';

const STORE = 'rows';

/**
 * Sealed rows in an IndexedDB of their own. It is opened when first needed.
 * @param over once aborted it is opened no more
 */
export function databaseRows(name: string, over: AbortSignal): RowStore {
  let opening: Promise<IDBPDatabase> | undefined;
  const open = async () => {
    over.throwIfAborted();
    opening ??= openDB(name, 1, {
      upgrade: (db) => void db.createObjectStore(STORE),
      // Another context deletes it; it is opened anew when it is needed again.
      blocking: (_was, _next, event) => {
        (event.target as IDBDatabase).close();
        opening = undefined;
      },
      terminated: () => (opening = undefined),
    }).catch((error: unknown) => {
      opening = undefined;
      throw error;
    });
    return opening;
  };
  return {
    async get(names) {
      const store = (await open()).transaction(STORE).store;
      return Promise.all(names.map(async (row) => (await store.get(row)) as Uint8Array<ArrayBuffer> | undefined));
    },
    async write(changes) {
      const tx = (await open()).transaction(STORE, 'readwrite');
      try {
        for (const [row, value] of changes) {
          const request = value === undefined ? tx.store.delete(row) : tx.store.put(exact(value), row);
          request.catch(() => undefined); // the transaction fails with it, and that is what is told
        }
        await tx.done;
      } catch (error) {
        throw writeFault(error);
      }
    },
    async clear() {
      await (await open()).clear(STORE);
    },
  };
}
