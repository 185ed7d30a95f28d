import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deflateRawSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { concat, random, toBase64, utf8, type Bytes } from '../../../../extension/core/bytes.ts';
import { SalusError } from '../../../../extension/core/errors.ts';
import { aboutHealthLink, readHealthLink } from '../../../../extension/core/import/health-link.ts';
import { bundle, planned, remarksOf } from './support.ts';

const base64url = (bytes: Uint8Array) => toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const content = JSON.stringify(bundle);
const secret = random(32);
const FHIR = 'application/fhir+json';

async function sealed(text: string, isPacked: boolean, key: Bytes = secret, cty = FHIR): Promise<string> {
  const header = base64url(utf8(JSON.stringify({ alg: 'dir', enc: 'A256GCM', cty, ...(isPacked && { zip: 'DEF' }) })));
  const iv = random(12);
  const plain = isPacked ? Uint8Array.from(deflateRawSync(text)) : utf8(text);
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const out = new Uint8Array(
    await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: utf8(header) }, imported, plain),
  );
  return [header, '', base64url(iv), base64url(out.slice(0, -16)), base64url(out.slice(-16))].join('.');
}
/** The same, with one letter of the ciphertext changed on the way. */
const tampered = (token: string) => {
  const parts = token.split('.');
  const [letter = ''] = parts[3] ?? '';
  return parts.with(3, (letter === 'A' ? 'B' : 'A') + (parts[3] ?? '').slice(1)).join('.');
};

const PASSCODE = '1234';
/** A host of links, as the specification has one: so many wrong passcodes, and a link is of no use. */
let attempts = 2;
type Handler = (response: ServerResponse, body: string) => Promise<void> | void;
const json = (response: ServerResponse, value: unknown, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
const jose = async (response: ServerResponse, token: Promise<string> | string) =>
  void response.writeHead(200, { 'content-type': 'application/jose' }).end(await token);
const manifest =
  (files: () => unknown, more: object = {}): Handler =>
  async (response) =>
    json(response, { files: await files(), ...more });

const PAGES: Record<string, Handler> = {
  '/direct': (response) => jose(response, sealed(content, true)),
  '/file': (response) => jose(response, sealed(content, true)),
  '/strange': (response) => jose(response, sealed(content, true, random(32))),
  '/tampered': async (response) => jose(response, tampered(await sealed(content, true))),
  '/page': (response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
  '/busy': (response) => void response.writeHead(503).end(),
  '/silent': () => undefined,
  '/moved': (response) => void response.writeHead(302, { location: 'https://other.example/' }).end(),
  '/endless': (response) => {
    response.writeHead(200, { 'content-type': 'application/jose' });
    const more = () => {
      if (!response.destroyed) response.write('x'.repeat(1_048_576), () => setImmediate(more));
    };
    more();
  },
  '/stalls': (response) => {
    response.writeHead(200, { 'content-type': 'application/jose' });
    response.write('eyJ');
  },
  '/manifest': async (response, body) => {
    const { passcode } = JSON.parse(body) as { passcode?: string };
    if (attempts === 0) return json(response, {}, 404);
    if (passcode !== PASSCODE) return json(response, { remainingAttempts: --attempts }, 401);
    const files = [
      { contentType: FHIR, embedded: await sealed(content, false) },
      { contentType: FHIR, location: `${origin}/file` },
    ];
    json(response, { files });
  },
  '/open': manifest(async () => [{ contentType: FHIR, embedded: await sealed(content, false) }]),
  '/over': manifest(() => [], { status: 'no-longer-valid' }),
  '/none': manifest(() => []),
  '/elsewhere': manifest(() => [{ contentType: FHIR, location: 'https://other.example/file' }]),
  '/lies': manifest(async () => [
    { contentType: 'application/smart-health-card', embedded: await sealed(content, false) },
  ]),
  '/hollow': manifest(() => [{ contentType: FHIR }]),
  '/no-list': (response) => json(response, { files: 'many' }),
};

let server: Server;
let origin = '';
const asked: string[] = [];
const headers: Record<string, unknown>[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    void (async () => {
      const parts: Uint8Array[] = [];
      for await (const part of request as AsyncIterable<Uint8Array>) parts.push(part);
      const body = new TextDecoder().decode(concat(...parts));
      asked.push(`${request.method} ${request.url} ${body}`);
      headers.push(request.headers);
      const page = PAGES[request.url?.split('?')[0] ?? ''];
      if (page) await page(response, body);
      else response.writeHead(404).end();
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  attempts = 2;
});
afterAll(() => {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
});

const link = (path: string, more: object = {}) =>
  `shlink:/${base64url(utf8(JSON.stringify({ url: `${origin}${path}`, key: base64url(secret), ...more })))}`;
const options = { fetch, recipient: 'Salus' };
const texts = (files: readonly { bytes: Bytes }[]) => files.map(({ bytes }) => new TextDecoder().decode(bytes));
const code = (text: string, more: Partial<Parameters<typeof readHealthLink>[1]> = {}) =>
  expect(readHealthLink(text, { ...options, ...more })).rejects;

describe('SMART Health Links', () => {
  it('tell what they are before anything is fetched', () => {
    const before = asked.length;
    const text = `https://viewer.example/#${link('/direct', { label: 'My summary', flag: 'LP', exp: 1_900_000_000 })}`;
    expect(aboutHealthLink(text)).toEqual({
      label: 'My summary',
      needsPasscode: true,
      isLongTerm: true,
      expires: 1_900_000_000_000,
      host: new URL(origin).host,
      origin,
    });
    expect(aboutHealthLink(link('/direct', { flag: 'U' }))).toMatchObject({ needsPasscode: false, isLongTerm: false });
    expect(asked.length).toBe(before);
  });

  it('lead to one file, or to a manifest with files in it and beside it', async () => {
    expect(texts(await readHealthLink(link('/direct', { flag: 'U' }), options))).toEqual([content]);
    expect(asked.at(-1)).toBe('GET /direct?recipient=Salus ');
    const came: number[] = [];
    const withPasscode = { ...options, passcode: PASSCODE, onBytes: (bytes: number) => came.push(bytes) };
    expect(texts(await readHealthLink(link('/manifest', { flag: 'P' }), withPasscode))).toEqual([content, content]);
    expect(came.length).toBeGreaterThan(1);
    expect(came).toEqual(came.toSorted((a, b) => a - b));
  });

  it('are asked for with nothing of the person, and never with their key', async () => {
    const before = asked.length;
    await readHealthLink(link('/open'), options);
    for (const line of asked.slice(before)) expect(line).not.toContain(base64url(secret));
    for (const sent of headers.slice(before)) {
      expect(JSON.stringify(sent)).not.toContain(base64url(secret));
      expect(sent).not.toHaveProperty('cookie');
      expect(sent).not.toHaveProperty('referer');
    }
  });

  it('with a passcode say how many tries are left, and when there are none', async () => {
    const text = link('/manifest', { flag: 'P' });
    await code(text).toMatchObject({ code: 'wrong-passcode', detail: {} });
    await code(text, { passcode: '1' }).toMatchObject({ code: 'wrong-passcode', detail: { remaining: 1 } });
    await code(text, { passcode: '2' }).toMatchObject({ code: 'wrong-passcode', detail: { remaining: 0 } });
    await code(text, { passcode: PASSCODE }).toMatchObject({ code: 'link-over' });
  });

  it('that are over, or are none, are told apart', async () => {
    const before = asked.length;
    await code(link('/direct', { flag: 'U', exp: 1 })).toMatchObject({ code: 'link-over' });
    const damaged = ['shlink:/', 'x', 'shlink:/e30', link('/x', { v: 2 }), link('/x', { key: 'A'.repeat(42) })];
    for (const text of damaged) await code(text).toMatchObject({ code: 'link-damaged' });
    const open = JSON.stringify({ url: 'http://example.org/x', key: base64url(secret) });
    await code(`shlink:/${base64url(utf8(open))}`).toMatchObject({ code: 'link-insecure' });
    expect(asked.length).toBe(before);
    await code(link('/gone', { flag: 'U' })).toMatchObject({ code: 'link-over' });
    await code(link('/over')).toMatchObject({ code: 'link-over' });
    await code(link('/none')).toMatchObject({ code: 'nothing-to-import' });
  });

  it('whose content does not fit their key give nothing', async () => {
    await code(link('/strange', { flag: 'U' })).toMatchObject({ code: 'link-unopened' });
    await code(link('/tampered', { flag: 'U' })).toMatchObject({ code: 'link-unopened' });
  });

  it('whose host says something else than it should give nothing', async () => {
    for (const path of ['/lies', '/hollow', '/no-list', '/page']) {
      await code(link(path)).toMatchObject({ code: 'host-unexpected' });
    }
    await code(link('/page', { flag: 'U' })).toMatchObject({ code: 'host-unexpected' });
  });

  it('lead to their own host and to no other', async () => {
    const urls: string[] = [];
    const watched: typeof options.fetch = (url, init) => {
      urls.push(url as string);
      return fetch(url, init);
    };
    await code(link('/elsewhere'), { fetch: watched }).toMatchObject({ code: 'host-elsewhere' });
    await code(link('/moved', { flag: 'U' }), { fetch: watched }).toMatchObject({ code: 'host-elsewhere' });
    expect(urls.every((url) => url.startsWith(origin))).toBe(true);
  });

  it('whose host does not answer, or stops in the middle, are given up', async () => {
    const failing = () => Promise.reject(new TypeError('x'));
    await code(link('/direct', { flag: 'U' }), { fetch: failing }).toMatchObject({ code: 'host-unreachable' });
    await code(link('/busy')).toMatchObject({ code: 'host-unreachable' });
    await code(link('/silent'), { stallMs: 100 }).toMatchObject({ code: 'host-unreachable' });
    await code(link('/stalls', { flag: 'U' }), { stallMs: 100 }).toMatchObject({ code: 'host-unreachable' });
  });

  it('that lead to more than can be taken are left', async () => {
    await code(link('/endless', { flag: 'U' })).toMatchObject({ code: 'too-large' });
  });

  it('can be stopped while they are fetched', async () => {
    const abort = new AbortController();
    const stopped = code(link('/silent'), { signal: abort.signal });
    setTimeout(() => abort.abort(new SalusError('cancelled', 'Stopped.')), 50);
    await stopped.toMatchObject({ code: 'cancelled' });
  });

  it('in a file are kept and said, and nothing is fetched', async () => {
    const before = asked.length;
    for (const viewer of ['', 'https://viewer.example/view#']) {
      const plan = await planned(`${viewer}${link('/direct', { flag: 'U' })}\n`, 'link.txt');
      expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
      expect(remarksOf(plan)).toEqual(['health-link']);
      expect(plan.report.files[0]?.links).toEqual([link('/direct', { flag: 'U' })]);
    }
    expect(asked.length).toBe(before);
  });

  it('keys to a system, which a link may lead to in place of records, are not kept', async () => {
    const access = new Blob(['{"access_token":"x"}'], { type: 'application/smart-api-access' });
    expect((await planned(access, 'access')).report).toMatchObject({ taken: 0, skipped: [{ reason: 'live-access' }] });
  });
});
