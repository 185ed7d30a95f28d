import type { SessionStore, VaultSlot } from '../../core/vault/slots.ts';
import { openDatabase } from '../storage/database.ts';
import { browser } from './api.ts';

/** What the browser keeps is for the wallet's own contexts, not for its content scripts. Firefox has no such choice. */
export async function closeStorageToPages(): Promise<void> {
  for (const area of [browser.storage.local, browser.storage.session] as readonly Closable[]) {
    await area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
  }
}

interface Closable {
  setAccessLevel?(options: { readonly accessLevel: 'TRUSTED_CONTEXTS' }): Promise<void>;
}

/** A value in `storage.local`. Only ciphertext and counters ever go here. */
export const localSlot = (key: string): VaultSlot => ({
  async read() {
    return (await browser.storage.local.get(key))[key];
  },
  async write(value) {
    await (value === undefined ? browser.storage.local.remove(key) : browser.storage.local.set({ [key]: value }));
  },
});

/** A value in the wallet's IndexedDB, which fails independently of `storage.local`. */
export const databaseSlot = (key: string): VaultSlot => ({
  async read() {
    const db = await openDatabase();
    const value = await db.get('meta', key);
    db.close();
    return value;
  },
  async write(value) {
    const db = await openDatabase();
    await (value === undefined ? db.delete('meta', key) : db.put('meta', value, key));
    db.close();
  },
});

/** Memory of the browser, not of the disk; gone when the browser is. */
export const sessionStore: SessionStore = {
  async get(key) {
    return (await browser.storage.session.get(key))[key];
  },
  set: (key, value) => browser.storage.session.set({ [key]: value }),
  remove: (key) => browser.storage.session.remove(key),
};
