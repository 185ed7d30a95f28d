import { describe, expect, test } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { refusal } from './fixtures.ts';
import { FOLDER, keeperWorld, post, replyOf, RESEARCH, TREAT, type KeeperManager } from './keeper-world.ts';

const REFUSED = {
  status: 403,
  code: 'no-consent',
  message: 'There is no consent to this, or it has ended. Ask the patient.',
};
const ANY_ID = toHex(random(32));
const MONTH = 30 * 86_400;

test(
  'any two of three managers give a reader the keys that the patient derives alone',
  { timeout: 60_000 },
  async () => {
    const world = await keeperWorld({ managers: 3 });
    const { managers, entrust, add, grant, read, doctor, patient, keysFrom, ownKey } = world;
    const made = await entrust();
    const entries = [await add(patient), await add(patient), await add(patient)];
    await grant(doctor);
    const replies = await Promise.all(
      managers.map(async (manager) => {
        const answer = await read(
          doctor,
          manager,
          entries.map(({ id }) => id),
        );
        expect(answer.headers.get('cache-control')).toBe('no-store');
        return [manager, await replyOf(answer, doctor)] as const;
      }),
    );
    const own = entries.map((entry) => ownKey(made, entry));
    for (const left of managers) {
      const { keys, wrong } = keysFrom(
        made,
        entries,
        replies.filter(([manager]) => manager !== left),
      );
      expect(wrong).toEqual([]);
      expect(keys).toEqual(own);
    }
    expect(keysFrom(made, entries, replies.slice(1, 2)).keys, 'one alone gives none').toBeUndefined();
  },
);

test('records of several epochs are answered by the newest keyring that has each, in any order', async () => {
  const { managers, entrust, rotate, add, grant, read, doctor, patient, keysFrom, ownKey } = await keeperWorld();
  const manager = managers[0]!;
  const first = await entrust();
  const old = [await add(patient), await add(patient)];
  await rotate();
  const both = [0, 1].map((epoch) => ({ folder: FOLDER, epoch }));
  const second = await entrust(both, { secrets: first.secrets });
  const young = [await add(patient, { epoch: 1 }), await add(patient, { epoch: 1 })];
  await grant(doctor);
  const asked = [young[0]!, old[0]!, young[1]!, old[1]!];
  const answer = await read(
    doctor,
    manager,
    asked.map(({ id }) => id),
  );
  const reply = await replyOf(answer, doctor);
  expect(reply.parts.map(({ epoch, positions, keyring }) => ({ epoch, positions, keyring }))).toEqual([
    { epoch: 1, positions: [0, 2], keyring: second.digest },
    { epoch: 0, positions: [1, 3], keyring: second.digest },
  ]);
  expect(keysFrom(second, young, [[manager, reply]], 1).keys).toEqual(young.map((entry) => ownKey(second, entry)));
  expect(keysFrom(second, old, [[manager, reply]], 0).keys).toEqual(old.map((entry) => ownKey(first, entry)));
});

test('the patient reads its own without a grant', async () => {
  const { managers, entrust, add, read, patient, keysFrom, ownKey } = await keeperWorld();
  const made = await entrust();
  const entry = await add(patient);
  const reply = await replyOf(await read(patient, managers[0]!, [entry.id]), patient);
  expect(keysFrom(made, [entry], [[managers[0]!, reply]]).keys).toEqual([ownKey(made, entry)]);
});

test('who may not, and what is not there, is refused in the same words', { timeout: 60_000 }, async () => {
  const world = await keeperWorld();
  const { managers, entrust, dealt, hand, add, grant, revoke, read, doctor, patient, evm, node, party, enter, hire } =
    world;
  const manager = managers[0]!;
  await entrust();
  const { id } = await add(patient);
  const elsewhere = await add(patient, { folder: 9 });
  const ofOther = party(evm.next());
  await enter(ofOther);
  const others = await add(ofOther, { of: ofOther });
  const refused = async (what: string, ...[who, records, changes]: Parameters3<typeof read>) => {
    await manager.keeper.catchUp();
    node.asked = [];
    expect(await refusal(await read(who, manager, records, changes)), what).toEqual(REFUSED);
    // The same was asked, whatever the reason: how long it takes does not tell.
    expect(node.asked.map(({ method }) => method).toSorted(), what).toEqual(['eth_call', 'eth_getBlockByNumber']);
  };

  await refused('no grant', doctor, [id]);
  await grant(doctor, { purposes: RESEARCH });
  await refused('another purpose', doctor, [id]);
  await grant(doctor, { rights: 2 });
  await refused('a right to write alone', doctor, [id]);
  await grant(doctor);
  expect((await read(doctor, manager, [id])).status, 'with the grant').toBe(200);
  await refused('a record that nobody knows', doctor, [id, ANY_ID]);
  await refused('a record of another folder', doctor, [elsewhere.id]);
  await refused('a record of another patient', doctor, [others.id]);
  await refused('an unknown patient', doctor, [id], { patient: `0x${'77'.repeat(20)}` });
  await refused('an unknown folder', doctor, [id], { folder: 8 });
  await grant(doctor, { folder: 9 });
  await refused('a folder whose key is dealt to nobody', doctor, [elsewhere.id], { folder: 9 });
  const waiting = await dealt([{ folder: 9, epoch: 0 }]);
  expect((await hand(manager, waiting)).status).toBe(200);
  await refused('a folder whose keyring is not anchored', doctor, [elsewhere.id], { folder: 9 });

  const stranger = party(evm.next());
  await refused('nobody', stranger, [id]);
  const keyless = party(evm.next());
  await world.registry.as(evm.who.hospital).getFunction('enrol').send(keyless.address, 4);
  await grant(keyless);
  await refused('no key to seal to', keyless, [id]);
  const bad = party(evm.next());
  await hire({ ...bad, encryption: { secret: random(32), publicX: new Uint8Array(32).fill(0xff) } });
  await grant(bad);
  await refused('a key that is no point', bad, [id]);

  expect((await read(doctor, manager, [id])).status, 'before it is suspended').toBe(200);
  await world.registry.as(evm.who.hospital).getFunction('suspend').send(doctor.address);
  await refused('suspended', doctor, [id]);
  await world.registry.as(evm.who.hospital).getFunction('restore').send(doctor.address);
  expect((await read(doctor, manager, [id])).status, 'restored').toBe(200);
  await revoke(doctor);
  await refused('revoked', doctor, [id]);
  await grant(doctor, { lasts: MONTH });
  expect((await read(doctor, manager, [id])).status, 'granted again').toBe(200);
  await evm.provider.send('evm_increaseTime', [MONTH + 1]);
  await evm.mine(1);
  await refused('expired', doctor, [id]);
  await world.registry.as(patient.signer).getFunction('remove').send(patient.address);
  await refused('the patient itself, once it has left', patient, [id]);
});

test('an anchored keyring of another patient answers for nobody', async () => {
  const { managers, entrust, dealt, hand, evm, party, enter, registry, add, read } = await keeperWorld();
  const manager = managers[0]!;
  const made = await entrust();
  const other = party(evm.next());
  await enter(other);
  await registry.as(other.signer).getFunction('setKeyring').send([FOLDER], made.digest);
  const { id } = await add(other, { of: other });
  const asOther = async () => read(other, manager, [id], { patient: other.address });
  expect(await refusal(await asOther())).toEqual(REFUSED);
  const own = await dealt([{ folder: FOLDER, epoch: 0 }], { patient: other.address });
  expect((await hand(manager, own, await own.bodyFor(manager), other)).status).toBe(200);
  await registry.as(other.signer).getFunction('setKeyring').send([FOLDER], own.digest);
  expect((await replyOf(await asOther(), other)).parts[0]!.keyring).toEqual(own.digest);
});

describe('a request', () => {
  test('is for one purpose', async () => {
    const { managers, read, patient } = await keeperWorld();
    for (const purpose of [0, TREAT | RESEARCH, 0xffff]) {
      const answer = await refusal(await read(patient, managers[0]!, [ANY_ID], { purpose }));
      expect(answer).toMatchObject({ status: 400, code: 'bad-request' });
    }
  });

  test('is to this manager, of a registry it knows, and signed as it is', async () => {
    const { managers, read, readOf, patient, doctor } = await keeperWorld();
    const manager = managers[0]!;
    const { url } = manager;
    const bad = { status: 400, code: 'bad-request' };
    const to = { manager: `0x${'22'.repeat(20)}` };
    expect(await refusal(await read(patient, manager, [ANY_ID], to))).toMatchObject(bad);
    const of = { registry: `0x${'33'.repeat(20)}` };
    expect(await refusal(await read(patient, manager, [ANY_ID], of))).toMatchObject(bad);
    const good = await readOf(patient, manager, [ANY_ID]);
    const changes = {
      registry: `0x${'33'.repeat(20)}`,
      signer: doctor.address,
      patient: doctor.address,
      folder: 1,
      records: [toHex(random(32))],
      purpose: RESEARCH,
      manager: doctor.address,
      blockNumber: good.blockNumber - 1,
      blockHash: toHex(random(32)),
      nonce: toHex(random(32)),
      signature: `0x${'11'.repeat(65)}`,
    };
    expect(Object.keys(changes).sort()).toEqual(Object.keys(good).sort());
    for (const [name, value] of Object.entries(changes)) {
      const answer = await refusal(await post(url, '/v1/read', { ...good, [name]: value }));
      expect(answer, name).toMatchObject({ status: 401, code: 'bad-signature' });
    }
  });

  test('counts once, also where the manager was started anew', async () => {
    const { managers, entrust, add, readOf, sealOf, patient, node } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const { id } = await add(patient);
    const request = await readOf(patient, manager, [id]);
    const again = async ({ url }: KeeperManager) => refusal(await post(url, '/v1/read', request));
    const answers = await Promise.all([1, 2, 3].map(() => post(manager.url, '/v1/read', request)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    node.asked = [];
    expect(await again(manager)).toMatchObject({ status: 409, code: 'replayed' });
    expect(node.asked, 'nothing is asked for it').toEqual([]);
    const second = await manager.restart();
    expect(await again(second)).toMatchObject({ status: 409, code: 'replayed' });
    const { nonce } = request;
    const other = await sealOf(patient, second, [ANY_ID], { nonce });
    expect((await post(second.url, '/v1/seal', other)).status, 'nor for something else').toBe(409);
  });

  test('names a block that is recent, and of this chain', async () => {
    const { managers, entrust, add, read, head, patient, evm } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const { id } = await add(patient);
    const named = await head();
    const at = (block: typeof named) => read(patient, manager, [id], block);
    expect((await at(named)).status).toBe(200);
    const unknown = { ...named, blockHash: toHex(random(32)) };
    expect(await refusal(await at(unknown))).toMatchObject({ status: 401, code: 'stale' });
    const future = await at({ ...named, blockNumber: named.blockNumber + 1 });
    expect(future.headers.get('retry-after')).toBe('1');
    expect(await refusal(future)).toEqual({
      status: 425,
      code: 'behind',
      message: 'This manager has not seen that block yet. Ask again in a moment.',
    });
    await evm.mine(64);
    expect((await at(named)).status, '64 blocks old').toBe(200);
    await evm.mine(1);
    expect(await refusal(await at(named)), '65 blocks old').toMatchObject({ status: 401, code: 'stale' });
  });

  test('is one of so many entries an hour', async () => {
    const { managers, read, add, patient, entrust } = await keeperWorld({ readsPerHour: 3 });
    await entrust();
    const { id } = await add(patient);
    expect((await read(patient, managers[0]!, [id, id])).status).toBe(200);
    const over = await read(patient, managers[0]!, [id, id]);
    expect(Number(over.headers.get('retry-after'))).toBeGreaterThan(3_000);
    expect(await refusal(over)).toMatchObject({ status: 429, code: 'too-many-requests' });
    expect((await read(patient, managers[0]!, [id])).status, 'one is left').toBe(200);
  });
});

test('an earlier registry of the network decides about its own records', async () => {
  const world = await keeperWorld({ earlier: 1 });
  const { managers, dealt, hand, anchor, add, grant, read, doctor, patient, enter, hire, olderOnes } = world;
  const [at] = olderOnes;
  const registry = at!.network.registry.toLowerCase();
  await enter(patient, at);
  await hire(doctor, at);
  const made = await dealt(undefined, { registry });
  expect((await hand(managers[0]!, made)).status).toBe(200);
  await anchor(made, [FOLDER], at);
  const { id } = await add(patient, { at });
  await grant(doctor);
  expect(await refusal(await read(doctor, managers[0]!, [id], { registry })), 'a grant of the newest').toEqual(REFUSED);
  await grant(doctor, { at });
  const reply = await replyOf(await read(doctor, managers[0]!, [id], { registry }), doctor);
  expect(reply.parts[0]!.keyring).toEqual(made.digest);
  expect(await refusal(await read(doctor, managers[0]!, [id])), 'is not in the newest').toEqual(REFUSED);
});

test('what is not final yet is no consent', async () => {
  const { managers, entrust, add, grant, read, doctor, patient, evm } = await keeperWorld({ finality: 4 });
  await entrust();
  const { id } = await add(patient);
  await grant(doctor);
  await evm.mine(3);
  expect(await refusal(await read(doctor, managers[0]!, [id]))).toEqual(REFUSED);
  await evm.mine(1);
  expect((await read(doctor, managers[0]!, [id])).status).toBe(200);
});

describe('an author', () => {
  test('with the right to write gets the keys of its own entries to be, in the epoch that the folder is in', async () => {
    const { managers, entrust, rotate, grant, seal, doctor, keysFrom, ownKey, address, patient } = await keeperWorld();
    const manager = managers[0]!;
    const made = await entrust([0, 1].map((epoch) => ({ folder: FOLDER, epoch })));
    await grant(doctor, { rights: 2 });
    for (const epoch of [0, 1]) {
      const commitments = [random(32), random(32)];
      const reply = await replyOf(await seal(doctor, manager, commitments.map(toHex)), doctor);
      const place = { chainId: 31_337, registry: address, patient: patient.address, folder: FOLDER, epoch };
      const entries = commitments.map((commitment) => ({ ...place, author: doctor.address, commitment }));
      expect(reply.parts.map((part) => part.epoch)).toEqual([epoch]);
      const { keys } = keysFrom(made, entries, [[manager, reply]], epoch);
      expect(keys).toEqual(entries.map((entry) => ownKey(made, entry)));
      await rotate();
    }
    expect(await refusal(await seal(doctor, manager, [ANY_ID])), 'an epoch nobody was dealt').toEqual(REFUSED);
  });

  test('without it gets none, and the patient needs none', async () => {
    const { managers, entrust, grant, seal, doctor, patient, evm, party } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    expect(await refusal(await seal(doctor, manager, [ANY_ID]))).toEqual(REFUSED);
    await grant(doctor);
    expect(await refusal(await seal(doctor, manager, [ANY_ID])), 'may read alone').toEqual(REFUSED);
    expect(await refusal(await seal(party(evm.next()), manager, [ANY_ID])), 'nobody').toEqual(REFUSED);
    expect((await seal(patient, manager, [ANY_ID])).status).toBe(200);
  });
});

type Parameters3<F> = F extends (who: infer W, manager: KeeperManager, records: infer R, changes?: infer C) => unknown
  ? [who: W, records: R, changes?: C]
  : never;
