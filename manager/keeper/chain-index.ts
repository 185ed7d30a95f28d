import * as v from 'valibot';
import { BlockSchema, topicOf } from '../../extension/core/chain/events.ts';
import {
  Follower,
  RING,
  START,
  type BlockRef,
  type Position,
  type Standing,
  type Step,
} from '../../extension/core/chain/follower.ts';
import type { AskNode, Topics } from '../../extension/core/chain/logs.ts';
import { isSalusError } from '../../extension/core/errors.ts';
import type { Config } from '../config.ts';
import { unavailable, type KeeperChain } from './chain.ts';
import { behind } from './refusals.ts';
import type { ChainRows } from './store.ts';

/** Every entry, every keyring and epoch of a folder, and how long managers' logs were. */
const FILTERS: readonly Topics[] = [[['RecordAdded', 'Rotated', 'KeyringSet', 'LogAnchored'].map(topicOf)]];
/** How often a chain that is reorganised while it is read is read again. */
const MOST_ROUNDS = 5;

/** How far the chain was followed, and what of it stays. */
export interface Followed {
  /** Undefined before the first block. */
  readonly head: BlockRef | undefined;
  /** Newest block that will not be undone any more, as the network says. */
  readonly final: number;
  /** The newest remembered block of this number. */
  hashOf(block: number): string | undefined;
}

/** What a keeper knows of the chain, kept up to date. */
export interface ChainIndex {
  readonly followed: Followed;
  /**
   * Takes in what is new. One at a time: those who ask during one share it. One question where nothing is.
   * @throws ChainError, and ManagerError `behind` where the node is less far than it was
   */
  catchUp(): Promise<void>;
  /** {@link catchUp}, begun after this was called. */
  catchUpAnew(): Promise<void>;
}

interface IndexParts {
  readonly config: Pick<Config, 'chainId' | 'registry' | 'earlier' | 'finality' | 'fromBlock'>;
  readonly chain: Pick<KeeperChain, 'ask' | 'check'>;
  readonly rows: ChainRows;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Opens the index where it was left; nothing is asked before the first {@link ChainIndex.catchUp}. */
export async function openChainIndex({ config, chain, rows, now }: IndexParts): Promise<ChainIndex> {
  const registries = [config.registry, ...config.earlier].map((address) => address.toLowerCase());
  const { chainId, fromBlock, finality } = config;
  let position = await rows.open([chainId, fromBlock, ...registries].join());
  let running: Promise<void> | undefined;
  /** Number of the newest block that the node last spoke of. */
  let newest = 0;

  const ask: AskNode = async (method, params) => {
    const answer = await chain.ask(method, params);
    const block = method === 'eth_getBlockByNumber' && params[0] === 'latest' ? v.safeParse(BlockSchema, answer) : null;
    if (block?.success) newest = block.output.number;
    return answer;
  };
  const follower = new Follower({ ask, registries, fromBlock, finality, check: () => chain.check(), now });

  async function follow(): Promise<void> {
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const steps = follower.follow(position, FILTERS);
      const before = position;
      for (;;) {
        const { value, done } = await steps.next();
        if (done) {
          await stand(value, position !== before);
          // What the node says now may be older than what is known here: a consent that has ended since would still hold.
          if (newest < (position.ring.at(-1)?.number ?? 0)) throw behind();
          return;
        }
        if (await take(value)) break;
      }
    }
    throw unavailable();
  }

  /** @returns whether what comes next must be asked for anew */
  async function take(step: Step): Promise<boolean> {
    if (step.kind === 'rebuild') {
      await rows.clear(START);
      position = START;
      return true;
    }
    if (step.kind === 'rollback') {
      const { to } = step;
      const ring = position.ring.filter(({ number }) => number <= to.number);
      const next = { ...position, ring, final: Math.min(position.final, to.number) };
      await rows.rollBack(to, next);
      position = next;
      return true;
    }
    const ring = step.undoable ? [...position.ring, step.through].slice(-RING) : [step.through];
    const next: Position = { ...position, ring };
    await rows.take(step.events, next);
    position = next;
    return false;
  }

  async function stand(standing: Standing, moved: boolean): Promise<void> {
    const isNew = moved || standing.final !== position.final;
    position = { ...position, ...standing };
    if (isNew) await rows.take([], position);
  }

  const catchUp = (): Promise<void> =>
    (running ??= follow()
      .catch((error: unknown) => {
        throw isSalusError(error) ? unavailable() : error;
      })
      .finally(() => {
        running = undefined;
      }));

  return {
    get followed(): Followed {
      const { ring, final } = position;
      return {
        head: ring.at(-1),
        final,
        hashOf: (block) => ring.findLast(({ number }) => number === block)?.hash,
      };
    },
    catchUp,
    async catchUpAnew() {
      await running?.catch(() => undefined);
      return catchUp();
    },
  };
}
