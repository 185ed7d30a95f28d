import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { toBeHex, Wallet } from 'ethers';
import { SHL, SHLViewer, encryptSHLFile } from 'kill-the-clipboard';
import { describe, expect, it } from 'vitest';
import { ASK_LINK_TYPES, KEEP_LINK_TYPES, managerDomain } from '../../../../extension/core/registry/typed-data.ts';
import { FETCH_SECONDS, TOLD_SECONDS } from '../../../../manager/links/links.ts';
import { openLinkStore } from '../../../../manager/links/sqlite-links.ts';
import { CHAIN_ID, REGISTRY, refusal, seconds, startManager, temporaryFolder } from '../fixtures.ts';
import { runManager } from '../manager-process.ts';
import { startNode } from '../rpc-node.ts';

const DOMAIN = managerDomain(CHAIN_ID, REGISTRY);
const RESOURCE = { resourceType: 'Bundle', type: 'document', entry: [] };
const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const hex = (id: string): string => `0x${Buffer.from(id, 'base64url').toString('hex')}`;

interface Wanted {
  passcode?: string;
  most?: number;
  expires?: number;
  at?: number;
  file?: string;
}

/** A link of a member at a manager, as a wallet makes one. */
async function linkAt(url: string, member: Pick<Wallet, 'address' | 'signTypedData'>, wanted: Wanted = {}) {
  const { passcode = '', most = 5, expires = seconds() + 3_600, at = seconds() } = wanted;
  const id = randomBytes(32).toString('base64url');
  const shl = SHL.fromPayload({
    url: `${url}/links/${id}`,
    key: randomBytes(32).toString('base64url'),
    ...(passcode !== '' && { flag: 'P' as const }),
  });
  const contentType = 'application/fhir+json' as const;
  const file = wanted.file ?? (await encryptSHLFile({ content: JSON.stringify(RESOURCE), key: shl.key, contentType }));
  const digest = `0x${createHash('sha256').update(file).digest('hex')}`;
  const said = { signer: member.address.toLowerCase(), id: hex(id), expires, most, passcode, at };
  const signature = await member.signTypedData(DOMAIN, KEEP_LINK_TYPES, { ...said, file: digest });
  const body = { ...said, file, signature };
  const post = (path: string, value: unknown) =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
  const ask = async (act: 'end' | 'uses', by = member) => {
    const question = { signer: by.address.toLowerCase(), id: hex(id), act, at: seconds() };
    const signed = await by.signTypedData(DOMAIN, ASK_LINK_TYPES, question);
    return post(`/v1/links/${id}/${act}`, { signer: question.signer, at: question.at, signature: signed });
  };
  return {
    ...{ shl, id, body, file, ask },
    keep: (changes: object = {}) => post('/v1/links', { ...body, ...changes }),
    open: (question: object = {}) => post(`/links/${id}`, { recipient: 'Dr. Weber', ...question }),
    read: (code?: string) =>
      new SHLViewer({ shlinkURI: shl.toURI() }).resolveSHL({
        recipient: 'Dr. Weber',
        ...(code !== undefined && { passcode: code }),
      }),
  };
}
const uses = async (answer: Promise<Response>) => (await answer).json() as Promise<Record<string, unknown>>;

describe('a health link', () => {
  it('is opened by another reader of SMART Health Links, and its owner learns by whom', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { passcode: '481 516' });
    expect((await link.keep()).status).toBe(201);
    expect((await link.read('481 516')).fhirResources).toEqual([RESOURCE]);
    expect(await uses(link.ask('uses'))).toEqual({
      state: 'open',
      wrong: 0,
      uses: [{ at: expect.any(Number) as number, recipient: 'Dr. Weber' }],
    });
  });

  it('is over for good after five wrong passcodes, also where they come at once', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { passcode: '123456' });
    await link.keep();
    const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => link.open({ passcode: `00000${i}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([401, 401, 401, 401, 401, 404, 404, 404]);
    const left = await Promise.all(answers.filter(({ status }) => status === 401).map((a) => a.json()));
    expect(left.map((one) => (one as { remainingAttempts: number }).remainingAttempts).sort()).toEqual([0, 1, 2, 3, 4]);
    expect((await link.open({ passcode: '123456' })).status).toBe(404);
    expect(await uses(link.ask('uses'))).toMatchObject({ state: 'locked', wrong: 5, uses: [] });
  });

  it('takes the right passcode at the last try, and none for a missing one', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { passcode: '123456' });
    await link.keep();
    for (const left of [4, 3, 2, 1]) expect(await uses(link.open())).toEqual({ remainingAttempts: left });
    expect((await link.open({ passcode: '123456' })).status).toBe(200);
    expect(await uses(link.ask('uses'))).toMatchObject({ state: 'open', wrong: 4 });
  });

  it('is opened as often as was said, and no more often at once', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { most: 2 });
    await link.keep();
    const answers = await Promise.all(Array.from({ length: 6 }, () => link.open()));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(2);
    expect(await uses(link.ask('uses'))).toMatchObject({ state: 'used-up' });
  });

  it('that is unknown, over, used up, locked or ended looks the same', async () => {
    const { url, member } = await startManager();
    const [unknown, ended, usedUp, over] = await Promise.all([
      linkAt(url, member),
      linkAt(url, member),
      linkAt(url, member, { most: 1 }),
      linkAt(url, member, { expires: seconds() + 1 }),
    ]);
    for (const one of [ended, usedUp, over]) expect((await one.keep()).status).toBe(201);
    expect(await uses(ended.ask('end'))).toEqual({ ended: true });
    expect((await usedUp.open()).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const answers = await Promise.all([unknown, ended, usedUp, over].map((one) => one.open()));
    const seen = await Promise.all(answers.map(async (one) => `${one.status} ${await one.text()}`));
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toMatch(/^404 /);
    expect(await uses(over.ask('uses'))).toMatchObject({ state: 'expired' });
  });

  it('is ended by its owner alone, and not brought back by whoever saw it being made', async () => {
    const { url, member, chain } = await startManager();
    const link = await linkAt(url, member);
    await link.keep();
    const other = new Wallet(randomBytes(32).toString('hex'));
    chain.members.add(other.address);
    expect((await link.ask('end', other)).status).toBe(404);
    expect((await link.ask('uses', other)).status).toBe(404);
    expect((await link.keep()).status).toBe(201); // the answer was lost: asked again
    expect((await link.ask('end')).status).toBe(200);
    expect((await link.ask('end')).status).toBe(200);
    expect(await refusal(await link.keep())).toMatchObject({ status: 409, code: 'replayed' });
    expect((await link.open()).status).toBe(404);
  });

  it('is kept for members, as they signed it', async () => {
    const { url, member, chain } = await startManager();
    const link = await linkAt(url, member, { passcode: '123456' });
    for (const changed of [{ most: 6 }, { passcode: '' }, { expires: seconds() + 9_999 }, { file: 'e30..AA.AA.AA' }])
      expect(await refusal(await link.keep(changed))).toMatchObject({ status: 401, code: 'bad-signature' });
    for (const bad of [{ file: 'no JWE' }, { most: 0 }, { most: 101 }, { more: 1 }, { id: '0x12' }])
      expect(await refusal(await link.keep(bad))).toMatchObject({ status: 400 });
    const old = await linkAt(url, member, { at: seconds() - 400 });
    expect(await refusal(await old.keep())).toMatchObject({ code: 'stale' });
    const long = await linkAt(url, member, { expires: seconds() + 400 * 86_400 });
    expect(await refusal(await long.keep())).toMatchObject({ code: 'bad-request' });
    chain.members.clear();
    expect(await refusal(await link.keep())).toMatchObject({ status: 403, code: 'not-a-member' });
  });

  it('gives a place to fetch from where what it leads to is longer than was asked for', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { most: 1 });
    await link.keep();
    const manifest = (await (await link.open({ embeddedLengthMax: 10 })).json()) as { files: { location: string }[] };
    const location = manifest.files[0]?.location ?? '';
    expect(location.startsWith(`${url}/links/`)).toBe(true);
    const answer = await fetch(location);
    expect(answer.headers.get('content-type')).toContain('application/jose');
    expect(await answer.text()).toBe(link.file);
    expect((await fetch(`${location.slice(0, -1)}x`)).status).toBe(404);
    await link.ask('end');
    expect((await fetch(location)).status).toBe(404);
  });

  it('may be opened by any page, whichever pages may do the rest', async () => {
    const { url, member } = await startManager({ corsOrigins: ['https://portal.example'] });
    const link = await linkAt(url, member);
    await link.keep();
    const headers = {
      origin: 'https://viewer.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    };
    const allowed = async (path: string) =>
      (await fetch(`${url}${path}`, { method: 'OPTIONS', headers })).headers.get('access-control-allow-origin');
    expect(await allowed(`/links/${link.id}`)).toBe('*');
    expect(await allowed('/v1/links')).not.toBe('*');
    const opened = await fetch(`${url}/links/${link.id}`, {
      method: 'POST',
      headers: { origin: 'https://viewer.example', 'content-type': 'application/json' },
      body: '{"recipient":"x"}',
    });
    expect(opened.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is asked for a minute’s worth of times from one network address', async () => {
    const { url, member } = await startManager();
    const link = await linkAt(url, member, { most: 1 });
    const statuses = [];
    for (let i = 0; i < 61; i++) statuses.push((await link.open()).status);
    expect(statuses.at(-1)).toBe(429);
  });

  it.each(['{}', '{"recipient":""}', `{"recipient":"${'x'.repeat(201)}"}`, '[]', '{"recipient":1}', 'no JSON'])(
    'refuses %.40s',
    async (body) => {
      const { url, member } = await startManager();
      const link = await linkAt(url, member);
      await link.keep();
      const headers = { 'content-type': 'application/json' };
      expect((await fetch(`${url}/links/${link.id}`, { method: 'POST', headers, body })).status).toBe(400);
      expect(await uses(link.ask('uses'))).toMatchObject({ uses: [] });
    },
  );

  it('is counted over a kill, and neither its passcode nor what is in it is on the disk', async () => {
    const member = new Wallet(KEY);
    const node = await startNode({
      eth_chainId: () => ({ result: toBeHex(CHAIN_ID) }),
      eth_blockNumber: () => ({ result: '0x1' }),
      eth_call: () => ({ result: toBeHex(1, 32) }),
    });
    const folder = await temporaryFolder();
    const settings = {
      SALUS_MANAGER_DATA_DIR: folder,
      SALUS_MANAGER_RPC_URL: node.url,
      SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
      SALUS_MANAGER_REGISTRY: REGISTRY,
      SALUS_MANAGER_SPONSOR_KEY: KEY,
      SALUS_MANAGER_MIN_FREE_BYTES: '0',
    };
    const first = await runManager(settings);
    const link = await linkAt(first.url, member, { passcode: 'korrekt-pferd', most: 2 });
    expect((await link.keep()).status).toBe(201);
    expect((await link.open({ passcode: 'no' })).status).toBe(401);
    expect((await link.open({ passcode: 'korrekt-pferd' })).status).toBe(200);
    first.child.kill('SIGKILL');
    const written = ['links.sqlite', 'links.sqlite-wal'].map((name) =>
      readFileSync(join(folder, name)).toString('latin1'),
    );
    for (const secret of ['korrekt-pferd', 'resourceType', link.shl.key])
      expect(written.join('')).not.toContain(secret);
    expect(first.errors.join('')).not.toMatch(/Weber|korrekt/);

    const second = await runManager(settings);
    const post = (passcode: string) =>
      fetch(`${second.url}/links/${link.id}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ recipient: 'Dr. Weber', passcode }),
      });
    expect(await uses(post('no'))).toEqual({ remainingAttempts: 3 });
    expect((await post('korrekt-pferd')).status).toBe(200);
    expect((await post('korrekt-pferd')).status).toBe(404);
  });
});

describe('what is over', () => {
  it('is deleted: files at once, who opened it a month later', async () => {
    const { rows, close } = openLinkStore(join(await temporaryFolder(), 'links.sqlite'));
    const owner = `0x${'aa'.repeat(20)}`;
    const link = (n: number, most = 1) => ({
      ...{ id: toBeHex(n, 32), owner, digest: toBeHex(7, 32), expires: 10_000, most },
    });
    for (const n of [1, 2]) await rows.keep(link(n, n), 'file', 1);
    expect(await rows.use(link(1).id, 'x', false, 100)).toBe('file');
    await rows.sweep(100 + FETCH_SECONDS - 1);
    expect(await rows.file(link(1).id, 101)).toBe('file');
    await rows.sweep(100 + FETCH_SECONDS);
    expect(await rows.file(link(1).id, 101)).toBeUndefined();
    expect(await rows.use(link(2).id, 'y', false, 9_999)).toBe('file');
    await rows.sweep(10_000);
    expect(await rows.file(link(2).id, 10_000)).toBeUndefined();
    expect(await rows.standing(link(2).id, owner, 10_001)).toMatchObject({
      state: 'expired',
      uses: [{ recipient: 'y' }],
    });
    await rows.sweep(10_000 + TOLD_SECONDS);
    expect(await rows.standing(link(2).id, owner, 10_001)).toBeUndefined();
    close();
  });

  it('leaves room for others: of one owner so many are open', async () => {
    const { rows, close } = openLinkStore(join(await temporaryFolder(), 'links.sqlite'));
    const owner = `0x${'aa'.repeat(20)}`;
    const keep = (n: number) =>
      rows.keep({ id: toBeHex(n, 32), owner, digest: toBeHex(7, 32), expires: 10_000, most: 1 }, 'file', 1);
    for (let n = 1; n <= 100; n++) expect(await keep(n)).toBe('kept');
    expect(await keep(101)).toBe('too-many');
    await rows.end(toBeHex(1, 32), owner);
    expect(await keep(101)).toBe('kept');
    close();
  });
});
