import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CID } from 'multiformats/cid';
import { expect, onTestFinished, test } from 'vitest';
import { concat, own, random, toHex } from '../../../extension/core/bytes.ts';
import { cidOf, RAW } from '../../../extension/core/storage/cid.ts';
import { UnixFsBuilder } from '../../../extension/core/storage/unixfs.ts';
import { gatewaySource } from '../../../portal/sdk/gateway-source.ts';
import { recipientKeys } from '../../../portal/sdk/recipient-keys.ts';

const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const WORDS = `${'abandon '.repeat(11)}about`;

/** A manager's gateway over blocks in memory. */
async function gateway(blocks: ReadonlyMap<string, Uint8Array>): Promise<string> {
  const server = createServer((request, response) => {
    const [, cid = ''] = /^\/ipfs\/([^?]+)/.exec(request.url ?? '') ?? [];
    const bytes = blocks.get(cid);
    response.writeHead(bytes === undefined ? 404 : 200).end(bytes);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function file(size: number, leaf: number) {
  const blocks = new Map<string, Uint8Array>();
  const put = (cid: CID, bytes: Uint8Array) => Promise.resolve(void blocks.set(cid.toString(), own(bytes)));
  const builder = new UnixFsBuilder({ put });
  const bytes = random(size);
  for (let at = 0; at < size; at += leaf) {
    const part = bytes.slice(at, at + leaf);
    const cid = await cidOf(RAW, part);
    await put(cid, part);
    builder.addLeaf(cid, part.byteLength);
  }
  return { bytes, blocks, root: (await builder.finish()).root };
}

async function collect(parts: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const part of parts) all.push(part);
  return concat(...all);
}

test('a file of many blocks is read from the manager that has it', async () => {
  const { bytes, blocks, root } = await file(10_000, 1_024);
  const source = gatewaySource([await gateway(new Map()), await gateway(blocks)]);
  expect(toHex(await collect(source.file(root)))).toBe(toHex(bytes));
});

test('one changed byte at the only manager is found, and a missing block is told as missing', async () => {
  const { blocks, root } = await file(3_000, 1_024);
  const [first] = blocks.keys();
  const changed = new Map(blocks).set(first!, own(blocks.get(first!)!).fill(7, 0, 1).fill(8, 1, 2));
  await expect(collect(gatewaySource([await gateway(changed)]).file(root))).rejects.toMatchObject({
    code: 'block-damaged',
  });
  blocks.delete(first!);
  const source = gatewaySource([await gateway(blocks)]);
  await expect(collect(source.file(root))).rejects.toMatchObject({ code: 'block-missing' });
  await expect(source.block(CID.parse(first!))).rejects.toMatchObject({ code: 'block-missing' });
});

test('a private key gives the same keys each time, and none of them is the private key', async () => {
  const [a, b] = await Promise.all([recipientKeys({ privateKey: KEY }), recipientKeys({ privateKey: KEY })]);
  expect(a).toEqual(b);
  expect(a.address).toBe('0x70997970C51812dc3A010C7d01b50e0d17dc79C8');
  expect(toHex(a.encryption.secret)).not.toBe(KEY);
  expect(a.encryption.publicX).toHaveLength(32);
});

test('words give the wallet’s own account', async () => {
  expect((await recipientKeys({ words: WORDS })).address).toBe('0x9858EfFD232B4033E47d90003D41EC34EcaEda94');
});

test('a bad secret is refused without being repeated', async () => {
  await expect(recipientKeys({ privateKey: '0xsecret' })).rejects.toThrow(/^(?!.*secret).*privateKey must be/);
  await expect(recipientKeys({ words: 'secret words' })).rejects.toMatchObject({ code: 'bad-words' });
});
