import { createHash } from 'node:crypto';
import * as dagCbor from '@ipld/dag-cbor';
import { describe, expect, test } from 'vitest';
import { concat, fromHex, random, toHex } from '../../../extension/core/bytes.ts';
import { verifyInclusion } from '../../../extension/core/merkle.ts';
import { refusal } from './fixtures.ts';
import { FOLDER, keeperWorld, post, replyOf, TREAT, type KeeperManager } from './keeper-world.ts';

const REFUSED = { status: 403, code: 'no-consent' };

/** Lines of the log, each of which is proven to be in it. */
const linesOf = (manager: KeeperManager) =>
  manager.peek(async ({ log }) => {
    const size = await log.size();
    const root = await log.root(size);
    const bodies: Record<string, unknown>[] = [];
    for (let i = 0; i < size; i++) {
      const { blind, body, leaf } = (await log.line(i))!;
      const digest = createHash('sha256').update(body).digest();
      const again = createHash('sha256')
        .update(concat(Uint8Array.of(0), blind, digest))
        .digest();
      expect(Uint8Array.from(again)).toEqual(leaf);
      expect(blind.byteLength).toBe(16);
      expect(await verifyInclusion(root, leaf, i, size, await log.inclusion(i, size))).toBe(true);
      bodies.push(dagCbor.decode(body));
    }
    return bodies;
  });

describe('the log of openings', () => {
  test('has one line for each request of a member that was answered, which is proven to be in it', async () => {
    const { managers, entrust, add, grant, read, seal, doctor, patient, head, evm, party } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const entries = [await add(patient), await add(patient)];
    const records = entries.map(({ id }) => id);
    expect(await refusal(await read(doctor, manager, records))).toMatchObject(REFUSED);
    expect(await refusal(await read(party(evm.next()), manager, records)), 'nobody').toMatchObject(REFUSED);
    await grant(doctor);
    expect((await read(doctor, manager, records)).status).toBe(200);
    const commitment = random(32);
    expect((await seal(patient, manager, [toHex(commitment)])).status).toBe(200);
    const { blockNumber } = await head();
    const common = { v: 1, at: expect.any(Number) as number, patient: patient.address, folder: FOLDER };
    const ids = records.map(fromHex);
    const expected = [
      { ...common, kind: 'refused', block: blockNumber - 1, signer: doctor.address, records: ids, purpose: TREAT },
      { ...common, kind: 'read', block: blockNumber, signer: doctor.address, records: ids, purpose: TREAT },
      { ...common, kind: 'seal', block: blockNumber, signer: patient.address, commitments: [commitment], purpose: 0 },
    ];
    expect(await linesOf(manager)).toEqual(expected);
    const second = await manager.restart();
    expect(await linesOf(second), 'after a restart').toEqual(expected);
    expect((await read(doctor, second, records)).status).toBe(200);
    expect((await linesOf(second)).slice(0, -1), 'it goes on').toEqual(expected);
  });

  test('says of a refused request once that it was refused', async () => {
    const { managers, readOf, doctor } = await keeperWorld();
    const manager = managers[0]!;
    const request = await readOf(doctor, manager, [toHex(random(32))]);
    for (const code of ['no-consent', 'replayed', 'replayed'])
      expect(await refusal(await post(manager.url, '/v1/read', request))).toMatchObject({ code });
    expect(await linesOf(manager)).toHaveLength(1);
  });
});

describe('a reorganisation', () => {
  test('takes back entries and keyrings', async () => {
    const { managers, entrust, add, read, patient, evm, dealt, hand, anchor } = await keeperWorld();
    const manager = managers[0]!;
    const first = await entrust();
    const kept = await add(patient);
    expect((await read(patient, manager, [kept.id])).status).toBe(200);
    const before = (await evm.provider.send('evm_snapshot', [])) as string;
    const gone = await add(patient);
    const second = await dealt();
    expect((await hand(manager, second)).status).toBe(200);
    await anchor(second);
    const keyringFor = async (id: string) =>
      (await replyOf(await read(patient, manager, [id]), patient)).parts[0]!.keyring;
    expect(await keyringFor(gone.id)).toEqual(second.digest);
    await evm.provider.send('evm_revert', [before]);
    await evm.mine(5);
    expect(await refusal(await read(patient, manager, [gone.id]))).toMatchObject(REFUSED);
    expect(await keyringFor(kept.id)).toEqual(first.digest);
  });

  test('deeper than is remembered has everything taken in anew', { timeout: 60_000 }, async () => {
    const { managers, entrust, add, read, patient, evm } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const kept = await add(patient);
    const before = (await evm.provider.send('evm_snapshot', [])) as string;
    // Each block has an entry and is remembered: those before are forgotten.
    for (let i = 0; i < 66; i++) await add(patient);
    const gone = await add(patient);
    expect((await read(patient, manager, [gone.id])).status).toBe(200);
    await evm.provider.send('evm_revert', [before]);
    await evm.mine(70);
    expect(await refusal(await read(patient, manager, [gone.id]))).toMatchObject(REFUSED);
    expect((await read(patient, manager, [kept.id])).status).toBe(200);
  });

  test('to an earlier block, which may be a node that is behind, has nothing answered', async () => {
    const { managers, entrust, add, read, patient, head, evm } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const { id } = await add(patient);
    const named = await head();
    const before = (await evm.provider.send('evm_snapshot', [])) as string;
    await add(patient);
    expect((await read(patient, manager, [id])).status).toBe(200);
    await evm.provider.send('evm_revert', [before]);
    expect(await refusal(await read(patient, manager, [id], named))).toMatchObject({ status: 425, code: 'behind' });
  });
});

describe('the node', () => {
  test('that does not answer has nothing released, and the log says so', async () => {
    const { managers, entrust, add, readOf, patient, node, dealt, hand } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const { id } = await add(patient);
    const request = await readOf(patient, manager, [id]);
    const made = await dealt();
    node.isDown = true;
    const down = { status: 503, code: 'chain-unavailable' };
    expect(await refusal(await post(manager.url, '/v1/read', request))).toMatchObject(down);
    node.isDown = false;
    await manager.keeper.catchUp();
    // It goes down after each of the questions that one request takes: the head and who may, together, and the head once more.
    const questions = 3;
    for (let i = 1; i <= questions; i++) {
      let left = i;
      node.instead = () => {
        if (--left === 0) node.isDown = true;
        return undefined;
      };
      const again = await readOf(patient, manager, [id]);
      const answer = await post(manager.url, '/v1/read', again);
      node.isDown = false;
      node.instead = undefined;
      if (i < questions) expect(await refusal(answer)).toMatchObject(down);
      else expect(answer.status, 'all was asked').toBe(200);
    }
    // At the second it had been written down that it would be given.
    expect((await linesOf(manager)).map(({ kind }) => kind)).toEqual(['read', 'refused', 'read']);
    expect((await post(manager.url, '/v1/read', request)).status, 'the same request, later').toBe(200);
    node.isDown = true;
    expect((await hand(manager, made)).status).toBe(503);
  });

  test('of another chain, or without the registry, has nothing released', async () => {
    const { managers, entrust, add, read, patient, node } = await keeperWorld();
    const manager = managers[0]!;
    await entrust();
    const { id } = await add(patient);
    node.instead = (method) => (method === 'eth_chainId' ? '0x1' : undefined);
    expect(await refusal(await read(patient, manager, [id]))).toMatchObject({ status: 503, code: 'wrong-chain' });
    node.instead = (method) => (method === 'eth_call' ? '0x' : undefined);
    expect(await refusal(await read(patient, manager, [id]))).toMatchObject({ status: 503, code: 'wrong-chain' });
    node.instead = undefined;
    expect((await read(patient, manager, [id])).status).toBe(200);
  });

  test('is asked one question where nothing is new', async () => {
    const { managers, node } = await keeperWorld();
    const { keeper } = managers[0]!;
    await keeper.catchUp();
    node.asked = [];
    await Promise.all([keeper.catchUp(), keeper.catchUp(), keeper.catchUp()]);
    expect(node.asked.map(({ method }) => method)).toEqual(['eth_getBlockByNumber']);
  });
});

test('a consent that ends while it is asked for is ended, and the log says so', async () => {
  const { managers, entrust, add, grant, revoke, readOf, doctor, patient, node } = await keeperWorld();
  const manager = managers[0]!;
  await entrust();
  const { id } = await add(patient);
  await grant(doctor);
  const request = await readOf(doctor, manager, [id]);
  await manager.keeper.catchUp();
  let answered = 0;
  // The head and who may are asked together: both are answered as of before.
  node.after = async () => {
    if (++answered === 2) await revoke(doctor);
  };
  expect(await refusal(await post(manager.url, '/v1/read', request))).toMatchObject(REFUSED);
  expect(answered).toBeGreaterThan(2);
  expect((await linesOf(manager)).map(({ kind }) => kind)).toEqual(['read', 'refused']);
});

test('a consent that ends after who may was answered, and before the head was, is ended', async () => {
  const { managers, entrust, add, grant, revoke, readOf, doctor, patient, node, evm } = await keeperWorld();
  const manager = managers[0]!;
  await entrust();
  const { id } = await add(patient);
  await grant(doctor);
  await manager.keeper.catchUp();
  const request = await readOf(doctor, manager, [id]);
  const heard = Promise.withResolvers<void>();
  let hasEnded = false;
  // What may be done is answered as of a block before the one that the head is then.
  node.instead = (method) => {
    if (method !== 'eth_getBlockByNumber' || hasEnded) return undefined;
    hasEnded = true;
    return heard.promise
      .then(() => revoke(doctor))
      .then(() => evm.provider.send('eth_getBlockByNumber', ['latest', false]));
  };
  node.after = (method) => {
    if (method === 'eth_call') heard.resolve();
    return Promise.resolve();
  };
  expect(await refusal(await post(manager.url, '/v1/read', request))).toMatchObject(REFUSED);
  expect((await linesOf(manager)).map(({ kind }) => kind)).toEqual(['refused']);
});

test('where the chain went on and nothing changed, the answer is given', async () => {
  const { managers, entrust, add, grant, readOf, doctor, patient, node, evm } = await keeperWorld();
  const manager = managers[0]!;
  await entrust();
  const { id } = await add(patient);
  await grant(doctor);
  const request = await readOf(doctor, manager, [id]);
  await manager.keeper.catchUp();
  node.asked = [];
  let answered = 0;
  node.after = async () => {
    if (++answered === 2) await evm.mine(1);
  };
  expect((await post(manager.url, '/v1/read', request)).status).toBe(200);
  expect(
    node.asked.filter(({ method }) => method === 'eth_call'),
    'it was asked again',
  ).toHaveLength(2);
  expect(await linesOf(manager)).toHaveLength(1);
});
