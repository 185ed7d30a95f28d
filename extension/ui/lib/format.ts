/** Dates and numbers in the person's locale. */
const locale = () => navigator.language;

/** A FHIR date or dateTime, to the precision it has. */
export function fhirDate(value: string): string {
  const parts = /^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?/.exec(value);
  if (parts === null) return value;
  const [, year = '', month, day] = parts;
  const date = new Date(Date.UTC(Number(year), Number(month ?? 1) - 1, Number(day ?? 1)));
  const options: Intl.DateTimeFormatOptions = { timeZone: 'UTC', year: 'numeric' };
  if (month !== undefined) options.month = 'short';
  if (day !== undefined) options.day = 'numeric';
  return new Intl.DateTimeFormat(locale(), options).format(date);
}

/** Unix seconds. */
export const moment = (seconds: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(seconds * 1000));

export const day = (seconds: number): string =>
  new Intl.DateTimeFormat(locale(), { dateStyle: 'long' }).format(new Date(seconds * 1000));

export const number = (n: number): string => new Intl.NumberFormat(locale()).format(n);

export function bytes(n: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;
  const power = Math.min(Math.floor(Math.log10(Math.max(n, 1)) / 3), 3);
  const unit = units[power] ?? 'byte';
  return new Intl.NumberFormat(locale(), { style: 'unit', unit, maximumFractionDigits: 1 }).format(n / 1000 ** power);
}

export const list = (items: readonly string[]): string =>
  new Intl.ListFormat(locale(), { type: 'conjunction' }).format(items);

/** An address short enough to compare by eye; the whole of it is under "Technical details". */
export const shortAddress = (address: string): string => `${address.slice(0, 6)}…${address.slice(-4)}`;
