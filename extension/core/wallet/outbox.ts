import { CID } from 'multiformats/cid';
import { fromHex, toHex } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { Role } from '../registry/abi.ts';
import { digestOf } from '../storage/cid.ts';
import { isDurable, type LedgerRow } from '../storage/ledger.ts';
import type { Session } from './session.ts';
import type { Version } from './version.ts';

/** First pause between two looks at a transaction; each is half as long again, up to the last. */
const FIRST_POLL_MS = 60;
const LAST_POLL_MS = 1_500;
const CONFIRM_WITHIN_MS = 60_000;
/** Entries copied to the managers at the same time. */
const AT_ONCE = 4;
/** Entries anchored by one signed call. */
const MOST_PER_CALL = 64;

/**
 * Submits signed calls and waits until they are in a block. Sends nothing while the node answers for another chain.
 * @param version whose registry they were signed for
 * @throws SalusError `wrong-chain`, `sponsor-refused`, `chain-unreachable`
 */
export async function submitAndConfirm(
  session: Session,
  calls: readonly string[],
  version: Version = session.newest,
): Promise<string> {
  await session.client.checkChain();
  const transaction = await session.sponsor.submit(calls, version.registry);
  const end = Date.now() + CONFIRM_WITHIN_MS;
  for (let pause = FIRST_POLL_MS; Date.now() < end; pause = Math.min(pause * 1.5, LAST_POLL_MS)) {
    const done = await session.client.succeeded(transaction);
    if (done === true) return transaction;
    if (done === false)
      throw new SalusError('sponsor-refused', 'The health network refused this. Nothing was changed.');
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
  throw new SalusError('chain-unreachable', 'The health network has not answered yet. It will be tried again.');
}

/**
 * Makes this account a member, so that it may store and be found: a patient joins by its own signature; a provider, once a
 * hospital has vouched for it, registers the key that patients will encrypt to.
 */
export async function ensureMembership(session: Session): Promise<void> {
  const member = await session.client.member(session.address);
  const key = session.keyring.encryption.publicX;
  const { kind } = await session.state.read();
  if (member.role === Role.None) {
    if (kind === 'patient') await submitAndConfirm(session, [await session.calls.join(key)]);
  } else if (member.encryptionKey === undefined || toHex(member.encryptionKey) !== toHex(key)) {
    await submitAndConfirm(session, [await session.calls.setKey(key)]);
  }
}

/** Copies one root to the managers. @returns whether enough of them have it now */
export async function makeDurable(session: Session, root: string): Promise<boolean> {
  const row = await session.storage.replicate(root, session.storeAuthorization(root));
  return row !== undefined && isDurable(row, session.client.network.durableAt);
}

/**
 * Brings everything that is still only here to the managers and onto the chain. May be stopped at any moment and started again:
 * what is done is asked of the managers and the chain, never assumed.
 */
export async function drainOutbox(session: Session): Promise<void> {
  const { managers, durableAt } = session.client.network;
  const rows = await session.storage.rows();
  if (rows.length === 0) return;
  const missing = rows.filter((row) => row.replicas.length < managers.length);
  // A few at a time: one slow entry must not hold up the others, and a hundred at once would starve the browser.
  for (let i = 0; i < missing.length; i += AT_ONCE) {
    await Promise.all(missing.slice(i, i + AT_ONCE).map((row) => makeDurable(session, row.root)));
  }
  const waiting = (await session.storage.rows()).filter((r) => r.kind === 'entry' && r.anchor === undefined);
  const unknown: LedgerRow[] = [];
  for (const group of byRegistryAndPatient(session, waiting)) unknown.push(...(await markKnown(session, group)));
  const ready = unknown.filter((r) => isDurable(r, durableAt));
  for (const group of byRegistryAndPatient(session, ready)) {
    for (let i = 0; i < group.rows.length; i += MOST_PER_CALL) {
      await anchor(session, { ...group, rows: group.rows.slice(i, i + MOST_PER_CALL) });
    }
  }
  if (ready.length < unknown.length) {
    throw new SalusError('managers-unreachable', 'Too few of the places that keep copies answer. It is tried again.');
  }
}

/** Entries for one patient's folders in one registry. */
interface Group {
  readonly version: Version;
  readonly patient: string;
  readonly rows: readonly LedgerRow[];
}

/** What was sealed for an earlier registry, before the network had a newer one, opens only with a key of that: it goes there. */
function byRegistryAndPatient(session: Session, rows: readonly LedgerRow[]): Group[] {
  return session.versions.flatMap((version) => {
    const here = rows.filter((row) => session.version(row.registry) === version);
    return [...Map.groupBy(here, (row) => row.patient)].map(([patient, list]) => ({ version, patient, rows: list }));
  });
}

async function anchor(session: Session, group: Group): Promise<void> {
  const { version, patient, rows } = group;
  const entries = rows.map((row) => ({
    folder: row.folder,
    cid: digestOf(CID.parse(row.root)),
    commitment: fromHex(row.commitment),
  }));
  await submitAndConfirm(session, [await version.calls.addRecords(patient, entries)], version);
  await markKnown(session, group);
}

/** Marks rows the chain already has. @returns those it has not */
async function markKnown(session: Session, { version, patient, rows }: Group): Promise<LedgerRow[]> {
  const folders = new Set(rows.map((row) => row.folder));
  const records = await version.client.records({ patient, member: session.address, folders });
  const byCid = new Map(records.map((r) => [toHex(r.cid), r]));
  const missing: LedgerRow[] = [];
  for (const row of rows) {
    const record = byCid.get(toHex(digestOf(CID.parse(row.root))));
    if (record === undefined) missing.push(row);
    else await session.storage.markAnchored([row.root], { transaction: record.transaction, block: record.block });
  }
  return missing;
}
