import * as v from 'valibot';
import { fromHex, type Bytes } from '../../extension/core/bytes.ts';
import { BlockSchema } from '../../extension/core/chain/answers.ts';
import type { AskNode } from '../../extension/core/chain/log-windows.ts';
import { NodeProvider } from '../node-provider.ts';
import { registryInterface } from '../../extension/core/registry/abi.ts';
import { ChainError } from '../chain.ts';
import type { Config } from '../config.ts';

/** Whether somebody may do something with a folder. Addresses are 0x hex. */
export interface Question {
  readonly registry: string;
  readonly who: string;
  readonly patient: string;
  readonly folder: number;
  /** See `Right`. */
  readonly right: number;
  /** Bits of purposes of use. */
  readonly purpose: number;
}

/** How somebody stands as of one block. */
export interface Standing {
  /** What the registry's `may` says. */
  readonly may: boolean;
  readonly active: boolean;
  /** Registered x coordinate, 32 bytes. */
  readonly key?: Bytes;
}
const NOBODY: Standing = { may: false, active: false };

/** What a keeper asks an Ethereum node. All but `ask` throw {@link ChainError}. */
export interface KeeperChain {
  /** As the follower of a chain asks. */
  readonly ask: AskNode;
  /** @throws ChainError also where the node is of another chain */
  check(): Promise<void>;
  /** @param block a number; a registry that was not there yet lets nobody do anything */
  standing(question: Question, block: number | 'latest'): Promise<Standing>;
  isActive(registry: string, who: string): Promise<boolean>;
  /** Hash of a block, or undefined where the node has none of that number. */
  hashOf(block: number): Promise<string | undefined>;
}

const HexSchema = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]*$/));
const NodesBlockSchema = v.nullable(BlockSchema);

/** The chain over a node's JSON-RPC. Nothing is asked before the first call. */
export function connectKeeperChain({
  rpcUrl,
  chainId,
}: Pick<Config, 'rpcUrl' | 'chainId'>): KeeperChain & { close(): void } {
  const provider = new NodeProvider(rpcUrl, chainId, { batchMaxCount: 1 });
  const ask: AskNode = (method, params) => provider.send(method, [...params]) as Promise<unknown>;

  return {
    ask,
    async check() {
      if (Number(await reach(v.string(), () => ask('eth_chainId', []))) !== chainId)
        throw new ChainError('wrong-chain', 'The Ethereum node is of another chain than chainId. Correct one of them.');
    },
    async standing({ registry, who, patient, folder, right, purpose }, block) {
      const views = [
        ['may', [who, patient, folder, right, purpose]],
        ['isActive', [who]],
        ['encryptionKey', [who]],
      ] as const;
      const calls = views.map(([name, args]) => registryInterface.encodeFunctionData(name, args));
      // One call, so that all of it is as of one block.
      const answer = await call(registry, registryInterface.encodeFunctionData('multicall', [calls]), block);
      if (answer === '0x' && block !== 'latest') return NOBODY;
      const [may, active, key] = decode(() => {
        const [answers] = registryInterface.decodeFunctionResult('multicall', answer) as unknown as [string[]];
        return views.map(([name], i) => registryInterface.decodeFunctionResult(name, answers[i] ?? '0x')[0] as unknown);
      });
      const registered = /^0x0*$/.test(String(key)) ? undefined : fromHex(String(key));
      return { may: may === true, active: active === true, ...(registered && { key: registered }) };
    },
    async isActive(registry, who) {
      const answer = await call(registry, registryInterface.encodeFunctionData('isActive', [who]), 'latest');
      return decode(() => registryInterface.decodeFunctionResult('isActive', answer)[0] === true);
    },
    async hashOf(block) {
      const found = await reach(NodesBlockSchema, () => ask('eth_getBlockByNumber', [quantity(block), false]));
      return found?.hash;
    },
    close: () => provider.destroy(),
  };

  function call(to: string, data: string, block: number | 'latest'): Promise<string> {
    return reach(HexSchema, () => ask('eth_call', [{ to, data }, block === 'latest' ? block : quantity(block)]));
  }
}

const quantity = (block: number): string => `0x${block.toString(16)}`;

/** What is no answer of a registry is an answer of something else. */
function decode<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new ChainError('wrong-chain', 'There is no registry at the configured address. Correct `registry`.');
  }
}

/** Whatever a node says in place of an answer is dropped: it may hold the question, which is about people. */
async function reach<T>(schema: v.GenericSchema<unknown, T>, question: () => Promise<unknown>): Promise<T> {
  try {
    return v.parse(schema, await question());
  } catch {
    throw unavailable();
  }
}

/** What is said of a node that gives no usable answer. */
export const unavailable = (): ChainError =>
  new ChainError('chain-unavailable', 'The Ethereum node does not answer as it should. Try again later.');
