import * as v from 'valibot';
import { BlockSchema, LogSchema, quantity, word, type Block } from '../chain/answers.ts';
import { LogWindows, type AskNode, type Topics } from '../chain/log-windows.ts';
import type { Finality } from '../chain/follower.ts';
import { chainUnreachable, isSalusError } from '../errors.ts';
import type { ProofEvent } from './proof-file.ts';

/** Topics of the events that make a membership what it is; each has the member as its first indexed value. */
export const MEMBER_TOPICS = {
  /** Enrolled(address,uint8,address) */
  enrolled: '0xf79ed47e60cb9813c17113b9187a1b0d853a92153b01a0750d65267061aa9c4f',
  /** Suspended(address,address,bool) */
  suspended: '0x024088f5d1e69bdc4603965cf96de2ab2ff5483534ff95ec16bd6d9f5da2a05f',
  /** Removed(address,address) */
  removed: '0x40e634d0e26d9ec2e860e4dd9b7b2cfbb569b6058362a1a54d3a94718bc49587',
  /** Struck(address,uint8,uint40) */
  struck: '0xf96495ad4cac05338443b869ded9153ae410e13d7c23e3834f724b30801bca87',
  /** StrikesCleared(address) */
  cleared: '0x048ecbe458ea2b164589cb73f2642e6df1015084c9d24c456c44c1c1ae1ce38e',
} as const;
/** OwnershipTransferred(address,address): from nobody, in the block in which a registry was made, and never again. */
const OWNED = '0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0';
/** Blocks after which one counts as final where the node has no tags, as for whoever follows the chain. */
const WITHOUT_TAGS = 64;
const NOBODY = `0x${'00'.repeat(32)}`;

const ReceiptSchema = v.object({
  transactionHash: word,
  blockHash: word,
  status: quantity,
  logs: v.array(v.unknown()),
});

const SentSchema = v.object({ from: v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/)) });

export const topicOfAddress = (address: string): string => `0x${address.slice(2).toLowerCase().padStart(64, '0')}`;
/** The address in a topic. */
export const addressIn = (topic = ''): string => `0x${topic.slice(-40)}`;
/** Words of a log's data. */
export const wordsOf = (data: string): string[] => data.slice(2).match(/.{64}/g) ?? [];

function toLog(answer: unknown): (ProofEvent & { readonly blockHash: string; readonly address: string }) | undefined {
  const parsed = v.safeParse(LogSchema, answer);
  if (!parsed.success || parsed.output.removed) return undefined;
  const { address, topics, data, blockNumber, blockHash, logIndex, transactionHash } = parsed.output;
  const hash = blockHash.toLowerCase();
  return {
    address,
    block: blockNumber,
    blockHash: hash,
    hash,
    transaction: transactionHash.toLowerCase(),
    index: logIndex,
    topics: topics.map((topic) => topic.toLowerCase()),
    data: data.toLowerCase(),
  };
}
export type PlacedLog = NonNullable<ReturnType<typeof toLog>>;

/** What one node says of one registry. Every method throws SalusError `chain-unreachable` where it gives no usable answer. */
export class Questions {
  readonly #ask: AskNode;
  readonly #registry: string;
  readonly #logs: LogWindows<PlacedLog>;

  constructor(ask: AskNode, registry: string) {
    this.#ask = ask;
    this.#registry = registry.toLowerCase();
    this.#logs = new LogWindows(ask, [this.#registry], toLog);
  }

  async chainId(): Promise<number> {
    return this.#parsed(quantity, 'eth_chainId', []);
  }

  /** Undefined for one that the node's chain does not have. */
  async block(which: number | Exclude<Finality, number>): Promise<Block | undefined> {
    const tag = typeof which === 'number' ? `0x${which.toString(16)}` : which;
    const schema = v.nullable(BlockSchema);
    return (await this.#parsed(schema, 'eth_getBlockByNumber', [tag, false])) ?? undefined;
  }

  /** One log of the registry, by its place; undefined where there is none in that block. */
  async log({ hash, transaction, index }: Pick<ProofEvent, 'hash' | 'transaction' | 'index'>) {
    const receipt = await this.#parsed(v.nullable(ReceiptSchema), 'eth_getTransactionReceipt', [transaction]);
    if (receipt?.status !== 1 || receipt.blockHash.toLowerCase() !== hash) return undefined;
    const found = receipt.logs.map(toLog).find((log) => log?.index === index);
    if (found?.address !== this.#registry || found.hash !== hash || found.transaction !== transaction) return undefined;
    return found;
  }

  /** Account that sent a transaction; undefined for one that the node's chain does not have. */
  async sender(transaction: string): Promise<string | undefined> {
    const found = await this.#parsed(v.nullable(SentSchema), 'eth_getTransactionReceipt', [transaction]);
    return found?.from.toLowerCase();
  }

  /** Block in which the registry was made, if that is one of these. */
  async madeIn(from: number, to: number): Promise<number | undefined> {
    return (await this.#logs.read([[OWNED, NOBODY]], from, to)).at(0)?.block;
  }

  /** All that made an account's membership what it was, before one place on the chain. */
  async membership(
    who: string,
    from: number,
    before: Pick<ProofEvent, 'block' | 'index'>,
  ): Promise<readonly ProofEvent[]> {
    const logs = await this.#logs.read([[Object.values(MEMBER_TOPICS), topicOfAddress(who)]], from, before.block);
    const isBefore = (log: ProofEvent) =>
      log.block < before.block || (log.block === before.block && log.index < before.index);
    return logs
      .filter(isBefore)
      .map(({ block, hash, transaction, index, topics, data }) => ({ block, hash, transaction, index, topics, data }));
  }

  /** Logs that any of `filters` matches, in the order of the chain. @param from first and `to` last block */
  logs(filters: readonly Topics[], from: number, to: number): Promise<PlacedLog[]> {
    return this.#logs.read(filters, from, to);
  }

  /** Newest block that will not be undone. */
  async final(finality: Finality): Promise<number> {
    if (typeof finality === 'number') return ((await this.block('latest'))?.number ?? 0) - finality;
    const answer = await this.#ask('eth_getBlockByNumber', [finality, false]).catch((error: unknown) => {
      if (isSalusError(error)) throw error; // it does not answer, which says nothing of the tag
    });
    const parsed = v.safeParse(BlockSchema, answer);
    return parsed.success ? parsed.output.number : this.final(WITHOUT_TAGS);
  }

  async #parsed<S extends v.GenericSchema>(
    schema: S,
    method: string,
    params: readonly unknown[],
  ): Promise<v.InferOutput<S>> {
    const answer = await this.#ask(method, params).catch((error: unknown) => {
      throw isSalusError(error) ? error : chainUnreachable();
    });
    const parsed = v.safeParse(schema, answer);
    if (!parsed.success) throw chainUnreachable();
    return parsed.output;
  }
}
