import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { verifyInclusion } from '../../../extension/core/merkle.ts';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import { refusal } from './fixtures.ts';
import { keeperProcessWorld } from './keeper-process.ts';
import { post } from './keeper-world.ts';
import { runManager } from './manager-process.ts';

test('what was answered is in the log after a kill, and nothing is half there', { timeout: 90_000 }, async () => {
  const { settings, secrets, admit, patient, readOf, dealt, hand, anchor, add } = await keeperProcessWorld();
  const first = await runManager(settings);
  const manager = await admit(first.url);
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

  const store = openSqlite(join(settings.SALUS_MANAGER_DATA_DIR, 'keeper.sqlite'));
  const size = await store.log.size();
  const counted = await Promise.all(requests.map((request) => store.log.has(request)));
  expect(counted.filter(Boolean), 'a line for each that counts').toHaveLength(size);
  isAnswered.forEach((was, i) => was && expect(counted[i], 'what was answered counts').toBe(true));
  const root = await store.log.root(size);
  for (let i = 0; i < size; i++) {
    const { leaf } = (await store.log.line(i))!;
    expect(await verifyInclusion(root, leaf, i, size, await store.log.inclusion(i, size))).toBe(true);
  }
  await store.close();

  const second = await runManager(settings);
  expect(await (await fetch(`${second.url}/v1/keeper`)).json()).toMatchObject({
    account: manager.keeper.account,
    key: manager.keeper.key,
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
  for (const secret of [...secrets, patient.address, id]) expect(log).not.toContain(secret.slice(2).toLowerCase());
});
