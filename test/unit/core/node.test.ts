import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LogReader } from '../../../extension/core/chain/logs.ts';
import { EthereumNode } from '../../../extension/core/chain/node.ts';

interface Question {
  readonly id: number;
  readonly method: string;
}
type Asked = Question | Question[];

const read = async (request: IncomingMessage): Promise<Asked> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Asked;
};
const json = (response: ServerResponse, body: unknown, status = 200) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
const answerTo = ({ id, method }: Question) => ({ jsonrpc: '2.0', id, result: method });
const truth = (asked: Asked): unknown => (Array.isArray(asked) ? asked.map(answerTo) : answerTo(asked));

/** A node that answers as it is told. @param answer is given how often it was asked, from 1 */
async function node(answer: (response: ServerResponse, asked: Asked, times: number) => unknown) {
  let times = 0;
  const server = createServer((request, response) => {
    void read(request).then((asked) => answer(response, asked, ++times));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const provider = new EthereumNode(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, fetch);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { provider, times: () => times };
}
const unreachable = { code: 'chain-unreachable' };

describe('a node', () => {
  it('is asked together what is asked in one turn, and answers in any order', async () => {
    const { provider, times } = await node((response, asked) =>
      json(response, Array.isArray(asked) ? asked.map(answerTo).toReversed() : answerTo(asked)),
    );
    expect(await Promise.all([provider.send('a', []), provider.send('b', []), provider.send('c', [])])).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(times()).toBe(1);
    expect(await provider.send('d', [])).toBe('d');
  });

  it('is asked a hundred questions at a time, and no more', async () => {
    const together: number[] = [];
    const { provider } = await node((response, asked) => {
      together.push([asked].flat().length);
      json(response, truth(asked));
    });
    const methods = Array.from({ length: 201 }, (_, i) => `m${i}`);
    expect(await Promise.all(methods.map((method) => provider.send(method, [])))).toEqual(methods);
    expect(together.sort((a, b) => b - a)).toEqual([100, 100, 1]);
  });

  it('that refuses one of several questions refuses that one alone', async () => {
    const error = { code: 3, message: 'execution reverted', data: '0x08c379a0' };
    const { provider } = await node((response, asked) =>
      json(
        response,
        [asked].flat().map((one) => (one.method === 'b' ? { id: one.id, error } : answerTo(one))),
      ),
    );
    const [a, b, c] = await Promise.allSettled(['a', 'b', 'c'].map((method) => provider.send(method, [])));
    expect([a, c]).toEqual([
      { status: 'fulfilled', value: 'a' },
      { status: 'fulfilled', value: 'c' },
    ]);
    expect(b).toMatchObject({ status: 'rejected', reason: { name: 'NodeError', ...error } });
  });

  it('passes on its own refusals, also of a whole batch', async () => {
    const error = { code: -32_005, message: 'too many' };
    const { provider } = await node((response) => json(response, { jsonrpc: '2.0', id: null, error }));
    const asked = await Promise.allSettled([provider.send('a', []), provider.send('b', [])]);
    for (const one of asked) expect(one).toMatchObject({ status: 'rejected', reason: { name: 'NodeError', ...error } });
  });

  it.each([
    ['a number of seconds', () => '0'],
    ['a date', () => new Date(Date.now() + 200).toUTCString()],
    ['nothing', () => undefined],
    ['nonsense', () => 'soon'],
  ])('that is busy is asked again after %s', async (_, after) => {
    const { provider, times } = await node((response, asked, n) => {
      if (n > 2) return json(response, truth(asked));
      const header = after();
      return response.writeHead(n === 1 ? 429 : 503, header === undefined ? {} : { 'retry-after': header }).end('busy');
    });
    expect(await provider.send('a', [])).toBe('a');
    expect(times()).toBe(3);
  });

  it.each([
    ['stays busy', (r: ServerResponse) => r.writeHead(429, { 'retry-after': '0' }).end(), 4],
    ['wants to be left alone for long', (r: ServerResponse) => r.writeHead(429, { 'retry-after': '3600' }).end(), 1],
    ['answers with a page', (r: ServerResponse) => r.writeHead(200).end('<html>'), 1],
    ['fails', (r: ServerResponse) => r.writeHead(500).end('oops'), 1],
    ['answers something else', (r: ServerResponse) => json(r, { hello: 1 }), 1],
    ['answers nothing', (r: ServerResponse) => json(r, []), 1],
    ['answers another question', (r: ServerResponse) => json(r, { jsonrpc: '2.0', id: 999, result: 1 }), 1],
    ['answers twice', (r: ServerResponse, asked: Asked) => json(r, [asked, asked].flat().map(answerTo)), 1],
    ['hangs up', (r: ServerResponse) => r.destroy(), 2],
    [
      'hangs up in the middle',
      (r: ServerResponse) => {
        r.writeHead(200, { 'content-length': '1000' }).write('{"jsonrpc"');
        setTimeout(() => r.destroy(), 20);
      },
      1,
    ],
  ])('that %s is unreachable', async (_, answer, tries) => {
    const { provider, times } = await node(answer);
    await expect(provider.send('a', [])).rejects.toMatchObject(unreachable);
    expect(times()).toBe(tries);
  });

  it('that closes a line as it is taken again is asked on another', async () => {
    const { provider, times } = await node((response, asked, n) =>
      n === 1 ? response.destroy() : json(response, truth(asked)),
    );
    expect(await provider.send('a', [])).toBe('a');
    expect(times()).toBe(2);
  });

  it('that never comes to an end is left', async () => {
    let stopped = false;
    const { provider } = await node((response) => {
      const part = 'x'.repeat(1_048_576);
      response.writeHead(200);
      response.on('close', () => (stopped = true));
      const more = () => {
        while (!stopped && response.write(part));
      };
      response.on('drain', more);
      more();
    });
    await expect(provider.send('a', [])).rejects.toMatchObject({ name: 'NodeError', code: -32_005 });
    await expect.poll(() => stopped).toBe(true);
  });

  it('that takes no long answer is asked for logs in smaller parts', async () => {
    const most = 100;
    const ranges: number[] = [];
    const { provider } = await node((response, asked) => {
      const questions = [asked].flat() as (Question & { params: [{ fromBlock: string; toBlock: string }] })[];
      const blocks = questions.map(({ params: [{ fromBlock, toBlock }] }) => Number(toBlock) - Number(fromBlock) + 1);
      ranges.push(...blocks);
      if (blocks.some((n) => n > most)) return response.writeHead(413).end('too much');
      const answers = questions.map(({ id }) => ({ jsonrpc: '2.0', id, result: [] }));
      return json(response, Array.isArray(asked) ? answers : answers[0]);
    });
    const reader = new LogReader((method, params) => provider.send(method, params), [`0x${'11'.repeat(20)}`]);
    expect(await reader.read([[null]], 1, 1_000)).toEqual([]);
    const taken = ranges.filter((n) => n <= most).reduce((a, b) => a + b, 0);
    expect(taken).toBe(1_000);
  });

  it('that is not there is unreachable', async () => {
    const provider = new EthereumNode('http://127.0.0.1:1', fetch);
    await expect(provider.send('a', [])).rejects.toMatchObject(unreachable);
  });
});
