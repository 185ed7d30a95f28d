import { networkInUse } from './network.ts';

/** Number of the chain that the network in use is on. */
export async function chainInUse(): Promise<number> {
  return (await networkInUse())?.chainId ?? 0;
}
