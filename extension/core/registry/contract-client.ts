import { Contract, isError, type Interface, type JsonRpcApiProvider } from 'ethers';
import { chainUnreachable, isSalusError, SalusError } from '../errors.ts';
import type { Network } from '../network/descriptor.ts';

/** A node that is a block behind agrees with the other a moment later. */
const AGREE_TRIES = 3;
const AGREE_PAUSE_MS = 400;

/**
 * Calls one contract of a health network. Where the network names a second node, everything that decides about trust is asked of both,
 * and what they do not agree on is no answer.
 * All methods throw SalusError `chain-unreachable` when a node gives no usable answer, and `nodes-disagree`.
 */
export abstract class ContractClient {
  readonly network: Network;
  /** Of the contract. */
  readonly address: string;
  readonly provider: JsonRpcApiProvider;
  readonly #abi: Interface;
  readonly #contracts: readonly [Contract, ...Contract[]];

  /** @param nodes the first, and where there is one a second that is independent of it */
  constructor(
    network: Network,
    address: string,
    abi: Interface,
    nodes: readonly [JsonRpcApiProvider, ...JsonRpcApiProvider[]],
  ) {
    this.network = network;
    this.address = address;
    this.#abi = abi;
    [this.provider] = nodes;
    const at = (node: JsonRpcApiProvider) => new Contract(address, abi, node);
    const [first, ...others] = nodes;
    this.#contracts = [at(first), ...others.map(at)];
  }

  /** Those who are asked: one, or two. */
  get nodes(): readonly [JsonRpcApiProvider, ...JsonRpcApiProvider[]] {
    const [first, ...others] = this.#contracts.map(({ runner }) => runner as JsonRpcApiProvider);
    return [first as JsonRpcApiProvider, ...others];
  }

  /** @throws SalusError `wrong-chain` when a node serves another chain */
  async checkChain(): Promise<void> {
    // Asked of the nodes themselves: `getNetwork()` only repeats what the provider was told.
    const ids = await Promise.all(
      this.#contracts.map(({ runner }) =>
        this.#ask(() => (runner as JsonRpcApiProvider).send('eth_chainId', []) as Promise<unknown>),
      ),
    );
    for (const chainId of ids) {
      if (Number(chainId) === this.network.chainId) continue;
      throw new SalusError('wrong-chain', 'The network node answers for another network.', {
        chainId: Number(chainId),
      });
    }
  }

  /** Of the first node alone: a wrong one makes a signature that is good for nothing. */
  async nonce(owner: string, key: bigint): Promise<bigint> {
    return this.#ask(() => this.#call<bigint>(this.#contracts[0], 'nonces', [owner, key]));
  }

  /** Status of a transaction: undefined while it is not in a block. */
  async succeeded(transaction: string): Promise<boolean | undefined> {
    const receipt = await this.#ask(() => this.provider.getTransactionReceipt(transaction));
    return receipt === null ? undefined : receipt.status === 1;
  }

  /**
   * Name of the error with which the chain as it is refuses some calls, whoever brings them; undefined where one node does not, or does
   * not say so: a node that is busy is no refusal.
   */
  async refusal(calls: readonly string[]): Promise<string | undefined> {
    const data = this.#abi.encodeFunctionData('multicall', [calls]);
    const names = await Promise.all(
      this.#contracts.map(({ runner }) =>
        (runner as JsonRpcApiProvider).call({ to: this.address, data }).then(
          () => undefined,
          (error: unknown) => this.#revertName(error),
        ),
      ),
    );
    return names.every((name) => name !== undefined) ? names[0] : undefined;
  }

  protected async view<T>(name: string, ...args: unknown[]): Promise<T> {
    for (let tries = 1; ; tries++) {
      const answers = await Promise.all(this.#contracts.map((at) => this.#ask(() => this.#call<T>(at, name, args))));
      const [first] = answers as [T, ...T[]];
      if (new Set(answers.map(asText)).size === 1) return first;
      if (tries === AGREE_TRIES) throw disagree();
      await new Promise((resolve) => setTimeout(resolve, AGREE_PAUSE_MS));
    }
  }

  async #call<T>(at: Contract, name: string, args: readonly unknown[]): Promise<T> {
    return (await at.getFunction(name).staticCall(...args)) as T;
  }

  /** Several views by one call, through the contract’s own `multicall`, as of one block. */
  protected async multicall(
    calls: readonly (readonly [name: string, args: readonly unknown[]])[],
    block?: number,
  ): Promise<unknown[]> {
    const data = calls.map(([name, args]) => this.#abi.encodeFunctionData(name, args));
    const asOf = block === undefined ? [] : [{ blockTag: block }];
    const answers = await this.view<readonly string[]>('multicall', data, ...asOf);
    return calls.map(([name], i) => {
      const values = this.#abi.decodeFunctionResult(name, answers[i] ?? '0x');
      return (values.length === 1 ? values[0] : values) as unknown;
    });
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
    return isError(error, 'CALL_EXCEPTION') && error.data
      ? this.#abi.getError(error.data.slice(0, 10))?.name
      : undefined;
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
