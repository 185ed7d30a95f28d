import { wallet } from '../../adapters/messaging/ui-client.ts';
import { BILL_PAID } from '../../core/care/bill.ts';
import { Questions } from '../../core/proof/questions.ts';
import { nodeOf } from './node.ts';

/** Unix seconds at which a bill was paid, by the network's first node; undefined where it does not say. @param from first block */
export async function paidAt(id: string, from: number): Promise<number | undefined> {
  const payments = (await wallet.networks()).find(({ inUse }) => inUse)?.network.payments;
  if (payments === undefined) return undefined;
  const node = new Questions(nodeOf(0), payments);
  try {
    const newest = await node.block('latest');
    const [log] = newest === undefined ? [] : await node.logs([[BILL_PAID, id]], from, newest.number);
    return log && (await node.block(log.block))?.timestamp;
  } catch {
    return undefined; // that it is paid is known without it
  }
}
