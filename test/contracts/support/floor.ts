import { getBytes, type TransactionReceipt, type TransactionResponse } from 'ethers';
import * as v from 'valibot';

import { ethers } from '../fixture.ts';

const Trace = v.object({
  structLogs: v.array(v.object({ op: v.string(), stack: v.array(v.string()) })),
});

/** What an act must read besides the slots it changes, to know that it is allowed. */
export interface Needs {
  /** Storage slots. */
  readonly slots?: number;
  /** Other contracts to ask. */
  readonly contracts?: number;
  /** Signatures to recover. */
  readonly signatures?: number;
}

const byte = (value: number): number => (value === 0 ? 4 : 16);

/** EIP-2028: 4 gas for a zero byte of calldata, 16 for another. */
export const calldataGas = (data: string): number => getBytes(data).reduce((sum, value) => sum + byte(value), 0);

const logGas = (receipt: TransactionReceipt): number =>
  receipt.logs.reduce((sum, log) => sum + 375 * (1 + log.topics.length) + 8 * getBytes(log.data).length, 0);

/** EIP-2929 and EIP-3529: a cold slot that changes, and what is refunded for emptying one. */
function slotGas(before: bigint, after: bigint): number {
  if (before === after) return 0;
  if (before === 0n) return 22_100;
  return after === 0n ? 5_000 - 4_800 : 5_000;
}

/** Slots that a transaction changed, by a trace of it; none but of the contract it went to. */
async function changedSlotsGas(transaction: TransactionResponse): Promise<number> {
  const { structLogs } = v.parse(Trace, await ethers.provider.send('debug_traceTransaction', [transaction.hash, {}]));
  const stores = structLogs.filter(({ op }) => op === 'SSTORE');
  const slots = new Set(stores.map(({ stack }) => BigInt(`0x${stack.at(-1)?.replace('0x', '')}`)));
  const block = transaction.blockNumber ?? 0;
  let sum = 0;
  for (const slot of slots) {
    const [before, after] = await Promise.all(
      [block - 1, block].map(async (at) => BigInt(await ethers.provider.getStorage(transaction.to ?? '', slot, at))),
    );
    sum += slotGas(before ?? 0n, after ?? 0n);
  }
  return sum;
}

/**
 * The gas that no implementation of an act can save: 21,000, its calldata, its logs, the slots it changes, and what must be
 * read to authorise it.
 */
export async function floorOf(transaction: TransactionResponse, receipt: TransactionReceipt, needs: Needs) {
  const { slots = 0, contracts = 0, signatures = 0 } = needs;
  const reads = 2_100 * slots + 2_600 * contracts + 3_000 * signatures;
  const data = calldataGas(transaction.data) + logGas(receipt);
  return 21_000 + data + (await changedSlotsGas(transaction)) + reads;
}
