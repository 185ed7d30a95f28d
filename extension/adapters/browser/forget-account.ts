import { deleteDatabase } from './databases.ts';
import { browser } from './api.ts';

/** Takes away what is kept of one account under its alias, in all networks: its sealed state, and what is known of the chain. */
export async function forgetAlias(alias: string): Promise<void> {
  const isOf = (name: string, what: string) => name.startsWith(`${what}:`) && name.endsWith(`:${alias}`);
  const keys = Object.keys(await browser.storage.local.get(null));
  await browser.storage.local.remove(keys.filter((key) => isOf(key, 'state')));
  for (const { name = '' } of await indexedDB.databases()) {
    if (isOf(name, 'salus-catalogue')) await deleteDatabase(name);
  }
}
