import { wallet } from '../../adapters/messaging/ui-client.ts';
import type { Network } from '../../core/network/descriptor.ts';

/** The network that the wallet uses now. */
export const networkInUse = async (): Promise<Network | undefined> =>
  (await wallet.networks()).find(({ inUse }) => inUse)?.network;
