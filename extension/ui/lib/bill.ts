import { BILL_PAID } from '../../core/care/bill.ts';
import { paymentLogs } from './payment-logs.ts';

/** Unix seconds at which a bill was paid, by the network's first node; undefined where it does not say. @param from first block */
export async function paidAt(id: string, from: number): Promise<number | undefined> {
  try {
    const node = await paymentLogs();
    const [log] = (await node?.logs([BILL_PAID, id], from)) ?? [];
    return log && (await node?.timeOf(log.block));
  } catch {
    return undefined; // that it is paid is known without it
  }
}
