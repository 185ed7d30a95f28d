import { CID } from 'multiformats/cid';
import { fromHex, toHex } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { Role } from '../registry/abi.ts';
import { digestOf } from '../storage/cid.ts';
import { idOf, isDurable, type LedgerRow } from '../storage/ledger.ts';
import { act } from './act.ts';
import { withoutHeld } from './held.ts';
import { sealForEpoch } from './seal-anew.ts';
import type { AccountKind } from './sealed-state.ts';
import type { Deployment, Session } from './session.ts';
import { trackWithdrawals } from './withdraw.ts';

/** Entries copied to the managers at the same time. */
const AT_ONCE = 4;
/** Entries anchored by one signed call. */
const MOST_PER_CALL = 64;
/** Rows that only lack further copies, tried in one go: a manager that is down for long costs no more than these. */
const MOST_THIN = 32;

/** Row with the hash of the block as of which this account was found to be a member, with its key. */
const MEMBER_AS_OF = 'member-as-of';

/**
 * Makes this account a member, so that it may store and be found: a patient joins by its own signature; a provider, once a
 * hospital has vouched for it, registers the key that patients will encrypt to. What an account is, is what the registry says; of one
 * that it does not know the person says it, and nothing is done before. It is asked once for each newest block: until another one
 * comes, it says the same.
 */
export async function ensureMembership(session: Session): Promise<void> {
  const { client, calls } = session.newest;
  const { rows } = session.catalogue;
  const newest = (await session.catalogue.head()).ring.at(-1)?.hash;
  if (newest !== undefined && (await rows.get<string>(MEMBER_AS_OF)) === newest) return;
  const member = await client.member(session.address);
  const key = session.keyring.encryption.publicX;
  const hasKey = async () =>
    toHex((await client.member(session.address)).encryptionKey ?? new Uint8Array()) === toHex(key);
  const kind = kindOf(member.role);
  if (kind !== undefined && kind !== (await session.state.read()).kind) {
    await session.state.update((s) => ({ ...s, kind }));
  }
  if (member.role === Role.None) {
    const wanted = (await session.state.read()).kind;
    if (wanted !== 'patient') return;
    await act(session, session.newest, [await calls.join(key)], hasKey);
  } else if (member.encryptionKey === undefined || toHex(member.encryptionKey) !== toHex(key)) {
    await act(session, session.newest, [await calls.setKey(key)], hasKey);
  }
  if (newest !== undefined) await rows.write(new Map([[MEMBER_AS_OF, newest]]));
}

/** What a role makes of an account; undefined where the registry does not say. */
const kindOf = (role: Role): AccountKind | undefined =>
  role === Role.None ? undefined : role === Role.Patient ? 'patient' : 'provider';

/** Copies one root to the managers. @returns whether enough of them have it now */
export async function makeDurable(session: Session, root: string): Promise<boolean> {
  const row = await session.storage.replicate(root, session.storeAuthorization(root));
  return row !== undefined && isDurable(row, session.client.network.durableAt);
}

/**
 * Brings everything that is still only here to the managers and onto the chain. May be stopped at any moment and started again:
 * what is done is asked of the managers and the chain, never assumed. What a reorganisation took off the chain goes there again.
 */
export async function drainOutbox(session: Session): Promise<void> {
  const { durableAt } = session.client.network;
  const open = await session.storage.openRows(session.address);
  const thin = await session.storage.thinRows(session.address, MOST_THIN);
  const missing = [...open.filter((row) => !isDurable(row, durableAt)), ...thin];
  // A few at a time: one slow entry must not hold up the others, and a hundred at once would starve the browser.
  for (let i = 0; i < missing.length; i += AT_ONCE) {
    await Promise.all(missing.slice(i, i + AT_ONCE).map((row) => makeDurable(session, row.root)));
  }
  if (open.length === 0) return;
  await session.catalogue.sync();
  // What another wrote, its author brings to the chain again.
  const mine = (await settle(session, open)).filter(({ author }) => author === session.address);
  const waiting = await withoutHeld(session, mine);
  // What a reorganisation took away is listed as waiting again.
  await session.catalogue.listPending();
  const rows = await Promise.all(waiting.map((row) => session.storage.row(row.root)));
  const ready = rows.filter((row) => row !== undefined && isDurable(row, durableAt)) as LedgerRow[];
  let sealedAnew = false;
  for (const group of byRegistryAndPatient(session, ready)) {
    const { current, stale } = await byEpoch(session, group);
    for (let i = 0; i < current.length; i += MOST_PER_CALL) {
      await anchor(session, group, current.slice(i, i + MOST_PER_CALL));
    }
    for (const { row, epoch } of stale) {
      if (await sealForEpoch(session, group.deployment, row, epoch)) sealedAnew = true;
    }
  }
  if (sealedAnew) {
    await trackWithdrawals(session);
    await session.catalogue.listPending();
    await drainOutbox(session);
  }
  if (ready.length < waiting.length) {
    throw new SalusError('managers-unreachable', 'Too few of the places that keep copies answer. It is tried again.');
  }
}

/** Entries for one patient's folders in one registry. */
interface Group {
  readonly deployment: Deployment;
  readonly patient: string;
  readonly rows: readonly LedgerRow[];
}

/** What was sealed for an earlier registry, before the network had a newer one, opens only with a key of that: it goes there. */
function byRegistryAndPatient(session: Session, rows: readonly LedgerRow[]): Group[] {
  return session.deployments.flatMap((deployment) => {
    const here = rows.filter((row) => session.deployment(row.registry) === deployment);
    return [...Map.groupBy(here, (row) => row.patient)].map(([patient, list]) => ({ deployment, patient, rows: list }));
  });
}

/** An entry, and the epoch in which its folder is. */
interface InEpoch {
  readonly row: LedgerRow;
  readonly epoch: number;
}

/** Parts entries that can go to the chain from those that their folder's epoch overtook. What is for the patient alone is of every epoch. */
async function byEpoch(
  session: Session,
  { deployment: { registry, client }, patient, rows }: Group,
): Promise<{ current: InEpoch[]; stale: InEpoch[] }> {
  const folders = [...new Set(rows.map(({ folder }) => folder))];
  const epochs =
    patient === session.address
      ? await Promise.all(folders.map((folder) => session.catalogue.epochOf(registry, folder)))
      : (await client.folders(folders.map((folder) => ({ patient, folder })))).map(({ epoch }) => epoch);
  const all = rows.map((row) => ({ row, epoch: epochs[folders.indexOf(row.folder)] ?? 0 }));
  // What waits to be wrapped for its readers is of no epoch yet.
  const isCurrent = ({ row, epoch }: InEpoch) => row.epoch === epoch || (row.epoch < 0 && row.draft === undefined);
  return { current: all.filter(isCurrent), stale: all.filter((one) => !isCurrent(one)) };
}

async function anchor(session: Session, { deployment, patient }: Group, some: readonly InEpoch[]): Promise<void> {
  const entries = some.map(({ row, epoch }) => ({
    folder: row.folder,
    epoch,
    cid: digestOf(CID.parse(row.root)),
    commitment: fromHex(row.commitment),
  }));
  const rows = some.map(({ row }) => row);
  await act(session, deployment, [await deployment.calls.addRecords(patient, entries)], async () => {
    await session.catalogue.sync();
    return (await settle(session, rows)).length === 0;
  });
}

/** Notes where entries are on the chain, as the catalogue has it. @returns those that are not there, or not any more */
async function settle(session: Session, rows: readonly LedgerRow[]): Promise<LedgerRow[]> {
  const { final } = await session.catalogue.head();
  const waiting: LedgerRow[] = [];
  for (const row of rows) {
    if (row.kind !== 'entry') continue;
    const at = await session.catalogue.anchorOf(session.deployment(row.registry).registry, idOf(row));
    const isFinal = at !== undefined && at.block <= final;
    const same = row.anchor?.block === at?.block && row.anchor?.transaction === at?.transaction;
    if (!same || isFinal !== (row.final ?? false)) await session.storage.setAnchor(row.root, at, isFinal);
    if (at === undefined) waiting.push({ ...row, anchor: undefined });
  }
  return waiting;
}
