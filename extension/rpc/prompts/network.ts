import { SalusError } from '../../core/errors.ts';
import { networkKey, type Network } from '../../core/network/descriptor.ts';
import type { NetworksPort } from '../../core/wallet/ports.ts';
import type { PromptKind } from './kind.ts';

/** A site asks the person to add a health network (`health_addNetwork`), or to use one (`wallet_switchEthereumChain`). */
export interface NetworkView {
  readonly kind: 'network';
  readonly network: Network;
  /** To go over to it, not only to have it. */
  readonly use: boolean;
  /**
   * Its node answers for this chain, and has a registry where it says. Of one the wallet has: nothing that a site describes is called
   * before the person said yes to it.
   */
  readonly answers?: boolean;
}

export interface NetworkRequest {
  readonly network: Network;
  readonly use: boolean;
}

export const networkPrompt = (networks: NetworksPort): PromptKind<NetworkView> => ({
  async view({ approval }) {
    const { network, use } = approval.params as NetworkRequest;
    return { kind: 'network', network, use, ...(use && { answers: await networks.answers(network) }) };
  },
  async carryOut({ approval }) {
    const { network, use } = approval.params as NetworkRequest;
    if (!(await networks.answers(network))) {
      throw new SalusError('chain-unreachable', 'This network does not answer. Nothing was changed.');
    }
    if (!use) await networks.add(network);
    // Everything begins anew with it, so this answer goes out first.
    else setTimeout(() => void networks.choose(networkKey(network)), 0);
    return null;
  },
});
