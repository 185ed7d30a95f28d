import * as v from 'valibot';

/** What an ether is worth, as the network says: nobody else is asked. */
export const RateSchema = v.strictObject({
  /** ISO 4217. */
  currency: v.pipe(v.string(), v.regex(/^[A-Z]{3}$/)),
  /** Units of the currency for one ether: a decimal number. */
  perEther: v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,11})(\.\d{1,6})?$/)),
  /** The day on which it was so. */
  asOf: v.pipe(v.string(), v.isoDate()),
});
export type Rate = v.InferOutput<typeof RateSchema>;

const WEI_PER_ETHER = 10n ** 18n;

/** Millionths of the currency that so much ether is worth, rounded down. @param wei decimal digits */
export function millionthsOf(wei: string, { perEther }: Rate): bigint {
  const [whole = '0', fraction = ''] = perEther.split('.');
  return (BigInt(wei) * BigInt(whole + fraction.padEnd(6, '0'))) / WEI_PER_ETHER;
}
