import * as v from 'valibot';
import { WithdrawnSchema } from '../custody/keeper-messages.ts';
import type { EntryRow } from '../catalogue/model.ts';
import type { KeeperInfo } from '../network/descriptor.ts';
import { signerOf } from '../registry/signed-calls.ts';
import { managerDomain, WITHDRAWN_TYPES } from '../registry/typed-data.ts';
import { cidFromDigest } from '../storage/cid.ts';
import { idOf } from '../storage/ledger.ts';
import { fromHex } from '../bytes.ts';
import { act } from './act.ts';
import type { Withdrawal } from './sealed-state.ts';
import type { Deployment, Session } from './session.ts';

/** Entries of one signed call, and of one receipt. */
const MOST_PER_CALL = 64;
/** Withdrawals that are remembered once nothing is left to do for them. */
const MOST_REMEMBERED = 200;

/** What is taken back together. */
interface Taken {
  readonly entries: readonly EntryRow[];
  /** Ids of what takes their place. */
  readonly after: readonly string[];
  readonly erased: boolean;
}

/**
 * Takes entries of the own record back: they are gone here when this returns, and everywhere else once {@link withdrawDue} did its
 * work, which goes on from here whatever happens.
 */
export async function withdraw(session: Session, { entries, after, erased }: Taken): Promise<void> {
  const at = session.now();
  const added = [...Map.groupBy(entries, ({ registry }) => registry)].flatMap(([registry, some]) =>
    parts(some.map(({ id }) => id)).map((records): Withdrawal => ({
      registry,
      records: [...records],
      after: [...after],
      erased,
      at,
      receipts: [],
    })),
  );
  const gone = new Set(entries.map(({ id }) => id));
  // What takes the place of something that is taken back again before it is there.
  const onward = (one: Withdrawal) => ({ ...one, after: one.after.flatMap((id) => (gone.has(id) ? after : [id])) });
  await session.state.update((s) => ({ ...s, withdrawals: [...added, ...s.withdrawals.map(onward)] }));
  await session.catalogue.listPending();
  await session.catalogue.withdraw(entries);
  await drop(session, entries);
}

/** Blocks of what was taken back are not kept here. */
async function drop({ storage }: Session, entries: readonly EntryRow[]): Promise<void> {
  const roots = entries.map(({ cid }) => cidFromDigest(fromHex(cid)).toString());
  const rows = await Promise.all(roots.map((root) => storage.row(root)));
  const here = roots.filter((_, i) => rows[i] !== undefined);
  if (here.length > 0) await storage.drop(here);
}

const parts = (ids: readonly string[]): (readonly string[])[] =>
  Array.from({ length: Math.ceil(ids.length / MOST_PER_CALL) }, (_, i) =>
    ids.slice(i * MOST_PER_CALL, (i + 1) * MOST_PER_CALL),
  );

/**
 * Says on the chain what was taken back, once what takes its place is there, and has keepers sign that they let go of it. What cannot
 * be done now holds up nothing else, and is tried again the next time.
 * @throws what the first that failed threw, once all were tried
 */
export async function withdrawDue(session: Session): Promise<void> {
  const due = (await session.state.read()).withdrawals.filter((one) => isOpen(session, one));
  if (due.length === 0) return;
  const { final } = await session.catalogue.head();
  const failed: Promise<void>[] = [];
  for (const withdrawal of due) {
    const work = oneDue(session, withdrawal, final);
    await work.catch(() => failed.push(work));
  }
  session.keyring.check();
  await session.state.update((s) => ({ ...s, withdrawals: remembered(session, s.withdrawals) }));
  await failed[0];
}

async function oneDue(session: Session, withdrawal: Withdrawal, final: number): Promise<void> {
  const blocks = await blocksOf(session, withdrawal);
  if (blocks.some((block) => block === undefined)) await say(session, withdrawal);
  else if (blocks.every((block) => block !== undefined && block <= final)) await collectReceipts(session, withdrawal);
}

/** In which the chain says that each of them was withdrawn. */
const blocksOf = ({ catalogue }: Session, { registry, records }: Withdrawal): Promise<(number | undefined)[]> =>
  Promise.all(records.map((id) => catalogue.withdrawnIn(registry, id)));

/** Keepers of the network that have not signed yet. */
const missing = ({ network }: Session, { receipts }: Withdrawal): KeeperInfo[] =>
  (network.custody?.keepers ?? []).filter(({ account }) => !receipts.some(({ keeper }) => keeper === account));

const isOpen = (session: Session, withdrawal: Withdrawal): boolean => missing(session, withdrawal).length > 0;

/** What was only moved is forgotten once everybody signed; of what was erased the newest are kept, with what was signed. */
function remembered(session: Session, all: readonly Withdrawal[]): Withdrawal[] {
  let over = 0;
  return all.filter((one) => isOpen(session, one) || (one.erased && ++over <= MOST_REMEMBERED));
}

async function say(session: Session, withdrawal: Withdrawal): Promise<void> {
  const { registry, records, after } = withdrawal;
  const deployment: Deployment = session.deployment(registry);
  // Killed in between, this browser may have them still; a reorganisation brings them back.
  await session.catalogue.withdraw(records.map((id) => ({ registry, id })));
  const rows = await Promise.all(records.map((id) => session.catalogue.entry(registry, id)));
  await drop(
    session,
    rows.filter((row) => row !== undefined),
  );
  if (!(await areThere(session, after))) return;
  await act(session, deployment, [await deployment.calls.withdrawRecords(records)], async () => {
    await session.catalogue.sync();
    return (await blocksOf(session, withdrawal)).every((block) => block !== undefined);
  });
}

/** One that is away, or does not sign that it let go, is asked again the next time. */
async function collectReceipts(session: Session, withdrawal: Withdrawal): Promise<void> {
  const found = await Promise.all(missing(session, withdrawal).map((keeper) => receiptOf(session, keeper, withdrawal)));
  const receipts = found.filter((receipt) => receipt !== undefined);
  if (receipts.length === 0) return;
  const isIt = (one: Withdrawal) =>
    one.registry === withdrawal.registry && one.records.join() === withdrawal.records.join();
  await session.state.update((s) => ({
    ...s,
    withdrawals: s.withdrawals.map((one) => (isIt(one) ? { ...one, receipts: [...one.receipts, ...receipts] } : one)),
  }));
}

async function receiptOf(
  { network, address, askKeeper, now }: Session,
  { url, account: keeper }: KeeperInfo,
  { registry, records }: Withdrawal,
): Promise<Withdrawal['receipts'][number] | undefined> {
  const patient = address.toLowerCase();
  const answer = await askKeeper(url, '/v1/withdrawn', { registry: registry.toLowerCase(), patient, records });
  const parsed = v.safeParse(WithdrawnSchema, answer?.body);
  if (answer?.status !== 200 || !parsed.success) return undefined;
  const { signature } = parsed.output;
  const said = { signer: keeper, patient, records };
  const signer = signerOf(managerDomain(network.chainId, registry), WITHDRAWN_TYPES, said, signature);
  return signer?.toLowerCase() === keeper ? { keeper, signature, at: now() } : undefined;
}

async function areThere({ deployments, catalogue }: Session, ids: readonly string[]): Promise<boolean> {
  for (const id of ids) {
    const anchors = await Promise.all(deployments.map(({ registry }) => catalogue.anchorOf(registry, id)));
    if (anchors.every((anchor) => anchor === undefined)) return false;
  }
  return true;
}

/**
 * What is to be on the chain before something is withdrawn goes by another id where its folder's epoch overtook it. To be called
 * before what took its place is there.
 */
export async function trackWithdrawals(session: Session): Promise<void> {
  const due = (await session.state.read()).withdrawals.filter((one) => isOpen(session, one));
  if (due.length === 0) return;
  const waiting = await session.storage.openRows(session.address);
  const now = new Map(waiting.flatMap((row) => (row.instead === undefined ? [] : [[row.instead, idOf(row)] as const])));
  const latest = (id: string): string => {
    const next = now.get(id);
    return next === undefined ? id : latest(next);
  };
  if (!due.some(({ after }) => after.some((id) => now.has(id)))) return;
  await session.state.update((s) => ({
    ...s,
    withdrawals: s.withdrawals.map((one) => ({ ...one, after: one.after.map(latest) })),
  }));
}
