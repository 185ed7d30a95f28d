import { fromHex } from '../bytes.ts';
import type { EntryRow } from '../catalogue/model.ts';
import { isForLater } from '../errors.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Session } from './session.ts';

/**
 * Keeps in this browser what others added to the record, or another browser did: every block of it, under a pin, and counted with
 * the rest. What cannot be fetched now is fetched later.
 * @param goOn asked between parts; the rest follows with the next call
 */
export async function keepHere(session: Session, goOn: () => boolean): Promise<void> {
  const { away } = session.catalogue;
  do {
    const part = await away.next();
    const { final } = await session.catalogue.head();
    const outcomes = await Promise.allSettled(part.map((entry) => adopt(session, entry, final)));
    const here = part.filter((_, i) => outcomes[i]?.status === 'fulfilled');
    if (here.length > 0) await session.catalogue.kept(here);
    for (const outcome of outcomes)
      if (outcome.status === 'rejected' && !isForLater(outcome.reason)) throw outcome.reason;
    if (here.length === 0) return;
  } while (!away.isAtStart && goOn());
}

async function adopt(session: Session, entry: EntryRow, final: number): Promise<void> {
  const { folder, registry, epoch, patient, author, commitment, block, transaction } = entry;
  session.keyring.check();
  await session.storage.adopt({
    root: cidFromDigest(fromHex(entry.cid)).toString(),
    kind: 'entry',
    folder,
    registry,
    epoch,
    patient,
    author,
    commitment,
    bytes: 0,
    createdAt: session.now(),
    replicas: [],
    anchor: { block, transaction },
    final: block <= final,
  });
}
