import { orderId } from '../care/order-id.ts';
import { OrderKind } from '../care/orders-abi.ts';
import { mayCarryOut, mayOrder } from '../care/roles.ts';
import type { OrderPlace } from '../care/signed-orders.ts';
import { isLive, SHARING, sharingKey } from '../catalogue/model.ts';
import { orderOf } from '../catalogue/orders.ts';
import type { Role } from '../registry/abi.ts';
import { isSalusError, noConsent, orderOver, roleForbids, SalusError, unlessForLater } from '../errors.ts';
import type { Section } from '../records/sections.ts';
import { act } from './act.ts';
import { isCalledFor } from './held.ts';
import { orderOfItem, ordersIn, placeOfItem, requireItem, rightFor } from './orders.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { CareAct } from './sealed-state.ts';
import { selectionFor } from './selections.ts';
import type { Session } from './session.ts';
import { giveConsent, type Decision, type GivenConsent } from './give-consent.ts';
import { rightsOf } from './sharing.ts';
import { writeShared } from './write-shared.ts';

/** Something that was sealed may still be on its way to being noted for so long. */
const FORGOTTEN_MS = 300_000;

/** What is written into somebody's record: a job with one resource. */
export interface Written {
  readonly patient: string;
  readonly section: Section;
  readonly job: string;
}

/** What is ordered, and how often until when (Unix seconds). */
export interface OrderTerms {
  readonly kind: CareAct['kind'];
  readonly until: number;
  /** 1 to 255; a test once. */
  readonly times: number;
  /** Id (0x hex) of an own order that it takes the place of. */
  readonly replaces?: string | undefined;
}

/**
 * Orders what was written: seals it into the patient's folder, and says on the chain that it may be carried out so often. It goes into
 * the record once the chain has it; where the chain refuses, nothing of it is left.
 * @throws SalusError `bad-request`; `role-forbids`; `sponsor-refused` where the chain refuses it; as `writeShared`
 */
export async function order(
  session: Session,
  written: Written,
  { kind, until, times, replaces }: OrderTerms,
): Promise<LedgerRow> {
  ordersIn(session);
  await requireRole(session, written, mayOrder);
  const before = replaces === undefined ? undefined : await orderOf(session.catalogue.rows, replaces);
  if (replaces !== undefined && (before === undefined || before.left === 0)) throw orderOver();
  const terms = { until, times, ...(before && { replaces: before.commitment }) };
  return carry(session, written, ({ folder, commitment }) => ({
    act: 'order',
    ...{ kind, patient: written.patient, doctor: session.address, folder, commitment, entry: commitment },
    ...terms,
    at: session.now(),
  }));
}

/**
 * Carries an order out: asks the chain first, seals what came of it into the patient's folder, and says so on the chain. It goes into the
 * record once the chain has it; where somebody else was faster, nothing of it is left.
 * @param id of the item that was ordered
 * @throws SalusError `not-found`; `order-over` where it was carried out, taken back or ran out; `no-consent`; as `writeShared`
 */
export async function fulfil(session: Session, id: string, written: Written): Promise<LedgerRow> {
  const orders = ordersIn(session);
  await session.catalogue.sync();
  const item = await requireItem(session, written.patient, id);
  const [place, view] = await Promise.all([placeOfItem(session, item), orderOfItem(session, item)]);
  if (place === undefined || view === undefined) throw new SalusError('not-found', 'This was not ordered.');
  // What others did since is on the chain before it is here. Nothing is signed for it that somebody else could bring.
  const { kind, left, until, where } = await orders.client.order(orderId(place));
  if (left === 0 || until <= (await session.catalogue.time())) throw orderOver();
  if (kind !== OrderKind.Prescription && kind !== OrderKind.Test) throw orderOver();
  await requireRole(session, written, (role) => mayCarryOut(role, kind));
  const may = await session.client.may(session.address, place.patient, where || place.folder, rightFor(kind), 0);
  if (!may) throw noConsent();
  return carry(session, written, ({ commitment: entry }) => {
    return { act: 'fulfil', kind, ...place, entry, at: session.now() };
  });
}

/**
 * Lets one pharmacy fill one prescription, or one lab answer one order: it sees that one thing, writes down what came of it, and nothing
 * else.
 * @param id of the item that was ordered
 * @throws SalusError `not-found`; `order-over`; as `giveConsent`
 */
export async function choose(
  session: Session,
  id: string,
  decision: Pick<Decision, 'recipient' | 'recipientName' | 'principalName' | 'reason' | 'origin' | 'until'>,
): Promise<GivenConsent> {
  const item = await requireItem(session, session.address, id);
  const view = await orderOfItem(session, item);
  if (view?.standing !== 'open') throw orderOver();
  const { folder } = await selectionFor(session, { ids: [item.id] });
  const { consent } = await giveConsent(session, {
    ...decision,
    purpose: 'TREAT',
    ...(await toWriteBack(session, item.section, decision)),
    selection: { folder, rights: view.kind === 'prescription' ? ['read', 'dispense'] : ['read'] },
  });
  return consent;
}

/** The section that what came of it is written to, without taking away what its reader may do there already. */
async function toWriteBack(
  session: Session,
  section: Section,
  { recipient, until }: Pick<Decision, 'recipient' | 'until'>,
): Promise<Pick<Decision, 'sections' | 'rights'>> {
  const { rows } = session.catalogue;
  const registry = session.newest.registry.toLowerCase();
  const folder = (await session.folders()).tag(section);
  const grant = await SHARING.find(rows, sharingKey({ grantee: recipient, registry, folder }));
  const rights = grant && isLive(grant, await session.catalogue.time()) ? rightsOf(grant.rights) : [];
  if (grant !== undefined && rights.includes('write') && grant.until >= until)
    return { sections: [], rights: ['write'] };
  return { sections: [section], rights: rights.includes('read') ? ['read', 'write'] : ['write'] };
}

/** Sees through what was ordered and carried out before, whatever came between. What cannot be done now is tried again the next time. */
export async function settleCare(session: Session): Promise<void> {
  const { care } = await session.state.read();
  for (const one of care) if (one.refused === undefined) await tryOnce(session, one).catch(unlessForLater);
  await dropForgotten(session, new Set(care.map(({ entry }) => entry)));
}

/** What was sealed and then never noted, since the wallet was locked or killed in between, is not said and goes. */
async function dropForgotten(session: Session, noted: ReadonlySet<string>): Promise<void> {
  const isOld = ({ createdAt }: LedgerRow) => createdAt < session.now() - FORGOTTEN_MS;
  const rows = (await session.storage.openRows(session.address)).filter(
    (row) => row.held && row.author === session.address && row.anchor === undefined && !noted.has(row.commitment),
  );
  const roots: string[] = [];
  for (const row of rows) if (isOld(row) && !(await isCalledFor(session, row))) roots.push(row.root);
  if (roots.length > 0) await session.storage.drop(roots);
}

/** The person has seen that the network refused something. */
export const forgetRefused = (session: Session, id: string): Promise<unknown> =>
  session.state.update((s) => ({
    ...s,
    care: s.care.filter((one) => one.refused === undefined || orderId(one).toLowerCase() !== id.toLowerCase()),
  }));

/** The chain would refuse it too: whose work it is not is told so, and nothing is signed. */
async function requireRole({ newest, address, storage }: Session, { job }: Written, may: (role: Role) => boolean) {
  if (may((await newest.client.member(address)).role)) return;
  await storage.cancel(job);
  throw roleForbids();
}

/** Seals what was written, and notes what is to be said of it on the chain, before it is said. */
async function carry(session: Session, written: Written, toAct: (row: LedgerRow) => CareAct): Promise<LedgerRow> {
  const { patient, section, job } = written;
  const row = await writeShared(session, patient, section, job, (sealed) =>
    session.state.update((s) => ({ ...s, care: [...s.care, toAct(sealed)] })),
  );
  const one = toAct(row);
  try {
    await tryOnce(session, one);
  } catch (error) {
    // It may still come, and is looked for each time; a refusal is the person's to know now.
    if (isSalusError(error, 'sponsor-refused')) {
      await change(session, one, () => undefined);
      throw one.act === 'fulfil' ? orderOver() : error;
    }
    unlessForLater(error);
  }
  return row;
}

/** A reorganisation may take it away again: until it is final it is looked for. */
async function tryOnce(session: Session, one: CareAct): Promise<void> {
  const orders = ordersIn(session);
  const blockNow = async () => {
    await session.catalogue.sync();
    return blockOf(session, one);
  };
  if ((await blockNow()) === undefined) {
    try {
      await act(session, orders, [await callFor(session, one)], async () => (await blockNow()) !== undefined);
    } catch (error) {
      if (!isSalusError(error, 'sponsor-refused')) throw error;
      await drop(session, one);
      await change(session, one, (it) => ({ ...it, refused: error.code }));
      throw error;
    }
  }
  const [block, { final }] = [await blockOf(session, one), await session.catalogue.head()];
  if (block !== undefined && block <= final) await change(session, one, () => undefined);
}

function callFor(session: Session, one: CareAct): Promise<string> {
  const { calls } = ordersIn(session);
  const { kind, until = 0, times = 1, replaces, entry } = one;
  const place: OrderPlace = one;
  if (one.act === 'fulfil') return calls.fulfil(kind, place, entry);
  const { patient, folder, commitment } = place;
  return calls.order({ kind, patient, folder, commitment, until, times, replaces });
}

/** Block in which the chain says it. */
async function blockOf(session: Session, one: CareAct): Promise<number | undefined> {
  const row = await orderOf(session.catalogue.rows, orderId(one));
  return one.act === 'order' ? row?.block : row?.done.find(({ result }) => result === one.entry)?.block;
}

/** What was written for it goes, as long as it is nowhere else. */
async function drop(session: Session, { entry }: CareAct): Promise<void> {
  const rows = await session.storage.openRows(session.address);
  const roots = rows.filter((row) => row.commitment === entry && row.anchor === undefined).map(({ root }) => root);
  if (roots.length > 0) await session.storage.drop(roots);
}

const isSame = (a: CareAct, b: CareAct): boolean => a.act === b.act && a.entry === b.entry;

const change = (session: Session, one: CareAct, to: (it: CareAct) => CareAct | undefined): Promise<unknown> =>
  session.state.update((s) => ({
    ...s,
    care: s.care.flatMap((it) => (isSame(it, one) ? (to(it) ?? []) : [it])),
  }));
