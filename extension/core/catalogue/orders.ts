import type { OrderEvent } from '../care/order-events.ts';
import type { OrderKind } from '../care/orders-abi.ts';
import type { ListChanges } from './list-changes.ts';
import { placeKey, type Anchor, type ChainRow } from './model.ts';
import type { Draft } from './rows.ts';
import { SortedList, type RowReader } from './sorted-list.ts';

/** A prescription or a test order as it stands by what happened on the chain. Commitments and ids are 0x hex, folders are tags. */
export interface OrderRow extends Anchor {
  readonly id: string;
  readonly patient: string;
  readonly doctor: string;
  readonly kind: OrderKind;
  readonly folder: number;
  /** Of the entry that it is of. */
  readonly commitment: string;
  /** First Unix second at which it can no longer be carried out. */
  readonly until: number;
  readonly times: number;
  readonly left: number;
  /** Folder that its patient placed it in; absent for its own. */
  readonly where?: number;
  /** Each time it was carried out, the oldest first. */
  readonly done: readonly Done[];
  /** Its doctor took back what was left of it. */
  readonly cancelled?: { readonly supersededBy?: string };
}
interface Done extends Anchor {
  readonly by: string;
  readonly result: string;
}

/** Row with an order, by its id; one that was placed before it was made has nothing but that. */
const orderName = (id: string): string => `order/${id}`;
const placedName = (id: string): string => `placed/${id}`;

/** Ids of orders, by patient and place. */
const ORDERS = new SortedList<string>('orders');
const prefixOf = (patient: string): string => `${patient.toLowerCase()}|`;

/** @param id 0x hex */
export const orderOf = (rows: RowReader, id: string): Promise<OrderRow | undefined> =>
  rows.get<OrderRow>(orderName(id.toLowerCase()));

/** Takes in what happened to an order. One event taken in twice changes nothing. */
export async function takeOrder(draft: Draft, lists: ListChanges, event: OrderEvent): Promise<void> {
  const id = event.id.toLowerCase();
  const name = orderName(id);
  const row = await draft.get<OrderRow>(name);
  const { block, transaction } = event;
  if (event.kind === 'ordered') {
    if (row !== undefined) return;
    const { patient, doctor, order, folder, commitment, until, times } = event;
    const where = await draft.get<number>(placedName(id));
    const terms = { id, patient, doctor, kind: order, folder, commitment, until, times, left: times };
    draft.put(name, { ...terms, ...(where ? { where } : {}), done: [], block, transaction } satisfies OrderRow);
    lists.put(ORDERS, `${prefixOf(patient)}${placeKey(event)}`, id);
    return;
  }
  if (event.kind === 'order-placed') {
    draft.put(placedName(id), event.where ?? 0);
    if (row === undefined) return;
    const { where, ...rest } = row;
    void where;
    return draft.put(name, { ...rest, ...(event.where ? { where: event.where } : {}) } satisfies OrderRow);
  }
  if (row === undefined) return;
  if (event.kind === 'order-cancelled') {
    const { supersededBy } = event;
    const cancelled = { ...(supersededBy !== undefined && { supersededBy }) };
    return draft.put(name, { ...row, left: 0, cancelled } satisfies OrderRow);
  }
  const { by = '', result = '', left = 0 } = event;
  // Each time there is less left of it.
  if (left >= row.left) return;
  draft.put(name, { ...row, left, done: [...row.done, { by, result, block, transaction }] } satisfies OrderRow);
}

/** What the list of activity says of it. */
export const toldOf = ({ kind }: OrderEvent): ChainRow['what'] => (kind === 'fulfilled' ? 'carried-out' : kind);

/** Who did it, where that is not its patient. */
export const doerOf = (event: OrderEvent): string | undefined =>
  event.kind === 'ordered' ? event.doctor : event.kind === 'fulfilled' ? event.by : undefined;

/** Orders of one patient, or of all, the newest first. */
export async function ordersOf(rows: RowReader, patient: string | undefined): Promise<readonly OrderRow[]> {
  const ids = await ORDERS.all(rows, patient === undefined ? '' : prefixOf(patient));
  const found = await rows.getAll<OrderRow>(ids.map(orderName));
  return found.filter((row) => row !== undefined).toSorted((a, b) => b.block - a.block);
}
