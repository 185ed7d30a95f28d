import fc from 'fast-check';
import * as v from 'valibot';
import { expect, it } from 'vitest';
import { millionthsOf, RateSchema } from '../../../extension/core/network/rate.ts';

const rate = (perEther: string) => ({ currency: 'EUR', perEther, asOf: '2026-11-01' });

it.each([
  ['1000000000000000000', '2500', 2_500_000_000n],
  ['25000000000000000', '2500.5', 62_512_500n],
  ['1', '2500', 0n],
  ['0', '2500', 0n],
  ['1000000000000000000', '0.000001', 1n],
  ['120000000000000000000000000', '999999999999.999999', 119_999_999_999_999_999_880_000_000n],
])('%s wei at %s are worth %s millionths', (wei, perEther, millionths) => {
  expect(millionthsOf(wei, rate(perEther))).toBe(millionths);
});

it.each([
  [{ currency: 'eur' }],
  [{ perEther: '2,500' }],
  [{ perEther: '-1' }],
  [{ perEther: '1e3' }],
  [{ perEther: '1.0000001' }],
  [{ perEther: '1000000000000' }],
  [{ asOf: '1 Nov' }],
  [{ source: 'https://rates.example' }],
])('%j is no rate', (other) => {
  expect(v.safeParse(RateSchema, { ...rate('2500'), ...other }).success).toBe(false);
  expect(v.safeParse(RateSchema, rate('2500')).success).toBe(true);
});

it('two amounts together are worth what each is, but for what is less than a millionth', () => {
  const wei = fc.bigInt({ min: 0n, max: 10n ** 26n });
  fc.assert(
    fc.property(wei, wei, fc.integer({ min: 1, max: 10 ** 9 }), (a, b, per) => {
      const of = (amount: bigint) => millionthsOf(String(amount), rate(String(per)));
      const rest = of(a + b) - of(a) - of(b);
      expect(rest === 0n || rest === 1n).toBe(true);
    }),
  );
});
