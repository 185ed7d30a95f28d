import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { fetchPublicBlock } from '../../../../extension/adapters/public-block.ts';
import { cidOf, DAG_CBOR } from '../../../../extension/core/storage/cid.ts';
import { codeOf } from '../wallets.ts';

/** A manager that answers with so many bytes. */
async function manager(bytes: number): Promise<{ url: string; sent: () => number }> {
  let sent = 0;
  const server = createServer((_, response) => {
    const more = () => {
      for (; sent < bytes;) {
        const chunk = Buffer.alloc(Math.min(65_536, bytes - sent), 7);
        sent += chunk.length;
        if (!response.write(chunk)) return;
      }
      response.end();
    };
    response.on('drain', more);
    response.on('error', () => undefined);
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent: () => sent };
}
const signal = new AbortController().signal;

it('a manager that gives too much, something else or nothing is passed over, and not read to its end', async () => {
  const bytes = new Uint8Array(100).fill(7);
  const cid = await cidOf(DAG_CBOR, bytes);
  const [endless, other, good] = [await manager(200_000_000), await manager(99), await manager(100)];
  const down = 'http://127.0.0.1:1';
  expect(await fetchPublicBlock([endless.url, down, other.url, good.url], cid, 1_000, signal)).toEqual(bytes);
  expect(endless.sent()).toBeLessThan(100_000_000);
  expect(await codeOf(fetchPublicBlock([endless.url, down, other.url], cid, 1_000, signal))).toBe('block-missing');
});

it('ends when the screen is left', async () => {
  const stop = new AbortController();
  stop.abort(new Error('left'));
  const cid = await cidOf(DAG_CBOR, new Uint8Array(1));
  expect(await codeOf(fetchPublicBlock(['http://127.0.0.1:1'], cid, 10, stop.signal))).toBe('Error: left');
});
