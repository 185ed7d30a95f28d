import { expect, it } from 'vitest';
import { pauseLeft, refusedOnceMore, type Refusals } from '../../../extension/rpc/cool-down.ts';

const SITE = 'https://a.example';
const HOUR = 60 * 60_000;

it.each([
  ['ahead', 365 * 24 * HOUR],
  ['behind', -365 * 24 * HOUR],
])('a clock that was %s by a year while a site was refused brings no pause longer than the longest', (_, off) => {
  const now = 1_700_000_000_000;
  let all: Refusals[] = [];
  for (let i = 0; i < 20; i++) all = refusedOnceMore(all, SITE, now + off);
  expect(pauseLeft(all[0], now)).toBeLessThanOrEqual(HOUR);
  expect(pauseLeft(all[0], now + off)).toBe(HOUR);
});
