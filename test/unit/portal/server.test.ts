import { expect, test } from 'vitest';
import { PortalError } from '../../../portal/errors.ts';
import { ADMINISTRATOR, codeOf, fakeChain, get, portal, post, signedIn } from './portal-app.ts';

test('codes cannot be tried without end', async () => {
  const app = await portal(fakeChain());
  const statuses: number[] = [];
  for (let i = 0; i < 31; i++) statuses.push((await post(app, '/api/invitation', { code: `guess-${i}` })).statusCode);
  expect(statuses.slice(0, 30).every((s) => s === 404)).toBe(true);
  expect(statuses[30]).toBe(429);
});

test('a chain that is down is told as such, and what is unexpected without its message', async () => {
  const down = () => Promise.reject(new PortalError('chain-unavailable', 'The health network does not answer.'));
  const first = await portal(fakeChain({ staff: down }));
  const answer = await get(first, '/api/staff', await signedIn(first, ADMINISTRATOR));
  expect([answer.statusCode, codeOf(answer)]).toEqual([503, 'chain-unavailable']);
  const second = await portal(fakeChain({ staff: () => Promise.reject(new Error('0xsecret')) }));
  const odd = await get(second, '/api/staff', await signedIn(second, ADMINISTRATOR));
  expect([odd.statusCode, odd.body]).toEqual([500, expect.not.stringContaining('secret')]);
});

test.each([
  ['/', 'index'],
  ['/check-in', 'check-in'],
  ['/desk', 'desk'],
  ['/hospital', 'hospital'],
  ['/join', 'join'],
  ['/link', 'link'],
  ['/registrar', 'registrar'],
  ['/welcome', 'welcome'],
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
  for (const other of ['/', '/check-in', '/desk', '/hospital', '/link.html', '/nowhere'])
    expect(await connect(other)).toBe("'self'");
});

test('what is not there is 404, and the state of the introduction can be asked', async () => {
  const app = await portal(fakeChain());
  expect((await app.inject('/../package.json')).statusCode).toBe(404);
  expect((await app.inject('/healthz')).json()).toEqual({ ok: true, introduced: false });
});
