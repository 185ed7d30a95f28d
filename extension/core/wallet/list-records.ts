import { CID } from 'multiformats/cid';
import { fromHex } from '../bytes.ts';
import type { Listing } from '../records/book.ts';
import type { RecordAdded } from '../registry/client.ts';
import { digestOf } from '../storage/cid.ts';
import type { Session } from './session.ts';

/** Entries of this account that are sealed here and wait for the chain. */
export async function pendingRecords(session: Session): Promise<RecordAdded[]> {
  const rows = await session.storage.rows();
  return rows
    .filter((r) => r.kind === 'entry' && r.anchor === undefined && r.patient === session.address)
    .map((r) => ({
      id: r.root,
      patient: r.patient,
      author: r.author,
      folder: r.folder,
      epoch: r.epoch,
      cid: digestOf(CID.parse(r.root)),
      commitment: fromHex(r.commitment),
      block: 0,
      transaction: '',
    }));
}

/** The patient's own record, what waits for the chain included. */
export async function listOwn(session: Session): Promise<Listing> {
  return session.own.list(session.address, undefined, await pendingRecords(session));
}

/** Lists what one patient (or every patient) lets this account read. Each folder is checked against the chain now. */
export async function listShared(session: Session, patient?: string): Promise<Listing> {
  const live = (await session.granted.live(patient)).filter((g) => g.canRead);
  const listings: Listing[] = [];
  for (const [owner, grants] of Map.groupBy(live, (g) => g.patient)) {
    listings.push(await session.shared.list(owner, new Set(grants.map((g) => g.folder))));
  }
  return { items: listings.flatMap((l) => l.items), unreadable: listings.flatMap((l) => l.unreadable) };
}
