import { expect, test } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { profileBlock } from '../../../portal/clinic-profile.ts';
import { PortalError } from '../../../portal/errors.ts';
import { introduce, untilDone } from '../../../portal/introduce.ts';
import { fakeChain, HOSPITAL } from './portal-app.ts';

const parts = async (held = 3) => ({
  profile: (await profileBlock()).cid,
  managers: 3,
  durableAt: 2,
  upload: () => Promise.resolve(held),
  origin: 'http://127.0.0.1:4000',
});

test('the origin and the profile are set once, however often the portal starts', async () => {
  const chain = fakeChain();
  await introduce({ chain, ...(await parts()) });
  await introduce({ chain, ...(await parts()) });
  expect(chain.acts).toEqual(['claimOrigin', 'setProfile']);
});

test('the chain names no profile that too few managers hold', async () => {
  const chain = fakeChain();
  await expect(introduce({ chain, ...(await parts(1)) })).rejects.toMatchObject({ code: 'chain-unavailable' });
  expect(chain.acts).not.toContain('setProfile');
});

test('a hospital that is not let in yet is told so, with its account', async () => {
  const member = () => Promise.resolve({ role: Role.None, active: false, suspended: false, enroller: HOSPITAL });
  const chain = fakeChain({ member });
  await expect(introduce({ chain, ...(await parts()) })).rejects.toThrow(HOSPITAL);
  expect(chain.acts).toEqual([]);
});

test('failures are told and tried again until one succeeds', async () => {
  const told: string[] = [];
  let tries = 0;
  const attempt = () => {
    tries += 1;
    return tries < 2 ? Promise.reject(new PortalError('chain-unavailable', 'Down.')) : Promise.resolve();
  };
  await untilDone(attempt, (message) => told.push(message), new AbortController().signal);
  expect([tries, told]).toEqual([2, ['Down.']]);
});

test('trying ends when the portal stops', async () => {
  const stopping = new AbortController();
  const failing = untilDone(
    () => Promise.reject(new Error('0xsecret')),
    (message) => {
      expect(message).not.toContain('secret');
      stopping.abort();
    },
    stopping.signal,
  );
  await expect(failing).resolves.toBeUndefined();
});
