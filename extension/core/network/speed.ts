import * as v from 'valibot';
import { LogSchema, quantity, RECORD_ADDED, type Block } from '../chain/answers.ts';
import type { AskNode } from '../chain/log-windows.ts';
import { chainUnreachable } from '../errors.ts';
import { Questions } from '../proof/questions.ts';
import type { Network } from './descriptor.ts';

/** Blocks over which the pace of a chain is taken. */
const PACE_BLOCKS = 64;
const HOUR = 3_600;
/** Transactions whose gas is looked at. */
const LOOKED_AT = 5;
/** A chain with a block at least so often, in seconds, is held to what a private one is to keep. */
const PRIVATE_PACE = 5;

/** How often something was measured, and what it took: milliseconds. */
export interface Times {
  readonly count: number;
  readonly median: number;
  /** 95 of 100 took no longer. */
  readonly p95: number;
}

/** @param samples milliseconds. @returns undefined where there are none */
export function timesOf(samples: readonly number[]): Times | undefined {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)];
  const [median, p95] = [at(0.5), at(0.95)];
  return median === undefined || p95 === undefined ? undefined : { count: sorted.length, median, p95 };
}

/** What a health network is to keep: milliseconds for reading and writing, records in an hour. */
export interface Limits {
  readonly kind: 'public' | 'private';
  readonly read: number;
  readonly write: number;
  readonly perHour: number;
}

/** Reading 10 s and writing 30 min on a public chain, 1 s and 5 s on a private one; thousands of records in an hour on either. */
export const limitsFor = (secondsPerBlock: number): Limits =>
  secondsPerBlock <= PRIVATE_PACE
    ? { kind: 'private', read: 1_000, write: 5_000, perHour: 10_000 }
    : { kind: 'public', read: 10_000, write: 1_800_000, perHour: 10_000 };

/** How a chain goes on. */
export interface Pace {
  readonly newest: number;
  readonly secondsPerBlock: number;
  /** Blocks, and seconds, after which the newest that counts as final was; 0 where each does at once. */
  readonly final: { readonly blocks: number; readonly seconds: number };
}

/** What a registry takes in. */
export interface Throughput {
  /** Records that it took, and in how many seconds up to the newest block. */
  readonly records: number;
  readonly seconds: number;
  /** Of one record, among the newest; undefined where there were none. */
  readonly gas?: number;
  /** Records that it can take in an hour, by the room in a block; undefined where there were none to go by. */
  readonly perHour?: number;
}

const RoomSchema = v.object({ gasLimit: quantity });
const ReceiptSchema = v.object({ gasUsed: quantity, logs: v.array(LogSchema) });

/** Asks one node how quick its network is. Every method throws SalusError `chain-unreachable` where it gives no usable answer. */
export class SpeedQuestions {
  readonly #ask: AskNode;
  readonly #network: Pick<Network, 'registry' | 'fromBlock' | 'finality'>;
  readonly #questions: Questions;

  constructor(ask: AskNode, network: Pick<Network, 'registry' | 'fromBlock' | 'finality'>) {
    this.#ask = ask;
    this.#network = network;
    this.#questions = new Questions(ask, network.registry);
  }

  async pace(): Promise<Pace> {
    const newest = await this.#block('latest');
    const before = await this.#block(Math.max(0, newest.number - PACE_BLOCKS));
    const final = await this.#questions.final(this.#network.finality ?? 'finalized');
    const { number, timestamp } = await this.#block(Math.min(newest.number, Math.max(0, final)));
    return {
      newest: newest.number,
      secondsPerBlock: (newest.timestamp - before.timestamp) / Math.max(1, newest.number - before.number),
      final: { blocks: newest.number - number, seconds: Math.max(0, newest.timestamp - timestamp) },
    };
  }

  /** Over the last hour, or since the registry is there. */
  async throughput({ newest, secondsPerBlock }: Pace): Promise<Throughput> {
    const anHour = Math.ceil(HOUR / Math.max(secondsPerBlock, 1));
    const from = Math.min(newest, Math.max(this.#network.fromBlock, newest - anHour));
    const [first, last] = [await this.#block(from), await this.#block(newest)];
    const logs = await this.#questions.logs([[RECORD_ADDED]], from, newest);
    const gas = await this.#gasOf([...new Set(logs.map(({ transaction }) => transaction))].slice(-LOOKED_AT));
    const taken = { records: logs.length, seconds: Math.max(1, last.timestamp - first.timestamp) };
    if (gas === undefined || secondsPerBlock <= 0) return taken;
    const room = v.safeParse(RoomSchema, await this.#ask('eth_getBlockByNumber', ['latest', false]));
    if (!room.success) throw chainUnreachable();
    // As much as one may say of an hour to come: two digits.
    const perHour = Number((((room.output.gasLimit / gas) * HOUR) / secondsPerBlock).toPrecision(2));
    return { ...taken, gas: Math.round(gas), perHour };
  }

  /** Of one record, by the transactions that brought some. */
  async #gasOf(transactions: readonly string[]): Promise<number | undefined> {
    let [gas, records] = [0, 0];
    for (const transaction of transactions) {
      const receipt = v.safeParse(ReceiptSchema, await this.#ask('eth_getTransactionReceipt', [transaction]));
      if (!receipt.success) throw chainUnreachable();
      gas += receipt.output.gasUsed;
      records += receipt.output.logs.filter(({ topics }) => topics[0] === RECORD_ADDED).length;
    }
    return records === 0 ? undefined : gas / records;
  }

  async #block(which: number | 'latest'): Promise<Block> {
    const block = await this.#questions.block(which);
    if (block === undefined) throw chainUnreachable();
    return block;
  }
}
