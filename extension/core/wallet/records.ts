import { CID } from 'multiformats/cid';
import { fromHex, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Listing, RecordItem } from '../records/book.ts';
import type { ImportReport } from '../records/importer.ts';
import { SECTIONS, type Section } from '../records/sections.ts';
import type { Member, RecordAdded } from '../registry/client.ts';
import { digestOf } from '../storage/cid.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import { ownConsents } from './consents.ts';
import { Folders } from './folders.ts';
import type { SealTarget } from './ports.ts';
import type { Session } from './session.ts';

/** Entries of this account that are sealed here and wait for the chain. */
async function pendingRecords(session: Session): Promise<RecordAdded[]> {
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

/** The patient's own folders, named by what only the patient can open. */
export async function ownFolders(session: Session): Promise<Folders> {
  const [{ items }, consents] = await Promise.all([listOwn(session), ownConsents(session)]);
  return new Folders(
    items,
    consents.map((c) => c.receipt),
  );
}

/** Who added an item, proven step by step as far as one node and the blocks can prove it. */
export interface Provenance {
  readonly author: Member;
  readonly vouchedBy?: Member;
  readonly block: number;
  readonly transaction: string;
  readonly entry: string;
  /** The bytes hash to the leaf, the leaves add up to the commitment, the commitment is on the chain. */
  readonly verified: true;
}

export interface ReadRecord {
  readonly item: RecordItem;
  readonly bytes: Bytes;
  readonly provenance: Provenance;
}

/** Opens one item: of this account's own record, or of a patient who gave access. */
export async function readRecord(session: Session, patient: string, id: string): Promise<ReadRecord> {
  const own = patient.toLowerCase() === session.address.toLowerCase();
  const book = own ? session.own : session.shared;
  const { item, record, bytes } = await book.read(patient, id, own ? await pendingRecords(session) : []);
  const author = await session.client.member(record.author);
  const alone = /^0x0{40}$/.test(author.enroller) || author.enroller === author.address;
  const vouchedBy = alone ? undefined : await session.client.member(author.enroller);
  const { block, transaction } = record;
  const provenance = { author, ...(vouchedBy && { vouchedBy }), block, transaction, entry: record.id, verified: true as const };
  return { item, bytes, provenance };
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

/** Says what a staged file would add to the patient's own record; the same item is not taken twice. */
export async function planOwnImport(session: Session, job: string, into?: Section): Promise<ImportReport> {
  const { items } = await listOwn(session);
  return session.storage.plan(
    job,
    items.map((i) => i.digest),
    into,
  );
}

/** Seals a planned import into the patient's own folders. It is kept here when this returns; copies and the chain follow. */
export async function commitOwnImport(session: Session, job: string, report: ImportReport): Promise<LedgerRow[]> {
  if (report.taken === 0) {
    await session.storage.cancel(job);
    return [];
  }
  const folders = await ownFolders(session);
  const targets: SealTarget[] = [];
  for (const section of SECTIONS.filter((s) => report.sections[s] !== undefined)) {
    const folder = folders.ensure(section);
    const { epoch } = await session.client.folder(session.address, folder);
    targets.push({ section, folder, key: { epoch, folderKey: await session.folderKey(folder, epoch) } });
  }
  return session.storage.commit(job, targets, session.address, session.address);
}

/**
 * Seals what a provider adds to a patient's folder: under the folder's key where the provider may read it, else under a one-time
 * key wrapped to the patient.
 * @throws SalusError `no-consent` without a live right to write to the section
 */
export async function writeShared(session: Session, patient: string, section: Section, job: string): Promise<LedgerRow> {
  const grants = (await session.granted.live(patient)).filter((g) => g.section === section);
  const grant = grants.find((g) => g.canWrite);
  if (grant === undefined) {
    await session.storage.cancel(job);
    throw new SalusError('no-consent', 'The patient has not allowed you to add to this section.');
  }
  const report = await session.storage.plan(job, [], section);
  if (report.taken === 0) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  const key = grant.canRead ? await folderKeyNow(session, patient, grant.folder) : undefined;
  const target = { section, folder: grant.folder, key: key ?? { patientKey: await keyOfPatient(session, patient) } };
  const [row] = await session.storage.commit(job, [target], patient, session.address);
  if (row === undefined) throw new SalusError('nothing-to-import', 'There is nothing in this that could be added.');
  return row;
}

async function folderKeyNow(session: Session, patient: string, folder: number) {
  const { epoch } = await session.client.folder(patient, folder);
  return { epoch, folderKey: await session.granted.find(patient, folder, { epoch }) };
}

async function keyOfPatient(session: Session, patient: string): Promise<Bytes> {
  const { encryptionKey } = await session.client.member(patient);
  if (encryptionKey === undefined) throw new SalusError('no-recipient-key', 'This patient has no key to encrypt to.');
  return encryptionKey;
}
