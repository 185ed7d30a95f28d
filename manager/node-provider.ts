import { JsonRpcProvider, Network as EthersNetwork, type JsonRpcPayload, type JsonRpcResult } from 'ethers';
import { EthereumNode } from '../extension/core/chain/node.ts';

interface NodeOptions {
  /** Questions that travel in one request; what the node takes, where it is known. */
  readonly batchMaxCount?: number;
}

/** A node with all that ethers does with one, for servers: what it asks goes the way of {@link EthereumNode}, with its bounds and refusals. */
export class NodeProvider extends JsonRpcProvider {
  readonly #node: EthereumNode;

  constructor(url: string, chainId: number, options: NodeOptions = {}) {
    // Without what ethers knows of chains by their number: for one of them it would ask a gas station of its own accord.
    const chain = new EthersNetwork('unknown', chainId);
    super(url, chain, {
      // Without it every call asks for the chain id first and a dead node is retried for ever.
      staticNetwork: chain,
      cacheTimeout: -1,
      // Questions asked in one turn still go together; waiting for more would keep the caller waiting.
      batchStallTime: 0,
      ...options,
    });
    this.#node = new EthereumNode(url, fetch);
  }

  override async _send(payload: JsonRpcPayload | JsonRpcPayload[]): Promise<JsonRpcResult[]> {
    return (await this.#node.exchange([payload].flat())) as JsonRpcResult[];
  }
}
