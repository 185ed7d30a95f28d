import { dateText } from '../date-text.ts';
import type { Measure } from './measures.ts';
import type { Line } from './present.ts';
import type { ItemStatus } from './status.ts';
import { unitText } from './units.ts';
import type { Value } from './value.ts';

/** A language that what is in a record is put into. */
export interface Words {
  /** BCP 47; that of the machine if it is left out. */
  readonly locale?: string | undefined;
  /** A text of the catalogue with values in its places, in the form that goes with a number; undefined or empty for one that it has not. */
  readonly word: (key: string, values?: readonly string[], count?: number) => string | undefined;
  /** Writes out what is hidden in a text of the record. */
  readonly shown?: (text: string) => string;
}
const asItIs = (text: string): string => text;

/** What a list says of an item. */
export interface Titled {
  readonly type: string;
  readonly title: string;
  readonly code?: string | undefined;
}

/** The title of an item; where it has none, what its code says of what is not known, or what kind of item it is. */
export function titleText({ type, title, code }: Titled, { word, shown = asItIs }: Words): string {
  if (title !== '') return shown(title);
  const [, bare = ''] = code?.split('|') ?? [];
  const kind = typeText(type, { word });
  return (bare !== '' && word(`absent.${keyOf(bare)}`)) || (bare === '' ? kind : `${kind} (${bare})`);
}

/** `MedicationRequest` → `Prescription`. */
export const typeText = (type: string, { word }: Words): string => word(`type.${type}`) || sentence(type);

export const statusText = (status: ItemStatus, { word }: Words): string => word(`itemStatus.${status}`) || status;

export const labelText = ({ label }: Line, { word, shown = asItIs }: Words): string =>
  'text' in label ? shown(label.text) : word(`field.${label.key}`) || sentence(label.key);

export function valueText(value: Value, words: Words): string {
  const { word, locale, shown = asItIs } = words;
  switch (value.kind) {
    case 'text':
      return shown(value.text);
    case 'code':
      return word(`code.${keyOf(value.code)}`) || plainCode(value.code);
    case 'date':
      return dateText(value.date, locale, true);
    case 'period':
      return periodText(value, words);
    case 'number':
      return numberText(value, words);
    case 'range':
      return rangeText(value, words);
    case 'times':
      return timesText(value, words);
    case 'yes':
      return word(value.yes ? 'value.yes' : 'value.no') ?? '';
    case 'link':
      return shown(value.text ?? '');
  }
}

/** The values of a line, as one text. */
export const valuesText = ({ values }: Line, words: Words): string =>
  values
    .map((value) => valueText(value, words))
    .filter((text) => text !== '')
    .join(', ');

/** `120/80 mmHg`; `6.8 %`; `Apgar 9, heart rate 2`. */
function measuresText(measures: readonly Measure[], words: Words): string {
  const [first, second] = measures;
  if (first === undefined) return '';
  const pressures = measures.filter(({ code }) => code !== undefined && PRESSURE.has(code));
  if (second !== undefined && pressures.length === 2 && measures.length === 2) {
    const [high, low] = first.code === SYSTOLIC ? [first, second] : [second, first];
    return `${digits(high.value, words.locale)}/${digits(low.value, words.locale)} ${unitText((words.shown ?? asItIs)(first.unit ?? ''))}`.trim();
  }
  return measures
    .map(({ name, value, unit, comparator }) => {
      const number = numberText(
        { kind: 'number', number: value, ...(unit && { unit }), ...(comparator && { comparator }) },
        words,
      );
      return name === undefined ? number : `${(words.shown ?? asItIs)(name)} ${number}`;
    })
    .join(', ');
}
const SYSTOLIC = 'http://loinc.org|8480-6';
const PRESSURE = new Set([SYSTOLIC, 'http://loinc.org|8462-4']);

/** What an item says beside its title: what was measured, or what it says in words. */
export function saidText(
  item: { readonly measures?: readonly Measure[] | undefined; readonly value?: string | undefined },
  words: Words,
): string {
  const { shown = asItIs } = words;
  return item.measures === undefined ? shown(item.value ?? '') : measuresText(item.measures, words);
}

/** Decimals beyond these are rounded for the eye; what was written stands in the resource. */
const MOST_DECIMALS = 4;

/** Digits as they were written, in the way of a language: `4.50` is no `4.5`. */
export function digits(written: string, locale?: string, exact = false): string {
  const [, whole, fraction = ''] = /^-?(\d+)(?:\.(\d+))?$/.exec(written) ?? [];
  if (whole === undefined || /^-0*(\.0*)?$/.test(written)) return written;
  const isRounded = fraction.length > MOST_DECIMALS && !exact;
  const decimals = isRounded ? roundedTo(whole, fraction) : fraction.length;
  const format = new Intl.NumberFormat(locale, {
    minimumFractionDigits: isRounded ? 0 : decimals,
    maximumFractionDigits: decimals,
    useGrouping: 'min2',
  });
  // A decimal text is formatted to its last digit, where a number would not be (ECMA-402, 2023).
  return format.format(written as unknown as number);
}
/** Two decimals, or as many as show three digits that count. */
const roundedTo = (whole: string, fraction: string): number =>
  Number(whole) > 0 ? 2 : Math.min(20, (/[1-9]/.exec(fraction)?.index ?? 0) + 3);

function numberText({ number, unit, comparator, exact }: Extract<Value, { kind: 'number' }>, words: Words): string {
  const { locale, shown = asItIs } = words;
  const named = unit === undefined ? '' : shown(unitText(unit));
  return `${comparator === undefined ? '' : `${shown(comparator)} `}${digits(number, locale, exact)}${named === '' ? '' : ` ${named}`}`;
}

function rangeText({ low, high, unit }: Extract<Value, { kind: 'range' }>, { word, locale }: Words): string {
  const shown = unit === undefined ? '' : ` ${unitText(unit)}`;
  const [from, to] = [low, high].map((end) => (end === undefined ? undefined : digits(end, locale)));
  if (from === undefined) return word('value.atMost', [`${to ?? ''}${shown}`]) ?? '';
  if (to === undefined) return word('value.atLeast', [`${from}${shown}`]) ?? '';
  return `${from}–${to}${shown}`;
}

function periodText({ start, end }: Extract<Value, { kind: 'period' }>, { word, locale }: Words): string {
  const [from, to] = [dateText(start, locale), dateText(end, locale)];
  if (to === '') return word('value.since', [from]) ?? from;
  if (from === '') return word('value.until', [to]) ?? to;
  return from === to ? from : (word('value.between', [from, to]) ?? `${from} – ${to}`);
}

const UNITS: Readonly<Record<string, string>> = {
  s: 'second',
  min: 'minute',
  h: 'hour',
  d: 'day',
  wk: 'week',
  mo: 'month',
  a: 'year',
};
const OFTEN: Readonly<Record<string, string>> = { d: 'daily', wk: 'weekly', mo: 'monthly' };

function timesText(
  { frequency = '1', period, unit = '', when = [] }: Extract<Value, { kind: 'times' }>,
  words: Words,
): string {
  const { word, locale } = words;
  const moments = when.map((code) => word(`value.${code}`) || code).join(', ');
  if (period === undefined) return moments;
  const long = UNITS[unit];
  const span =
    long === undefined
      ? `${period} ${unit}`
      : new Intl.NumberFormat(locale, { style: 'unit', unit: long, unitDisplay: 'long' }).format(Number(period));
  const often = period === '1' ? OFTEN[unit] : undefined;
  const times = digits(frequency, locale);
  const told =
    (often !== undefined && word(`value.${often}`, [times], Number(frequency))) ||
    (frequency === '1' ? word('value.every', [span]) : word('value.timesIn', [times, span], Number(frequency))) ||
    '';
  return moments === '' ? told : `${told} (${moments})`;
}

/** Names of the catalogue have no dashes. */
const keyOf = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]+/g, '_');
const plainCode = (code: string): string =>
  /^[a-z][a-z-]+$/.test(code) ? code.replaceAll('-', ' ') : code.replace(/^flag_/, '');

/** `MedicationStatement` → `Medication statement`. */
function sentence(camel: string): string {
  const words = camel.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
