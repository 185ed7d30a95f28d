import type { ChainNode } from '../chain/node.ts';
import type { Network } from '../network/descriptor.ts';
import { ContractClient } from '../registry/contract-client.ts';
import { ordersInterface, type OrderKind } from './orders-abi.ts';

/** An order as the chain has it. */
export interface OrderState {
  readonly kind: OrderKind;
  /** Who ordered; the zero address where there is no such order. */
  readonly doctor: string;
  /** First Unix second at which it can no longer be carried out. */
  readonly until: number;
  /** How often it still can be. */
  readonly left: number;
  /** Folder that its patient placed it in; 0 for its own. */
  readonly where: number;
}

/** Calls the prescriptions and test orders of a network. */
export class OrdersClient extends ContractClient {
  /** @param address of the contract */
  constructor(network: Network, address: string, nodes: readonly [ChainNode, ...ChainNode[]]) {
    super(network, address, ordersInterface, nodes);
  }

  async order(id: string): Promise<OrderState> {
    const [order, where] = (await this.multicall([
      ['orders', [id]],
      ['placedIn', [id]],
    ])) as [Record<'kind' | 'until' | 'left', bigint> & { doctor: string }, bigint];
    return {
      kind: Number(order.kind) as OrderKind,
      doctor: order.doctor,
      until: Number(order.until),
      left: Number(order.left),
      where: Number(where),
    };
  }
}
