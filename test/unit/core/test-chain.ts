import { id as keccak } from 'ethers';
import { registryInterface } from '../../../extension/core/registry/abi.ts';

export const REGISTRY = '0x5fbdb2315678afecb367f032d93f642f64180aa3';
const ZERO = `0x${'00'.repeat(32)}`;

interface TestBlock {
  readonly number: number;
  readonly hash: string;
  readonly parentHash: string;
  readonly logs: readonly object[];
}

/** A node with a chain of its own, that a test makes behave badly. */
export class TestChain {
  blocks: TestBlock[] = [{ number: 0, hash: keccak('genesis'), parentHash: ZERO, logs: [] }];
  /** Blocks that the node does not know of yet. */
  lag = 0;
  /** Most blocks of one `eth_getLogs`. */
  mostBlocks = Infinity;
  final = 0;
  asked: string[] = [];
  /** What it does in place of answering. */
  instead: ((method: string) => unknown) | undefined;
  #made = 0;

  get head(): TestBlock {
    return this.blocks[Math.max(0, this.blocks.length - 1 - this.lag)]!;
  }

  /** @param folders one record in each */
  mine(patient: string, ...folders: number[]): void {
    const parent = this.blocks.at(-1)!;
    const number = parent.number + 1;
    const hash = keccak(`${parent.hash}/${this.#made++}`);
    const logs = folders.map((folder, index) => {
      const id = keccak(`${hash}/${index}`);
      const { data, topics } = registryInterface.encodeEventLog('RecordAdded', [
        id,
        patient,
        patient,
        folder,
        0,
        id,
        id,
      ]);
      return {
        address: REGISTRY,
        topics,
        data,
        blockNumber: `0x${number.toString(16)}`,
        blockHash: hash,
        logIndex: `0x${index.toString(16)}`,
        transactionHash: id,
      };
    });
    this.blocks.push({ number, hash, parentHash: parent.hash, logs });
  }

  /** Takes the newest blocks away. */
  forget(blocks: number): void {
    this.blocks = this.blocks.slice(0, Math.max(1, this.blocks.length - blocks));
  }

  /** Ids of all records, in the order of the chain. */
  get ids(): string[] {
    return this.blocks.flatMap((block) => block.logs.map((log) => (log as { topics: string[] }).topics[1]!));
  }

  readonly ask = (method: string, params: readonly unknown[]): Promise<unknown> => {
    this.asked.push(method);
    const other = this.instead?.(method);
    if (other !== undefined)
      return Promise.resolve(other).then((answer) => (answer instanceof Error ? Promise.reject(answer) : answer));
    if (method === 'eth_getBlockByNumber') {
      const [which] = params as [string];
      const number = which === 'latest' ? this.head.number : which === 'finalized' ? this.final : Number(which);
      const block = number > this.head.number ? undefined : this.blocks[number];
      return Promise.resolve(block ? { ...block, number: `0x${number.toString(16)}`, timestamp: '0x1' } : null);
    }
    const [{ fromBlock, toBlock }] = params as [{ fromBlock: string; toBlock: string }];
    const [from, to] = [Number(fromBlock), Number(toBlock)];
    if (to - from + 1 > this.mostBlocks) return Promise.reject(new Error('query returned more than allowed'));
    return Promise.resolve(this.blocks.slice(from, Math.min(to, this.head.number) + 1).flatMap((block) => block.logs));
  };
}
