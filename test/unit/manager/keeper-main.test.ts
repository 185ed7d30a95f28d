import { once } from 'node:events';
import { join } from 'node:path';
import { Wallet } from 'ethers';
import { expect, test } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { verifyInclusion } from '../../../extension/core/merkle.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { refusal, temporaryFolder } from './fixtures.ts';
import { keeperWorld, post, type KeeperManager } from './keeper-world.ts';
import { run } from './run-manager.ts';

test('what was answered is in the log after a kill, and nothing is half there', { timeout: 90_000 }, async () => {
  const world = await keeperWorld();
  const { node, registry, patient, readOf, dealt, hand, anchor, add, evm } = world;
  const [sponsorKey, keeperSecret, folder] = [
    Wallet.createRandom().privateKey,
    toHex(random(32)),
    await temporaryFolder(),
  ];
  const settings = {
    SALUS_MANAGER_DATA_DIR: folder,
    SALUS_MANAGER_RPC_URL: node.url,
    SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
    SALUS_MANAGER_REGISTRY: registry.network.registry,
    SALUS_MANAGER_SPONSOR_KEY: sponsorKey,
    SALUS_MANAGER_KEEPER_SECRET: keeperSecret,
    SALUS_MANAGER_FINALITY: 'latest',
    SALUS_MANAGER_MIN_FREE_BYTES: '0',
  };
  const first = await run(settings);
  const said = (await (await fetch(`${first.url}/v1/keeper`)).json()) as { account: string; key: string };

  // The account is let in as a manager, and registers the key that shares are sealed to.
  await registry.as(evm.who.registrar).getFunction('enrol').send(said.account, Role.EhrManager);
  await registry
    .as(await evm.impersonate(said.account))
    .getFunction('setKey')
    .send(said.key);
  expect(await registry.contract.getFunction('encryptionKey').staticCall(said.account)).toBe(said.key);

  const manager = { ...world.managers[0]!, ...first, account: said.account.toLowerCase() };
  Object.assign(manager, { keeper: { account: said.account, key: said.key } });
  world.managers.splice(0, 1, manager as KeeperManager);
  const made = await dealt();
  expect((await hand(manager, made)).status).toBe(200);
  await anchor(made);
  const { id } = await add(patient);

  const requests = await Promise.all(Array.from({ length: 40 }, () => readOf(patient, manager, [id])));
  let answered = 0;
  const answers = requests.map(async (request) => {
    const answer = await post(first.url, '/v1/read', request).catch(() => undefined);
    if (answer?.status === 200 && ++answered === 10) first.child.kill('SIGKILL');
    return answer?.status === 200;
  });
  const isAnswered = await Promise.all(answers);
  if (first.child.exitCode === null && first.child.signalCode === null) await once(first.child, 'close');
  expect(answered).toBeGreaterThanOrEqual(10);

  const store = openSqlite(join(folder, 'keeper.sqlite'));
  const size = await store.log.size();
  const counted = await Promise.all(requests.map((request) => store.log.has(request)));
  expect(counted.filter(Boolean), 'a line for each that counts').toHaveLength(size);
  isAnswered.forEach((was, i) => was && expect(counted[i], 'what was answered counts').toBe(true));
  const root = await store.log.root(size);
  for (let i = 0; i < size; i++) {
    const { leaf } = (await store.log.line(i))!;
    expect(await verifyInclusion(root, leaf, i, size, await store.log.inclusion(i, size))).toBe(true);
  }
  store.close();

  const second = await run(settings);
  expect(await (await fetch(`${second.url}/v1/keeper`)).json()).toMatchObject({
    account: said.account,
    key: said.key,
  });
  for (const [i, request] of requests.entries()) {
    const again = await post(second.url, '/v1/read', request);
    if (counted[i]) expect(await refusal(again)).toMatchObject({ status: 409, code: 'replayed' });
    else expect(again.status).toBe(200);
  }
  second.child.kill('SIGTERM');
  await once(second.child, 'close');
  expect(second.child.exitCode).toBe(0);
  const log = [...first.errors, ...second.errors].join('').toLowerCase();
  for (const secret of [sponsorKey, keeperSecret, patient.address, id])
    expect(log).not.toContain(secret.slice(2).toLowerCase());
});
