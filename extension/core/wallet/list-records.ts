import { CID } from 'multiformats/cid';
import { fromHex } from '../bytes.ts';
import { listGranted } from '../consent/granted-records.ts';
import type { Listing } from '../records/book.ts';
import { mergeListings } from '../records/versions.ts';
import type { RecordAdded } from '../registry/client.ts';
import { digestOf } from '../storage/cid.ts';
import type { Session } from './session.ts';
import type { Version } from './version.ts';

/** Entries of this account that are sealed here and wait for the chain, to be anchored in one registry. */
export async function pendingRecords(session: Session, version: Version): Promise<RecordAdded[]> {
  const rows = await session.storage.rows();
  return rows
    .filter((r) => r.kind === 'entry' && r.anchor === undefined && r.patient === session.address)
    .filter((r) => session.version(r.registry) === version)
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
  const list = async (version: Version) =>
    version.own.list(session.address, undefined, await pendingRecords(session, version));
  return mergeListings(await Promise.all(session.versions.map(list)));
}

/** Lists what one patient (or every patient) lets this account read. Each folder is checked against its registry now. */
export async function listShared(session: Session, patient?: string): Promise<Listing> {
  return mergeListings(await Promise.all(session.versions.map((version) => listGranted(version, patient))));
}
