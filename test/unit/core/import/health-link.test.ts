import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { concat, random, toBase64, utf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { aboutHealthLink, readHealthLink } from '../../../../extension/core/import/health-link.ts';
import { bundle, planned, remarksOf } from './support.ts';

const base64url = (bytes: Uint8Array) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const content = JSON.stringify(bundle);
const secret = random(32);

async function sealed(text: string, isPacked: boolean, key: Bytes = secret): Promise<string> {
  const header = base64url(
    utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json', ...(isPacked && { zip: 'DEF' }) })),
  );
  const iv = random(12);
  const plain = isPacked ? Uint8Array.from(deflateRawSync(text)) : utf8(text);
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const out = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(header) }, imported, plain),
  );
  return [header, '', base64url(iv), base64url(out.slice(0, -16)), base64url(out.slice(-16))].join('.');
}

let server: Server;
let origin = '';
const asked: string[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const parts: Uint8Array[] = [];
      for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
      const body = new TextDecoder().decode(concat(...parts));
      asked.push(`${request.method} ${request.url} ${body}`);
      const path = request.url?.split('?')[0];
      if (path === '/direct' || path === '/file') response.end(await sealed(content, true));
      else if (path === '/strange') response.end(await sealed(content, true, random(32)));
      else if (path !== '/manifest') response.writeHead(404).end();
      else if ((JSON.parse(body) as { passcode?: string }).passcode === 'wrong') {
        response.writeHead(401).end(JSON.stringify({ remainingAttempts: 3 }));
      } else {
        const files = [
          { contentType: 'application/fhir+json', embedded: await sealed(content, false) },
          { contentType: 'application/fhir+json', location: `${origin}/file` },
        ];
        response.end(JSON.stringify({ files }));
      }
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const link = (path: string, more: object = {}) =>
  `shlink:/${base64url(utf8(JSON.stringify({ url: `${origin}${path}`, key: base64url(secret), ...more })))}`;
const options = { fetch, recipient: 'Salus' };
const texts = (files: readonly { bytes: Bytes }[]) => files.map(({ bytes }) => new TextDecoder().decode(bytes));

describe('SMART Health Links', () => {
  it('tell what they are before anything is fetched', () => {
    const before = asked.length;
    const text = `https://viewer.example/#${link('/direct', { label: 'My summary', flag: 'LP', exp: 1_900_000_000 })}`;
    expect(aboutHealthLink(text)).toEqual({
      label: 'My summary',
      needsPasscode: true,
      expires: 1_900_000_000_000,
      host: new URL(origin).host,
    });
    expect(asked.length).toBe(before);
  });

  it('lead to one file, or to a manifest with files in it and beside it', async () => {
    expect(texts(await readHealthLink(link('/direct', { flag: 'U' }), options))).toEqual([content]);
    expect(asked.at(-1)).toBe('GET /direct?recipient=Salus ');
    expect(texts(await readHealthLink(link('/manifest', { flag: 'P' }), { ...options, passcode: '1234' }))).toEqual([
      content,
      content,
    ]);
  });

  it('say what is wrong', async () => {
    const code = (text: string, more = {}) => expect(readHealthLink(text, { ...options, ...more })).rejects;
    await code(link('/manifest', { flag: 'P' })).toMatchObject({ code: 'wrong-password' });
    await code(link('/manifest', { flag: 'P' }), { passcode: 'wrong' }).toMatchObject({
      code: 'wrong-password',
      detail: { remaining: 3 },
    });
    await code(link('/direct', { flag: 'U', exp: 1 })).toMatchObject({ code: 'not-found' });
    await code(link('/gone', { flag: 'U' })).toMatchObject({ code: 'not-found' });
    await code(link('/strange', { flag: 'U' })).toMatchObject({ code: 'wrong-key' });
    await code(link('/direct', { flag: 'U' }), { fetch: () => Promise.reject(new TypeError('x')) }).toMatchObject({
      code: 'managers-unreachable',
    });
    for (const text of ['shlink:/', 'x', 'shlink:/e30', link('/x', { v: 2 })])
      await code(text).toMatchObject({ code: 'not-fhir' });
    const other = `shlink:/${base64url(utf8(JSON.stringify({ url: 'http://example.org/x', key: base64url(secret) })))}`;
    await code(other).toMatchObject({ code: 'not-fhir' });
  });

  it('in a file are kept, and nothing is fetched', async () => {
    const before = asked.length;
    const plan = await planned(link('/direct', { flag: 'U' }), 'link.txt');
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
    expect(remarksOf(plan)).toEqual(['health-link']);
    expect(asked.length).toBe(before);
  });
});
