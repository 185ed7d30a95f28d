import { setTimeout as sleep } from 'node:timers/promises';
import { Interface, Transaction, Wallet, isError, type Result } from 'ethers';
import * as v from 'valibot';
import { NodeProvider } from './node-provider.ts';
import { isSalusError } from '../extension/core/errors.ts';
import { ordersInterface } from '../extension/core/care/orders-abi.ts';
import { registryInterface } from '../extension/core/registry/abi.ts';
import {
  BroadcastRefused,
  CallReverted,
  ChainError,
  requireChain,
  type Chain,
  type Fees,
  type SignedTransaction,
  type Standing,
  type Unsigned,
} from './chain.ts';
import type { Config } from './config.ts';

const Quantity = v.pipe(v.string(), v.regex(/^0x[0-9a-f]+$/i), v.transform(Number), v.safeInteger());
/** What an account's code may take to judge a signature: several times what those with a passkey need. */
const [CODE_GAS, CODE_MS] = ['0xf4240', 5_000] as const;
const ERC1271 = new Interface(['function isValidSignature(bytes32 hash, bytes signature) view returns (bytes4)']);
/** The function's own selector, in a word of 32 bytes, says yes. */
const SIGNED = `0x1626ba7e${'00'.repeat(28)}`;
const MemberSchema = v.object({ role: v.bigint(), membership: v.bigint() });

/**
 * The chain over an Ethereum node's JSON-RPC. Nothing is asked before the first call, and the node's chain id is
 * checked before its first answer is believed.
 *
 * @param config where the node is, and the sponsor's key
 */
export function connectChain(
  config: Pick<Config, 'rpcUrl' | 'chainId' | 'registry' | 'sponsorKey'> & Partial<Pick<Config, 'orders'>>,
): Chain & { close(): void } {
  const { registry, orders } = config;
  const provider = new NodeProvider(config.rpcUrl, config.chainId, { batchMaxCount: 1 });
  const wallet = new Wallet(config.sponsorKey);
  let verified = false;

  const chain = {
    chainId: () => reach(async () => v.parse(Quantity, await provider.send('eth_chainId', []))),
    blockNumber: () => reach(async () => v.parse(Quantity, await provider.send('eth_blockNumber', []))),
    isActive: (member: string) =>
      ask(async () => {
        const data = registryInterface.encodeFunctionData('isActive', [member]);
        const answer = await reach(() => provider.call({ to: registry, data })).catch(noRegistryIfReverted);
        if (answer === '0x') throw noRegistry();
        return v.parse(v.boolean(), registryInterface.decodeFunctionResult('isActive', answer)[0]);
      }),
    sponsor: {
      address: wallet.address,
      estimate: (to: string, data: string) => ask(() => estimate(to, data)),
      standings: (to: string, asked: readonly { account: string; nonceKey: bigint }[]) =>
        ask(() => standings(to, asked)),
      isSignedByCode: (to: string, signer: string, digest: string, signature: string) =>
        ask(() => isSignedByCode(to, signer, digest, signature)),
      fees: () => ask(fees),
      nonces: () =>
        ask(async () => {
          const [mined, pending] = await Promise.all([
            provider.getTransactionCount(wallet.address, 'latest'),
            provider.getTransactionCount(wallet.address, 'pending'),
          ]);
          return { mined, pending };
        }),
      sign: async (transaction: Unsigned) => {
        const raw = await wallet.signTransaction({ type: 2, chainId: config.chainId, ...transaction });
        const { hash } = Transaction.from(raw);
        if (hash === null) throw new Error('a signed transaction has no hash');
        return { hash, raw };
      },
      broadcast: (transaction: SignedTransaction) => ask(() => broadcast(transaction)),
      outcome: (hash: string) =>
        ask(async () => {
          const receipt = await provider.getTransactionReceipt(hash);
          if (receipt) {
            const status = receipt.status === 1 ? ('succeeded' as const) : ('reverted' as const);
            return { status, cost: receipt.fee };
          }
          return { status: (await provider.getTransaction(hash)) ? ('pending' as const) : ('unknown' as const) };
        }),
    },
    close: () => provider.destroy(),
  };
  return chain;

  /** Asks a node that is known to be of the right chain. */
  async function ask<T>(question: () => Promise<T>): Promise<T> {
    if (!verified) await requireChain(chain, config.chainId);
    verified = true;
    return reach(question);
  }

  async function estimate(to: string, data: string): Promise<bigint> {
    // On top of the pending block: a signer's next call may build on one that is not mined yet. ethers' own
    // estimateGas cannot name a block.
    const call = { from: wallet.address, to, data };
    return BigInt(v.parse(v.string(), await provider.send('eth_estimateGas', [call, 'pending'])));
  }

  async function standings(to: string, asked: readonly { account: string; nonceKey: bigint }[]): Promise<Standing[]> {
    const nonceCalls = asked.map(({ account, nonceKey }) =>
      registryInterface.encodeFunctionData('nonces', [account, nonceKey]),
    );
    const memberCalls = asked.map(({ account }) => registryInterface.encodeFunctionData('member', [account]));
    // Each contract has its nonces; who is who, the registry alone knows.
    const [nonces, members] =
      to === orders
        ? await Promise.all([views(to, nonceCalls), views(registry, memberCalls)])
        : parted(await views(to, [...nonceCalls, ...memberCalls]), asked.length);
    return asked.map((_, i) => {
      const [nonce] = registryInterface.decodeFunctionResult('nonces', nonces[i] ?? '0x');
      const [member] = registryInterface.decodeFunctionResult('member', members[i] ?? '0x');
      const { role, membership } = v.parse(MemberSchema, (member as Result).toObject());
      return { nonce: v.parse(v.bigint(), nonce), role: Number(role), memberships: Number(membership) };
    });
  }

  /** Views of one contract, on top of what is pending, as the estimate is. */
  async function views(to: string, calls: readonly string[]): Promise<readonly string[]> {
    const data = registryInterface.encodeFunctionData('multicall', [calls]);
    const answer = v.parse(v.string(), await provider.send('eth_call', [{ to, data }, 'pending']));
    if (answer === '0x') throw noRegistry();
    const [results] = registryInterface.decodeFunctionResult('multicall', answer) as unknown as [string[]];
    return results;
  }

  async function isSignedByCode(from: string, signer: string, digest: string, signature: string): Promise<boolean> {
    const data = ERC1271.encodeFunctionData('isValidSignature', [digest, signature]);
    // On top of what is pending, as the estimate is.
    const call = [{ from, to: signer, data, gas: CODE_GAS }, 'pending'];
    const asking = provider.send('eth_call', call).catch((error: unknown) => {
      if (isSalusError(error)) throw error; // the node does not answer
      return '0x'; // the code failed, or ran out of gas
    });
    const answer = v.parse(v.string(), await Promise.race([asking, late()]));
    return answer.length >= 66 && answer.slice(0, 66).toLowerCase() === SIGNED;
  }

  async function fees(): Promise<Fees> {
    const { maxFeePerGas, maxPriorityFeePerGas } = await provider.getFeeData();
    if (maxFeePerGas === null || maxPriorityFeePerGas === null) {
      throw new ChainError('wrong-chain', 'The chain has no EIP-1559 fees.');
    }
    // ethers offers twice the base fee of the newest block, so that it may grow, and the tip.
    const base = (maxFeePerGas - maxPriorityFeePerGas) / 2n;
    return { needed: base + maxPriorityFeePerGas, maxFeePerGas, maxPriorityFeePerGas };
  }

  async function broadcast({ raw }: SignedTransaction): Promise<void> {
    try {
      await provider.send('eth_sendRawTransaction', [raw]);
    } catch (error) {
      if (isError(error, 'INSUFFICIENT_FUNDS')) throw new BroadcastRefused('unfunded');
      if (isError(error, 'NONCE_EXPIRED') || isError(error, 'REPLACEMENT_UNDERPRICED')) {
        throw new BroadcastRefused('outdated');
      }
      // Nodes have no code for "you sent me this before".
      if (error instanceof Error && /already (known|imported)|known transaction/i.test(error.message)) return;
      throw error;
    }
  }
}

const parted = (all: readonly string[], at: number) => [all.slice(0, at), all.slice(at)] as const;

/** @throws Error after {@link CODE_MS} */
async function late(): Promise<never> {
  await sleep(CODE_MS, undefined, { ref: false });
  throw new Error(`waited ${CODE_MS} ms for an account's code to judge a signature`);
}

function noRegistry(): ChainError {
  return new ChainError('wrong-chain', 'There is no registry at the configured address. Correct `registry`.');
}

/** The registry answers `isActive` for any address: a contract that reverts is another one. */
function noRegistryIfReverted(error: unknown): never {
  throw error instanceof CallReverted ? noRegistry() : error;
}

/** Turns every failure of transport into {@link ChainError}. Messages of ethers are dropped: they hold the URL and the calldata. */
async function reach<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (error instanceof ChainError || error instanceof BroadcastRefused || error instanceof CallReverted) throw error;
    if (isError(error, 'CALL_EXCEPTION')) throw new CallReverted(revertName(error.data));
    throw new ChainError('chain-unavailable', 'The Ethereum node does not answer as it should. Try again later.');
  }
}

function revertName(data: string | null): string {
  const selector = data?.slice(0, 10) ?? '';
  const error = registryInterface.getError(selector) ?? ordersInterface.getError(selector);
  return error?.name ?? 'unknown';
}
