import { wallet } from '../../adapters/messaging/ui-client.ts';

/** Number of the chain that the network in use is on. */
export async function chainInUse(): Promise<number> {
  return (await wallet.networks()).find(({ inUse }) => inUse)?.network.chainId ?? 0;
}
