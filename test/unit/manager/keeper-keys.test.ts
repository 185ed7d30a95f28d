import { describe, expect, test } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { HourlyLimit } from '../../../manager/hourly-limit.ts';
import { keeperKeys } from '../../../manager/keeper/keys.ts';

describe('a share at rest', () => {
  const place = { keyring: random(32), folder: 1, epoch: 2 };

  test('opens in its place, under its secret, and nowhere else', async () => {
    const secret = toHex(random(32));
    const keys = await keeperKeys(secret);
    const value = random(32);
    const sealed = keys.seal(value, place);
    expect(sealed.byteLength).toBe(12 + 32 + 16);
    expect(keys.open(sealed, place)).toEqual(value);
    expect((await keeperKeys(secret)).open(sealed, place), 'after a restart').toEqual(value);
    for (const change of [{ keyring: random(32) }, { folder: 3 }, { epoch: 3 }]) {
      expect(() => keys.open(sealed, { ...place, ...change })).toThrow();
    }
    expect(() => keys.open(sealed.slice(0, -1), place)).toThrow();
    for (const at of [0, 12, 44]) {
      const changed = sealed.map((byte, i) => (i === at ? byte ^ 1 : byte));
      expect(() => keys.open(changed, place), `byte ${at}`).toThrow();
    }
    const others = await keeperKeys(toHex(random(32)));
    expect(() => others.open(sealed, place)).toThrow();
    expect(others.encryption.publicX).not.toEqual(keys.encryption.publicX);
  });
});

test('an hour’s allowance is of entries, and comes back as it was used', () => {
  let now = 0;
  const limit = new HourlyLimit(10, () => now);
  limit.count('a', 4);
  limit.count('a', 2);
  expect(limit.wait('a', 4)).toBe(0);
  expect(limit.wait('a', 5)).toBe(3_600);
  now = 1_800_000;
  limit.count('a', 4);
  expect(limit.wait('a', 6), 'when the first are forgotten').toBe(1_800);
  expect(limit.wait('a', 7)).toBe(3_600);
  expect(limit.wait('a', 11), 'never').toBe(3_600);
  expect(limit.wait('b', 10)).toBe(0);
  now = 3_600_000;
  expect(limit.wait('a', 6)).toBe(0);
});
