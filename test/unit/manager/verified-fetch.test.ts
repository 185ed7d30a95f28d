import { randomBytes } from 'node:crypto';
import { createVerifiedFetch } from '@helia/verified-fetch';
import { MemoryBlockstore } from 'blockstore-core';
import { importer } from 'ipfs-unixfs-importer';
import type { CID } from 'multiformats/cid';
import { expect, onTestFinished, test } from 'vitest';

import { startManager, type Block } from './fixtures.ts';

/** A file as UnixFS has it, in blocks of 64 KiB. */
async function fileOf(content: Uint8Array): Promise<{ root: CID; blocks: Block[] }> {
  const blockstore = new MemoryBlockstore();
  const source = [{ path: 'file', content: [content] }];
  let root: CID | undefined;
  for await (const { cid } of importer(source, blockstore, {
    chunker: async function* (parts) {
      for await (const part of parts)
        for (let at = 0; at < part.length; at += 65_536) yield part.subarray(at, at + 65_536);
    },
    rawLeaves: true,
    cidVersion: 1,
  }))
    root = cid;
  const blocks: Block[] = [];
  for await (const { cid, bytes } of blockstore.getAll()) {
    const parts: Uint8Array[] = [];
    for await (const part of bytes) parts.push(part);
    blocks.push({ cid, bytes: Buffer.concat(parts) });
  }
  return { root: root!, blocks };
}

test('a file that was uploaded is read by verified-fetch, from this gateway alone', async () => {
  const manager = await startManager({ maxBlockBytes: 100_000 });
  const content = randomBytes(500_000);
  const { root, blocks } = await fileOf(content);
  expect(blocks.length).toBeGreaterThan(5);
  expect((await manager.store([root], blocks)).status).toBe(201);

  // Without peers: what is not at the gateway is nowhere.
  const verifiedFetch = await createVerifiedFetch({
    gateways: [manager.url],
    routers: [],
    allowLocal: true,
    allowInsecure: true,
    libp2pConfig: { addresses: { listen: [] }, transports: [], peerDiscovery: [], services: {} },
  });
  onTestFinished(() => verifiedFetch.stop());
  const signal = AbortSignal.timeout(20_000);
  const answer = await verifiedFetch(`ipfs://${root.toString()}`, { signal });
  expect(answer.status).toBe(200);
  expect(content.equals(new Uint8Array(await answer.arrayBuffer()))).toBe(true);
  const raw = await verifiedFetch(`ipfs://${blocks[0]!.cid.toString()}`, { signal });
  expect(new Uint8Array(await raw.arrayBuffer())).toEqual(Uint8Array.from(blocks[0]!.bytes));

  const lines = manager.log.map((line) => JSON.parse(line) as { route?: string; status?: number });
  const served = lines.filter(({ route, status }) => route === '/ipfs/:cid' && status === 200);
  expect(served.length, 'each block came from here').toBeGreaterThanOrEqual(blocks.length);
});
