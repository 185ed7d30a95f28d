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
  /**
   * How accounts stand in a registry on top of what is pending, and the next nonce of one of their sequences.
   * @param to a registry of the network
   * @returns in the order of `asked`
   */
  standings(to: string, asked: readonly { account: string; nonceKey: bigint }[]): Promise<Standing[]>;
  /**
   * Whether the code of an account says that a signature is its own (ERC-1271), asked as the registry asks it, with bounded gas and time.
   * @param to the registry that would ask
   * @param digest 32 bytes, 0x hex
   */
  isSignedByCode(to: string, signer: string, digest: string, signature: string): Promise<boolean>;
  /** What the network asks for gas now. */
  fees(): Promise<Fees>;
  /** How many transactions of the account are in blocks, and how many with those that the node has besides. */
  nonces(): Promise<{ mined: number; pending: number }>;
  /** Signs a transaction. Nothing is sent. */
  sign(transaction: Unsigned): Promise<SignedTransaction>;
  /**
   * Hands a signed transaction to the node; no error when the node has it already.
   *
   * @throws BroadcastRefused
   */
  broadcast(transaction: SignedTransaction): Promise<void>;
  /** What became of a transaction, and the wei it cost; `unknown` when the node has not heard of it. */
  outcome(hash: string): Promise<{ status: TransactionStatus; cost?: bigint }>;
}

/** How an account stands in a registry. */
export interface Standing {
  /** Next nonce of the sequence that was asked for, its key included (`NoncesKeyed`). */
  nonce: bigint;
  /** See `Role`. */
  role: number;
  /** How often it was let in. */
  memberships: number;
}

/** EIP-1559 fees, in wei per gas. */
export interface Fees {
  /** What a transaction must offer to be in the next block. */
  needed: bigint;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}

/** A transaction before it is signed. */
export interface Unsigned {
  to: string;
  data: string;
  gasLimit: bigint;
  nonce: number;
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
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
