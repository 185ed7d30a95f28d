import { orderId } from '../care/order-id.ts';
import { orderOf, ordersOf } from '../catalogue/orders.ts';
import type { LedgerRow } from '../storage/ledger.ts';
import type { Session } from './session.ts';

/** Whether the chain has what an entry was written for: an order, or that one was carried out with it. */
export async function isCalledFor({ catalogue }: Session, row: LedgerRow): Promise<boolean> {
  const { patient, author: doctor, folder, commitment } = row;
  const order = await orderOf(catalogue.rows, orderId({ patient, doctor, folder, commitment }));
  if (order !== undefined) return true;
  const orders = await ordersOf(catalogue.rows, patient);
  return orders.some(({ done }) => done.some(({ result }) => result === commitment));
}

/** Those that may be recorded: what was written for something that the chain has not waits for it. */
export async function withoutHeld(session: Session, rows: readonly LedgerRow[]): Promise<LedgerRow[]> {
  const may = await Promise.all(rows.map(async (row) => !row.held || (await isCalledFor(session, row))));
  return rows.filter((_, i) => may[i]);
}
