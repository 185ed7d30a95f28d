import { once } from 'node:events';
import { expect, test } from 'vitest';
import { toHex } from '../../../extension/core/bytes.ts';
import type { ReadRequest } from '../../../extension/core/custody/keeper-messages.ts';
import { merkleRoot, verifyInclusion } from '../../../extension/core/merkle.ts';
import { openPostgres } from '../../../manager/keeper/postgres.ts';
import type { KeeperStore } from '../../../manager/keeper/store.ts';
import { refusal } from './fixtures.ts';
import { keeperProcessWorld } from './keeper-process.ts';
import { post } from './keeper-world.ts';
import { runManager } from './manager-process.ts';
import { usePostgres } from './postgres.ts';

const READS = 200;
/** Requests under way at once. */
const AT_ONCE = 32;
const REPLAYED = { status: 409, code: 'replayed' };

const database = usePostgres();

/** Two processes of one manager on one database, with an entry whose key they give to its patient. */
async function twoProcesses() {
  const world = await keeperProcessWorld();
  const { settings, admit, dealt, hand, anchor, add, patient } = world;
  const url = await database();
  const shared = { ...settings, SALUS_MANAGER_DATABASE: url, SALUS_MANAGER_REQUESTS_PER_MINUTE: '100000' };
  const start = () => runManager(shared);
  const processes = await Promise.all([start(), start()]);
  const manager = await admit(processes[0].url);
  const made = await dealt();
  // Whatever one keeps, the other gives.
  expect((await hand(manager, made)).status).toBe(200);
  await anchor(made);
  const { id } = await add(patient);
  const open = () => openPostgres(url, manager.account);
  const requestsOf = (count: number) =>
    Promise.all(Array.from({ length: count }, () => world.readOf(patient, manager, [id])));
  const urls = processes.map((process) => process.url);
  return { ...world, id, url, start, processes, open, requestsOf, urls };
}

/** What becomes of a request to read: its status, and its code where it is refused. */
async function readFrom(url: string, request: ReadRequest): Promise<{ status: number; code?: string }> {
  const answer = await post(url, '/v1/read', request);
  if (answer.status !== 200) return refusal(answer);
  await answer.arrayBuffer();
  return { status: 200 };
}

/** Works on all items, so many at a time. @returns in their order */
async function crowd<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [i, item] of waiting) results[i] = await work(item, i);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}

/** Numbers without a gap, each line proven, and the root over all of them. @returns how many there are */
async function requireWhole({ log }: KeeperStore, patient: string): Promise<number> {
  const size = await log.size();
  const lines = await log.linesOf(patient, 0, size + 1);
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: size }, (_, i) => i));
  const leaves = lines.map(({ leaf }) => leaf);
  expect(new Set(leaves.map(toHex)).size, 'no line twice').toBe(size);
  const root = await log.root(size);
  expect(root).toEqual(await merkleRoot(leaves));
  for (const [i, leaf] of leaves.entries())
    expect(await verifyInclusion(root, leaf, i, size, await log.inclusion(i, size))).toBe(true);
  return size;
}

test('two processes on one database count each request once, and write one log', { timeout: 180_000 }, async () => {
  const { requestsOf, urls, open, patient, processes, url, secrets, add, evm } = await twoProcesses();
  const requests = await requestsOf(READS);
  // Each goes to both at once, and the chain goes on meanwhile.
  const answers = crowd(requests, (request) => Promise.all(urls.map((to) => readFrom(to, request))));
  const growing = (async () => {
    for (let i = 0; i < 5; i++) await add(patient).then(() => evm.mine(1));
  })();
  for (const pair of await answers) {
    const [given, refused] = pair.sort((a, b) => a.status - b.status);
    expect(given).toEqual({ status: 200 });
    expect(refused).toMatchObject(REPLAYED);
  }
  await growing;
  const store = await open();
  expect(await requireWhole(store, patient.address)).toBe(READS);
  await store.close();
  for (const [i, request] of requests.slice(0, 20).entries())
    expect(await readFrom(urls[i % 2]!, request)).toMatchObject(REPLAYED);

  for (const { child } of processes) {
    child.kill('SIGTERM');
    await once(child, 'close');
    expect(child.exitCode).toBe(0);
  }
  const log = processes.flatMap(({ errors }) => errors).join('');
  for (const secret of [...secrets.map((hex) => hex.slice(2)), new URL(url).password])
    expect(log).not.toContain(secret);
});

test('what one of them acknowledged outlives its kill, and the other goes on', { timeout: 180_000 }, async () => {
  const { requestsOf, urls, open, patient, processes, start } = await twoProcesses();
  const requests = await requestsOf(READS);
  const [victim] = processes;
  let answered = 0;
  const isAnswered = await crowd(requests, async (request, i) => {
    const answer = await readFrom(urls[i % 2]!, request).catch(() => undefined);
    if (answer?.status === 200 && i % 2 === 0 && ++answered === 20) victim.child.kill('SIGKILL');
    return answer?.status === 200;
  });
  if (victim.child.signalCode === null) await once(victim.child, 'close');
  expect(victim.child.signalCode).toBe('SIGKILL');
  const ofVictim = isAnswered.filter((was, i) => was && i % 2 === 0).length;
  expect(ofVictim).toBeGreaterThanOrEqual(20);
  expect(ofVictim, 'it was killed in the middle').toBeLessThan(READS / 2);
  expect(
    isAnswered.filter((_, i) => i % 2 === 1),
    'the other answered all of its own',
  ).not.toContain(false);

  const store = await open();
  const counted = await Promise.all(requests.map((request) => store.log.has(request)));
  isAnswered.forEach((was, i) => was && expect(counted[i], 'what was answered counts').toBe(true));
  expect(await requireWhole(store, patient.address), 'a line for each that counts').toBe(
    counted.filter(Boolean).length,
  );

  // What counted is a replay for whoever is asked; what was lost on the way is answered.
  const second = await start();
  await crowd(requests, async (request, i) => {
    const answer = await readFrom(i % 3 === 0 ? second.url : urls[1]!, request);
    expect(answer).toMatchObject(counted[i] ? REPLAYED : { status: 200 });
  });
  expect(await requireWhole(store, patient.address)).toBe(READS);
  await store.close();
});
