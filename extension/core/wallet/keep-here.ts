import { fromHex } from '../bytes.ts';
import { isSalusError } from '../errors.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Session } from './session.ts';

/** Entries fetched in one go; the rest follows with the next. */
const MOST = 25;

/**
 * Keeps in this browser what others added to the record, or another browser did: every block of it, under a pin, and counted with
 * the rest. What cannot be fetched now is fetched later.
 */
export async function keepHere(session: Session): Promise<void> {
  const away = await session.catalogue.away(MOST);
  const { final } = await session.catalogue.head();
  const here: typeof away = [];
  for (const entry of away) {
    const root = cidFromDigest(fromHex(entry.cid)).toString();
    const { folder, registry, epoch, patient, author, commitment, block, transaction } = entry;
    const row = { root, kind: 'entry' as const, folder, registry, epoch, patient, author, commitment, bytes: 0 };
    try {
      session.keyring.check();
      await session.storage.adopt({
        ...row,
        createdAt: session.now(),
        replicas: [],
        anchor: { block, transaction },
        final: block <= final,
      });
      here.push(entry);
    } catch (error) {
      if (!isSalusError(error) || error.code === 'vault-locked' || error.code === 'storage-full') throw error;
    }
  }
  if (here.length > 0) await session.catalogue.kept(here);
}
