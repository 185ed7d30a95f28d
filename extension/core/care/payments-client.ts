import type { ChainNode } from '../chain/node.ts';
import type { Network } from '../network/descriptor.ts';
import { ContractClient } from '../registry/contract-client.ts';
import { paymentsInterface, type BillState } from './payments-abi.ts';

/** Asks the payments of a network. */
export class PaymentsClient extends ContractClient {
  /** @param address of the contract */
  constructor(network: Network, address: string, nodes: readonly [ChainNode, ...ChainNode[]]) {
    super(network, address, paymentsInterface, nodes);
  }

  /** How a bill stands; one that nobody knows of is open. */
  async bill(id: string): Promise<BillState> {
    return Number(await this.view<bigint>('bills', id)) as BillState;
  }

  /** Wei that somebody is owed. */
  owed(who: string): Promise<bigint> {
    return this.view<bigint>('balanceOf', who);
  }
}
