import { orderId } from '../care/order-id.ts';
import { OrderKind } from '../care/orders-abi.ts';
import { mayCarryOut } from '../care/roles.ts';
import type { OrderPlace } from '../care/signed-orders.ts';
import { isLive, GIVEN, givenKey, SHARING, type GrantRow, type RecordItem } from '../catalogue/model.ts';
import { orderOf, ordersOf, type OrderRow } from '../catalogue/orders.ts';
import { SalusError, unlessForLater } from '../errors.ts';
import { Right } from '../registry/abi.ts';
import { act, orUnknown } from './act.ts';
import { timeOf } from './records.ts';
import type { CareAct } from './sealed-state.ts';
import { pickedIn } from './selections.ts';
import type { Orders, Session } from './session.ts';
import { itemOf } from './versions.ts';

/** How an order stands. `waiting`: it is not on the chain yet. */
export type OrderStanding = 'waiting' | 'refused' | 'open' | 'done' | 'cancelled' | 'over';

/** A prescription or a test that was ordered, as the chain has it. */
export interface OrderView {
  /** 0x hex. */
  readonly id: string;
  readonly kind: 'prescription' | 'test';
  readonly patient: string;
  readonly doctor: string;
  readonly standing: OrderStanding;
  /** Unix seconds. */
  readonly until: number;
  readonly times: number;
  readonly left: number;
  /** Each time it was carried out; `at` in Unix seconds, absent where no node says. */
  readonly done: readonly { readonly by: string; readonly at?: number; readonly transaction: string }[];
  /** Those who may carry it out now, as far as this account's own grants say. */
  readonly with: readonly string[];
  /** This account may carry it out now. */
  readonly mine: boolean;
}

/** @throws SalusError `bad-request` where the network has none */
export function ordersIn({ orders }: Session): Orders {
  if (orders !== undefined) return orders;
  throw new SalusError('bad-request', 'This health network has no prescriptions and orders.');
}

/**
 * Where on the chain an item would be ordered: by the author of the entry that holds it alone, in that entry's folder. Undefined for an
 * item that shares its entry with others, and for one whose entry is not known.
 */
export async function placeOfItem(session: Session, item: RecordItem): Promise<OrderPlace | undefined> {
  if (item.alone === undefined) return undefined;
  // A picked one, or one that was moved, is ordered as what it was.
  const [id = item.id] = [item.picked, item.was?.[0]].filter((one) => one !== undefined);
  const row = await session.catalogue.entry(item.registry, id.split('/')[0] ?? '');
  if (row === undefined || row.patient.toLowerCase() !== item.patient.toLowerCase()) return undefined;
  const { patient, author: doctor, folder, commitment } = row;
  return { patient, doctor, folder, commitment };
}

/** The order that an item is of; undefined for one that was never ordered. */
export async function orderOfItem(session: Session, item: RecordItem): Promise<OrderView | undefined> {
  const place = await placeOfItem(session, item);
  const row = place && (await orderOf(session.catalogue.rows, orderId(place)));
  return row && viewOf(session, row);
}

/** Orders that concern this account, or those of one patient, the newest first; before them what is not on the chain yet. */
export async function ordersFor(session: Session, patient?: string): Promise<OrderView[]> {
  const [rows, { care }] = await Promise.all([ordersOf(session.catalogue.rows, patient), session.state.read()]);
  const there = new Set(rows.map(({ id }) => id));
  // What the chain has is noted until it is final.
  const waiting = care.filter(
    (one) =>
      one.act === 'order' &&
      (patient === undefined || one.patient.toLowerCase() === patient.toLowerCase()) &&
      !there.has(orderId(one).toLowerCase()),
  );
  return [...waiting.map(viewOfWaiting), ...(await Promise.all(rows.map((row) => viewOf(session, row))))];
}

const kindName = (kind: OrderKind): OrderView['kind'] => (kind === OrderKind.Prescription ? 'prescription' : 'test');

function viewOfWaiting({
  kind,
  patient,
  doctor,
  folder,
  commitment,
  until = 0,
  times = 1,
  refused,
}: CareAct): OrderView {
  return {
    id: orderId({ patient, doctor, folder, commitment }),
    kind: kindName(kind),
    ...{ patient, doctor, until, times },
    left: times,
    standing: refused === undefined ? 'waiting' : 'refused',
    done: [],
    with: [],
    mine: false,
  };
}

async function viewOf(session: Session, row: OrderRow): Promise<OrderView> {
  const now = await session.catalogue.time();
  const { id, kind, patient, doctor, until, times, left } = row;
  const standing = standingOf(row, now);
  const done = await Promise.all(
    row.done.map(async ({ by, block, transaction }) => {
      const at = await timeOf(session, block);
      return { by, transaction, ...(at !== undefined && { at }) };
    }),
  );
  const may = standing === 'open' ? await whoMay(session, row, now) : { with: [], mine: false };
  return { id, kind: kindName(kind), patient, doctor, standing, until, times, left, done, ...may };
}

function standingOf({ left, until, cancelled }: OrderRow, now: number): OrderStanding {
  if (cancelled !== undefined) return 'cancelled';
  if (left === 0) return 'done';
  return until <= now ? 'over' : 'open';
}

/** Right that carrying an order out needs. */
export const rightFor = (kind: OrderKind): number => (kind === OrderKind.Prescription ? Right.Dispense : Right.Write);

async function whoMay(session: Session, row: OrderRow, now: number): Promise<Pick<OrderView, 'with' | 'mine'>> {
  const { rows } = session.catalogue;
  const folder = row.where ?? row.folder;
  const may = (grant: GrantRow | undefined): grant is GrantRow =>
    grant?.folder === folder && isLive(grant, now) && (grant.rights & rightFor(row.kind)) !== 0;
  if (row.patient.toLowerCase() === session.address.toLowerCase()) {
    const grantees = [...new Set((await SHARING.all(rows)).filter(may).map(({ grantee }) => grantee))];
    const fit = await Promise.all(grantees.map((grantee) => isFit(session, grantee, row.kind)));
    return { with: grantees.filter((_, i) => fit[i]), mine: false };
  }
  const grants = await Promise.all(
    session.deployments.map(({ registry }) =>
      GIVEN.find(rows, givenKey({ patient: row.patient, registry: registry.toLowerCase(), folder })),
    ),
  );
  if (!grants.some(may)) return { with: [], mine: false };
  return { with: [], mine: await isFit(session, session.address, row.kind) };
}

/** Whether somebody is of the role that carries it out; not while no node says. */
async function isFit({ client }: Session, who: string, kind: OrderKind): Promise<boolean> {
  const member = await orUnknown(() => client.member(who));
  return member !== undefined && mayCarryOut(member.role, kind);
}

/** Takes back what is left of an own order. @throws SalusError `not-found`, and as `act` does */
export async function cancelOrder(session: Session, id: string): Promise<void> {
  const orders = ordersIn(session);
  const row = await orderOf(session.catalogue.rows, id);
  if (row === undefined || row.doctor.toLowerCase() !== session.address.toLowerCase() || row.left === 0) {
    throw new SalusError('not-found', 'There is nothing of yours to take back here.');
  }
  await act(session, orders, [await orders.calls.cancel(row)], async () => {
    await session.catalogue.sync();
    return (await orderOf(session.catalogue.rows, id))?.left === 0;
  });
}

/**
 * Says on the chain that what a patient gave somebody to carry out is to be carried out by that consent alone: each open order among
 * picked things that somebody may dispense. To be called whenever something may have changed; it costs nothing where nothing did. What
 * cannot be done now is done the next time.
 */
export async function placeOrders(session: Session): Promise<void> {
  const { orders } = session;
  if (orders === undefined) return;
  const { rows } = session.catalogue;
  const now = await session.catalogue.time();
  const own = (await ordersOf(rows, session.address)).filter((row) => standingOf(row, now) === 'open');
  if (own.length === 0) return;
  const grants = (await SHARING.all(rows)).filter(
    (grant) => isLive(grant, now) && (grant.rights & Right.Dispense) !== 0,
  );
  for (const grant of grants.toSorted((a, b) => a.block - b.block)) {
    for (const item of await pickedIn(session, grant)) {
      const place = await placeOfItem(session, item);
      const order = place && own.find(({ id }) => id === orderId(place).toLowerCase());
      if (place === undefined || order === undefined || order.where === grant.folder) continue;
      // Another that was chosen later has it.
      if (grants.some((other) => other.folder === order.where && other.block > grant.block)) continue;
      await act(session, orders, [await orders.calls.place(place, grant.folder)], async () => {
        await session.catalogue.sync();
        return (await orderOf(rows, order.id))?.where === grant.folder;
      }).catch(unlessForLater);
    }
  }
}

/** @throws SalusError `not-found` */
export async function requireItem(session: Session, patient: string, id: string): Promise<RecordItem> {
  const item = await itemOf(session, patient, id);
  if (item === undefined) throw new SalusError('not-found', 'There is no such record.');
  return item;
}
