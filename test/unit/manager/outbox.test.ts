import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { BroadcastRefused, ChainError } from '../../../manager/chain.ts';
import { openManagerStore } from '../../../manager/manager-store.ts';
import { createOutbox, type Order } from '../../../manager/sponsor/outbox.ts';
import { MemoryChain, REGISTRY, temporaryFolder } from './fixtures.ts';

const order = (key: string): Order => ({ key, to: REGISTRY, data: '0x1234', gasLimit: 100n, purses: ['all'] });
const MINUTE = 60_000;

/** An outbox whose process can be ended and begun anew. */
async function world() {
  const folder = await temporaryFolder();
  const chain = new MemoryChain();
  const clock = { now: 1_000_000_000 };
  const begin = () => {
    const store = openManagerStore(join(folder, 'manager.sqlite'));
    onTestFinished(() => {
      try {
        store.close();
      } catch {
        // closed by the test
      }
    });
    const rows = store.outgoing('1/0x12');
    const outbox = createOutbox({ account: chain.sponsor, rows, maxFeePerGas: 100n, now: () => clock.now });
    return { store, rows, outbox };
  };
  return { chain, clock, begin };
}

test('what was signed is sent after the process was killed before the node had it, under the same nonce', async () => {
  const { chain, begin } = await world();
  const first = begin();
  chain.broadcastFailure = new ChainError('chain-unavailable', 'down');
  await expect(first.outbox.send(order('a'))).rejects.toThrow('down');
  first.store.close();
  chain.broadcastFailure = undefined;
  const second = begin();
  await second.outbox.tend();
  expect(chain.sent).toMatchObject([{ nonce: 0 }]);
  expect(await second.outbox.known('a')).toBe(chain.sent[0]?.hash);
  await second.outbox.send(order('b'));
  expect(chain.sent.map(({ nonce }) => nonce)).toEqual([0, 1]);
});

test('what the node forgot is sent again before the next, which waits for nothing', async () => {
  const { chain, begin } = await world();
  const first = begin();
  const hashes = [await first.outbox.send(order('a')), await first.outbox.send(order('b'))];
  first.store.close();
  // The node began anew.
  chain.sent.length = 0;
  chain.statuses.clear();
  await begin().outbox.send(order('c'));
  expect(chain.sent.map(({ nonce }) => nonce)).toEqual([0, 1, 2]);
  expect(chain.sent.map(({ hash }) => hash).slice(0, 2)).toEqual(hashes);
});

test('what was never taken leaves no gap, and costs nothing', async () => {
  const { chain, begin } = await world();
  const { outbox, rows } = begin();
  chain.broadcastFailure = new BroadcastRefused('unfunded');
  await expect(outbox.send(order('a'))).rejects.toMatchObject({ code: 'sponsor-unfunded' });
  expect(await rows.spent('all')).toBe(0n);
  chain.broadcastFailure = undefined;
  await outbox.send(order('b'));
  expect(chain.sent).toMatchObject([{ nonce: 0 }]);
});

test('what is in a block is settled by what it cost, also once more where the chain goes back', async () => {
  const { chain, clock, begin } = await world();
  const { outbox, rows } = begin();
  const hash = await outbox.send(order('a'));
  const day = Math.floor(clock.now / 86_400_000);
  expect([await rows.spent('all'), await rows.spent('all', day)]).toEqual([400n, 400n]);
  [chain.mined, chain.cost] = [1, 150n];
  chain.statuses.set(hash, 'succeeded');
  await outbox.tend();
  expect([await rows.spent('all'), await rows.spent('all', day)]).toEqual([150n, 150n]);
  expect(await rows.open()).toEqual([]);
  chain.mined = 0;
  chain.sent.length = 0;
  chain.statuses.clear();
  await outbox.tend();
  expect(chain.sent).toMatchObject([{ hash, nonce: 0 }]);
  expect(await rows.spent('all')).toBe(150n);
});

test('what pays too little is signed anew for more, under the same nonce, up to what is paid at most', async () => {
  const { chain, clock, begin } = await world();
  const { outbox, rows } = begin();
  const first = await outbox.send(order('a'));
  chain.fee = 30n;
  await outbox.tend();
  expect(chain.sent).toHaveLength(1);
  clock.now += MINUTE;
  await outbox.tend();
  expect(chain.sent.map(({ nonce }) => nonce)).toEqual([0, 0]);
  const next = chain.sent[1]!.hash;
  expect(next).not.toBe(first);
  expect(await outbox.known('a')).toBe(next);
  // Whichever of them comes counts.
  chain.mined = 1;
  chain.statuses.set(first, 'succeeded').delete(next);
  await outbox.tend();
  expect(await outbox.known('a')).toBe(first);
  expect(await rows.open()).toEqual([]);

  await outbox.send(order('b'));
  chain.fee = 101n;
  clock.now += MINUTE;
  await outbox.tend();
  expect(chain.sent).toHaveLength(3);
});

test('what lost its nonce to something else may be sent again', async () => {
  const { chain, clock, begin } = await world();
  const { outbox, rows } = begin();
  const hash = await outbox.send(order('a'));
  chain.mined = 1;
  chain.statuses.delete(hash);
  await outbox.tend();
  // The node may only be slow to tell.
  expect(await rows.open()).toHaveLength(1);
  clock.now += 11 * MINUTE;
  await outbox.tend();
  expect(await outbox.known('a')).toBeUndefined();
  expect(await rows.spent('all')).toBe(0n);
  expect(await outbox.send(order('a'))).not.toBe(hash);
});
