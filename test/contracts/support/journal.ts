import { mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

import { globalOptions, hooks, network } from 'hardhat';
import type { NetworkConnection } from 'hardhat/types/network';
import * as v from 'valibot';

import { EDITS, Entry } from './journal-format.ts';

/** What may mine; each may also throw although it did, as a transaction that reverts does. */
const MINES: ReadonlySet<string> = new Set([
  'eth_sendTransaction',
  'eth_sendRawTransaction',
  'evm_mine',
  'hardhat_mine',
  'evm_setAutomine',
]);
const SNAPSHOTS: ReadonlySet<string> = new Set(['evm_snapshot', 'evm_revert']);

const hex = (number: number): `0x${string}` => `0x${number.toString(16)}`;

/**
 * Writes down, line by line, all that changes the state of one chain. Whatever changes it waits for what came before, so
 * that the order in the journal is the order in which it happened.
 */
class Journal {
  readonly #connection: NetworkConnection;
  readonly #file: number;
  #turn: Promise<unknown> = Promise.resolve();
  /** Number of the newest block that is written down. */
  #head = 0;
  #transactions = 0;

  constructor(connection: NetworkConnection, path: string) {
    this.#connection = connection;
    mkdirSync(dirname(path), { recursive: true });
    this.#file = openSync(path, 'w');
    process.once('exit', () => this.#write({ op: 'end', transactions: this.#transactions }));
  }

  async begin(): Promise<void> {
    const accounts = (await this.#ask('eth_accounts')) as string[];
    const { networkConfig } = this.#connection;
    this.#write({
      op: 'genesis',
      chainId: await this.#ask('eth_chainId'),
      hardfork: networkConfig.type === 'edr-simulated' ? networkConfig.hardfork : undefined,
      balances: await Promise.all(accounts.map(async (it) => [it, await this.#ask('eth_getBalance', it, '0x0')])),
    });
  }

  /** Passes a request on, and writes down what it changed. */
  async watch<T extends object>(method: string, params: unknown, pass: () => Promise<T>): Promise<T> {
    if (!MINES.has(method) && !SNAPSHOTS.has(method) && !EDITS.has(method)) return pass();
    const done = this.#turn.then(async () => {
      await this.#writeBlocks(); // that were mined by time
      try {
        const response = await pass();
        await this.#writeChange(method, params, 'result' in response ? response.result : undefined);
        return response;
      } finally {
        await this.#writeBlocks();
      }
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #writeChange(method: string, params: unknown, result: unknown): Promise<void> {
    if (EDITS.has(method)) this.#write({ op: 'edit', method, params });
    if (method === 'evm_snapshot') this.#write({ op: 'snapshot', id: result });
    if (method === 'evm_revert' && result === true) {
      this.#write({ op: 'revert', id: (params as unknown[])[0] });
      this.#head = Number(await this.#ask('eth_blockNumber'));
    }
  }

  async #writeBlocks(): Promise<void> {
    const newest = Number(await this.#ask('eth_blockNumber'));
    while (this.#head < newest) {
      const header = (await this.#ask('eth_getBlockByNumber', hex(++this.#head), true)) as { transactions: object[] };
      const transactions = await Promise.all(
        header.transactions.map(async (transaction) => ({
          transaction,
          outcome: await this.#ask('eth_getTransactionReceipt', 'hash' in transaction ? transaction.hash : undefined),
        })),
      );
      this.#transactions += transactions.length;
      this.#write({ op: 'block', header, transactions });
    }
  }

  #ask(method: string, ...params: unknown[]): Promise<unknown> {
    return this.#connection.provider.request({ method, params });
  }

  #write(entry: unknown): void {
    writeSync(this.#file, `${JSON.stringify(v.parse(Entry, entry))}\n`);
  }
}

/** The most gas a transaction may have (EIP-7825). */
const GAS_LIMIT = 16_777_216n;

/**
 * A simulated chain. Where `SALUS_JOURNAL` names a file, all transactions are written to it, for `replay-contracts.ts`;
 * not under coverage, whose instructions only EDR knows.
 */
export async function createChain(): Promise<Awaited<ReturnType<typeof network.create>>> {
  // With the gas limit given nothing is estimated, so that transactions that revert are mined, and can be replayed.
  const connection = await network.create(globalOptions.coverage ? {} : { override: { gas: GAS_LIMIT } });
  const path = process.env['SALUS_JOURNAL'];
  if (path === undefined || globalOptions.coverage) return connection;
  const journal = new Journal(connection, path);
  await journal.begin();
  hooks.registerHandlers('network', {
    onRequest: (context, on, request, next) => {
      const pass = () => next(context, on, request);
      return on.id === connection.id ? journal.watch(request.method, request.params, pass) : pass();
    },
  });
  return connection;
}
