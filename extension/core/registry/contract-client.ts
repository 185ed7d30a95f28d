import type { Interface } from 'ethers';
import * as v from 'valibot';
import type { ChainNode } from '../chain/node.ts';
import { chainUnreachable, isSalusError, SalusError } from '../errors.ts';
import type { Network } from '../network/descriptor.ts';

/** A node that is a block behind agrees with the other a moment later. */
const AGREE_TRIES = 3;
const AGREE_PAUSE_MS = 400;

const HexSchema = v.pipe(v.string(), v.regex(/^0x([0-9a-f]{2})*$/i));
/** A receipt (EIP-658) as far as it is needed. */
const ReceiptSchema = v.nullable(v.object({ status: v.picklist(['0x0', '0x1']) }));
/** What came of a call that reverted, where a node says it: in the error's data, or once deeper. */
const RevertSchema = v.object({ data: v.union([HexSchema, v.object({ data: HexSchema })]) });

/**
 * Calls one contract of a health network. Where the network names a second node, everything that decides about trust is asked of both,
 * and what they do not agree on is no answer.
 * All methods throw SalusError `chain-unreachable` when a node gives no usable answer, and `nodes-disagree`.
 */
export abstract class ContractClient {
  readonly network: Network;
  /** Of the contract. */
  readonly address: string;
  readonly provider: ChainNode;
  readonly #abi: Interface;
  /** Those who are asked: one, or two. */
  readonly nodes: readonly [ChainNode, ...ChainNode[]];

  /** @param nodes the first, and where there is one a second that is independent of it */
  constructor(network: Network, address: string, abi: Interface, nodes: readonly [ChainNode, ...ChainNode[]]) {
    this.network = network;
    this.address = address;
    this.#abi = abi;
    this.nodes = nodes;
    [this.provider] = nodes;
  }

  /** @throws SalusError `wrong-chain` when a node serves another chain */
  async checkChain(): Promise<void> {
    const ids = await Promise.all(this.nodes.map((node) => this.#ask(() => node.send('eth_chainId', []))));
    for (const chainId of ids) {
      if (Number(chainId) === this.network.chainId) continue;
      throw new SalusError('wrong-chain', 'The network node answers for another network.', {
        chainId: Number(chainId),
      });
    }
  }

  /** Of the first node alone: a wrong one makes a signature that is good for nothing. */
  async nonce(owner: string, key: bigint): Promise<bigint> {
    return this.#ask(() => this.#call<bigint>(this.provider, 'nonces', [owner, key]));
  }

  /** Status of a transaction: undefined while it is not in a block. */
  async succeeded(transaction: string): Promise<boolean | undefined> {
    const answer = await this.#ask(() => this.provider.send('eth_getTransactionReceipt', [transaction]));
    const receipt = v.safeParse(ReceiptSchema, answer);
    if (!receipt.success) throw chainUnreachable();
    return receipt.output === null ? undefined : receipt.output.status === '0x1';
  }

  /**
   * Name of the error with which the chain as it is refuses some calls, whoever brings them; undefined where one node does not, or does
   * not say so: a node that is busy is no refusal.
   */
  async refusal(calls: readonly string[]): Promise<string | undefined> {
    const data = this.#abi.encodeFunctionData('multicall', [calls]);
    const names = await Promise.all(
      this.nodes.map((node) =>
        node.send('eth_call', [{ to: this.address, data }, 'latest']).then(
          () => undefined,
          (error: unknown) => this.#revertName(error),
        ),
      ),
    );
    return names.every((name) => name !== undefined) ? names[0] : undefined;
  }

  protected view<T>(name: string, ...args: unknown[]): Promise<T> {
    return this.#agreed<T>(name, args);
  }

  /** Several views by one call, through the contract’s own `multicall`, as of one block. */
  protected async multicall(
    calls: readonly (readonly [name: string, args: readonly unknown[]])[],
    block?: number,
  ): Promise<unknown[]> {
    const data = calls.map(([name, args]) => this.#abi.encodeFunctionData(name, args));
    const answers = await this.#agreed<readonly string[]>('multicall', [data], block);
    return calls.map(([name], i) => this.#decoded(name, answers[i] ?? '0x'));
  }

  /** @param block as of which; the newest where none is given */
  async #agreed<T>(name: string, args: readonly unknown[], block?: number): Promise<T> {
    for (let tries = 1; ; tries++) {
      const asking = this.nodes.map((node) => this.#ask(() => this.#call<T>(node, name, args, block)));
      const answers = await Promise.all(asking);
      const [first] = answers as [T, ...T[]];
      if (new Set(answers.map(asText)).size === 1) return first;
      if (tries === AGREE_TRIES) throw disagree();
      await new Promise((resolve) => setTimeout(resolve, AGREE_PAUSE_MS));
    }
  }

  async #call<T>(node: ChainNode, name: string, args: readonly unknown[], block?: number): Promise<T> {
    const call = { to: this.address, data: this.#abi.encodeFunctionData(name, args) };
    const answer = await node.send('eth_call', [call, block === undefined ? 'latest' : `0x${block.toString(16)}`]);
    return this.#decoded(name, v.parse(HexSchema, answer)) as T;
  }

  #decoded(name: string, answer: string): unknown {
    const values = this.#abi.decodeFunctionResult(name, answer);
    return values.length === 1 ? (values[0] as unknown) : values;
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      throw isSalusError(error) ? error : chainUnreachable();
    }
  }

  /** What the contract reverted with; undefined for any other failure. */
  #revertName(error: unknown): string | undefined {
    const parsed = v.safeParse(RevertSchema, error);
    if (!parsed.success) return undefined;
    const { data } = parsed.output;
    return this.#abi.getError((typeof data === 'string' ? data : data.data).slice(0, 10))?.name;
  }
}

/** An answer as text, so that two can be compared. */
const asText = (answer: unknown): string =>
  JSON.stringify(answer, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));

const disagree = () =>
  new SalusError(
    'nodes-disagree',
    'The two nodes of this health network do not say the same. Nothing was done; try again later.',
  );
