import { dateText } from '../../core/fhir/date-text.ts';
import { locale } from './language.ts';

/** Dates and numbers in the person's locale. */

/** A FHIR date or dateTime, to the precision it has. */
export const fhirDate = (value: string): string => dateText(value, locale);

/** The same with the time of day, where it has one. */
export const fhirDateTime = (value: string): string => dateText(value, locale, true);

const MOMENT: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
};
/** The month as a word: of numbers alone, which are read from the right in one language, nobody can tell which is the day. @param seconds Unix time */
export const moment = (seconds: number): string =>
  new Intl.DateTimeFormat(locale, MOMENT).format(new Date(seconds * 1000));

/** From one moment to another. @param seconds Unix time */
export const momentsBetween = (from: number, to: number): string =>
  new Intl.DateTimeFormat(locale, { ...MOMENT, weekday: 'short' }).formatRange(
    new Date(from * 1000),
    new Date(to * 1000),
  );

export const day = (seconds: number): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long' }).format(new Date(seconds * 1000));

export const number = (n: number): string => new Intl.NumberFormat(locale).format(n);

export function bytes(n: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(n, 1)) / 3), 3);
  const unit = units[power] ?? 'byte';
  const unitDisplay = power === 0 ? 'long' : 'short';
  const options = { style: 'unit', unit, unitDisplay, maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(locale, options).format(n / 1000 ** power);
}

/** How long something took, in the unit that fits. @param ms milliseconds */
export function duration(ms: number): string {
  const [value, unit] =
    ms < 1_000 ? [ms, 'millisecond'] : ms < 120_000 ? [ms / 1_000, 'second'] : [ms / 60_000, 'minute'];
  const digits = { maximumSignificantDigits: 2, style: 'unit', unit, unitDisplay: 'long' } as const;
  return new Intl.NumberFormat(locale, digits).format(value);
}

/** An amount in ether, every digit of it. @param wei decimal digits */
export function ether(wei: string): string {
  const digits = wei.padStart(19, '0');
  const fraction = digits.slice(-18).replace(/0+$/, '');
  const point = new Intl.NumberFormat(locale).formatToParts(0.5).find((p) => p.type === 'decimal')?.value ?? '.';
  const whole = new Intl.NumberFormat(locale).format(BigInt(digits.slice(0, -18)));
  return `${whole}${fraction === '' ? '' : point + fraction} ETH`;
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale, { type: 'conjunction' }).format(items);

/** An address short enough to compare by eye; the whole of it is under "Technical details". */
export const shortAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;
