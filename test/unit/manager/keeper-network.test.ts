import { describe, expect, test } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import type { KeeperReply } from '../../../extension/core/custody/keeper-messages.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { refusal, seconds } from './fixtures.ts';
import { managersApart } from './keeper-process.ts';
import { replyOf, type KeeperManager, type Party } from './keeper-world.ts';

/* Three managers in processes of their own, each with a node and an address of its own. */

const HOUR = 3_600;
const SLOW = { timeout: 60_000 };
type Apart = Awaited<ReturnType<typeof managersApart>>;

/** What came of asking: the statuses, 0 for no answer, and what was given. */
async function askAll(
  { managers }: Pick<Apart, 'managers'>,
  reader: Party,
  ask: (manager: KeeperManager) => Promise<Response>,
) {
  const replies: (readonly [KeeperManager, KeeperReply])[] = [];
  const statuses = await Promise.all(
    managers.map(async (manager) => {
      const answer = await ask(manager).catch(() => undefined);
      if (answer?.status === 200) replies.push([manager, await replyOf(answer, reader)]);
      return answer?.status ?? 0;
    }),
  );
  return { statuses, replies };
}

describe.each<[string, (one: Apart['apart'][number], isAway: boolean) => void, number]>([
  ['whose node does not answer', ({ node }, isAway) => void (node.isDown = isAway), 503],
  ['whom no client reaches', ({ relay }, isAway) => void (relay.isDown = isAway), 0],
])('a manager %s', (_what, cut, status) => {
  test('is not needed to deal, read, seal and end, and gives nothing once that has ended', SLOW, async () => {
    const world = await managersApart();
    const { apart, managers, patient, doctor, dealt, hand, anchor, add, grant, revoke, read, seal, keysFrom, ownKey } =
      world;
    const first = managers[0]!;
    const away = (isAway: boolean) => cut(apart[0]!, isAway);
    const all = (ask: (manager: KeeperManager) => Promise<Response>) => askAll(world, doctor, ask);

    away(true);
    const made = await dealt();
    const taken = await Promise.all(managers.map((manager) => hand(manager, made).catch(() => undefined)));
    expect(
      taken.map((answer) => answer?.status ?? 0),
      'a dealing',
    ).toEqual([status, 200, 200]);
    await anchor(made);
    const entry = await add(patient);
    await grant(doctor, { rights: Right.Read | Right.Write });
    const reading = await all((manager) => read(doctor, manager, [entry.id]));
    expect(reading.statuses, 'a reading').toEqual([status, 200, 200]);
    expect(keysFrom(made, [entry], reading.replies).keys).toEqual([ownKey(made, entry)]);
    const next = { ...entry, author: doctor.address, commitment: random(32) };
    const sealing = await all((manager) => seal(doctor, manager, [toHex(next.commitment)]));
    expect(sealing.statuses, 'a sealing').toEqual([status, 200, 200]);
    expect(keysFrom(made, [next], sealing.replies).keys).toEqual([ownKey(made, next)]);

    away(false);
    expect((await hand(first, made)).status, 'its shares come later').toBe(200);
    expect((await all((manager) => read(doctor, manager, [entry.id]))).statuses).toEqual([200, 200, 200]);
    away(true);
    await revoke(doctor);
    const ended = await all((manager) => read(doctor, manager, [entry.id]));
    expect(ended.statuses, 'at once').toEqual([status, 403, 403]);
    away(false);
    expect((await all((manager) => read(doctor, manager, [entry.id]))).statuses).toEqual([403, 403, 403]);
  });
});

test('with clocks an hour wrong what may be read is read, and what ended is not', SLOW, async () => {
  const hours = [1, -1, 0];
  const world = await managersApart(hours);
  const { managers, evm, patient, doctor, dealt, authorize, anchor, add, grant, read, keysFrom, ownKey, hand } = world;
  const made = await dealt();
  // A dealing says when it was signed: a clock that is wrong, at either end, is told.
  for (const [i, manager] of managers.entries()) {
    const ahead = (hours[i] ?? 0) * HOUR;
    const withClock = async (at: number) => {
      const authorization = await authorize(patient, made.digest, at);
      return fetch(`${manager.url}/v1/shares`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization },
        body: JSON.stringify(await made.bodyFor(manager)),
        signal: AbortSignal.timeout(10_000),
      });
    };
    for (const wrong of [HOUR, -HOUR])
      expect(await refusal(await withClock(seconds() + ahead + wrong))).toMatchObject({ status: 401, code: 'stale' });
    if (ahead !== 0) expect(await refusal(await hand(manager, made))).toMatchObject({ status: 401, code: 'stale' });
    expect((await withClock(seconds() + ahead)).status).toBe(200);
  }
  await anchor(made);
  const entry = await add(patient);
  await grant(doctor, { lasts: 600 });
  const reading = await askAll(world, doctor, (manager) => read(doctor, manager, [entry.id]));
  expect(reading.statuses).toEqual([200, 200, 200]);
  expect(keysFrom(made, [entry], reading.replies).keys).toEqual([ownKey(made, entry)]);
  // What counts is the chain's time, and nobody else's.
  await evm.provider.send('evm_increaseTime', [601]);
  await evm.mine(1);
  const ended = await askAll(world, doctor, (manager) => read(doctor, manager, [entry.id]));
  expect(ended.statuses).toEqual([403, 403, 403]);
});

test(
  'a manager whose node lies, or which does, gives its own part alone, also to readers who put theirs together',
  SLOW,
  async () => {
    const world = await managersApart();
    const { apart, managers, evm, party, hire, patient, doctor, entrust, add, grant, revoke, read, keysFrom, ownKey } =
      world;
    const second = party(evm.next());
    await hire(second);
    const made = await entrust();
    const opened = await add(patient);
    const closed = await add(patient);
    for (const who of [doctor, second]) await grant(who);
    const { node } = apart[0]!;
    const before = new Map<Party, (readonly [KeeperManager, KeeperReply])[]>();
    const said = new Map<string, Promise<unknown>>();
    // What its node says of who may is what it said while they might.
    node.instead = (method, params) => {
      if (method !== 'eth_call') return undefined;
      const name = JSON.stringify((params[0] as { data: string }).data);
      if (!said.has(name)) said.set(name, evm.provider.send(method, params));
      return said.get(name);
    };
    for (const who of [doctor, second]) {
      const given = await askAll(world, who, (manager) => read(who, manager, [opened.id]));
      expect(given.statuses).toEqual([200, 200, 200]);
      before.set(who, given.replies);
      await revoke(who);
    }

    const pooled: (readonly [KeeperManager, KeeperReply])[] = [];
    for (const who of [doctor, second]) {
      const given = await askAll(world, who, (manager) => read(who, manager, [closed.id]));
      expect(given.statuses, 'revoked').toEqual([200, 403, 403]);
      pooled.push(...given.replies);
    }
    const combine = (replies: typeof pooled) => keysFrom(made, [closed], replies);
    expect(combine(pooled).keys, 'two times the same part').toBeUndefined();
    const other = managers[1]!;
    const asAnother = combine([pooled[0]!, [other, pooled[1]![1]]]);
    expect(asAnother, 'the part of one as that of another').toMatchObject({ wrong: [2] });
    expect(asAnother.keys).toBeUndefined();
    // What the others gave before is for what was opened before.
    const old = [...before.values()].flat().filter(([manager]) => manager !== managers[0]);
    const withOld = combine([pooled[0]!, ...old]);
    expect(withOld.keys).toBeUndefined();
    expect(new Set(withOld.wrong)).toEqual(new Set([2, 3]));
    expect(keysFrom(made, [opened], before.get(doctor)!).keys, 'what they had opened').toEqual([ownKey(made, opened)]);
  },
);
