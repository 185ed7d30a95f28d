import type { Topics } from '../../core/chain/log-windows.ts';
import { Questions, type PlacedLog } from '../../core/proof/questions.ts';
import { networkInUse } from './network.ts';
import { nodeOf } from './node.ts';

/** What the network's first node tells of its payments, as of one block. Both throw SalusError `chain-unreachable`. */
export interface PaymentLogs {
  /** @param from first block; that of the registry where none is given */
  logs(topics: Topics, from?: number): Promise<readonly PlacedLog[]>;
  /** Unix seconds; undefined where the node does not say. */
  timeOf(block: number): Promise<number | undefined>;
}

/** @returns undefined where the network has no payments, or its node no block @throws SalusError `chain-unreachable` */
export async function paymentLogs(): Promise<PaymentLogs | undefined> {
  const network = await networkInUse();
  if (network?.payments === undefined) return undefined;
  const node = new Questions(nodeOf(0), network.payments);
  const newest = await node.block('latest');
  return (
    newest && {
      logs: (topics, from = network.fromBlock) => node.logs([topics], from, newest.number),
      timeOf: async (block) => (await node.block(block))?.timestamp,
    }
  );
}
