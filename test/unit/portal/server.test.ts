import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { expect, test } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { PortalError } from '../../../portal/errors.ts';
import { fakeChain, portal, STAFF_CODE, temporaryFolder } from './portal-app.ts';

const ADDRESS = '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC';
const GOOD = { code: STAFF_CODE, address: ADDRESS.toLowerCase(), name: ' Dr Amara Okafor ' };
const DOCTOR = { address: ADDRESS, name: 'Dr Amara Okafor' };

const signIn = (app: FastifyInstance, body: unknown) =>
  app.inject({
    method: 'POST',
    url: '/api/staff',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('with the right code the hospital vouches for the doctor, once', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  expect((await app.inject('/api/doctor')).json()).toBeNull();
  const answer = await signIn(app, GOOD);
  expect([answer.statusCode, answer.json()]).toEqual([200, { ...DOCTOR, work: 'doctor' }]);
  expect((await app.inject('/api/doctor')).json()).toEqual(DOCTOR);
  expect((await signIn(app, { ...GOOD, name: 'Dr A. Okafor' })).statusCode).toBe(200);
  expect(chain.acts).toEqual(['enrol']);
  expect((await chain.member(ADDRESS)).role).toBe(Role.Doctor);
});

test('labs and pharmacists are vouched for as what they are, and patients go on sharing with the doctor', async () => {
  for (const [work, role] of [
    ['lab', Role.Lab],
    ['pharmacist', Role.Pharmacist],
  ] as const) {
    const chain = fakeChain();
    const app = await portal(chain);
    const answer = await signIn(app, { ...GOOD, work });
    expect([answer.statusCode, answer.json<{ work: string }>().work]).toEqual([200, work]);
    expect((await chain.member(ADDRESS)).role).toBe(role);
    expect((await app.inject('/api/doctor')).json()).toBeNull();
    expect((await signIn(app, GOOD)).statusCode).toBe(409);
  }
});

test('with a wrong code nothing is asked of the chain and nothing remembered', async () => {
  const chain = fakeChain({ member: () => Promise.reject(new Error('asked')) });
  const app = await portal(chain);
  const answer = await signIn(app, { ...GOOD, code: `${STAFF_CODE}x` });
  expect([answer.statusCode, answer.json<{ error: { code: string } }>().error.code]).toEqual([403, 'wrong-code']);
  expect((await app.inject('/api/doctor')).json()).toBeNull();
});

test.each([
  ['no address', { ...GOOD, address: 'Dr Okafor' }],
  ['an address with a wrong checksum', { ...GOOD, address: ADDRESS.replace('3C44', '3c44') }],
  ['no name', { ...GOOD, name: '  ' }],
  ['more than is asked for', { ...GOOD, role: Role.Hospital }],
  ['work that is none', { ...GOOD, work: 'hospital' }],
  ['no object', 'code'],
])('%s is refused with 400', async (_what, body) => {
  const chain = fakeChain();
  expect((await signIn(await portal(chain), body)).statusCode).toBe(400);
  expect(chain.acts).toEqual([]);
});

test('an account with another role, or of another hospital, is not taken over', async () => {
  for (const member of [
    { role: Role.Patient, active: true, enroller: ADDRESS },
    { role: Role.Doctor, active: true, enroller: ADDRESS },
  ]) {
    const app = await portal(fakeChain({ member: () => Promise.resolve(member) }));
    expect((await signIn(app, GOOD)).statusCode).toBe(409);
  }
});

test('codes cannot be tried without end', async () => {
  const app = await portal(fakeChain());
  const statuses: number[] = [];
  for (let i = 0; i < 11; i++) statuses.push((await signIn(app, { ...GOOD, code: `guess-${i}` })).statusCode);
  expect(statuses.slice(0, 10).every((s) => s === 403)).toBe(true);
  expect(statuses[10]).toBe(429);
  expect((await signIn(app, GOOD)).statusCode).toBe(429);
});

test('a chain that is down is told as such, and what is unexpected without its message', async () => {
  const down = () => Promise.reject(new PortalError('chain-unavailable', 'The health network does not answer.'));
  const answer = await signIn(await portal(fakeChain({ member: down })), GOOD);
  expect([answer.statusCode, answer.body]).toEqual([503, expect.stringContaining('does not answer')]);
  const odd = await signIn(await portal(fakeChain({ member: () => Promise.reject(new Error('0xsecret')) })), GOOD);
  expect([odd.statusCode, odd.body]).toEqual([500, expect.not.stringContaining('secret')]);
});

test('the doctor is remembered over a restart, and a damaged file counts as none', async () => {
  const dataDir = await temporaryFolder();
  await signIn(await portal(fakeChain(), dataDir), GOOD);
  expect((await (await portal(fakeChain(), dataDir)).inject('/api/doctor')).json()).toEqual(DOCTOR);
  await writeFile(join(dataDir, 'doctor.json'), '{"address":');
  expect((await (await portal(fakeChain(), dataDir)).inject('/api/doctor')).json()).toBeNull();
});

test.each([
  ['/', 'index'],
  ['/check-in', 'check-in'],
  ['/desk', 'desk'],
  ['/link', 'link'],
])('%s is a page that runs only scripts of its own', async (path, page) => {
  const answer = await (await portal(fakeChain())).inject(path);
  expect([answer.statusCode, answer.body]).toEqual([200, `<h1>${page}</h1>`]);
  expect(answer.headers['content-security-policy']).toMatch(/^default-src 'none'; script-src 'self';/);
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
});

test('the page for health links alone asks other places, and none over an open connection', async () => {
  const app = await portal(fakeChain());
  const connect = async (path: string) =>
    /connect-src ([^;]*);/.exec(String((await app.inject(path)).headers['content-security-policy']))?.[1];
  expect(await connect('/link')).toBe('https: http://localhost:* http://127.0.0.1:*');
  for (const other of ['/', '/check-in', '/desk', '/link.html', '/nowhere'])
    expect(await connect(other)).toBe("'self'");
});

test('what is not there is 404, and the state of the introduction can be asked', async () => {
  const app = await portal(fakeChain());
  expect((await app.inject('/../package.json')).statusCode).toBe(404);
  expect((await app.inject('/healthz')).json()).toEqual({ ok: true, introduced: false });
});
