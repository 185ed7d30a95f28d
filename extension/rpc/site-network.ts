import type { Network } from '../core/network/descriptor.ts';
import type { NetworksPort } from '../core/wallet/ports.ts';

type Networks = Pick<NetworksPort, 'current' | 'isBuiltIn' | 'list'>;
type Notify = (origin: string, event: string, data: unknown) => Promise<void>;

/** A chain as `eth_chainId` gives it. */
export const chainHex = ({ chainId }: Network): string => `0x${chainId.toString(16)}`;

/** The network as a page may know it: which one the person uses is told to connected sites, any other sees that of this build. */
export async function networkSeen(networks: Networks, connected: boolean): Promise<Network> {
  if (connected || networks.isBuiltIn) return networks.current;
  const [own] = await networks.list();
  return own ?? networks.current;
}

/** Tells a site of its account, and of the chain where that goes along: a site that is connected or disconnected may see another. */
export const tellingChain =
  (networks: Networks, notify: Notify): Notify =>
  async (origin, event, data) => {
    if (event === 'accountsChanged') {
      const [own, seen] = await Promise.all([
        networkSeen(networks, false),
        networkSeen(networks, Array.isArray(data) && data.length > 0),
      ]);
      if (own.chainId !== networks.current.chainId) await notify(origin, 'chainChanged', chainHex(seen));
    }
    await notify(origin, event, data);
  };
