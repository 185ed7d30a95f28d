import * as v from 'valibot';
import { chainUnreachable, isSalusError } from '../errors.ts';
import { BlockSchema, type Block } from './answers.ts';
import { orderTopicOf } from '../care/order-events.ts';
import { addressTopic, topicOf } from './events.ts';
import type { AskNode, Topics } from './log-windows.ts';
import { LogReader, type ChainEvent } from './logs.ts';

/** A block as it is remembered. */
export interface BlockRef {
  readonly number: number;
  readonly hash: string;
}

/** How far a chain was followed. */
export interface Position {
  /** Blocks that were seen, oldest first: the last is the newest that everything up to was taken from. */
  readonly ring: readonly BlockRef[];
  /** Newest block that will not be undone any more, as the network says. */
  readonly final: number;
  /** Milliseconds since the epoch at which the node last answered. */
  readonly at: number;
  /** Unix seconds of the newest block: what a registry goes by may be ahead of this machine's clock. */
  readonly time: number;
}
export const START: Position = { ring: [], final: 0, at: 0, time: 0 };

/** Where a chain stands. */
export type Standing = Omit<Position, 'ring'>;

/** When a block counts as final: a tag of the node's, or so many blocks later. */
export type Finality = 'latest' | 'safe' | 'finalized' | number;

export type Step =
  /** What happened up to and including `through`. Can be undone as long as the block can. */
  | {
      readonly kind: 'blocks';
      readonly events: readonly ChainEvent[];
      readonly through: BlockRef;
      readonly undoable: boolean;
    }
  /** The chain was reorganised: what came after `to` did not happen. */
  | { readonly kind: 'rollback'; readonly to: BlockRef }
  /** The chain was reorganised further back than is remembered. */
  | { readonly kind: 'rebuild' };

/** Blocks that may be undone one by one; older ones are taken as they are. */
export const RING = 64;
/** Blocks taken in one step where many are behind, so that a step that is interrupted is soon made again. */
const STRIDE = 50_000;
/** Addresses in one filter: nodes take a thousand. */
const MOST_ADDRESSES = 500;
/** How often a chain that moves while it is read is read again. */
const TRIES = 3;

export interface FollowerParts {
  readonly ask: AskNode;
  /** The network's registries, whose logs these are. */
  readonly registries: readonly string[];
  /** Its care orders, whose logs these are too. */
  readonly orders?: string | undefined;
  /** No log is older. */
  readonly fromBlock: number;
  readonly finality: Finality;
  /**
   * Throws where the node is of another chain. Asked before anything new is believed; a newest block that was seen before is of this
   * chain alone.
   */
  readonly check?: () => Promise<void>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * Follows one chain: what is new since a {@link Position}, in steps each of which can be committed on its own, and what has been
 * undone. It keeps nothing itself but what it learns of the node's manners.
 */
export class Follower {
  readonly #parts: FollowerParts;
  readonly #logs: LogReader;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#logs = new LogReader(parts.ask, parts.registries, parts.orders);
  }

  /**
   * What came since `position`. One question when nothing did.
   * @param filters what to look for in the logs
   * @returns where the chain stands
   * @throws SalusError `chain-unreachable`, and what the check throws
   */
  async *follow(position: Position, filters: readonly Topics[]): AsyncGenerator<Step, Standing> {
    for (let tries = 0; tries < TRIES; tries++) {
      const head = await this.#block('latest');
      const at = this.#parts.now();
      const top = position.ring.at(-1);
      const time = head.timestamp;
      if (top?.hash === head.hash) return { final: position.final, at, time };
      await this.#parts.check?.();
      const known = await this.#ancestor(position.ring, head);
      // A node that is behind says nothing about what it has not seen yet.
      if (known !== 'none' && top !== undefined && head.number <= known.number)
        return { final: position.final, at, time: position.time };
      if (known === 'none' && top !== undefined) {
        yield { kind: 'rebuild' };
        return { final: 0, at, time };
      }
      if (known !== 'none' && known !== top) {
        yield { kind: 'rollback', to: known };
        return { final: Math.min(position.final, known.number), at, time };
      }
      const first = known === 'none' ? this.#parts.fromBlock : known.number + 1;
      const settled = head.number - RING;
      let next = first;
      for (; next <= settled;) {
        const last = Math.min(settled, next + STRIDE - 1);
        // Not in one turn: an answer that is too long to be read would take the block with it.
        const events = await this.#logs.read(filters, next, last);
        const block = await this.#block(last);
        yield { kind: 'blocks', events, through: toRef(block), undoable: false };
        next = last + 1;
      }
      const events = await this.#logs.read(filters, next, head.number);
      const [final, again] = await Promise.all([this.#final(head), this.#block(head.number).catch(() => undefined)]);
      // The chain moved while it was read: what was read may be of two chains.
      if (again?.hash !== head.hash || events.some((e) => e.block === head.number && e.blockHash !== head.hash))
        continue;
      for (const [, group] of Map.groupBy(events, (event) => event.block)) {
        const [one] = group;
        if (one !== undefined && one.block !== head.number) {
          yield { kind: 'blocks', events: group, through: { number: one.block, hash: one.blockHash }, undoable: true };
        }
      }
      const newest = events.filter((event) => event.block === head.number);
      yield { kind: 'blocks', events: newest, through: toRef(head), undoable: true };
      return { final, at, time };
    }
    throw chainUnreachable();
  }

  /** Events of one block that any of `filters` matches. @throws SalusError `chain-unreachable` */
  at(filters: readonly Topics[], block: number): Promise<ChainEvent[]> {
    return this.#logs.read(filters, block, block);
  }

  /** Everything that matches up to a block, from the beginning. @throws SalusError `chain-unreachable` */
  past(filters: readonly Topics[], through: number): Promise<ChainEvent[]> {
    return this.#logs.read(filters, this.#parts.fromBlock, through);
  }

  /** Block in which a member was last let in, or undefined. @throws SalusError `chain-unreachable` */
  async enrolledIn(who: string): Promise<number | undefined> {
    const head = await this.#block('latest');
    const events = await this.past([[topicOf('Enrolled'), addressTopic(who)]], head.number);
    return events.at(-1)?.block;
  }

  /** The newest block. @throws SalusError `chain-unreachable` */
  async newest(): Promise<BlockRef> {
    return toRef(await this.#block('latest'));
  }

  /** Unix seconds of a block. @throws SalusError `chain-unreachable` */
  async timeOf(block: number): Promise<number> {
    return (await this.#block(block)).timestamp;
  }

  /** The newest remembered block that this chain has too. */
  async #ancestor(ring: readonly BlockRef[], head: Block): Promise<BlockRef | 'none'> {
    const top = ring.at(-1);
    if (top === undefined) return 'none';
    const reachable = ring.filter((ref) => ref.number <= head.number);
    const newest = reachable.at(-1);
    if (newest === undefined) return top; // far behind
    const has = async (ref: BlockRef) => {
      const block = await this.#block(ref.number).catch((error: unknown) => {
        if (isSalusError(error, 'chain-unreachable')) throw error;
        return undefined;
      });
      return block?.hash === ref.hash;
    };
    if (newest.number === head.number ? newest.hash === head.hash : await has(newest)) return newest;
    const older = reachable.slice(0, -1);
    const held = await Promise.all(older.map(has));
    return older[held.lastIndexOf(true)] ?? 'none';
  }

  async #final(head: Block): Promise<number> {
    const { finality } = this.#parts;
    if (finality === 'latest') return head.number;
    if (typeof finality === 'number') return Math.max(0, head.number - finality);
    const answer = await this.#parts.ask('eth_getBlockByNumber', [finality, false]).catch((error: unknown) => {
      if (isSalusError(error)) throw error; // it does not answer, which says nothing of the tag
      return undefined;
    });
    const parsed = v.safeParse(BlockSchema, answer);
    // A node without the tag, as it says: as deep as the ring.
    return parsed.success ? parsed.output.number : Math.max(0, head.number - RING);
  }

  async #block(which: number | 'latest' | 'safe' | 'finalized'): Promise<Block> {
    const tag = typeof which === 'number' ? `0x${which.toString(16)}` : which;
    const answer = await this.#parts.ask('eth_getBlockByNumber', [tag, false]).catch((error: unknown) => {
      throw isSalusError(error) ? error : chainUnreachable();
    });
    const parsed = v.safeParse(BlockSchema, answer);
    if (!parsed.success) throw answer === null ? new Error('no such block') : chainUnreachable();
    return parsed.output;
  }
}

const toRef = ({ number, hash }: Block): BlockRef => ({ number, hash });

/** Events that have the account first: what it gave and ended, and what it was told of itself. */
const OF_PATIENTS = [
  ...['Granted', 'Revoked', 'Rotated', 'KeyringSet', 'RecordWithdrawn'],
  ...['Enrolled', 'KeySet', 'ProfileSet', 'EmergencyAllowed', 'EmergencyOpened', 'GrantedBy'],
];

/** Everything that happens to an order has its patient second. */
const OF_ORDERS = ['Ordered', 'Fulfilled', 'Cancelled', 'Placed'].map(orderTopicOf);

/** What concerns one account, as patient, reader and author, and as whoever orders and carries out. */
export function filtersOf(account: string): Topics[] {
  const me = addressTopic(account);
  return [
    [OF_PATIENTS.map(topicOf), me],
    [
      [...['RecordAdded', 'Granted', 'Revoked', 'Requested', 'EmergencyOpened', 'Accessed'].map(topicOf), ...OF_ORDERS],
      null,
      me,
    ],
    [[topicOf('RecordAdded'), ...['Ordered', 'Fulfilled'].map(orderTopicOf)], null, null, me],
  ];
}

/** What happens in the records of some patients. */
export function filtersOfPatients(patients: readonly string[]): Topics[] {
  const filters: Topics[] = [];
  for (let i = 0; i < patients.length; i += MOST_ADDRESSES) {
    const some = patients.slice(i, i + MOST_ADDRESSES).map(addressTopic);
    filters.push(
      [[topicOf('RecordAdded'), ...OF_ORDERS], null, some],
      [['Rotated', 'KeyringSet', 'RecordWithdrawn'].map(topicOf), some],
    );
  }
  return filters;
}
