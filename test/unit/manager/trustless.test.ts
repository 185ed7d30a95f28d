import { request as httpRequest } from 'node:http';
import { CarReader } from '@ipld/car';
import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import { CID } from 'multiformats/cid';
import { identity } from 'multiformats/hashes/identity';
import { sha256 } from 'multiformats/hashes/sha2';
import { beforeAll, describe, expect, test } from 'vitest';
import { cborBlock, rawBlock, readCar, refusal, startManager, type Block, type Manager } from './fixtures.ts';

/**
 * The trustless cases of the public gateway conformance suite (https://github.com/ipfs/gateway-conformance), by fixtures of our own.
 */
const RAW = 'application/vnd.ipld.raw';
const CAR = 'application/vnd.ipld.car';
/** Identity CID of nothing, by which a trustless gateway is found out. */
const PROBE = 'bafkqaaa';

async function pbBlock(fs: UnixFS, links: { name?: string; to: Block }[] = []): Promise<Block> {
  const Links = links.map(({ name = '', to }) => ({ Name: name, Hash: to.cid, Tsize: to.bytes.length }));
  const bytes = dagPb.encode(dagPb.prepare({ Data: fs.marshal(), Links }));
  return { bytes, cid: CID.createV1(dagPb.code, await sha256.digest(bytes)) };
}

/** A file of five parts: four of 256 bytes and one of 2. */
async function multiblock() {
  const parts = await Promise.all(
    [256, 256, 256, 256, 2].map((length, i) => rawBlock(new Uint8Array(length).fill(i + 1))),
  );
  const fs = new UnixFS({ type: 'file' });
  for (const { bytes } of parts) fs.addBlockSize(BigInt(bytes.length));
  return {
    parts,
    file: await pbBlock(
      fs,
      parts.map((to) => ({ to })),
    ),
  };
}

async function fixture() {
  const { parts, file } = await multiblock();
  const [ascii, hello] = [await rawBlock('ascii'), await rawBlock('hello')];
  const directory = new UnixFS({ type: 'directory' });
  const subdir = await pbBlock(directory, [
    { name: 'ascii.txt', to: ascii },
    { name: 'copy.txt', to: ascii },
    { name: 'multiblock.txt', to: file },
  ]);
  const document = await cborBlock({ files: { single: hello.cid, list: [ascii.cid] }, note: 'words' });
  const shard = (links: { name: string; to: Block }[]) =>
    pbBlock(
      new UnixFS({ type: 'hamt-sharded-directory', fanout: 256n, hashType: 0x22n, data: Uint8Array.of(1) }),
      links,
    );
  const inner = await shard([{ name: '0Ahello.txt', to: hello }]);
  const otherInner = await shard([{ name: '0Bother.txt', to: ascii }]);
  const sharded = await shard([
    { name: '11', to: otherInner },
    { name: '22multi.txt', to: file },
    { name: '33', to: inner },
  ]);
  const root = await pbBlock(directory, [
    { name: 'document', to: document },
    { name: 'sharded', to: sharded },
    { name: 'subdir', to: subdir },
  ]);
  const blocks = [root, subdir, document, sharded, inner, otherInner, file, ...parts, ascii, hello];
  return { root, subdir, document, sharded, inner, otherInner, file, parts, ascii, hello, blocks };
}

let made: Awaited<ReturnType<typeof fixture>>;
beforeAll(async () => {
  made = await fixture();
});
async function start(): Promise<Manager> {
  const manager = await startManager();
  expect((await manager.store([made.root.cid], made.blocks)).status).toBe(201);
  return manager;
}
const names = (blocks: readonly Block[]) => blocks.map(({ cid }) => cid.toString());

describe('the probe', () => {
  test.each(['GET', 'HEAD'])('is answered to %s, for block and CAR, by query and by header', async (method) => {
    const { url } = await startManager();
    for (const [format, type] of [
      ['raw', RAW],
      ['car', CAR],
    ] as const) {
      for (const response of [
        await fetch(`${url}/ipfs/${PROBE}?format=${format}`, { method }),
        await fetch(`${url}/ipfs/${PROBE}`, { method, headers: { accept: type } }),
      ]) {
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toContain(type);
        const body = new Uint8Array(await response.arrayBuffer());
        if (method === 'HEAD' || format === 'raw') expect(body.length).toBe(0);
        else expect((await (await CarReader.fromBytes(body)).getRoots()).map(String)).toEqual([PROBE]);
      }
    }
  });

  test('and any other identity CID holds its own bytes, and is in no CAR', async () => {
    const { url } = await startManager();
    const cid = CID.createV1(0x55, identity.digest(new TextEncoder().encode('hello'))).toString();
    expect(await (await fetch(`${url}/ipfs/${cid}?format=raw`)).text()).toBe('hello');
    const car = await fetch(`${url}/ipfs/${cid}`, { headers: { accept: `${CAR}; dups=y` } });
    expect(car.headers.get('content-type')).toContain('dups=y');
    expect((await readCar(car)).cids).toEqual([]);
  });
});

describe('which blocks a CAR has', () => {
  test.each<[string, string, (m: typeof made) => Block[]]>([
    ['a file below a directory', 'subdir/ascii.txt', (m) => [m.root, m.subdir, m.ascii]],
    ['a file by a path of dag-cbor', 'document/files/single', (m) => [m.root, m.document, m.hello]],
    ['a file by an index of dag-cbor', 'document/files/list/0', (m) => [m.root, m.document, m.ascii]],
    ['a value within dag-cbor', 'document/note?dag-scope=block', (m) => [m.root, m.document]],
    ['a file of several blocks', 'subdir/multiblock.txt', (m) => [m.root, m.subdir, m.file, ...m.parts]],
    ['a file in a sharded directory', 'sharded/hello.txt', (m) => [m.root, m.sharded, m.inner, m.hello]],
    ['a file in its first shard', 'sharded/multi.txt?dag-scope=block', (m) => [m.root, m.sharded, m.file]],
    ['block of a directory', 'subdir?dag-scope=block', (m) => [m.root, m.subdir]],
    ['block of a file', 'subdir/multiblock.txt?dag-scope=block', (m) => [m.root, m.subdir, m.file]],
    ['entity of a directory', 'subdir?dag-scope=entity', (m) => [m.root, m.subdir]],
    ['entity of a sharded directory', 'sharded?dag-scope=entity', (m) => [m.root, m.sharded, m.otherInner, m.inner]],
    ['entity of a file', 'subdir/multiblock.txt?dag-scope=entity', (m) => [m.root, m.subdir, m.file, ...m.parts]],
    ['entity of dag-cbor', 'document?dag-scope=entity', (m) => [m.root, m.document]],
    ['all of a directory', 'subdir?dag-scope=all', (m) => [m.root, m.subdir, m.ascii, m.file, ...m.parts]],
    ['a path with a slash at its end', 'subdir/ascii.txt/', (m) => [m.root, m.subdir, m.ascii]],
  ])('%s', async (_what, path, blocks) => {
    const { url } = await start();
    const response = await fetch(`${url}/ipfs/${made.root.cid.toString()}/${path}`, { headers: { accept: CAR } });
    expect(response.status).toBe(200);
    expect((await readCar(response)).cids).toEqual(names(blocks(made)));
  });

  test.each<[string, (parts: Block[]) => Block[]]>([
    ['0:*', (parts) => parts],
    ['512:*', (parts) => parts.slice(2)],
    ['512:1023', (parts) => parts.slice(2, 4)],
    ['512:-256', (parts) => parts.slice(2, 4)],
    ['-5:*', (parts) => parts.slice(3)],
    ['-9999:*', (parts) => parts],
    ['-9999:-3', (parts) => parts.slice(0, 4)],
    ['0:0', (parts) => parts.slice(0, 1)],
    ['1000:5000', (parts) => parts.slice(3)],
    ['5:4', () => []],
  ])('entity-bytes=%s of a file', async (range, parts) => {
    const { url } = await start();
    const response = await fetch(`${url}/ipfs/${made.file.cid.toString()}?format=car&entity-bytes=${range}`);
    expect((await readCar(response)).cids).toEqual(names([made.file, ...parts(made.parts)]));
  });

  test('a range has what it needs also where other parts are missing; of what is no file it is ignored', async () => {
    const { url, blocks } = await start();
    await blocks.delete(made.parts[2]!.cid);
    const get = (cid: CID, range: string) => fetch(`${url}/ipfs/${cid.toString()}?format=car&entity-bytes=${range}`);
    expect((await readCar(await get(made.file.cid, '0:300'))).cids).toEqual(
      names([made.file, ...made.parts.slice(0, 2)]),
    );
    expect((await readCar(await get(made.file.cid, '800:*'))).cids).toEqual(names([made.file, ...made.parts.slice(3)]));
    expect((await readCar(await get(made.subdir.cid, '5:9'))).cids).toEqual(names([made.subdir]));
    expect((await readCar(await get(made.document.cid, '5:9'))).cids).toEqual(names([made.document]));
    expect(await refusal(await get(made.file.cid, '1026:*'))).toMatchObject({ status: 400, code: 'bad-request' });
  });

  test('each block once, or as often as it occurs', async () => {
    const { url } = await start();
    const get = (query: string, accept: string) =>
      fetch(`${url}/ipfs/${made.subdir.cid.toString()}${query}`, { headers: { accept } });
    const { subdir, ascii, file, parts } = made;
    for (const [query, accept, dups] of [
      ['', `${CAR}; version=1; order=dfs; dups=n`, 'n'],
      ['', `${CAR}; version=1; order=dfs; dups=y`, 'y'],
      ['', `${CAR}; order=unk`, 'n'],
      ['?format=car', `${CAR}; dups=y`, 'y'],
      ['?format=car&car-dups=y', '*/*', 'y'],
      ['?format=car&car-dups=n', `${CAR}; dups=y`, 'n'],
    ] as const) {
      const response = await get(query, accept);
      expect(response.headers.get('content-type')).toBe(`${CAR}; version=1; order=dfs; dups=${dups}`);
      const twice = dups === 'y' ? [ascii] : [];
      expect((await readCar(response)).cids).toEqual(names([subdir, ascii, ...twice, file, ...parts]));
    }
  });
});

describe('what is wanted', () => {
  test.each([
    [RAW.toUpperCase(), RAW],
    ['Application/Vnd.Ipld.Car; Version=1; Order=DFS; Dups=Y', CAR],
    [`text/html, ${RAW};q=0.5, ${CAR};q=0.4`, RAW],
    [`${RAW};q=0.4,${CAR};q=0.9`, CAR],
    [`${RAW};q=0, ${CAR}`, CAR],
    [`${CAR};order=foo, ${RAW};q=0.1`, RAW],
    [`${CAR}; version=2, ${CAR};version=1;q=0.2`, CAR],
    [`${CAR};dups="y"`, CAR],
    [`${RAW}, */*;q=0.1`, RAW],
  ])('by accept: %s is %s', async (accept, type) => {
    const { url } = await start();
    const response = await fetch(`${url}/ipfs/${made.root.cid.toString()}`, { headers: { accept } });
    expect([response.status, response.headers.get('content-type')?.split(';')[0]]).toEqual([200, type]);
    const format = type === RAW ? 'raw' : 'car';
    expect(response.headers.get('content-location')).toContain(`format=${format}`);
    await response.arrayBuffer();
  });

  test('by query, which the header does not change', async () => {
    const { url } = await start();
    const response = await fetch(`${url}/ipfs/${made.root.cid.toString()}?format=raw`, { headers: { accept: CAR } });
    expect(response.headers.get('content-type')).toBe(RAW);
    expect(response.headers.get('content-location')).toBeNull();
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(made.root.bytes);
  });

  test.each<[string, string, Record<string, string>, number]>([
    ['a format that is not verifiable', '?format=tar', {}, 406],
    ['a page', '', { accept: 'text/html' }, 406],
    ['anything', '', { accept: '*/*' }, 406],
    ['nothing that it takes', '', { accept: `${RAW};q=0` }, 406],
    ['a version that there is not', '', { accept: `${CAR};version=2` }, 406],
    ['an order that there is not', '', { accept: `${CAR};order=foo` }, 406],
    ['an order that there is not, by query', '?format=car&car-order=foo', {}, 400],
    ['a scope that there is not', '?format=car&dag-scope=everything', {}, 400],
    ['a range that is none', '?format=car&entity-bytes=a:b', {}, 400],
    ['two formats', '?format=car&format=raw', {}, 400],
    ['a block by a path', '/subdir?format=raw', {}, 400],
    ['a path that is not encoded', '/%ff?format=car', {}, 400],
    ['a path of too many names', `${'/a'.repeat(65)}?format=car`, {}, 400],
    ['a path that leads nowhere', '/subdir/none?format=car', {}, 404],
    ['a path below a file', '/subdir/ascii.txt/more?format=car', {}, 404],
    ['a path below a value', '/document/note/more?format=car', {}, 404],
    ['what an object of JavaScript has', '/document/constructor?format=car', {}, 404],
    ['a name that no shard has', '/sharded/none?format=car', {}, 404],
  ])('%s is refused, also to HEAD', async (_what, rest, headers, status) => {
    const { url } = await start();
    for (const method of ['GET', 'HEAD'])
      expect((await fetch(`${url}/ipfs/${made.root.cid.toString()}${rest}`, { method, headers })).status).toBe(status);
  });

  test('nothing is said: that is a bad request', async () => {
    const { url } = await start();
    const status = await new Promise((resolve) =>
      httpRequest(`${url}/ipfs/${made.root.cid.toString()}`, (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      }).end(),
    );
    expect(status).toBe(400);
  });
});

describe('headers', () => {
  test('say what it is, that it stays, and what it is called', async () => {
    const { url } = await start();
    const cid = made.root.cid.toString();
    const raw = await fetch(`${url}/ipfs/${cid}?format=raw`);
    expect(Object.fromEntries(raw.headers)).toMatchObject({
      'content-type': RAW,
      'content-length': String(made.root.bytes.length),
      'content-disposition': `attachment; filename="${cid}.bin"`,
      'cache-control': 'public, max-age=29030400, immutable',
      'x-content-type-options': 'nosniff',
      'x-ipfs-path': `/ipfs/${cid}`,
      'x-ipfs-roots': cid,
    });
    const car = await fetch(`${url}/ipfs/${cid}/subdir/ascii.txt?format=car&filename=ä"b.car`);
    expect(car.headers.get('content-disposition')).toBe(
      `attachment; filename="__b.car"; filename*=UTF-8''%C3%A4%22b.car`,
    );
    expect(car.headers.get('x-ipfs-roots')?.split(',')).toEqual(names([made.root, made.subdir, made.ascii]));
    await car.arrayBuffer();
  });

  test('name each answer by a tag of its own, by which it is not sent again', async () => {
    const { url } = await start();
    const cid = made.root.cid.toString();
    const queries = [
      '?format=raw',
      ...['', '&dag-scope=block', '&dag-scope=entity', '&car-dups=y', '&entity-bytes=0:1', '&entity-bytes=0:2'].map(
        (q) => `?format=car${q}`,
      ),
      '/subdir?format=car',
    ];
    const tags = new Set<string>();
    for (const query of queries) {
      const etag = (await fetch(`${url}/ipfs/${cid}${query}`, { method: 'HEAD' })).headers.get('etag') ?? '';
      tags.add(etag);
      for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
        const again = await fetch(`${url}/ipfs/${cid}${query}`, { headers: { 'if-none-match': known } });
        expect([again.status, await again.text()]).toEqual([304, '']);
      }
    }
    expect(tags.size).toBe(queries.length);
  });

  test('of what is only wanted where it is at hand', async () => {
    const { url } = await start();
    const absent = (await rawBlock('absent')).cid.toString();
    const headers = { 'cache-control': 'only-if-cached' };
    expect((await fetch(`${url}/ipfs/${absent}?format=raw`, { headers })).status).toBe(412);
    expect((await fetch(`${url}/ipfs/${absent}?format=raw`, { method: 'HEAD' })).status).toBe(404);
    expect((await fetch(`${url}/ipfs/${made.root.cid.toString()}?format=raw`, { headers })).status).toBe(200);
  });
});
