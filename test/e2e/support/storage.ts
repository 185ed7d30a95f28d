import { expect, type Page } from '@playwright/test';
import type { LedgerRow } from '../../../extension/core/storage/ledger.ts';

export interface Kept {
  readonly blocks: number;
  /** Blocks that no pin reaches. */
  readonly orphans: number;
  /** Blocks that a pin names and that are not there. */
  readonly missing: number;
  readonly rows: readonly LedgerRow[];
}

/** What the wallet's database holds, read beside the wallet. @param page one of the wallet's own pages */
export const keptIn = (page: Page): Promise<Kept> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('the database does not answer'));
      });
    const db = await done(indexedDB.open('salus'));
    const tx = db.transaction(['blocks', 'pins', 'outbox']);
    const [keys, pins, rows] = await Promise.all([
      done(tx.objectStore('blocks').getAllKeys()),
      done(tx.objectStore('pins').getAll()) as Promise<{ blocks: Uint8Array[] }[]>,
      done(tx.objectStore('outbox').getAll()) as Promise<LedgerRow[]>,
    ]);
    db.close();
    // A CIDv1 is two small numbers (version, codec) and then the multihash, the key of the block.
    const pinned = new Set(pins.flatMap((pin) => pin.blocks.map((cid) => cid.slice(2).join())));
    const kept = new Set(keys.map((key) => new Uint8Array(key as ArrayBuffer).join()));
    return {
      blocks: kept.size,
      orphans: [...kept].filter((key) => !pinned.has(key)).length,
      missing: [...pinned].filter((key) => !kept.has(key)).length,
      rows,
    };
  });

/** What lies in one area of the extension's storage. */
export const stored = (page: Page, area: 'local' | 'session', key: string): Promise<unknown> =>
  page.evaluate(async ([a, k]) => (await chrome.storage[a].get(k))[k], [area, key] as const);

/** Overwrites a value in the extension's storage, as a failing disk would. */
export const overwrite = (page: Page, area: 'local' | 'session', key: string, value: unknown): Promise<void> =>
  page.evaluate(([a, k, v]) => chrome.storage[a].set({ [k]: v }), [area, key, value] as const);

/** The vault's second copy, in the wallet's database. */
export const vaultCopy = (page: Page): Promise<unknown> =>
  page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('salus');
        opening.onerror = () => reject(new Error('the database does not open'));
        opening.onsuccess = () => {
          const reading = opening.result.transaction('meta').objectStore('meta').get('vault');
          reading.onsuccess = () => {
            opening.result.close();
            resolve(reading.result);
          };
        };
      }),
  );

export const overwriteVaultCopy = (page: Page, value: unknown): Promise<void> =>
  page.evaluate(
    (given) =>
      new Promise<void>((resolve, reject) => {
        const opening = indexedDB.open('salus');
        opening.onerror = () => reject(new Error('the database does not open'));
        opening.onsuccess = () => {
          const tx = opening.result.transaction('meta', 'readwrite');
          tx.objectStore('meta').put(given, 'vault');
          tx.oncomplete = () => {
            opening.result.close();
            resolve();
          };
        };
      }),
    value,
  );

/**
 * Damages both copies of the vault, as a failing disk would. Whoever looks at it in between mends the one by the other, so it is done
 * until both are.
 */
export async function damageVault(page: Page): Promise<void> {
  const copy = { file: 'not a vault', check: '' };
  await expect(async () => {
    await overwrite(page, 'local', 'vault', 'not a vault');
    await overwriteVaultCopy(page, copy);
    expect([await stored(page, 'local', 'vault'), await vaultCopy(page)]).toEqual(['not a vault', copy]);
  }).toPass({ timeout: 30_000 });
}

/** Everything that this extension keeps in the browser, in whatever place, by name. @param page one of the wallet's own pages */
export const allThatIsKept = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('the database does not answer'));
      });
    const kept: string[] = [];
    for (const area of ['local', 'session'] as const) {
      for (const key of Object.keys(await chrome.storage[area].get(null))) kept.push(`storage.${area}/${key}`);
    }
    for (const { name = '' } of await indexedDB.databases()) {
      const db = await done(indexedDB.open(name));
      for (const store of db.objectStoreNames) {
        const count = await done(db.transaction(store).objectStore(store).count());
        if (count > 0) kept.push(`${name}/${store}: ${count}`);
      }
      // The wallet's own is there, and empty, as soon as it is looked into.
      if (name !== 'salus') kept.push(name);
      db.close();
    }
    const files = await navigator.storage.getDirectory();
    for await (const [name] of files as unknown as AsyncIterable<[string, unknown]>) kept.push(`files/${name}`);
    for (const name of await caches.keys()) kept.push(`caches/${name}`);
    for (const key of Object.keys(localStorage)) kept.push(`localStorage/${key}`);
    return kept;
  });
