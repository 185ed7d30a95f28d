import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { CID } from 'multiformats/cid';
import { cborBlock, entry, rawBlock, readCar, refusal, startManager } from './fixtures.ts';

/** Overwrites the stored file of a block, as a failing disk might. */
async function damage(folder: string, cid: CID): Promise<void> {
  const { NextToLast } = await import('blockstore-fs/sharding');
  const { dir, file } = new NextToLast().encode(cid);
  expect(await readdir(join(folder, 'blocks', dir))).toContain(file);
  await writeFile(join(folder, 'blocks', dir, file), 'rotten');
}

test('refuses what is not a CID, not here, or not asked for in a verifiable format', async () => {
  const { url } = await startManager();
  const absent = await rawBlock('absent');
  const get = async (path: string) => refusal(await fetch(`${url}/ipfs/${path}`));
  expect(await get('not-a-cid?format=raw')).toMatchObject({ status: 400, code: 'bad-request' });
  expect(await get('%ff?format=raw')).toMatchObject({ status: 400, code: 'bad-request' });
  expect(await get(`${'b'.repeat(300)}?format=raw`)).toMatchObject({ status: 400, code: 'bad-request' });
  expect(await get(`${absent.cid.toString()}?format=raw`)).toMatchObject({ status: 404, code: 'not-found' });
  expect(await get(`${absent.cid.toString()}/a/path?format=raw`)).toMatchObject({ status: 404, code: 'not-found' });
  expect(await get(`${absent.cid.toString()}`)).toMatchObject({ status: 406, code: 'not-acceptable' });
  expect(await get(`${absent.cid.toString()}?format=tar`)).toMatchObject({ status: 406, code: 'not-acceptable' });
  expect(await get(`${absent.cid.toString()}?format=car&dag-scope=some`)).toMatchObject({
    status: 400,
    code: 'bad-request',
  });
});

test('does not serve a file that no longer matches its name', async () => {
  const { url, store, folder, log } = await startManager();
  const { root, blocks, items } = await entry();
  await store([root.cid], blocks);
  await damage(folder, items[1].cid);

  const response = await fetch(`${url}/ipfs/${items[1].cid.toString()}?format=raw`);
  expect(response.headers.get('cache-control')).toBeNull();
  expect(await refusal(response)).toMatchObject({ status: 500, code: 'corrupt' });
  expect(log.some((line) => (JSON.parse(line) as { level: number }).level === 50)).toBe(true);

  const car = await fetch(`${url}/ipfs/${root.cid.toString()}?format=car`);
  await expect(car.arrayBuffer()).rejects.toThrow();
});

test('a damaged block is repaired by sending it again', async () => {
  const { url, store, folder } = await startManager();
  const { root, blocks, items } = await entry();
  await store([root.cid], blocks);
  await damage(folder, items[1].cid);
  expect(await refusal(await store([root.cid], [root]))).toMatchObject({ code: 'incomplete' });
  expect((await store([root.cid], blocks)).status).toBe(201);
  expect((await fetch(`${url}/ipfs/${items[1].cid.toString()}?format=raw`)).status).toBe(200);
});

test('serves a block raw, to be cached for ever', async () => {
  const { url, store } = await startManager();
  const { root, blocks } = await entry();
  await store([root.cid], blocks);

  const byHeader = { headers: { accept: 'application/vnd.ipld.raw' } };
  for (const response of [
    await fetch(`${url}/ipfs/${root.cid.toString()}?format=raw`),
    await fetch(`${url}/ipfs/${root.cid.toString()}`, byHeader),
  ]) {
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('application/vnd.ipld.raw');
    expect(response.headers.get('cache-control')).toBe('public, max-age=29030400, immutable');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(root.bytes);
  }

  const head = await fetch(`${url}/ipfs/${root.cid.toString()}?format=raw`, { method: 'HEAD' });
  expect(head.headers.get('content-length')).toBe(String(root.bytes.length));
  const etag = head.headers.get('etag') ?? '';
  const again = await fetch(`${url}/ipfs/${root.cid.toString()}?format=raw`, { headers: { 'if-none-match': etag } });
  expect(again.status).toBe(304);
});

test('serves the whole DAG as a CAR, depth first, each block once', async () => {
  const { url, store } = await startManager();
  const [one, two] = [await entry('one'), await entry('two')];
  const top = await cborBlock({ a: one.root.cid, b: [two.root.cid], c: one.root.cid });
  expect((await store([top.cid], [top, ...one.blocks, ...two.blocks])).status).toBe(201);

  const response = await fetch(`${url}/ipfs/${top.cid.toString()}`, {
    headers: { accept: 'application/vnd.ipld.car; version=1' },
  });
  expect(response.headers.get('content-type')).toMatch(/^application\/vnd\.ipld\.car; version=1/);
  const cids = [top, ...one.blocks, ...two.blocks].map(({ cid }) => cid.toString());
  expect(await readCar(response)).toEqual({ roots: [top.cid.toString()], cids });

  const onlyRoot = await fetch(`${url}/ipfs/${top.cid.toString()}?format=car&dag-scope=block`);
  expect((await readCar(onlyRoot)).cids).toEqual([top.cid.toString()]);
  const head = await fetch(`${url}/ipfs/${top.cid.toString()}?format=car`, { method: 'HEAD' });
  expect([head.status, await head.text()]).toEqual([200, '']);
});

test('lets web pages call it, if they may', async () => {
  const anyone = await startManager();
  const preflight = async (url: string, origin: string) =>
    fetch(`${url}/v1/car`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      },
    });
  const open = await preflight(anyone.url, 'https://a.example');
  expect(open.headers.get('access-control-allow-origin')).toBe('*');
  expect(open.headers.get('access-control-allow-headers')).toContain('authorization');

  const some = await startManager({ corsOrigins: ['https://a.example'] });
  expect((await preflight(some.url, 'https://a.example')).headers.get('access-control-allow-origin')).toBe(
    'https://a.example',
  );
  expect((await preflight(some.url, 'https://b.example')).headers.get('access-control-allow-origin')).toBeNull();
});

test('slows down who asks too often', async () => {
  const { url } = await startManager({ requestsPerMinute: 2 });
  const get = async () => fetch(`${url}/healthz`);
  expect([(await get()).status, (await get()).status]).toEqual([200, 200]);
  const response = await get();
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await refusal(response)).toMatchObject({ status: 429, code: 'too-many-requests' });
});
