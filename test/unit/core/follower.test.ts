import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChainEvent } from '../../../extension/core/chain/logs.ts';
import {
  filtersOf,
  Follower,
  RING,
  START,
  type BlockRef,
  type Position,
} from '../../../extension/core/chain/follower.ts';
import { SalusError } from '../../../extension/core/errors.ts';
import { REGISTRY, TestChain } from './test-chain.ts';

const PATIENT = '0x00000000000000000000000000000000000000aa';

/** Applies steps as the catalogue does: what was taken in with each block, undone with it. */
class Applied {
  position: Position = START;
  taken: { through: BlockRef; events: readonly ChainEvent[] }[] = [];
  rebuilt = 0;
  readonly #follower: Follower;

  constructor(
    chain: TestChain,
    finality: 'latest' | 'finalized' | number = 'finalized',
    check: () => Promise<void> = () => Promise.resolve(),
  ) {
    const parts = { ask: chain.ask, registries: [REGISTRY], fromBlock: 0, finality, check, now: () => 1 };
    this.#follower = new Follower(parts);
  }

  get ids(): string[] {
    return this.taken.flatMap(({ events }) => events.flatMap((e) => (e.kind === 'record' ? [e.id] : [])));
  }

  async follow(): Promise<void> {
    for (let again = true; again;) {
      again = false;
      const steps = this.#follower.follow(this.position, filtersOf(PATIENT));
      for (;;) {
        const { value, done } = await steps.next();
        if (done) {
          if (!again) this.position = { ...this.position, ...value };
          break;
        }
        if (value.kind === 'rebuild') {
          this.taken = [];
          this.position = START;
          this.rebuilt++;
          again = true;
        } else if (value.kind === 'rollback') {
          this.taken = this.taken.filter((t) => t.through.number <= value.to.number);
          const ring = this.position.ring.filter((ref) => ref.number <= value.to.number);
          expect(ring.at(-1)).toEqual(value.to);
          this.position = { ...this.position, ring };
          again = true;
        } else {
          const { through, events, undoable } = value;
          this.taken.push({ through, events });
          this.position = {
            ...this.position,
            ring: undoable ? [...this.position.ring, through].slice(-RING) : [through],
          };
        }
      }
    }
  }
}

describe('the follower', () => {
  it('has what the chain has after any reorganisation, lag and range limit', async () => {
    const act = fc.oneof(
      fc.record({ kind: fc.constant('mine' as const), folders: fc.array(fc.nat({ max: 9 }), { maxLength: 3 }) }),
      fc.record({ kind: fc.constant('reorg' as const), depth: fc.integer({ min: 1, max: 80 }) }),
      fc.record({ kind: fc.constant('lag' as const), lag: fc.nat({ max: 4 }) }),
      fc.record({ kind: fc.constant('many' as const), blocks: fc.integer({ min: 1, max: 150 }) }),
      fc.record({ kind: fc.constant('look' as const) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.integer({ min: 1, max: 40 }), async (acts, mostBlocks) => {
        const chain = new TestChain();
        chain.mostBlocks = mostBlocks;
        const applied = new Applied(chain);
        for (const one of acts) {
          if (one.kind === 'mine') chain.mine(PATIENT, ...one.folders);
          else if (one.kind === 'lag') chain.lag = one.lag;
          else if (one.kind === 'many')
            for (let i = 0; i < one.blocks; i++) chain.mine(PATIENT, ...(i % 7 === 0 ? [1] : []));
          else if (one.kind === 'look') await applied.follow();
          else {
            const depth = Math.min(one.depth, chain.blocks.length - 1);
            chain.forget(depth);
            for (let i = 0; i <= depth; i++) chain.mine(PATIENT, ...(i % 3 === 0 ? [i] : []));
          }
        }
        chain.lag = 0;
        chain.mine(PATIENT, 1);
        await applied.follow();
        expect(applied.ids).toEqual(chain.ids);
      }),
      { numRuns: 60 },
    );
  });

  it('asks one question when nothing is new', async () => {
    const chain = new TestChain();
    for (let i = 0; i < 10; i++) chain.mine(PATIENT, i);
    const applied = new Applied(chain);
    await applied.follow();
    chain.asked = [];
    await applied.follow();
    expect(chain.asked).toEqual(['eth_getBlockByNumber']);
  });

  it('believes nothing new of a node before it was found to be of the chain, and asks that only then', async () => {
    const chain = new TestChain();
    chain.mine(PATIENT, 1);
    let checked = 0;
    let isOther = false;
    const applied = new Applied(chain, 'finalized', () => {
      checked++;
      return isOther ? Promise.reject(new SalusError('wrong-chain', 'another')) : Promise.resolve();
    });
    await applied.follow();
    await applied.follow();
    expect(checked).toBe(1);
    chain.forget(1);
    chain.mine(PATIENT, 2);
    isOther = true;
    await expect(applied.follow()).rejects.toMatchObject({ code: 'wrong-chain' });
    expect(applied.ids).toHaveLength(1);
    expect(applied.rebuilt).toBe(0);
  });

  it('undoes as little as it must, and takes everything in anew only beyond what it remembers', async () => {
    const chain = new TestChain();
    const applied = new Applied(chain);
    for (let i = 0; i < 100; i++) {
      chain.mine(PATIENT, i);
      await applied.follow();
    }
    chain.forget(10);
    for (let i = 0; i < 11; i++) chain.mine(PATIENT, i);
    await applied.follow();
    expect(applied.rebuilt).toBe(0);
    expect(applied.ids).toEqual(chain.ids);
    chain.forget(90);
    for (let i = 0; i < 95; i++) chain.mine(PATIENT, i);
    await applied.follow();
    expect(applied.rebuilt).toBe(1);
    expect(applied.ids).toEqual(chain.ids);
  });

  it('believes a node that is behind in nothing it has not seen', async () => {
    const chain = new TestChain();
    for (let i = 0; i < 10; i++) chain.mine(PATIENT, i);
    const applied = new Applied(chain);
    await applied.follow();
    chain.lag = 5;
    await applied.follow();
    expect(applied.ids).toEqual(chain.ids);
  });

  it('leaves out a log that is in no form the registry has, and keeps the others', async () => {
    const chain = new TestChain();
    chain.mine(PATIENT, 1);
    chain.mine(PATIENT, 2, 3);
    const [, first, second] = chain.blocks;
    const odd = [{}, null, 'log', { ...first!.logs[0], data: '0x12' }, { ...first!.logs[0], topics: ['0x'] }];
    chain.blocks[2] = { ...second!, logs: [...odd, ...second!.logs] as object[] };
    const applied = new Applied(chain);
    await applied.follow();
    expect(applied.ids).toHaveLength(3);
  });

  it.each([
    ['that does not answer', () => new SalusError('chain-unreachable', 'down')],
    ['that answers nonsense', () => 'nonsense'],
    ['that answers with nothing', () => null],
  ])('says of a node %s that it cannot be reached, and keeps what it has', async (_what, instead) => {
    const chain = new TestChain();
    chain.mine(PATIENT, 1);
    const applied = new Applied(chain);
    await applied.follow();
    chain.mine(PATIENT, 2);
    for (const method of ['eth_getBlockByNumber', 'eth_getLogs']) {
      chain.instead = (asked) => (asked === method ? instead() : undefined);
      await expect(applied.follow()).rejects.toThrow();
      expect(applied.ids).toHaveLength(1);
    }
    chain.instead = undefined;
    await applied.follow();
    expect(applied.ids).toEqual(chain.ids);
  });

  it.each([
    ['latest' as const, 10],
    [4, 6],
    ['finalized' as const, 7],
  ])('says what is final as the network does: %s', async (finality, final) => {
    const chain = new TestChain();
    for (let i = 0; i < 10; i++) chain.mine(PATIENT);
    chain.final = 7;
    const applied = new Applied(chain, finality);
    await applied.follow();
    expect(applied.position.final).toBe(final);
  });
});
