import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyTypedData } from 'ethers';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { concat, fromHex, random, toBase64, toHex } from '../../../extension/core/bytes.ts';
import { ErasedSchema, KeptSchema } from '../../../extension/core/custody/keeper-messages.ts';
import { encodeKeyring, sharePlace } from '../../../extension/core/custody/keyring-object.ts';
import { sealShare } from '../../../extension/core/custody/share-capsule.ts';
import { ERASE_TYPES, ERASED_TYPES, KEPT_TYPES, managerDomain } from '../../../extension/core/registry/typed-data.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { refusal, startManager } from './fixtures.ts';
import { FOLDER, keeperWorld, post, replyOf, type DealBody, type Dealt } from './keeper-world.ts';

const TWO = [
  { folder: FOLDER, epoch: 0 },
  { folder: 7, epoch: 0 },
];

test('a manager without a keeper’s secret has no such routes', async () => {
  const { url } = await startManager();
  expect((await fetch(`${url}/v1/keeper`)).status).toBe(404);
  for (const path of ['/v1/shares', '/v1/read', '/v1/seal']) {
    expect(await refusal(await post(url, path, {}))).toMatchObject({ status: 404, code: 'not-found' });
  }
});

test('says who it is, and to which key shares are sealed', async () => {
  const { managers, registry, evm } = await keeperWorld();
  const [manager] = managers;
  await manager!.keeper.catchUp();
  const block = await evm.provider.getBlockNumber();
  expect(await (await fetch(`${manager!.url}/v1/keeper`)).json()).toEqual({
    account: manager!.keeper.account,
    key: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string,
    log: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string,
    registry: registry.network.registry,
    chainId: CHAIN_ID,
    block,
  });
  // The key is derived, and so the same after a restart.
  expect((await manager!.restart()).keeper.key).toBe(manager!.keeper.key);
});

test('keeps the shares of a patient’s keyring, signs for them, and says the same when asked again', async () => {
  const { managers, dealt, hand, address } = await keeperWorld({ managers: 3 });
  const made = await dealt(TWO);
  for (const manager of managers) {
    const first = await hand(manager, made);
    expect(first.status).toBe(200);
    const { signature } = v.parse(KeptSchema, await first.json());
    const kept = { signer: manager.keeper.account, keyring: toHex(made.digest) };
    expect(verifyTypedData(managerDomain(CHAIN_ID, address), KEPT_TYPES, kept, signature)).toBe(manager.keeper.account);
    expect(await (await hand(manager, made)).json()).toEqual({ signature });
  }
});

test('takes no dealing but a whole one, of this network, by its patient, that fits', { timeout: 30_000 }, async () => {
  const world = await keeperWorld({ managers: 2 });
  const { managers, dealt, hand, doctor, patient, authorize, party, evm } = world;
  const manager = managers[0]!;
  const made = await dealt(TWO);
  const body = await made.bodyFor(manager);
  const others = await (await dealt(TWO)).bodyFor(manager);
  const ofOther = await made.bodyFor(managers[1]!);
  const [first, second] = body.shares as [DealBody['shares'][number], DealBody['shares'][number]];
  const send = async (change: Partial<DealBody>, of: Dealt = made) =>
    refusal(await hand(manager, of, { ...(await of.bodyFor(manager)), ...change }));
  const bad = { status: 400, code: 'bad-request' };

  expect(await send({ shares: [first] }), 'one share too few').toMatchObject(bad);
  expect(await send({ shares: [first, second, { ...second, folder: 8 }] }), 'one too many').toMatchObject(bad);
  expect(await send({ shares: [first, first] }), 'one twice').toMatchObject(bad);
  expect(await send({ shares: ofOther.shares }), 'another manager’s shares').toMatchObject(bad);
  expect(await send({ shares: others.shares }), 'shares of another dealing').toMatchObject(bad);
  const swapped = [
    { ...first, capsule: second.capsule },
    { ...second, capsule: first.capsule },
  ];
  expect(await send({ shares: swapped }), 'shares of each other’s folders').toMatchObject(bad);
  expect(await send({ shares: [{ ...first, capsule: toBase64(random(125)) }, second] }), 'noise').toMatchObject(bad);
  const key = fromHex(manager.keeper.key);
  const place = sharePlace(made.keyring, { manager: manager.account, folder: first.folder, epoch: first.epoch })!;
  const values = made.values.get(`${first.folder}/${first.epoch}`)!;
  for (const value of [values[1]!, random(32), new Uint8Array(32), new Uint8Array(32).fill(0xff)]) {
    const capsule = toBase64(await sealShare(key, value, place));
    expect(await send({ shares: [{ ...first, capsule }, second] }), 'a value that does not fit').toMatchObject(bad);
  }
  const right = toBase64(await sealShare(key, values[0]!, place));
  expect((await hand(manager, made, { ...body, shares: [{ ...first, capsule: right }, second] })).status).toBe(200);
  expect(await send({ keyring: toBase64(random(40)) }), 'a damaged object').toMatchObject(bad);
  expect(await send({ registry: `0x${'11'.repeat(20)}` }), 'a foreign registry').toMatchObject(bad);

  const altered = async (folders: Dealt['keyring']['folders']): Promise<Dealt> => {
    const keyring = { ...made.keyring, folders };
    const { cid, bytes } = await encodeKeyring(keyring);
    return { ...made, keyring, bytes, digest: Uint8Array.from(cid.multihash.digest) };
  };
  const [one, two] = made.keyring.folders as [Dealt['keyring']['folders'][number], Dealt['keyring']['folders'][number]];
  const wrong = await altered([{ ...one, commitments: two.commitments }, two]);
  expect(await send({ keyring: toBase64(wrong.bytes) }, wrong), 'commitments of another secret').toMatchObject(bad);
  const none = await altered([{ ...one, commitments: one.commitments.map(() => new Uint8Array(32)) }, two]);
  expect(await send({ keyring: toBase64(none.bytes) }, none), 'commitments that are none').toMatchObject(bad);
  const late = await altered([{ ...one, epoch: 70_000 }, two]);
  const shares = [{ ...first, epoch: 70_000 }, second];
  expect(await send({ keyring: toBase64(late.bytes), shares }, late), 'no such epoch').toMatchObject(bad);

  for (const change of [
    { chainId: 1 },
    { registry: `0x${'11'.repeat(20)}` },
    { managers: [`0x${'22'.repeat(20)}`, managers[1]!.account] },
  ]) {
    const foreign = await dealt(TWO, change);
    expect(await send({ registry: world.address, shares: body.shares }, foreign), JSON.stringify(change)).toMatchObject(
      change.registry === undefined ? bad : { status: 401 }, // signed for that registry
    );
  }
  expect(await refusal(await hand(manager, made, body, doctor)), 'not the patient').toMatchObject({
    status: 401,
    code: 'bad-signature',
  });
  const stranger = party(evm.next());
  const ofStranger = await dealt(TWO, { patient: stranger.address });
  const asStranger = await hand(manager, ofStranger, await ofStranger.bodyFor(manager), stranger);
  expect(await refusal(asStranger), 'no member').toMatchObject({ status: 403, code: 'not-a-member' });

  const sendAs = async (authorization?: string) =>
    refusal(await post(manager.url, '/v1/shares', body, authorization === undefined ? {} : { authorization }));
  expect(await sendAs(), 'unsigned').toMatchObject({ status: 401, code: 'bad-signature' });
  expect(await sendAs(await authorize(patient, random(32))), 'signed for another').toMatchObject({ status: 401 });
  expect(await sendAs(await authorize(patient, made.digest, 1)), 'signed long ago').toMatchObject({ code: 'stale' });
  expect(await sendAs('Salus e30'), 'no authorization').toMatchObject(bad);

  expect((await hand(manager, made)).status, 'the dealing itself').toBe(200);
});

test.each(['/v1/shares', '/v1/read', '/v1/seal'])('%s takes nothing that is malformed or too long', async (path) => {
  const { managers } = await keeperWorld();
  const { url } = managers[0]!;
  const bad = { status: 400, code: 'bad-request' };
  for (const body of ['{', '[]', '{}', 'null', '"text"', '{"registry": 1}', '{"records": ["0xzz"]}']) {
    expect(await refusal(await post(url, path, body)), body).toMatchObject(bad);
  }
  const long = JSON.stringify({ records: Array(2_100).fill(`0x${'00'.repeat(32)}`) });
  expect(await refusal(await post(url, path, long))).toMatchObject({ status: 413, code: 'too-large' });
});

test('of keyrings that nobody anchored the oldest go, and those that were anchored stay', async () => {
  const { managers, dealt, hand, entrust, anchor, add, patient, read } = await keeperWorld();
  const manager = managers[0]!;
  const { id } = await add(patient);
  const anchored = await entrust();
  const made: Dealt[] = [];
  for (let i = 0; i < 10; i++) {
    made.push(await dealt());
    expect((await hand(manager, made[i]!)).status).toBe(200);
  }
  const answersFor = async () => toHex((await replyOf(await read(patient, manager, [id]), patient)).parts[0]!.keyring);
  expect(await answersFor()).toBe(toHex(anchored.digest));
  await anchor(made[1]!);
  expect(await answersFor(), 'the second was gone').toBe(toHex(anchored.digest));
  await anchor(made[2]!);
  expect(await answersFor(), 'the third was there').toBe(toHex(made[2]!.digest));
});

test('no share, nor the secret, is on the disk or in the log in the clear', async () => {
  const { managers, entrust, add, patient, read } = await keeperWorld();
  const manager = managers[0]!;
  const made = await entrust(TWO);
  const { id } = await add(patient);
  await replyOf(await read(patient, manager, [id]), patient);
  const files = (await readdir(manager.folder)).filter((name) => name.startsWith('keeper.sqlite'));
  expect(files).toContain('keeper.sqlite');
  const disk = concat(...(await Promise.all(files.map((name) => readFile(join(manager.folder, name))))));
  const holds = (bytes: Uint8Array) => Buffer.from(disk).includes(Buffer.from(bytes));
  expect(holds(made.digest), 'what is public is found').toBe(true);
  const secrets = [...[...made.values.values()].flat(), ...made.secrets.values(), fromHex(manager.sponsorKey)];
  for (const secret of secrets) expect(holds(secret)).toBe(false);
  const log = manager.log.join('');
  for (const secret of [...secrets.map(toHex), patient.address, id]) {
    expect(log.toLowerCase()).not.toContain(secret.replace('0x', ''));
  }
});

test('forgets what its patient has erased, signs for it, and takes it no more', { timeout: 30_000 }, async () => {
  const { managers, dealt, hand, anchor, add, patient, doctor, read, address } = await keeperWorld({ managers: 2 });
  const [manager, second] = [managers[0]!, managers[1]!];
  const made = await dealt();
  for (const one of [manager, second]) expect((await hand(one, made)).status).toBe(200);
  await anchor(made);
  const records = [(await add(patient)).id];
  expect((await read(patient, manager, records)).status).toBe(200);
  const keyrings = [toHex(made.digest)];
  const signed = async (by = patient, to = manager) => {
    const message = { signer: by.address, manager: to.account, keyrings };
    const signature = await by.signer.signTypedData(managerDomain(CHAIN_ID, address), ERASE_TYPES, message);
    return { registry: address.toLowerCase(), ...message, signature };
  };
  const erase = async (body: unknown) => post(manager.url, '/v1/erase', body);
  const good = await signed();
  expect(await refusal(await erase({ ...good, keyrings: [] }))).toMatchObject({ status: 400, code: 'bad-request' });
  expect(await refusal(await erase({ ...good, keyrings: [toHex(random(32))] }))).toMatchObject({
    code: 'bad-signature',
  });
  expect(await refusal(await erase(await signed(patient, second)))).toMatchObject({ code: 'bad-request' });
  // Of a stranger nothing is erased, and nothing is told; what is signed to it says nothing of the patient's.
  const strange = v.parse(ErasedSchema, await (await erase(await signed(doctor))).json());
  const domain = managerDomain(CHAIN_ID, address);
  const erased = { signer: manager.keeper.account, patient: patient.address, keyrings };
  expect(verifyTypedData(domain, ERASED_TYPES, erased, strange.signature)).not.toBe(manager.keeper.account);
  expect((await read(patient, manager, records)).status).toBe(200);

  const { signature } = v.parse(ErasedSchema, await (await erase(good)).json());
  expect(verifyTypedData(domain, ERASED_TYPES, erased, signature)).toBe(manager.keeper.account);
  const refused = await read(patient, manager, records);
  expect(await refusal(refused)).toMatchObject({ code: 'no-consent' });
  expect(await refusal(await hand(manager, made))).toMatchObject({ status: 410, code: 'erased' });
  const again = await manager.restart();
  expect(await refusal(await hand(again, made))).toMatchObject({ status: 410, code: 'erased' });
});
