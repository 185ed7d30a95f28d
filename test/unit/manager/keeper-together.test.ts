import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openChainIndex } from '../../../manager/keeper/chain-index.ts';
import { connectKeeperChain } from '../../../manager/keeper/chain.ts';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import type { ChainRows } from '../../../manager/keeper/store.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { temporaryFolder } from './fixtures.ts';
import { keeperWorld } from './keeper-world.ts';

/** What follows one chain into one store, as several processes of one manager do. */
async function together() {
  const world = await keeperWorld({ managers: 0 });
  const { registry, node } = world;
  const path = join(await temporaryFolder(), 'keeper.sqlite');
  /** @param between what happens before a change is made */
  async function follow(between: () => Promise<void> = () => Promise.resolve()) {
    const store = openSqlite(path);
    const config = {
      ...{ rpcUrl: node.url, chainId: CHAIN_ID, registry: registry.network.registry },
      ...{ earlier: [], finality: 'latest' as const, fromBlock: 0 },
    };
    const chain = connectKeeperChain(config);
    onTestFinished(async () => {
      chain.close();
      await store.close();
    });
    const rows: ChainRows = {
      ...store.chain,
      async take(...change) {
        await between();
        return store.chain.take(...change);
      },
      async rollBack(...change) {
        await between();
        return store.chain.rollBack(...change);
      },
    };
    return { store, index: await openChainIndex({ config, chain, rows, now: Date.now }) };
  }
  return { ...world, follow };
}

test('who is overtaken looks again, and goes on from where the other is', async () => {
  const { follow, add, patient, address } = await together();
  const first = await add(patient);
  const other = await follow();
  let overtakes = 0;
  const one = await follow(async () => {
    if (overtakes++ < 3) await other.index.catchUp();
  });
  await one.index.catchUp();
  const second = await add(patient);
  await one.index.catchUp();
  expect(overtakes).toBeGreaterThan(1);
  const ids = [first.id, second.id];
  const expected = [first, second].map(({ commitment }) => expect.objectContaining({ commitment }) as unknown);
  expect(await one.store.chain.entries(address, ids)).toEqual(expected);
  await other.index.catchUp();
  expect(other.index.followed.head).toEqual(one.index.followed.head);
});

test('what one takes back is taken back for all', async () => {
  const { follow, add, patient, evm, address } = await together();
  const [one, other] = [await follow(), await follow()];
  await add(patient);
  await one.index.catchUp();
  const before = (await evm.provider.send('evm_snapshot', [])) as string;
  const gone = await add(patient);
  await one.index.catchUp();
  await other.index.catchUp();
  await evm.provider.send('evm_revert', [before]);
  await evm.mine(3);
  await Promise.all([one.index.catchUp(), other.index.catchUp()]);
  expect(await other.store.chain.entries(address, [gone.id])).toEqual([undefined]);
  expect(one.index.followed.head).toEqual(other.index.followed.head);
  expect(one.index.followed.head?.number).toBe(await evm.provider.getBlockNumber());
});

test('who is overtaken again and again gives up, and says so', async () => {
  const { follow, add, patient } = await together();
  await add(patient);
  const { store: other } = await follow();
  // Another process has other settings, and takes what is kept for its own each time.
  const { index } = await follow(async () => void (await other.chain.open('another')));
  await expect(index.catchUp()).rejects.toMatchObject({ code: 'chain-unavailable' });
});
