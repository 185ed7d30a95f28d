/**
 * Replays in EthereumJS every transaction that the contract tests had mined in EDR, and compares what came of it:
 * status, gas, created address and logs. Two implementations of the EVM that share no code must agree on all of it.
 * `SALUS_JOURNAL=<file> hardhat test` writes the journal that this reads.
 *
 *     node scripts/replay-contracts.ts [journal]
 */
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createBlock } from '@ethereumjs/block';
import { createCustomCommon, Mainnet, type Common } from '@ethereumjs/common';
import { createTxFromRPC, type TypedTransaction } from '@ethereumjs/tx';
import {
  bytesToHex,
  createAccount,
  createAddressFromString,
  hexToBytes,
  setLengthLeft,
  type Address,
} from '@ethereumjs/util';
import { createVM, runTx, type VM } from '@ethereumjs/vm';
import * as v from 'valibot';
import {
  Entry,
  type Edit,
  type Header,
  type Outcome,
  type Transaction,
} from '../test/contracts/support/journal-format.ts';
import { OUTPUT } from './lib/paths.ts';

const JOURNAL = join(OUTPUT, 'contracts-journal.json');

type Genesis = Extract<Entry, { op: 'genesis' }>;

/** Quantities in hex may have an odd number of digits. */
const bytes = (hex: string): Uint8Array =>
  hexToBytes(hex.length % 2 === 0 ? (hex as `0x${string}`) : `0x0${hex.slice(2)}`);

/** What BLOCKHASH says of earlier blocks: those of the journal. */
class BlockHashes {
  readonly #hashes = new Map<number, Uint8Array>();

  set(number: number, hash: Uint8Array): void {
    this.#hashes.set(number, hash);
  }

  getBlock(number: number): Promise<{ hash(): Uint8Array }> {
    const hash = this.#hashes.get(number);
    if (hash === undefined) throw new Error(`the journal has no block ${number}`);
    return Promise.resolve({ hash: () => hash });
  }

  putBlock = (): Promise<void> => Promise.resolve();
  shallowCopy = (): this => this;
}

/** An EthereumJS chain that goes where the journal leads. */
class Replay {
  readonly #common: Common;
  readonly #vm: VM;
  /** State root at each snapshot; EthereumJS keeps the nodes of all of them. */
  readonly #snapshots = new Map<string, Uint8Array>();
  /** Accounts that send without a signature of their own. */
  readonly #impersonated = new Set<string>();
  readonly #hashes: BlockHashes;

  private constructor(common: Common, vm: VM, hashes: BlockHashes) {
    this.#common = common;
    this.#vm = vm;
    this.#hashes = hashes;
  }

  static async from({ chainId, hardfork, balances }: Genesis): Promise<Replay> {
    const common = createCustomCommon({ chainId: Number(chainId) }, Mainnet, { hardfork });
    const hashes = new BlockHashes();
    const replay = new Replay(common, await createVM({ common, evmOpts: { blockchain: hashes } }), hashes);
    for (const params of balances) await replay.edit({ op: 'edit', method: 'hardhat_setBalance', params });
    return replay;
  }

  async snapshot(id: string): Promise<void> {
    this.#snapshots.set(id, await this.#vm.stateManager.getStateRoot());
  }

  /** @throws Error when the journal took no such snapshot */
  async revert(id: string): Promise<void> {
    const root = this.#snapshots.get(id);
    if (root === undefined) throw new Error(`the journal reverts to a snapshot ${id} that it did not take`);
    await this.#vm.stateManager.setStateRoot(root);
  }

  async edit({ method, params }: Edit): Promise<void> {
    const state = this.#vm.stateManager;
    const address = createAddressFromString(params[0]);
    const account = (await state.getAccount(address)) ?? createAccount({});
    switch (method) {
      case 'hardhat_setBalance':
        account.balance = BigInt(params[1]);
        return state.putAccount(address, account);
      case 'hardhat_setNonce':
        account.nonce = BigInt(params[1]);
        return state.putAccount(address, account);
      case 'hardhat_setCode':
        return state.putCode(address, hexToBytes(params[1]));
      case 'hardhat_setStorageAt':
        await state.putAccount(address, account);
        return state.putStorage(address, setLengthLeft(bytes(params[1]), 32), bytes(params[2]));
      case 'hardhat_impersonateAccount':
        this.#impersonated.add(address.toString());
    }
  }

  /** A block that is there once its transactions were run. */
  seal({ number, hash }: Header): void {
    this.#hashes.set(Number(number), hexToBytes(hash));
  }

  /** Runs a transaction in a block with such a header. @throws Error when it cannot even be run */
  async run(transaction: Transaction, header: Header): Promise<Outcome> {
    const common = this.#common;
    const block = createBlock(
      { header: { ...header, coinbase: header.miner } },
      { common, skipConsensusFormatValidation: true },
    );
    const tx = await this.#transaction(transaction);
    if (this.#impersonated.has(transaction.from.toLowerCase())) await this.#letContractSend(tx.getSenderAddress());
    const { receipt, totalGasSpent, createdAddress } = await runTx(this.#vm, {
      tx,
      block,
      skipHardForkValidation: true,
    });
    return {
      status: 'status' in receipt && receipt.status === 1 ? '0x1' : '0x0',
      gasUsed: `0x${totalGasSpent.toString(16)}`,
      contractAddress: createdAddress === undefined ? null : bytesToHex(createdAddress.bytes),
      logs: receipt.logs.map(([address, topics, data]) => ({
        address: bytesToHex(address),
        topics: topics.map((topic) => bytesToHex(topic)),
        data: bytesToHex(data),
      })),
    };
  }

  /**
   * Lets the next sender be a contract, as EDR does for one that is impersonated: `runTx` first of all asks for the
   * code of a sender that has some, to refuse contracts (EIP-3607), and is told that it is a delegation (EIP-7702).
   */
  async #letContractSend(sender: Address): Promise<void> {
    const state = this.#vm.stateManager;
    const getCode = state.getCode.bind(state);
    if ((await getCode(sender)).length === 0) return;
    state.getCode = () => {
      state.getCode = getCode;
      return Promise.resolve(hexToBytes('0xef0100'));
    };
  }

  /** Rebuilds a transaction. Of an impersonated sender there is no signature: there the sender is taken on trust. */
  async #transaction(from: Transaction): Promise<TypedTransaction> {
    const options = { common: this.#common, freeze: false };
    if (this.#impersonated.has(from.from.toLowerCase())) {
      const unsigned = { ...from, v: from.type === '0x0' ? '0x1b' : '0x1', r: '0x1', s: '0x1' };
      const tx = await createTxFromRPC(unsigned as never, options);
      tx.getSenderAddress = () => createAddressFromString(from.from);
      return tx;
    }
    const tx = await createTxFromRPC(from as never, options);
    const hash = bytesToHex(tx.hash());
    if (hash !== from.hash) throw new Error(`the hash of its fields is ${hash}`);
    return tx;
  }
}

/** The fields in which two outcomes differ, with both values. */
function differences(edr: Outcome, ethereumJs: Outcome): string[] {
  return (['status', 'gasUsed', 'contractAddress', 'logs'] as const)
    .map((field) => [field, ...[edr, ethereumJs].map((it) => JSON.stringify(it[field]).toLowerCase())])
    .filter(([, one, other]) => one !== other)
    .map(([field, one, other]) => `${field}: EDR ${one}, EthereumJS ${other}`);
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/**
 * Replays a journal and prints each transaction on which EDR and EthereumJS differ.
 * @throws Error when the journal is missing, cut short, or cannot be read
 */
async function replay(path: string): Promise<Counts> {
  let chain: Replay | undefined;
  let [passed, failed, ended] = [0, 0, false];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const entry = v.parse(Entry, JSON.parse(line));
    if (entry.op === 'genesis') {
      chain = await Replay.from(entry);
      continue;
    }
    if (chain === undefined) throw new Error('the journal does not begin with its genesis');
    if (entry.op === 'snapshot') await chain.snapshot(entry.id);
    if (entry.op === 'revert') await chain.revert(entry.id);
    if (entry.op === 'edit') await chain.edit(entry);
    if (entry.op === 'end') ended = entry.transactions === passed + failed;
    if (entry.op !== 'block') continue;
    chain.seal(entry.header); // a transaction cannot ask for the hash of its own block
    for (const { transaction, outcome } of entry.transactions) {
      const found = await chain.run(transaction, entry.header).then(
        (own) => differences(outcome, own),
        (error: unknown) => [error instanceof Error ? error.message : String(error)],
      );
      if (found.length === 0) passed++;
      else failed++;
      for (const text of found) console.log(`FAIL  ${transaction.hash}: ${text}`);
    }
  }
  if (!ended || passed + failed === 0) throw new Error(`the journal ${path} is not complete`);
  return { passed, failed };
}

const { passed, failed } = await replay(process.argv[2] ?? JOURNAL);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
