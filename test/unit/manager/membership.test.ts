import { expect, test } from 'vitest';
import { createMembership } from '../../../manager/membership.ts';
import { MemoryChain, SPONSOR } from './fixtures.ts';

test('a removed member is refused after a minute', async () => {
  const chain = new MemoryChain();
  chain.members.add(SPONSOR);
  let now = 0;
  const isActive = createMembership(chain, () => now);
  expect(await isActive(SPONSOR)).toBe(true);
  chain.members.clear();
  now = 59_999;
  expect(await isActive(SPONSOR)).toBe(true);
  now = 60_000;
  expect(await isActive(SPONSOR)).toBe(false);
});

test('a new member is let in at once', async () => {
  const chain = new MemoryChain();
  const isActive = createMembership(chain);
  expect(await isActive(SPONSOR)).toBe(false);
  chain.members.add(SPONSOR);
  expect(await isActive(SPONSOR)).toBe(true);
});
