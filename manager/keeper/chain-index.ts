import * as v from 'valibot';
import { BlockSchema } from '../../extension/core/chain/answers.ts';
import { topicOf } from '../../extension/core/chain/events.ts';
import { isOrderEvent } from '../../extension/core/chain/logs.ts';
import {
  Follower,
  RING,
  START,
  type BlockRef,
  type Position,
  type Standing,
  type Step,
} from '../../extension/core/chain/follower.ts';
import type { AskNode, Topics } from '../../extension/core/chain/log-windows.ts';
import { isSalusError } from '../../extension/core/errors.ts';
import type { Config } from '../config.ts';
import { unavailable, type KeeperChain } from './chain.ts';
import { behind } from './refusals.ts';
import type { ChainRows, Move } from './store.ts';

/** Every entry, what was withdrawn, every keyring and epoch of a folder, and how long managers' logs were. */
const FILTERS: readonly Topics[] = [
  [['RecordAdded', 'RecordWithdrawn', 'Rotated', 'KeyringSet', 'LogAnchored'].map(topicOf)],
];
/** How often a chain that is reorganised while it is read is read again. */
const MOST_ROUNDS = 5;
/** How often another process may be first: each time what is kept got further. */
const MOST_OVERTAKEN = 100;

/** How a round of following ended: with all there is, with blocks that were undone, or behind another process. */
type Outcome = 'done' | 'undone' | 'overtaken';

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
  const scope = [chainId, fromBlock, ...registries].join();
  let position = await rows.open(scope);
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
    let [rounds, overtaken] = [0, 0];
    while (rounds < MOST_ROUNDS && overtaken < MOST_OVERTAKEN) {
      const outcome = await round();
      if (outcome === 'done') return;
      if (outcome === 'overtaken') overtaken++;
      else rounds++;
    }
    throw unavailable();
  }

  async function round(): Promise<Outcome> {
    // Another process of this manager may have moved on what is kept.
    position = await rows.open(scope);
    const before = position;
    const steps = follower.follow(position, FILTERS);
    for (;;) {
      const { value, done } = await steps.next();
      if (done) {
        if (!(await stand(value, position !== before))) return 'overtaken';
        // What the node says now may be older than what is known here: a consent that has ended since would still hold.
        if (newest < (position.ring.at(-1)?.number ?? 0)) throw behind();
        return 'done';
      }
      if (!(await take(value))) return 'overtaken';
      if (value.kind !== 'blocks') return 'undone';
    }
  }

  /** @returns whether it was taken, as {@link move} does */
  function take(step: Step): Promise<boolean> {
    if (step.kind === 'rebuild') return move(START, (change) => rows.clear(change));
    if (step.kind === 'rollback') {
      const { to: block } = step;
      const ring = position.ring.filter(({ number }) => number <= block.number);
      const to = { ...position, ring, final: Math.min(position.final, block.number) };
      return move(to, (change) => rows.rollBack(block, change));
    }
    const ring = step.undoable ? [...position.ring, step.through].slice(-RING) : [step.through];
    return move({ ...position, ring }, (change) =>
      rows.take(
        step.events.filter((event) => !isOrderEvent(event)),
        change,
      ),
    );
  }

  async function stand(standing: Standing, moved: boolean): Promise<boolean> {
    // When the node last answered is not worth a write.
    if (!moved && standing.final === position.final) return true;
    return move({ ...position, ...standing }, (change) => rows.take([], change));
  }

  /** @returns whether it was made; it was not where another process was first */
  async function move(to: Position, change: (move: Move) => Promise<boolean>): Promise<boolean> {
    const isMade = await change({ from: position, to });
    if (isMade) position = to;
    return isMade;
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
