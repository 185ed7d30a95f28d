/** What the manager needs of the chain. `ethers-chain.ts` gives it over JSON-RPC. All calls throw {@link ChainError}. */
export interface Chain {
  /** Whether the registry counts `member` as active now. */
  isActive(member: string): Promise<boolean>;
  /** Chain id the node reports. */
  chainId(): Promise<number>;
  /** Number of the newest block. */
  blockNumber(): Promise<number>;
  /** The account that pays for sponsored calls. */
  sponsor: SponsorAccount;
}

/** The account that pays for sponsored calls to the registries of the network. All calls throw {@link ChainError}. */
export interface SponsorAccount {
  readonly address: string;
  /**
   * Gas the call needs on top of what is pending.
   *
   * @param to a registry of the network
   * @param data calldata for it, 0x hex
   * @throws CallReverted
   */
  estimate(to: string, data: string): Promise<bigint>;
  /** Signs a transaction to a registry with the next nonce. Nothing is sent. */
  sign(to: string, data: string, gasLimit: bigint): Promise<SignedTransaction>;
  /**
   * Hands a signed transaction to the node; no error when the node has it already.
   *
   * @throws BroadcastRefused
   */
  broadcast(transaction: SignedTransaction): Promise<void>;
  /** What became of a transaction; `unknown` when the node has not heard of it. */
  status(hash: string): Promise<TransactionStatus>;
}

/** A transaction as it goes to the node. */
export interface SignedTransaction {
  /** 32 bytes, 0x hex. */
  hash: string;
  /** The signed bytes, 0x hex. */
  raw: string;
}

/** What became of a transaction. */
export type TransactionStatus = 'pending' | 'succeeded' | 'reverted' | 'unknown';

/** The node could not be asked (`chain-unavailable`), or it is the node of another chain (`wrong-chain`). */
export class ChainError extends Error {
  override readonly name = 'ChainError';
  readonly code: 'chain-unavailable' | 'wrong-chain';

  constructor(code: ChainError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The registry would revert the call. */
export class CallReverted extends Error {
  override readonly name = 'CallReverted';
  /** Name of the registry's custom error, or `unknown`. */
  readonly revert: string;

  constructor(revert: string) {
    super(`the call would revert: ${revert}`);
    this.revert = revert;
  }
}

/** The node took a look at the transaction and will not have it. */
export class BroadcastRefused extends Error {
  override readonly name = 'BroadcastRefused';
  readonly reason: 'unfunded' | 'outdated';

  constructor(reason: BroadcastRefused['reason']) {
    super(`the node refused the transaction: ${reason}`);
    this.reason = reason;
  }
}

/**
 * Checks that the node is one of the configured chain.
 *
 * @throws ChainError
 */
export async function requireChain(chain: Pick<Chain, 'chainId'>, expected: number): Promise<void> {
  const actual = await chain.chainId();
  if (actual !== expected) {
    throw new ChainError(
      'wrong-chain',
      `The node at rpcUrl is of chain ${actual}, but chainId is ${expected}. Correct one of them.`,
    );
  }
}
