import { keccak256 } from 'ethers';
import { toHex } from '../../extension/core/bytes.ts';
import { registryInterface } from '../../extension/core/registry/abi.ts';
import type { SponsorAccount } from '../chain.ts';
import { withMargin, type Outbox } from '../sponsor/outbox.ts';
import type { KeeperStore } from './store.ts';

/** What {@link anchorHead} needs. */
export interface AnchoringParts {
  readonly registry: string;
  /** Account of this manager, in lower case. */
  readonly account: string;
  readonly store: Pick<KeeperStore, 'chain' | 'log'>;
}

/** What pays for anchors. */
export interface Payer {
  readonly account: Pick<SponsorAccount, 'estimate'>;
  readonly outbox: Pick<Outbox, 'known' | 'send'>;
}

/**
 * Sets the head of the log down on the chain, where the log has grown since it was last set down.
 * @returns whether there was something to do
 * @throws ManagerError, ChainError, CallReverted where the account is no manager of the network
 */
export async function anchorHead({ registry, account, store }: AnchoringParts, payer: Payer): Promise<boolean> {
  const [size, last] = [await store.log.size(), await store.chain.anchorOf(registry, account)];
  if (size <= (last?.size ?? 0)) return false;
  const root = toHex(Uint8Array.from(await store.log.root(size)));
  const data = registryInterface.encodeFunctionData('anchorLog', [size, root]);
  const key = keccak256(`${registry}${data.slice(2)}`);
  if ((await payer.outbox.known(key)) !== undefined) return false;
  const gas = await payer.account.estimate(registry, data);
  await payer.outbox.send({ key, to: registry, data, gasLimit: withMargin(gas), purses: ['anchors'] });
  return true;
}
