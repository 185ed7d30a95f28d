import { expect, test, vi } from 'vitest';
import type { CID } from 'multiformats/cid';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { managerDomain, WITHDRAWN_TYPES } from '../../../extension/core/registry/typed-data.ts';
import { signerOf } from '../../../extension/core/registry/signed-calls.ts';
import { digestOf } from '../../../extension/core/storage/cid.ts';
import { collectGarbage } from '../../../manager/blocks/garbage.ts';
import { createLettingGo } from '../../../manager/blocks/withdrawn.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { entry, refusal } from './fixtures.ts';
import { keeperWorld, post, replyOf } from './keeper-world.ts';

const NO_CONSENT = { status: 403, code: 'no-consent' };

/** What a patient withdraws as the registry has it. */
async function withdrawing() {
  const world = await keeperWorld();
  const { registry, patient, doctor } = world;
  const withdraw = async (ids: readonly string[], who = patient) => {
    await registry.as(who.signer).getFunction('withdrawRecords').send(ids);
  };
  await world.entrust();
  await world.grant(doctor, { rights: Right.Read | Right.Write });
  return { ...world, manager: world.managers[0]!, withdraw };
}

test('the key of what was withdrawn is given to nobody, and that of everything else as before', async () => {
  const { add, read, seal, withdraw, patient, doctor, manager } = await withdrawing();
  const commitment = random(32);
  const [gone, kept, written] = [await add(patient), await add(patient), await add(doctor, { commitment })];
  const ids = [gone, kept, written].map(({ id }) => id);
  await replyOf(await read(doctor, manager, ids), doctor);
  await withdraw([gone.id, written.id], doctor); // a doctor withdraws nothing of a patient's
  await replyOf(await read(doctor, manager, ids), doctor);
  await withdraw([gone.id, written.id]);
  expect(await refusal(await read(doctor, manager, ids))).toMatchObject(NO_CONSENT);
  expect(await refusal(await read(patient, manager, [gone.id]))).toMatchObject(NO_CONSENT);
  expect(await refusal(await seal(doctor, manager, [toHex(commitment)])), 'nor to its author').toMatchObject(
    NO_CONSENT,
  );
  await replyOf(await read(doctor, manager, [kept.id]), doctor);
  await replyOf(await seal(doctor, manager, [toHex(random(32))]), doctor);
});

test('its blocks go, and are not taken again; a manager signs that they went, once it is so', async () => {
  const { add, withdraw, patient, manager, address } = await withdrawing();
  const [gone, kept] = [await entry('gone'), await entry('kept')];
  for (const { root, blocks } of [gone, kept]) expect((await manager.store([root.cid], blocks)).status).toBe(201);
  const ids = await Promise.all(
    [gone, kept].map(async ({ root }) => (await add(patient, { cid: digestOf(root.cid) })).id),
  );
  const ask = (...records: string[]) =>
    post(manager.url, '/v1/withdrawn', { registry: address, patient: patient.address, records });
  expect(await refusal(await ask(...ids))).toMatchObject({ code: 'behind' });
  await withdraw([ids[0]!]);
  expect(await refusal(await ask(...ids)), 'not all of them').toMatchObject({ code: 'behind' });
  const answer = await ask(ids[0]!);
  const { signature } = (await answer.json()) as { signature: string };
  const said = { signer: manager.account, patient: patient.address, records: [ids[0]] };
  const signer = signerOf(managerDomain(CHAIN_ID, address), WITHDRAWN_TYPES, said, signature);
  expect(signer?.toLowerCase()).toBe(manager.account);
  expect([gone, kept].map(({ root }) => manager.pins.has(root.cid))).toEqual([false, true]);
  await collectGarbage(manager);
  for (const { cid } of gone.blocks) expect(await manager.blocks.get(cid)).toBeUndefined();
  for (const { cid } of kept.blocks) expect(await manager.blocks.get(cid)).toBeDefined();
  expect(await refusal(await manager.store([gone.root.cid], gone.blocks))).toMatchObject({
    status: 410,
    code: 'erased',
  });
  expect((await manager.store([kept.root.cid], kept.blocks)).status).toBe(201);
});

test('nothing is signed before it is so, nor is anything done for what was not withdrawn', async () => {
  const { add, withdraw, patient, manager, address } = await withdrawing();
  const { id } = await add(patient);
  const body = { registry: address, patient: patient.address, records: [id] };
  const letGo = vi.fn(() => Promise.reject(new Error('the place for blocks is down')));
  await expect(manager.keeper.withdrawn(body, letGo)).rejects.toMatchObject({ code: 'behind' });
  await expect(manager.keeper.withdrawn({}, letGo)).rejects.toMatchObject({ code: 'bad-request' });
  expect(letGo).not.toHaveBeenCalled();
  await withdraw([id]);
  await expect(manager.keeper.withdrawn(body, letGo)).rejects.toThrow('down');
});

test('a root that somebody else withdrew before is taken once another entry has it', async () => {
  const { add, withdraw, patient, doctor, manager } = await withdrawing();
  const { root, blocks } = await entry('shared');
  const { id } = await add(patient, { cid: digestOf(root.cid) });
  await withdraw([id]);
  await manager.keeper.catchUp();
  expect(await refusal(await manager.store([root.cid], blocks))).toMatchObject({ code: 'erased' });
  await add(doctor, { cid: digestOf(root.cid) });
  await manager.keeper.catchUp();
  expect((await manager.store([root.cid], blocks)).status).toBe(201);
});

test('what fails in the middle is let go of the next time', async () => {
  const roots = [random(32), random(32)];
  const pinned = new Set(roots.map(toHex));
  const nameOf = (root: CID) => toHex(digestOf(root));
  const onLetGo = vi.fn();
  let isDown = true;
  const lettingGo = createLettingGo({
    blocks: {
      release: async (root) => {
        if (isDown && nameOf(root) === toHex(roots[1]!)) throw new Error('the place for blocks is down');
        return Promise.resolve();
      },
    },
    pins: {
      has: (root) => pinned.has(nameOf(root)),
      remove: async (root) => Promise.resolve(void pinned.delete(nameOf(root))),
    },
    withdrawn: (after) => Promise.resolve({ roots: after < 7 ? roots : [], through: 7 }),
    isWithdrawn: () => Promise.resolve(false),
    onLetGo,
  });
  await expect(lettingGo.run()).rejects.toThrow('down');
  expect(pinned.size).toBe(1);
  isDown = false;
  await lettingGo.run();
  expect(pinned.size).toBe(0);
  expect(onLetGo).toHaveBeenCalledOnce();
  await lettingGo.run();
  expect(onLetGo).toHaveBeenCalledOnce();
});
