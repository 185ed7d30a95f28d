import { wallet } from '../../adapters/messaging/ui-client.ts';
import type { RecordItem } from '../../core/catalogue/model.ts';
import { SalusError } from '../../core/errors.ts';
import { SpeedQuestions, timesOf, type Pace, type Throughput, type Times } from '../../core/network/speed.ts';
import { networkInUse } from './network.ts';
import { nodeOf } from './node.ts';
import { Proving } from './proving.svelte.ts';
import { errorText } from './text.ts';

/** How often each thing is measured, at most. */
const ROUNDS = { node: 10, reading: 10, checking: 3 } as const;
export const PARTS = ['chain', 'node', 'reading', 'checking', 'writing'] as const;

/** What was measured, as far as it went; what there was nothing to measure by is undefined. */
export interface Measured {
  readonly pace?: Pace | undefined;
  readonly throughput?: Throughput | undefined;
  /** One question to the network's node, and its answer. */
  readonly node?: Times | undefined;
  /** Opening something of the record, from asking for it until it can be shown. */
  readonly reading?: Times | undefined;
  /** Checking something of the record against the chain, every step. */
  readonly checking?: Times | undefined;
  /** Acts of this account, from handing them over until the chain had them. */
  readonly writing?: Times | undefined;
}

async function timed(rounds: number, work: (round: number) => Promise<unknown>): Promise<Times | undefined> {
  const took: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await work(round);
    took.push(performance.now() - start);
  }
  return timesOf(took);
}

/** Measures the network in use while the person looks on: its chain, and what it is to read from it, to check and to write. */
export class Measuring {
  measured = $state.raw<Measured>({});
  /** How many of {@link PARTS} are over, while it is under way. */
  done = $state<number>();
  problem = $state<string>();
  #stopped = false;

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    if (this.done !== undefined) return;
    this.#stopped = false;
    this.problem = undefined;
    this.measured = {};
    try {
      for (const [i, part] of PARTS.entries()) {
        if (this.#stopped) break;
        this.done = i;
        const more = await this.#measure(part);
        this.measured = { ...this.measured, ...more };
      }
    } catch (error) {
      this.problem = errorText(error);
    } finally {
      this.done = undefined;
    }
  }

  async #measure(part: (typeof PARTS)[number]): Promise<Measured> {
    switch (part) {
      case 'chain': {
        const network = await networkInUse();
        if (network === undefined) throw new SalusError('chain-unreachable', 'No network is in use.');
        const questions = new SpeedQuestions(nodeOf(0), network);
        const pace = await questions.pace();
        return { pace, throughput: await questions.throughput(pace) };
      }
      case 'node':
        return { node: await timed(ROUNDS.node, () => nodeOf(0)('eth_getBlockByNumber', ['latest', false])) };
      case 'reading': {
        const items = (await someItems()).slice(0, ROUNDS.reading);
        return { reading: await timed(items.length, (i) => this.#unlessStopped(() => open(items[i]))) };
      }
      case 'checking': {
        const items = (await someItems()).filter(({ block }) => block > 0).slice(0, ROUNDS.checking);
        return { checking: await timed(items.length, (i) => this.#unlessStopped(() => check(items[i]))) };
      }
      case 'writing':
        return { writing: timesOf(await wallet.actTimes()) };
    }
  }

  async #unlessStopped(work: () => Promise<unknown>): Promise<void> {
    if (!this.#stopped) await work();
  }
}

/** The newest of the own record; of whoever has none, what was opened before of what the first patient shares: no keeper is asked. */
async function someItems(): Promise<readonly RecordItem[]> {
  const { items } = await wallet.records({});
  if (items.length > 0) return items;
  const [patient] = await wallet.patients();
  return patient === undefined ? [] : (await wallet.patientRecords({ patient: patient.patient })).items;
}

const open = async (item?: RecordItem) => item && wallet.openRecord(item.patient, item.id);

/** @throws SalusError `chain-unreachable` where it could not be gone through to its end: what it took says nothing then */
async function check(item?: RecordItem): Promise<void> {
  if (item === undefined) return;
  const proving = new Proving();
  await proving.run(item.patient, item.id);
  const isChecked =
    proving.shown.length > 0 && proving.shown.every(({ step, state }) => step === 'finality' || state === 'ok');
  if (!isChecked) throw new SalusError('chain-unreachable', 'Something could not be checked to its end.');
}
