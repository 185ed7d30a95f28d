import * as v from 'valibot';
import { chainUnreachable, isSalusError } from '../errors.ts';

/** Puts one question to the node. Questions asked in one turn travel together. @throws whatever the node refuses with; SalusError `chain-unreachable` when it does not answer */
export type AskNode = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** Topics by position, as `eth_getLogs` takes them. */
export type Topics = readonly (string | readonly string[] | null)[];

/** Windows that are asked for together where the node takes few blocks at a time. */
const AT_ONCE = 8;

/** What a log is read as, at least: where it is. */
interface Logged {
  readonly block: number;
  readonly blockHash: string;
  readonly index: number;
}

/** The only place that asks a node for logs. Learns how many blocks the node answers for at a time. */
export class LogWindows<E extends Logged> {
  readonly #ask: AskNode;
  readonly #registries: readonly string[];
  readonly #read: (log: unknown) => E | undefined;
  /** Blocks of one question that the node took, or may take. */
  #span = Number.MAX_SAFE_INTEGER;

  /** @param read gives undefined for what is no such log: it spoils no other */
  constructor(ask: AskNode, registries: readonly string[], read: (log: unknown) => E | undefined) {
    this.#ask = ask;
    this.#registries = registries;
    this.#read = read;
  }

  /**
   * Events that any of `filters` matches, each once, in the order of the chain.
   * @param from first and `to` last block
   * @throws SalusError `chain-unreachable`
   */
  async read(filters: readonly Topics[], from: number, to: number): Promise<E[]> {
    const found = new Map<string, E>();
    for (let at = from; at <= to && filters.length > 0;) {
      const windows: (readonly [number, number])[] = [];
      for (let first = at; first <= to && windows.length < AT_ONCE; first += this.#span) {
        windows.push([first, Math.min(to, first + this.#span - 1)]);
      }
      const asked = Math.max(...windows.map(([first, last]) => last - first + 1));
      try {
        for (const answer of await Promise.all(windows.flatMap((window) => this.#ofWindow(filters, window)))) {
          for (const event of answer) found.set(`${event.blockHash}/${event.index}`, event);
        }
      } catch (error) {
        if (isSalusError(error)) throw error;
        if (asked === 1) throw chainUnreachable();
        this.#span = Math.ceil(asked / 2);
        continue;
      }
      at = (windows.at(-1)?.[1] ?? to) + 1;
      if (this.#span < to - from) this.#span *= 2; // a node that was busy may take more again
    }
    return [...found.values()].sort((a, b) => a.block - b.block || a.index - b.index);
  }

  #ofWindow(filters: readonly Topics[], [from, to]: readonly [number, number]): Promise<E[]>[] {
    const blocks = { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
    return filters.map(async (topics) => {
      const answer = await this.#ask('eth_getLogs', [{ address: this.#registries, topics, ...blocks }]);
      const logs = v.safeParse(v.array(v.unknown()), answer);
      if (!logs.success) throw new Error('no list of logs');
      // A node that answers for other blocks than it was asked for is not believed in those.
      return logs.output.flatMap((log) => this.#read(log) ?? []).filter((e) => e.block >= from && e.block <= to);
    });
  }
}
