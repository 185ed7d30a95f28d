import { join } from 'node:path';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { DiskBlocks } from '../../../manager/blocks/disk.ts';
import { connectPinningService, pinnedBlocks } from '../../../manager/blocks/pinning-service.ts';
import { entry, rawBlock, refusal, startManager, temporaryFolder } from './fixtures.ts';
import { serveHttp, type Told } from './http-service.ts';

const TOKEN = 'a-token-that-nobody-logs';
const ORIGINS = ['/dns4/manager.example/tcp/443/https'];
const WAITS = { answerMs: 1_000, pollMs: 5, mostPollMs: 10, pinMs: 500 };
const UNAVAILABLE = { code: 'storage-unavailable', status: 503 };

const json = (status: number, value: unknown): Told => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(value),
});
const refused = (status: number, reason: string): Told => json(status, { error: { reason, details: '' } });
const BodySchema = v.strictObject({
  cid: v.string(),
  name: v.optional(v.pipe(v.string(), v.maxLength(255))),
  origins: v.optional(v.pipe(v.array(v.string()), v.maxLength(20))),
  meta: v.optional(v.record(v.string(), v.string())),
});

/** A service as the Pinning Service API 1.0 has it. */
async function startService() {
  const pins = new Map<string, { cid: string; status: string; polls: number; body: unknown }>();
  const service = {
    pins,
    /** How often the status is asked for until it is the last one. */
    polls: 3,
    /** What becomes of a pin. */
    ends: 'pinned' as 'pinned' | 'failed' | 'pinning',
    instead: undefined as (() => Told | undefined) | undefined,
  };
  const statusOf = (requestid: string) => {
    const { cid, status } = pins.get(requestid)!;
    return {
      requestid,
      status,
      created: '2026-11-29T00:00:00Z',
      pin: { cid },
      delegates: ['/ip4/203.0.113.1/tcp/4001'],
    };
  };
  const url = await serveHttp(({ method, url: { pathname, searchParams }, headers, body }) => {
    const answer = (): Told => {
      const instead = service.instead?.();
      if (instead) return instead;
      if (headers.authorization !== `Bearer ${TOKEN}`) return refused(401, 'UNAUTHORIZED');
      if (pathname === '/psa/pins' && method === 'POST') {
        if (headers['content-type'] !== 'application/json') return refused(400, 'BAD_REQUEST');
        const parsed = v.safeParse(BodySchema, JSON.parse(body.toString()));
        if (!parsed.success) return refused(400, 'BAD_REQUEST');
        const requestid = `request/${pins.size}`;
        pins.set(requestid, { cid: parsed.output.cid, status: 'queued', polls: 0, body: parsed.output });
        return json(202, statusOf(requestid));
      }
      if (pathname === '/psa/pins' && method === 'GET') {
        const [cids, states] = ['cid', 'status'].map((name) => searchParams.get(name)?.split(','));
        const results = [...pins.keys()]
          .map(statusOf)
          .filter(({ status, pin }) => (states ?? ['pinned']).includes(status) && (cids?.includes(pin.cid) ?? true));
        return json(200, { count: results.length, results: results.slice(0, 10) });
      }
      const requestid = decodeURIComponent(pathname.replace('/psa/pins/', ''));
      const pin = pins.get(requestid);
      if (pin && method === 'DELETE') {
        pins.delete(requestid);
        return { status: 202 };
      }
      if (!pin || method !== 'GET') return refused(404, 'NOT_FOUND');
      pin.status = ++pin.polls < service.polls ? 'pinning' : service.ends;
      return json(200, statusOf(requestid));
    };
    return Promise.resolve(answer());
  });
  const connect = (pinningToken = TOKEN, waits = WAITS) =>
    connectPinningService({ pinningService: `${url}/psa`, pinningToken, pinningOrigins: ORIGINS }, waits);
  return Object.assign(service, { connect });
}

describe('a pinning service', () => {
  test('is asked for a pin, with where it is to be found, and waited for', async () => {
    const service = await startService();
    const { cid } = await rawBlock('a root');
    await service.connect().pin(cid);
    const pin = { cid: cid.toString(), status: 'pinned', polls: 3, body: { cid: cid.toString(), origins: ORIGINS } };
    expect([...service.pins.values()]).toEqual([pin]);
  });

  test('is asked once, however often something is uploaded', async () => {
    const service = await startService();
    const { cid } = await rawBlock('a root');
    service.ends = 'pinning';
    const began = performance.now();
    await expect(service.connect(TOKEN, { ...WAITS, pinMs: 50 }).pin(cid)).rejects.toMatchObject(UNAVAILABLE);
    expect(performance.now() - began, 'it is not waited for ever').toBeLessThan(1_000);
    service.ends = 'pinned';
    await service.connect().pin(cid);
    await service.connect().pin(cid);
    expect(service.pins.size).toBe(1);
  });

  test('is told what need not be pinned any more, and minds nothing that it never had', async () => {
    const service = await startService();
    const [{ cid }, other] = [await rawBlock('a root'), await rawBlock('another')];
    await service.connect().pin(cid);
    await service.connect().unpin(other.cid);
    expect(service.pins.size).toBe(1);
    await service.connect().unpin(cid);
    expect(service.pins.size).toBe(0);
    service.instead = () => refused(500, 'BROKEN');
    await expect(service.connect().unpin(cid)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('that failed is asked again the next time', async () => {
    const service = await startService();
    const { cid } = await rawBlock('a root');
    service.ends = 'failed';
    await expect(service.connect().pin(cid)).rejects.toMatchObject(UNAVAILABLE);
    service.ends = 'pinned';
    await service.connect().pin(cid);
    expect([...service.pins.values()].map(({ status }) => status)).toEqual(['failed', 'pinned']);
  });

  const other = async () => {
    const { cid } = await rawBlock('another root');
    return { requestid: 'x', status: 'pinned', pin: { cid: cid.toString() } };
  };
  test.each<[string, () => Promise<Told>]>([
    ['refuses the token', () => Promise.resolve(refused(401, 'UNAUTHORIZED'))],
    ['has no more room', () => Promise.resolve(refused(409, 'INSUFFICIENT_FUNDS'))],
    ['answers in no form', () => Promise.resolve(json(200, { results: [{ status: 'pinned' }] }))],
    ['answers of another root', async () => json(200, { results: [], ...(await other()) })],
  ])('that %s is not believed', async (_what, told) => {
    const service = await startService();
    const answer = await told();
    service.instead = () => answer;
    const { cid } = await rawBlock('a root');
    await expect(service.connect().pin(cid)).rejects.toMatchObject(UNAVAILABLE);
  });

  test('with another token is not asked', async () => {
    const service = await startService();
    const { cid } = await rawBlock('a root');
    await expect(service.connect('another').pin(cid)).rejects.toMatchObject(UNAVAILABLE);
    expect(service.pins.size).toBe(0);
  });

  test('has what is uploaded pinned before it is answered for', async () => {
    const service = await startService();
    const disk = await DiskBlocks.open(join(await temporaryFolder(), 'blocks'));
    const manager = await startManager({}, undefined, undefined, {
      blocks: pinnedBlocks(disk, service.connect()),
    });
    const { root, blocks } = await entry();
    const cids = () => [...service.pins.values()].map(({ cid, status }) => ({ cid, status }));
    const pinned = (cid: CID) => ({ cid: cid.toString(), status: 'pinned' });
    expect((await manager.store([root.cid], blocks)).status).toBe(201);
    expect(cids()).toEqual([pinned(root.cid)]);
    expect((await fetch(`${manager.url}/ipfs/${root.cid.toString()}?format=raw`)).status).toBe(200);
    service.ends = 'failed';
    const second = await entry('second');
    expect(await refusal(await manager.store([second.root.cid], second.blocks))).toMatchObject(UNAVAILABLE);
    expect(manager.log.join('')).not.toContain(TOKEN);
  });
});
