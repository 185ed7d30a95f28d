import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import * as dagPb from '@ipld/dag-pb';
import { Wallet } from 'ethers';
import { CID } from 'multiformats/cid';
import { sha256, sha512 } from 'multiformats/hashes/sha2';
import { describe, expect, test, vi } from 'vitest';
import { ChainError } from '../../../manager/chain.ts';
import { collectGarbage } from '../../../manager/blocks/garbage.ts';
import { Pins } from '../../../manager/blocks/pins.ts';
import { readBody } from '../../../manager/uploads/request-body.ts';
import {
  authorize,
  cborBlock,
  entry,
  makeCar,
  rawBlock,
  refusal,
  seconds,
  startManager,
  type Manager,
} from './fixtures.ts';

async function expectNothingPinned({ pins, folder }: Manager): Promise<void> {
  expect(pins.size).toBe(0);
  expect(await readdir(join(folder, 'pins'))).toEqual([]);
}

describe('an upload is refused, and nothing pinned, when', () => {
  test('a byte of a block is flipped', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const car = await makeCar([root.cid], blocks);
    car[car.length - 1]! ^= 1;
    const answer = await refusal(await manager.upload(car, await authorize(manager.member, root.cid)));
    expect(answer).toMatchObject({ status: 422, code: 'bad-block' });
    expect(answer.message).toMatch(/send it again/i);
    await expectNothingPinned(manager);
  });

  test('a linked block is missing', async () => {
    const manager = await startManager();
    const { root, items } = await entry();
    expect(await refusal(await manager.store([root.cid], [root, items[0]]))).toMatchObject({
      status: 422,
      code: 'incomplete',
    });
    await expectNothingPinned(manager);
  });

  test('the second of its roots is missing', async () => {
    const manager = await startManager();
    const [one, two] = [await entry('one'), await entry('two')];
    const response = await manager.store([one.root.cid, two.root.cid], [...one.blocks, ...two.items]);
    expect(await refusal(response)).toMatchObject({ status: 422, code: 'incomplete' });
    await expectNothingPinned(manager);
  });

  test.each([
    ['no CAR at all', () => new TextEncoder().encode('{"hello":"world"}')],
    ['an empty body', () => new Uint8Array()],
    ['random bytes', () => new Uint8Array(randomBytes(5_000))],
    ['a header of 4 GiB announced', () => Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f, 1, 2, 3])],
  ])('the body is %s', async (_what, body) => {
    const manager = await startManager();
    const { root } = await entry();
    const response = await manager.upload(body(), await authorize(manager.member, root.cid));
    expect(await refusal(response)).toMatchObject({ status: 400, code: 'bad-car' });
    await expectNothingPinned(manager);
  });

  test('the CAR is cut short at any place', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const car = await makeCar([root.cid], blocks);
    for (let length = 0; length < car.length; length += 7) {
      const response = await manager.upload(car.slice(0, length), await authorize(manager.member, root.cid));
      expect((await refusal(response)).code).toMatch(/bad-car|incomplete/);
    }
    await expectNothingPinned(manager);
  });

  test('the CAR names no root', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const response = await manager.upload(await makeCar([], blocks), await authorize(manager.member, root.cid));
    expect(await refusal(response)).toMatchObject({ status: 400, code: 'bad-car' });
  });

  test('a block is longer than the limit', async () => {
    const manager = await startManager();
    const block = await rawBlock(new Uint8Array(10_001));
    expect(await refusal(await manager.store([block.cid], [block]))).toMatchObject({ status: 422, code: 'bad-block' });
    await expectNothingPinned(manager);
  });

  test.each([
    ['CIDv0', async (bytes: Uint8Array) => CID.createV0(await sha256.digest(bytes))],
    ['SHA2-512', async (bytes: Uint8Array) => CID.createV1(0x55, await sha512.digest(bytes))],
    ['dag-json', async (bytes: Uint8Array) => CID.createV1(0x0129, await sha256.digest(bytes))],
    ['dag-cbor it is not', async (bytes: Uint8Array) => CID.createV1(0x71, await sha256.digest(bytes))],
  ])('a block is %s', async (_what, name) => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const bytes = Uint8Array.from([0xff, 0xff]);
    const response = await manager.store([root.cid], [...blocks, { bytes, cid: await name(bytes) }]);
    expect(await refusal(response)).toMatchObject({ status: 422, code: 'bad-block' });
    await expectNothingPinned(manager);
  });

  test('it is longer than the limit, announced or not', async () => {
    const manager = await startManager({ maxCarBytes: 5_000 });
    const block = await rawBlock(new Uint8Array(6_000));
    expect(await refusal(await manager.store([block.cid], [block]))).toMatchObject({ status: 413, code: 'too-large' });
    const chunked = await fetch(`${manager.url}/v1/car`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.ipld.car',
        authorization: await authorize(manager.member, block.cid),
      },
      body: new Blob([await makeCar([block.cid], [block])]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect(await refusal(chunked)).toMatchObject({ status: 413, code: 'too-large' });
    await expectNothingPinned(manager);
  });

  test('the disk is nearly full', async () => {
    const manager = await startManager({ minFreeBytes: Number.MAX_SAFE_INTEGER });
    const { root, blocks } = await entry();
    expect(await refusal(await manager.store([root.cid], blocks))).toMatchObject({ status: 507, code: 'storage-full' });
  });

  test('the disk fills while writing', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    manager.blocks.put = async () => Promise.reject(new Error('Error: ENOSPC: no space left on device'));
    expect(await refusal(await manager.store([root.cid], blocks))).toMatchObject({ status: 507, code: 'storage-full' });
    await expectNothingPinned(manager);
  });

  test.each([
    ['is missing', undefined, 401, 'bad-signature'],
    ['has another scheme', 'Bearer abc', 400, 'bad-request'],
    ['is not JSON', 'Salus AAAA', 400, 'bad-request'],
    ['lacks fields', `Salus ${Buffer.from('{"at":1}').toString('base64url')}`, 400, 'bad-request'],
  ])('the authorization %s', async (_what, header, status, code) => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    expect(await refusal(await manager.upload(await makeCar([root.cid], blocks), header))).toMatchObject({
      status,
      code,
    });
    await expectNothingPinned(manager);
  });

  test.each([
    [
      'by somebody else',
      async ({ member }: Manager, root: CID) => authorize(Wallet.createRandom(), root, { member: member.address }),
      'bad-signature',
    ],
    [
      'over another root',
      async ({ member }: Manager) => authorize(member, (await rawBlock('other')).cid),
      'bad-signature',
    ],
    [
      'for another chain',
      async ({ member }: Manager, root: CID) => authorize(member, root, { chainId: 1 }),
      'bad-signature',
    ],
    [
      'too long ago',
      async ({ member }: Manager, root: CID) => authorize(member, root, { at: seconds() - 302 }),
      'stale',
    ],
    [
      'in the future',
      async ({ member }: Manager, root: CID) => authorize(member, root, { at: seconds() + 65 }),
      'stale',
    ],
  ])('it is signed %s', async (_what, sign, code) => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const response = await manager.upload(await makeCar([root.cid], blocks), await sign(manager, root.cid));
    expect(await refusal(response)).toMatchObject({ status: 401, code });
    expect(await manager.blocks.get(root.cid)).toBeUndefined();
    await expectNothingPinned(manager);
  });

  test('the signer is not an active member', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const response = await manager.upload(
      await makeCar([root.cid], blocks),
      await authorize(Wallet.createRandom(), root.cid),
    );
    expect(await refusal(response)).toMatchObject({ status: 403, code: 'not-a-member' });
    expect(await manager.blocks.get(root.cid)).toBeUndefined();
  });

  test('the chain cannot be asked', async () => {
    const manager = await startManager();
    manager.chain.failure = new ChainError('chain-unavailable', 'down');
    const { root, blocks } = await entry();
    expect(await refusal(await manager.store([root.cid], blocks))).toMatchObject({
      status: 503,
      code: 'chain-unavailable',
    });
    await expectNothingPinned(manager);
  });

  test('its content type is another', async () => {
    const manager = await startManager();
    for (const type of ['application/octet-stream', 'application/json']) {
      const response = await fetch(`${manager.url}/v1/car`, {
        method: 'POST',
        headers: { 'content-type': type },
        body: '{}',
      });
      expect(await refusal(response)).toMatchObject({ status: 415, code: 'unsupported-media-type' });
    }
  });
});

test('a client that goes away leaves no pin, and does not hold up garbage collection', async () => {
  const manager = await startManager();
  const { root, blocks, items } = await entry();
  const car = await makeCar([root.cid], blocks);
  const leaving = new AbortController();
  const body = new ReadableStream({ start: (controller) => controller.enqueue(car.slice(0, car.length - 3)) });
  const response = fetch(`${manager.url}/v1/car`, {
    method: 'POST',
    headers: {
      'content-type': 'application/vnd.ipld.car',
      authorization: await authorize(manager.member, root.cid),
    },
    body,
    duplex: 'half',
    signal: leaving.signal,
  } as RequestInit);
  await vi.waitFor(async () => expect(await manager.blocks.get(items[0].cid)).toBeDefined());
  expect(await collectGarbage(manager)).toMatchObject({ kept: 2 });
  leaving.abort();
  await expect(response).rejects.toThrow();
  await vi.waitFor(async () => expect(await collectGarbage(manager)).toMatchObject({ kept: 0 }));
  await expectNothingPinned(manager);
});

describe('one member', () => {
  const cars = async (count: number) => Promise.all(Array.from({ length: count }, (_, n) => entry(`entry ${n}`)));

  test('sends no header of more than 64 KiB, and no more than 256 roots', async () => {
    const manager = await startManager({ maxBlockBytes: 2 ** 21 });
    const many = await Promise.all(Array.from({ length: 2_000 }, (_, n) => rawBlock(`block ${n}`)));
    const roots = many.map(({ cid }) => cid);
    expect(await refusal(await manager.store(roots, many))).toMatchObject({ status: 400, code: 'bad-car' });
    expect(await refusal(await manager.store(roots.slice(0, 257), many.slice(0, 257)))).toMatchObject({
      status: 413,
      code: 'too-large',
    });
    await expectNothingPinned(manager);
    expect((await manager.store(roots.slice(0, 256), many.slice(0, 256))).status).toBe(201);
  });

  test.each([
    ['bytes', { uploadBytesPerDay: 300 }],
    ['blocks', { uploadBlocksPerDay: 8 }],
    ['roots', { uploadRootsPerDay: 2 }],
  ])('sends so many %s in a day and no more, also once the manager was started anew', async (_what, limits) => {
    const manager = await startManager(limits);
    const [one, two, three] = await cars(3);
    for (const { root, blocks } of [one!, two!]) expect((await manager.store([root.cid], blocks)).status).toBe(201);
    const response = await manager.store([three!.root.cid], three!.blocks);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refusal(response)).toMatchObject({ status: 429, code: 'over-quota' });
    expect(manager.pins.has(three!.root.cid)).toBe(false);

    const again = await startManager(limits, manager.folder);
    again.chain.members.add(manager.member.address);
    const authorization = await authorize(manager.member, three!.root.cid);
    const car = await makeCar([three!.root.cid], three!.blocks);
    expect(await refusal(await again.upload(car, authorization))).toMatchObject({ code: 'over-quota' });
    // Others are not held up by it.
    expect((await again.store([three!.root.cid], three!.blocks)).status).toBe(201);
  });

  test('has so much kept for it in all, whatever it sends again', async () => {
    const manager = await startManager({ uploadRootsInAll: 2 });
    const [one, two, three] = await cars(3);
    for (const { root, blocks } of [one!, one!, two!])
      expect((await manager.store([root.cid], blocks)).status).toBe(201);
    const response = await manager.store([three!.root.cid], three!.blocks);
    expect(response.headers.get('retry-after')).toBeNull();
    expect(await refusal(response)).toMatchObject({ status: 429, code: 'over-quota' });
  });

  test('holds up nobody else while it sends', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry('slow');
    const car = await makeCar([root.cid], blocks);
    const leaving = new AbortController();
    const slow = fetch(`${manager.url}/v1/car`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ipld.car', authorization: await authorize(manager.member, root.cid) },
      body: new ReadableStream({ start: (controller) => controller.enqueue(car.slice(0, car.length - 3)) }),
      duplex: 'half',
      signal: leaving.signal,
    } as RequestInit);
    await vi.waitFor(async () => expect(await manager.blocks.get(root.cid)).toBeDefined());
    const other = await entry('other');
    expect((await manager.store([other.root.cid], other.blocks)).status).toBe(201);
    expect(await collectGarbage(manager)).toMatchObject({ removed: 0 });
    leaving.abort();
    await expect(slow).rejects.toThrow();
  });
});

describe('a body', () => {
  const pace = { maxBytes: 1_000, minBytesPerSecond: 100, graceMs: 200 };
  /** Sends a byte at a time. */
  const drip = (everyMs: number, count: number) =>
    Readable.from(
      (async function* () {
        for (let i = 0; i < count; i++) {
          await new Promise((resolve) => setTimeout(resolve, everyMs));
          yield Buffer.of(i);
        }
      })(),
    );
  const read = async (body: Readable, pauseMs = 0) => {
    let length = 0;
    for await (const chunk of readBody(body, pace, () => undefined)) {
      length += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
    return length;
  };

  test('that drips is ended by its size, however steadily it drips', async () => {
    const began = Date.now();
    await expect(read(drip(20, 1_000))).rejects.toMatchObject({ code: 'too-slow' });
    expect(Date.now() - began).toBeLessThan(2_000);
    expect(await read(drip(5, 20))).toBe(20);
  });

  test('is not ended for the time that we take ourselves', async () => {
    expect(await read(Readable.from(Array.from({ length: 10 }, () => Buffer.of(1))), 50)).toBe(10);
  });

  test('of an upload that stalls is answered, and its connection closed', async () => {
    const manager = await startManager({ uploadGraceSeconds: 1 });
    const { root, blocks } = await entry();
    const car = await makeCar([root.cid], blocks);
    const socket = connect(Number(new URL(manager.url).port), '127.0.0.1');
    const authorization = await authorize(manager.member, root.cid);
    socket.write(
      `POST /v1/car HTTP/1.1\r\nhost: a\r\ncontent-type: application/vnd.ipld.car\r\nauthorization: ${authorization}\r\ncontent-length: ${car.length}\r\n\r\n`,
    );
    socket.write(car.slice(0, 50));
    let answer = '';
    socket.on('data', (part: Buffer) => (answer += part.toString()));
    await once(socket, 'close');
    expect(answer).toContain('408');
    expect(answer).toContain('too-slow');
  });
});

describe('an upload is kept', () => {
  test('with everything below its root', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const response = await manager.store([root.cid], blocks);
    expect(response.status).toBe(201);
    const bytes = blocks.reduce((sum, block) => sum + block.bytes.length, 0);
    expect(await response.json()).toEqual({ roots: [root.cid.toString()], blocks: 3, bytes });
    for (const block of blocks) expect(await manager.blocks.get(block.cid)).toEqual(Buffer.from(block.bytes));
    // What another process would find on the disk.
    expect((await Pins.open(join(manager.folder, 'pins'))).has(root.cid)).toBe(true);
  });

  test('with several roots, of which one is raw and one dag-pb', async () => {
    const manager = await startManager();
    const [one, two, raw] = [await entry('one'), await entry('two'), await rawBlock('a file')];
    const bytes = dagPb.encode(dagPb.prepare({ Links: [{ Name: '', Hash: raw.cid, Tsize: 6 }] }));
    const pb = { bytes, cid: CID.createV1(dagPb.code, await sha256.digest(bytes)) };
    const roots = [one.root.cid, two.root.cid, raw.cid, pb.cid];
    const response = await manager.store(roots, [...one.blocks, ...two.blocks, raw, pb]);
    expect(response.status).toBe(201);
    for (const root of roots) expect(manager.pins.has(root)).toBe(true);
  });

  test('when the blocks it links to are here already', async () => {
    const manager = await startManager();
    const { root, items } = await entry();
    await manager.store([items[0].cid, items[1].cid], items);
    expect((await manager.store([root.cid], [root])).status).toBe(201);
  });

  test('when it is longer than one network packet, and comes in a trickle', async () => {
    const manager = await startManager();
    const items = await Promise.all(Array.from({ length: 60 }, (_, n) => rawBlock(new Uint8Array(9_000).fill(n))));
    const root = await cborBlock(items.map(({ cid }) => cid));
    const car = await makeCar([root.cid], [root, ...items]);
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < car.length; at += 33_333) controller.enqueue(car.slice(at, at + 33_333));
        controller.close();
      },
    });
    const response = await fetch(`${manager.url}/v1/car`, {
      method: 'POST',
      headers: {
        'content-type': 'application/vnd.ipld.car; version=1',
        authorization: await authorize(manager.member, root.cid),
      },
      body,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject({ blocks: 61 });
  });

  test('twice with the same answer, by two uploads at once', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    const answers = await Promise.all([1, 2, 3, 4].map(() => manager.store([root.cid], blocks)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(manager.pins.size).toBe(1);
  });

  test('and the registry is asked about its member once a minute', async () => {
    const manager = await startManager();
    const { root, blocks } = await entry();
    await manager.store([root.cid], blocks);
    await manager.store([root.cid], blocks);
    expect(manager.chain.asked).toBe(1);
  });
});
