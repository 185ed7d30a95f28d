import { SalusError } from '../../core/errors.ts';
import { noRoom } from '../../core/vault/slots.ts';
import { browser } from './api.ts';
import { deleteDatabase } from './databases.ts';
import { localSlot } from './stores.ts';

/** Whether the wallet is being removed from this browser: what is left of it then goes at the next start at the latest. */
const MARK = 'removing';
const mark = localSlot(MARK);

/** From here on there is no way back. @throws SalusError `storage-full`; then nothing was begun */
export async function beginRemoval(): Promise<void> {
  await mark.write(true).catch(() => {
    throw noRoom();
  });
}

/**
 * Takes away everything that is kept in this browser, if that was begun: the vault before all else. To be called before anything
 * else is read. @throws SalusError `not-removed` where something is left, which the next start takes away
 */
export async function finishRemoval(): Promise<void> {
  if ((await mark.read()) !== true) return;
  try {
    await emptyStorage();
    for (const { name } of await indexedDB.databases()) if (name !== undefined) await deleteDatabase(name);
    await emptyStorage(); // what was being written meanwhile
    await mark.write(undefined);
  } catch {
    throw new SalusError('not-removed', 'Something is left of the wallet. It is removed at the next start.');
  }
}

async function emptyStorage(): Promise<void> {
  const kept = Object.keys(await browser.storage.local.get(null));
  await browser.storage.local.remove(kept.filter((key) => key !== MARK));
  await browser.storage.session.clear();
}
