import { Wallet } from 'ethers';
import { expect, test } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { parseSiwe } from '../../../extension/core/signing/siwe.ts';
import { signInText } from '../../../portal/sign-in/sign-in-text.ts';
import { Nonces } from '../../../portal/sign-in/nonces.ts';
import { Sessions } from '../../../portal/sign-in/sessions.ts';
import { CHAIN_ID, codeOf, fakeChain, get, NOON, ORIGIN, portal, post, signedIn, textFor } from './portal-app.ts';

const doctor = Wallet.createRandom();
const other = Wallet.createRandom();

const answerTo = async (app: Awaited<ReturnType<typeof portal>>, message: string, by = doctor) =>
  post(app, '/api/sign-in', { message, signature: await by.signMessage(message) });

test('the text is one of EIP-4361, for this site, chain and account, and good for minutes', async () => {
  const app = await portal(fakeChain());
  expect(parseSiwe(await textFor(app, doctor.address.toLowerCase()))).toEqual({
    domain: 'clinic.example',
    address: doctor.address,
    statement: expect.stringContaining('shares nothing') as string,
    uri: `${ORIGIN}/`,
    chainId: String(CHAIN_ID),
    nonce: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    issuedAt: '2026-11-30T12:00:00.000Z',
    expirationTime: '2026-11-30T12:05:00.000Z',
  });
});

test('who signs it is signed in by a cookie that scripts and other sites cannot use, and can sign out', async () => {
  const app = await portal(fakeChain());
  expect((await get(app, '/api/me')).json()).toBeNull();
  const message = await textFor(app, doctor.address);
  const answer = await answerTo(app, message);
  expect([answer.statusCode, answer.json()]).toEqual([200, { address: doctor.address }]);
  expect(answer.headers['set-cookie']).toMatch(
    /^__Host-session=[\w-]{43}; Path=\/; Max-Age=28800; HttpOnly; SameSite=Strict; Secure$/,
  );
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  expect((await get(app, '/api/me', cookie)).json()).toMatchObject({ address: doctor.address });
  const out = await post(app, '/api/sign-out', {}, cookie);
  expect(out.headers['set-cookie']).toMatch(/^__Host-session=; Path=\/; Max-Age=0;/);
  expect((await get(app, '/api/me', cookie)).json()).toBeNull();
});

test('a nonce is good for one sign-in, and for nobody after its minutes', async () => {
  const app = await portal(fakeChain());
  const message = await textFor(app, doctor.address);
  expect((await answerTo(app, message)).statusCode).toBe(200);
  expect(codeOf(await answerTo(app, message))).toBe('stale-sign-in');
  const late = await textFor(app, doctor.address);
  app.clock.now += 301;
  expect(codeOf(await answerTo(app, late))).toBe('stale-sign-in');
  app.clock.now -= 301;
});

test('a nonce of somebody who is about to sign is not used up by whoever cannot sign', async () => {
  const app = await portal(fakeChain());
  const message = await textFor(app, doctor.address);
  expect(codeOf(await answerTo(app, message, other))).toBe('bad-sign-in');
  expect((await answerTo(app, message)).statusCode).toBe(200);
});

const at = (seconds: number): string => new Date(seconds * 1000).toISOString();

test.each([
  ['for another domain', 'bad-sign-in', (text: string) => text.replace('clinic.example wants', 'bank.example wants')],
  [
    'for a name of this site before another',
    'bad-sign-in',
    (t: string) => t.replace('example wants', 'example@bank.example wants'),
  ],
  [
    'for a URI elsewhere',
    'bad-sign-in',
    (text: string) => text.replace(`URI: ${ORIGIN}/`, 'URI: https://bank.example/'),
  ],
  [
    'for this site in the clear',
    'bad-sign-in',
    (text: string) => text.replace(`URI: ${ORIGIN}/`, 'URI: http://clinic.example/'),
  ],
  ['with another scheme', 'bad-sign-in', (text: string) => `http://${text}`],
  ['for another chain', 'bad-sign-in', (text: string) => text.replace(`Chain ID: ${CHAIN_ID}`, 'Chain ID: 1')],
  ['of another version', 'bad-sign-in', (text: string) => text.replace('Version: 1', 'Version: 2')],
  ['with more after it', 'bad-sign-in', (text: string) => `${text}\nand more`],
  ['with a nonce of its own', 'stale-sign-in', (text: string) => text.replace(/Nonce: \w+/, 'Nonce: 12345678')],
  ['that is over', 'stale-sign-in', (text: string) => text.replace(at(NOON + 300), at(NOON))],
  ['that begins later', 'stale-sign-in', (text: string) => `${text}\nNot Before: ${at(NOON + 60)}`],
  ['of yesterday', 'stale-sign-in', (text: string) => text.replace(at(NOON), at(NOON - 86_400))],
  ['of tomorrow', 'stale-sign-in', (text: string) => text.replace(at(NOON), at(NOON + 86_400))],
])('a sign-in %s is refused, and opens no session', async (_what, code, change) => {
  const app = await portal(fakeChain());
  const message = await textFor(app, doctor.address);
  const changed = change(message);
  expect(changed).not.toBe(message);
  const answer = await answerTo(app, changed);
  expect([answer.statusCode, codeOf(answer)]).toEqual([401, code]);
  expect(answer.headers['set-cookie']).toBeUndefined();
});

test('a text that was altered after it was signed, or that another account signed, is refused', async () => {
  const app = await portal(fakeChain());
  const message = await textFor(app, doctor.address);
  const signature = await doctor.signMessage(message);
  const theirs = message.replace(doctor.address, other.address);
  for (const [altered, by] of [
    [theirs, signature],
    [message, await other.signMessage(message)],
    [message, `0x${'00'.repeat(65)}`],
    [message.replace('shares nothing', 'shares all'), signature],
  ] as const) {
    expect(codeOf(await post(app, '/api/sign-in', { message: altered, signature: by }))).toBe('bad-sign-in');
  }
});

test.each([
  ['no address', '/api/sign-in/text', { address: 'me' }],
  ['no signature', '/api/sign-in', { message: 'Hello' }],
  ['a signature that is none', '/api/sign-in', { message: 'Hello', signature: '0x12' }],
  ['a text that is too long', '/api/sign-in', { message: 'a'.repeat(5_000), signature: `0x${'00'.repeat(65)}` }],
  ['more than is asked for', '/api/sign-in/text', { address: doctor.address, role: 1 }],
])('%s is 400', async (_what, url, body) => {
  expect((await post(await portal(fakeChain()), url, body)).statusCode).toBe(400);
});

test('a session is over after hours, and a made-up one is none', async () => {
  const app = await portal(fakeChain());
  const cookie = await signedIn(app, doctor);
  app.clock.now += 8 * 3_600;
  expect((await get(app, '/api/me', cookie)).json()).toBeNull();
  expect(codeOf(await get(app, '/api/staff', cookie))).toBe('not-signed-in');
  expect((await get(app, '/api/me', `__Host-session=${'A'.repeat(43)}`)).json()).toBeNull();
});

test('what a session may do is asked of the registry each time', async () => {
  const chain = fakeChain();
  const app = await portal(chain);
  const cookie = await signedIn(app, doctor);
  const asked = async () => (await get(app, '/api/me', cookie)).json<{ isRegistrar: boolean }>().isRegistrar;
  expect(await asked()).toBe(false);
  chain.members.set(doctor.address, { role: Role.Registrar, enroller: other.address });
  expect(await asked()).toBe(true);
  chain.members.set(doctor.address, { role: Role.Registrar, enroller: other.address, suspended: true });
  expect(await asked()).toBe(false);
});

test('on this machine a cookie needs no encrypted line', async () => {
  const app = await portal(fakeChain(), { origin: 'http://127.0.0.1:4000' });
  const cookie = await signedIn(app, doctor);
  expect(cookie).toMatch(/^session=/);
  expect((await get(app, '/api/me', cookie)).json()).toMatchObject({ address: doctor.address });
});

test('whoever asks for many nonces or sessions fills no memory', () => {
  const [nonces, sessions] = [new Nonces(), new Sessions()];
  const [first, token] = [nonces.draw(NOON), sessions.begin(doctor.address, NOON)];
  for (let i = 0; i < 10_000; i++) {
    nonces.draw(NOON);
    sessions.begin(other.address, NOON);
  }
  expect(nonces.use(first, NOON)).toBe(false);
  expect(sessions.addressOf(token, NOON)).toBeUndefined();
});

test('the text names the host with its port', () => {
  const text = signInText({ origin: 'http://127.0.0.1:4000', chainId: 1 }, doctor.address, 'abcdefgh', NOON);
  expect(text).toMatch(/^127\.0\.0\.1:4000 wants you/);
});
