import type { Bytes } from '../bytes.ts';
import { currentId } from '../catalogue/claims.ts';
import {
  BAD,
  folderName,
  THEIRS,
  timeName,
  EMPTY_PATIENT,
  patientName,
  type EntryRow,
  type PatientRow,
  type RecordItem,
} from '../catalogue/model.ts';
import type { Page } from '../catalogue/sorted-list.ts';
import { isSalusError, noConsent, SalusError, type ErrorCode } from '../errors.ts';
import { SELECTION, type Section } from '../records/sections.ts';
import { Right, Role } from '../registry/abi.ts';
import type { Member } from '../registry/client.ts';
import { unlessLocked } from './account-lock.ts';
import { openEntry, openGiven } from './open-given.ts';
import type { Reader } from './reader.ts';
import { openableFolders, readableFolders, type GivenFolder, type Use } from './sharing.ts';
import { settlementOf, type Settlement } from './settlement.ts';

type Deployment = Reader['deployments'][number];

/** An entry that does not open, and why. */
export interface BadEntry {
  readonly registry: string;
  readonly entry: string;
  readonly author: string;
  readonly code: ErrorCode;
  readonly block: number;
}

/** Own entries that do not open; they are not tried again by themselves. */
export async function badEntries(session: Reader, limit = 100): Promise<BadEntry[]> {
  const { rows } = session.catalogue;
  const names = (await BAD.page(rows, limit)).items;
  const entries = await rows.getAll<EntryRow>(names);
  return entries.flatMap((row) =>
    row?.code === undefined
      ? []
      : [{ registry: row.registry, entry: row.id, author: row.author, code: row.code, block: row.block }],
  );
}

/** What patients let this account read, and how much of it does not open. */
export interface SharedQuery {
  readonly patient?: string | undefined;
  readonly before?: string | undefined;
  readonly limit?: number;
  readonly use?: Use;
  readonly where?: (item: RecordItem) => boolean;
}

/** One page, and the folders that it is from. */
export interface SharedPage extends Page<RecordItem> {
  readonly folders: readonly GivenFolder[];
}

/**
 * One page of what one patient (or every patient) lets this account read and it has opened, by patient, newest date first; nothing for
 * an account that is no active member any more.
 */
export async function sharedRecords(
  session: Reader,
  { patient, before, limit = 100, use = {}, where }: SharedQuery,
): Promise<SharedPage> {
  const prefix = patient === undefined ? '' : `${patient.toLowerCase()}|`;
  const active = await activeIn(session);
  const folders = use.emergency
    ? []
    : (await readableFolders(session, use, patient)).filter((g) => active.has(g.registry));
  const open = await openableFolders(session, use, patient);
  const live = new Set(open.filter((g) => active.has(g.registry)).map(nameOf));
  const page = await THEIRS.page(session.catalogue.rows, limit, {
    before,
    prefix,
    where: (item) => live.has(nameOf(item)) && (where?.(item) ?? true),
  });
  return { ...page, folders };
}

/** How many items there are in some folders, and how many entries do not open. */
export async function countShared(
  session: Reader,
  folders: readonly GivenFolder[],
  section?: Section,
): Promise<{ readonly total: number; readonly unreadable: number }> {
  const patients = [...Map.groupBy(folders, (folder) => folder.patient.toLowerCase())];
  const rows = await session.catalogue.rows.getAll<PatientRow>(patients.map(([one]) => patientName(one)));
  const counts = { total: 0, unreadable: 0 };
  for (const [i, [, given]] of patients.entries()) {
    const { sections, picked, unreadable } = rows[i] ?? EMPTY_PATIENT;
    const open = new Set(given.map((folder) => folder.section));
    for (const one of open) {
      if (one === SELECTION) counts.total += sumOf(picked, section);
      else if (section === undefined || section === one) counts.total += sections[one] ?? 0;
    }
    counts.unreadable += unreadable;
  }
  return counts;
}

const sumOf = (counts: PatientRow['picked'], section: Section | undefined): number =>
  section === undefined ? Object.values(counts).reduce((sum, n) => sum + n, 0) : (counts[section] ?? 0);

const nameOf = ({ registry, patient, folder }: Pick<RecordItem, 'registry' | 'patient' | 'folder'>): string =>
  folderName(registry, patient, folder);

/** The same with what was not opened yet, and how many entries could not be opened now. */
export async function openRecords(
  reader: Reader,
  query: SharedQuery,
): Promise<SharedPage & { readonly unopened: number }> {
  // A later page shows what the first one opened.
  const unopened = query.before === undefined ? await openGiven(reader, query.use ?? {}, query.patient) : 0;
  return { ...(await sharedRecords(reader, query)), unopened };
}

/** Registries in which this account may act now; all of them while no node answers: what is known stays readable. */
async function activeIn({ deployments, address }: Reader): Promise<ReadonlySet<string>> {
  const registries = await Promise.all(
    deployments.map(async ({ client, registry }) => {
      const active = await client.isActive(address).catch((error: unknown) => {
        if (isSalusError(error, 'chain-unreachable')) return true;
        throw error;
      });
      return active ? [registry.toLowerCase()] : [];
    }),
  );
  return new Set(registries.flat());
}

/** Who added an item, proven step by step as far as the nodes and the blocks can prove it. */
export interface Provenance {
  readonly author: Member;
  readonly vouchedBy?: Member;
  readonly block: number;
  readonly settlement: Settlement;
  /** Unix seconds at which it was recorded; absent while it waits for the chain. */
  readonly at?: number;
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

const notFound = () => new SalusError('not-found', 'There is no such record.');

/**
 * Opens one item: of this account's own record, or of a patient who gave access, which is asked of the registry each time.
 * @param use of another's record: what for
 * @throws SalusError `not-found`, `no-consent`, `account-locked`, `block-missing`, `commitment-mismatch`
 */
export async function readRecord(session: Reader, patient: string, id: string, use: Use = {}): Promise<ReadRecord> {
  const { deployment, row, position, item } = await openItem(session, patient, id, use);
  const bytes = await session.catalogue.readItem(row, position);
  const source = (await original(session, item))?.row ?? row;
  return { item, bytes, provenance: await provenanceOf(session, deployment, source) };
}

/** One item that this account may read now, and where it is. @throws SalusError as {@link readRecord} */
export async function openItem(session: Reader, patient: string, id: string, use: Use = {}) {
  const [entryId = '', position = ''] = (await currentId(session.catalogue.rows, patient, id)).split('/');
  const own = patient.toLowerCase() === session.address.toLowerCase();
  const found = (await find(session, patient, entryId)) ?? (await findAfterSync(session, patient, entryId));
  if (found === undefined) throw own ? notFound() : noConsent();
  const { deployment } = found;
  const row = own
    ? found.row
    : await openEntry(session, found.row, use).catch(async (error: unknown) => {
        throw isSalusError(error, 'no-consent') ? await unlessLocked(session, error) : error;
      });
  if (!own && !(await mayRead(session, deployment, row, use))) throw await unlessLocked(session, noConsent());
  const item = row.items[Number(position)];
  if (item === undefined) {
    if (row.code !== undefined) throw new SalusError(row.code, 'This entry does not open.');
    throw own ? notFound() : noConsent();
  }
  return { deployment, row, position: Number(position), item };
}

/** The entry that a picked item is of, where that is known: what was picked was proven against it when it was opened. */
export async function original(session: Reader, { patient, author, picked }: RecordItem) {
  const [entry = ''] = picked?.split('/') ?? [];
  const found = picked === undefined ? undefined : await find(session, patient, entry);
  return found?.row.author.toLowerCase() === author.toLowerCase() ? found : undefined;
}

/** Asked of the registry, and of the words of the consent where they count. */
async function mayRead(session: Reader, { client }: Deployment, row: EntryRow, use: Use): Promise<boolean> {
  const { address } = session;
  if (!(await client.may(address, row.patient, row.folder, Right.Read, use.purpose ?? 0))) return false;
  if (use.through === undefined) return true;
  return (await readableFolders(session, use, row.patient)).some((given) => nameOf(given) === nameOf(row));
}

/** An entry of a patient’s record, by its id. */
export async function find(session: Reader, patient: string, id: string) {
  const found: { deployment: Deployment; row: EntryRow }[] = [];
  for (const deployment of session.deployments) {
    const row = await session.catalogue.entry(deployment.registry, id);
    if (row?.patient.toLowerCase() === patient.toLowerCase()) found.push({ deployment, row });
  }
  // An id names no registry: it opens where it opens.
  return found.find(({ row }) => row.state === 'open') ?? found[0];
}

async function findAfterSync(session: Reader, patient: string, id: string) {
  await session.catalogue.sync();
  return find(session, patient, id);
}

async function provenanceOf(session: Reader, { client }: Deployment, row: EntryRow): Promise<Provenance> {
  const { block, transaction } = row;
  const [author, at, { final }] = await Promise.all([
    knownMember(session, client, row.author),
    block > 0 ? timeOf(session, block) : undefined,
    session.catalogue.head(),
  ]);
  const alone = /^0x0{40}$/.test(author.enroller) || author.enroller === author.address;
  const vouchedBy = alone ? undefined : await knownMember(session, client, author.enroller);
  return {
    author,
    ...(vouchedBy && { vouchedBy }),
    block,
    settlement: settlementOf(block, final),
    ...(at !== undefined && { at }),
    transaction,
    entry: row.id,
    verified: true,
  };
}

type StoredMember = Pick<Member, 'address' | 'role' | 'active' | 'suspended' | 'enroller'>;

/** A member as the registry has it now; as it was when it was last asked for, while no node answers. */
export async function knownMember(session: Reader, client: Deployment['client'], address: string): Promise<Member> {
  const { rows } = session.catalogue;
  const name = `member/${client.network.registry.toLowerCase()}/${address.toLowerCase()}`;
  const before = await rows.get<StoredMember>(name);
  try {
    const { role, active, suspended, enroller, ...member } = await client.member(address);
    const now: StoredMember = { address: member.address, role, active, suspended, enroller };
    if (JSON.stringify(now) !== JSON.stringify(before)) await rows.write(new Map([[name, now]]));
    return { ...member, ...now };
  } catch (error) {
    if (!isSalusError(error, 'chain-unreachable')) throw error;
    const nobody = { address, role: Role.None, active: false, suspended: false, enroller: `0x${'00'.repeat(20)}` };
    return before ?? nobody;
  }
}

/** Unix seconds of a block; undefined while it is not known and no node answers. It is asked for once. */
export async function timeOf(session: Reader, block: number): Promise<number | undefined> {
  const { rows } = session.catalogue;
  const known = await rows.get<number>(timeName(block));
  if (known !== undefined) return known;
  const time = await session.follower.timeOf(block).catch((error: unknown) => {
    if (isSalusError(error, 'chain-unreachable')) return undefined;
    throw error;
  });
  if (time !== undefined) await rows.write(new Map([[timeName(block), time]]));
  return time;
}
