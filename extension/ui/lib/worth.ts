import { millionthsOf, type Rate } from '../../core/network/rate.ts';
import { fhirDate } from './format.ts';
import { locale } from './language.ts';
import { t } from './text.ts';

/** A currency has two digits after the point, or fewer. */
const HUNDREDTH = 10_000n;

/** What an amount is worth by the rate that the network published, and as of when; undefined for nothing. @param wei decimal digits */
export function worth(wei: string, rate: Rate): string | undefined {
  const millionths = millionthsOf(wei, rate);
  if (millionths === 0n) return undefined;
  const money = new Intl.NumberFormat(locale, { style: 'currency', currency: rate.currency });
  const amount = Number(millionths / HUNDREDTH) / 100;
  return t('payments.worth', [money.format(amount), fhirDate(rate.asOf)]);
}
