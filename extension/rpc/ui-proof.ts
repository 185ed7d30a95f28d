import * as v from 'valibot';
import type { Page } from '../core/catalogue/sorted-list.ts';
import { SalusError } from '../core/errors.ts';
import { actTimes } from '../core/wallet/act-times.ts';
import { activity, type ActivityEvent } from '../core/wallet/activity.ts';
import { proveItem, type ItemToProve } from '../core/wallet/prove-item.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { text } from './ui-arguments.ts';

/** What a proof is checked by. */
const QUESTIONS = ['eth_chainId', 'eth_getBlockByNumber', 'eth_getTransactionReceipt', 'eth_getLogs'] as const;

/** Arguments of the calls of {@link createProofCalls}. */
export const PROOF_ARGUMENTS = {
  proveItem: v.tuple([text, text]),
  onChain: v.tuple([v.optional(text)]),
  actTimes: v.tuple([]),
  askNode: v.tuple([v.picklist([0, 1]), v.picklist(QUESTIONS), v.pipe(v.array(v.unknown()), v.maxLength(2))]),
} as const;

/** The calls by which the wallet's own screens look at the chain: a page asks the network's nodes, and proves an item by itself. */
export function createProofCalls(wallet: Wallet) {
  return {
    async proveItem(patient: string, id: string): Promise<ItemToProve | 'altered'> {
      return proveItem(await wallet.session(), patient, id);
    },
    /** All that the chain has of the account, as it is known here. @param before as the page before gave it in `next` */
    async onChain(before?: string): Promise<Page<ActivityEvent>> {
      return activity(await wallet.session(), { before, of: 'chain' });
    },
    /** How long the newest acts of the account took, from handing them over until the chain had them: milliseconds. */
    async actTimes(): Promise<readonly number[]> {
      return actTimes(await wallet.session());
    },
    /** @param which of the network's nodes. @returns its answer as it is. @throws SalusError `chain-unreachable` */
    async askNode(which: 0 | 1, method: string, params: readonly unknown[]): Promise<unknown> {
      const node = (await wallet.session()).client.nodes[which];
      if (node === undefined) throw new SalusError('bad-request', 'The network has no such node.');
      return node.send(method, [...params]);
    },
  };
}
