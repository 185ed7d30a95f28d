import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NextToLast } from 'blockstore-fs/sharding';
import { describe, expect, test } from 'vitest';
import { DiskBlocks } from '../../../manager/blocks/disk.ts';
import { ipfsBlocks } from '../../../manager/blocks/ipfs.ts';
import { openBlocks } from '../../../manager/blocks/open.ts';
import { ConfigError } from '../../../manager/settings.ts';
import { blocksCompliance } from './blocks-compliance.ts';
import { entry, rawBlock, refusal, startManager, temporaryFolder } from './fixtures.ts';
import type { Told } from './http-service.ts';
import { startKubo } from './kubo.ts';

const DAMAGE = Buffer.from('something else');
const UNAVAILABLE = { code: 'storage-unavailable', status: 503 };
/** Milliseconds: the service is in this process. */
const WAITS = { blockMs: 2_000, pinMs: 2_000 };

blocksCompliance('blocks on a disk', async () => {
  const folder = await temporaryFolder();
  return {
    blocks: await DiskBlocks.open(folder),
    async damage(cid) {
      const { dir, file } = new NextToLast().encode(cid);
      await writeFile(join(folder, dir, file), DAMAGE);
    },
  };
});

describe.each([
  ['its RPC', false],
  ['its gateway', true],
])('an IPFS node that is read by %s', (_how, byGateway) => {
  const open = async (waits = WAITS) => {
    const node = await startKubo();
    const ipfsGateway = byGateway ? node.gateway : undefined;
    return { node, blocks: ipfsBlocks({ ipfsApi: node.api, ipfsGateway }, waits) };
  };

  blocksCompliance('has blocks that', async () => {
    const { node, blocks } = await open();
    return { blocks, damage: async (cid) => void (await node.store.put(cid, DAMAGE)) };
  });

  test('pins what is kept, and nothing before', async () => {
    const { node, blocks } = await open();
    const { root, blocks: some } = await entry();
    for (const { cid, bytes } of some) await blocks.put(cid, bytes);
    expect(node.pins.size).toBe(0);
    await blocks.keep([root.cid], []);
    expect([...node.pins]).toEqual([root.cid.toString()]);
  });

  test('unpins what need not be kept, and minds nothing that it never had', async () => {
    const { node, blocks } = await open();
    const { root, blocks: some } = await entry();
    for (const { cid, bytes } of some) await blocks.put(cid, bytes);
    await blocks.release(root.cid);
    await blocks.keep([root.cid], []);
    await blocks.release(root.cid);
    expect(node.pins.size).toBe(0);
    node.instead = () => ({ status: 500, body: JSON.stringify({ Message: 'the lock is held', Code: 0 }) });
    await expect(blocks.release(root.cid)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('that lost a block meanwhile keeps nothing', async () => {
    const { node, blocks } = await open();
    const { root, items, blocks: some } = await entry();
    for (const { cid, bytes } of some) await blocks.put(cid, bytes);
    await node.store.delete(items[1].cid);
    await expect(blocks.keep([root.cid], [])).rejects.toMatchObject({ code: 'incomplete' });
    expect(node.pins.size).toBe(0);
  });

  test('that is full, or refuses for another reason, says so', async () => {
    const { node, blocks } = await open();
    const { cid, bytes } = await rawBlock('a block');
    node.refusal = 'import failed: write /data/ipfs/blocks: no space left on device';
    await expect(blocks.put(cid, bytes)).rejects.toMatchObject({ code: 'storage-full' });
    node.refusal = 'lock /data/ipfs/repo.lock: someone else has the lock';
    await expect(blocks.put(cid, bytes)).rejects.toMatchObject(UNAVAILABLE);
  });

  test.each<[string, Told | 'nothing']>([
    ['nothing in time', 'nothing'],
    ['an empty answer', { status: 200 }],
    ['something in no form', { status: 200, body: '{"Root":{}}\n' }],
    ['no JSON', { status: 200, body: '<html>' }],
    ['that it is elsewhere', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }],
    ['that it must not be asked', { status: 403, body: '403 - Forbidden' }],
    ['a fault in no form', { status: 500, body: 'oops' }],
    [
      'of another root that it is pinned',
      { status: 200, body: '{"Root":{"Cid":{"/":"bafkqaaa"},"PinErrorMsg":""}}\n' },
    ],
  ])('that says %s is not believed', async (_what, told) => {
    const { node, blocks } = await open({ blockMs: 200, pinMs: 200 });
    const { cid, bytes } = await rawBlock('a block');
    node.instead = () => told;
    await expect(blocks.put(cid, bytes)).rejects.toMatchObject(UNAVAILABLE);
    await expect(blocks.keep([cid], [cid])).rejects.toMatchObject(UNAVAILABLE);
    await expect(blocks.freeBytes()).rejects.toMatchObject(UNAVAILABLE);
    const isBytes = typeof told === 'object' && told.status === 200;
    await expect(blocks.get(cid)).rejects.toMatchObject(isBytes ? { code: 'corrupt' } : UNAVAILABLE);
  });

  test('that is down is not believed to have nothing', async () => {
    const blocks = ipfsBlocks({
      ipfsApi: 'http://127.0.0.1:1',
      ipfsGateway: byGateway ? 'http://127.0.0.1:1' : undefined,
    });
    const { cid, bytes } = await rawBlock('a block');
    await expect(blocks.get(cid)).rejects.toMatchObject(UNAVAILABLE);
    await expect(blocks.put(cid, bytes)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('keeps uploads of a manager, and gives them to its gateway', async () => {
    const { node, blocks } = await open();
    const manager = await startManager({}, undefined, undefined, { blocks });
    const { root, items, blocks: some } = await entry();
    expect((await manager.store([root.cid], some)).status).toBe(201);
    expect([...node.pins]).toEqual([root.cid.toString()]);
    for (const { cid, bytes } of some) {
      const answer = await fetch(`${manager.url}/ipfs/${cid.toString()}?format=raw`);
      expect(Buffer.from(await answer.arrayBuffer())).toEqual(Buffer.from(bytes));
    }
    // What is there already need not be sent again; what is missing is.
    const second = await entry('second');
    expect(await refusal(await manager.store([second.root.cid], [second.root, items[0]]))).toMatchObject({
      code: 'incomplete',
    });
    expect((await manager.store([items[0].cid], [])).status).toBe(201);
    node.instead = () => ({ status: 500, body: '' });
    expect(await refusal(await manager.store([second.root.cid], second.blocks))).toMatchObject(UNAVAILABLE);
    expect(manager.pins.has(second.root.cid)).toBe(false);
  });
});

test.each([
  ['ipfsGateway', { ipfsGateway: 'http://127.0.0.1:8080' }],
  ['maxBlockBytes', { ipfsApi: 'http://127.0.0.1:5001', maxBlockBytes: 2 ** 22 }],
  ['pinningToken', { pinningService: 'https://pins.example' }],
  ['pinningToken', { pinningToken: 'token' }],
])('settings that do not go together are named: %s', async (field, settings) => {
  const config = { dataDir: await temporaryFolder(), maxBlockBytes: 2 ** 21, pinningOrigins: [], ...settings };
  await expect(openBlocks(config)).rejects.toThrow(ConfigError);
  await expect(openBlocks(config)).rejects.toThrow(new RegExp(`^${field}: must `));
});
