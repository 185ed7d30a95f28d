import { conceptText, personName } from '../concept.ts';
import { etherOf, weiOf } from '../../care/bill.ts';
import { digitsAt } from '../lossless.ts';
import { at, listAt, textAt } from '../resource.ts';
import { referenceOf } from '../references.ts';
import { select } from '../select.ts';

/** One value of a resource, in no language: what is to be put into words is told apart from what was written down. */
export type Value =
  /** As it was written. */
  | { readonly kind: 'text'; readonly text: string }
  /** A code of FHIR’s own lists, such as `final`. */
  | { readonly kind: 'code'; readonly code: string }
  /** FHIR date or dateTime, as precise as it was written. */
  | { readonly kind: 'date'; readonly date: string }
  | { readonly kind: 'period'; readonly start?: string | undefined; readonly end?: string | undefined }
  /** Digits as they were written. */
  | {
      readonly kind: 'number';
      readonly number: string;
      readonly unit?: string;
      readonly comparator?: string;
      /** No digit of it is left out. */
      readonly exact?: true;
    }
  | { readonly kind: 'range'; readonly low?: string; readonly high?: string; readonly unit?: string }
  /** So often in so long, such as twice in 1 `d`. */
  | {
      readonly kind: 'times';
      readonly frequency?: string;
      readonly period?: string;
      readonly unit?: string;
      /** HL7 v3 TimingEvent, such as `ACM`. */
      readonly when?: readonly string[];
    }
  | { readonly kind: 'yes'; readonly yes: boolean }
  /** Another resource. */
  | { readonly kind: 'link'; readonly text?: string | undefined; readonly reference: string };

const textValue = (text: string): Value => ({ kind: 'text', text });

/** FHIR instant, dateTime or date. */
const DATE = /^\d{4}(-\d\d(-\d\d(T\d\d:\d\d.*)?)?)?$/;
/** What an element says; empty for one that is no single thing, such as a backbone element. */
export function valueOf(element: unknown): Value | undefined {
  if (typeof element === 'string') return stringValue(element);
  if (typeof element === 'number') return { kind: 'number', number: String(element) };
  if (typeof element === 'boolean') return { kind: 'yes', yes: element };
  if (typeof element !== 'object' || element === null || Array.isArray(element)) return undefined;
  for (const read of READERS) {
    const value = read(element);
    if (value !== undefined) return value;
  }
  return undefined;
}

function stringValue(text: string): Value | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return undefined;
  return DATE.test(trimmed) && trimmed.length > 4 ? { kind: 'date', date: trimmed } : textValue(trimmed);
}

const has = (value: object, ...fields: string[]): boolean => fields.some((field) => Object.hasOwn(value, field));

const READERS: readonly ((value: object) => Value | undefined)[] = [
  // Reference, CodeableReference
  (value) => {
    const reference = referenceOf(value);
    return reference === undefined
      ? undefined
      : { kind: 'link', reference, text: textAt(value, 'display') ?? conceptText(at(value, 'concept')) };
  },
  // Ratio, before Quantity: it has two of them
  (value) => {
    const [over, under] = [quantity(at(value, 'numerator')), quantity(at(value, 'denominator'))];
    if (over === undefined || under === undefined) return undefined;
    const below = under.number === '1' ? (under.unit ?? '1') : `${under.number} ${under.unit ?? ''}`.trim();
    return textValue(`${over.number} ${over.unit ?? ''}`.trim() + (below === '1' ? '' : ` / ${below}`));
  },
  quantity,
  // Range
  (value) => {
    if (!has(value, 'low', 'high')) return undefined;
    const [low, high] = [quantity(at(value, 'low')), quantity(at(value, 'high'))];
    const unit = low?.unit ?? high?.unit;
    if (low === undefined && high === undefined) return undefined;
    return {
      kind: 'range',
      ...(low && { low: low.number }),
      ...(high && { high: high.number }),
      ...(unit && { unit }),
    };
  },
  // Period
  (value) => {
    const [start, end] = [textAt(value, 'start'), textAt(value, 'end')];
    return start === undefined && end === undefined ? undefined : { kind: 'period', start, end };
  },
  timing,
  // Money in ether, which has no currency of ISO 4217
  (value) => {
    const wei = weiOf(value);
    return wei === undefined ? undefined : { kind: 'number', number: etherOf(wei), unit: 'ETH', exact: true };
  },
  // Money
  (value) => {
    const [amount, currency] = [digitsAt(value, 'value'), textAt(value, 'currency')];
    return amount === undefined || currency === undefined
      ? undefined
      : { kind: 'number', number: amount, unit: currency };
  },
  // HumanName
  (value) => (has(value, 'family', 'given') ? named(personName(value)) : undefined),
  // Address
  (value) => {
    if (!has(value, 'city', 'line', 'postalCode', 'country')) return undefined;
    const parts = ['line', 'postalCode', 'city', 'district', 'state', 'country'].flatMap((field) =>
      select(value, field),
    );
    return named(textAt(value, 'text') ?? parts.map(String).join(', '));
  },
  // Annotation
  (value) =>
    has(value, 'text') && has(value, 'time', 'authorString', 'authorReference')
      ? named(textAt(value, 'text'))
      : undefined,
  // ContactPoint, Identifier
  (value) =>
    has(value, 'system', 'use', 'type') && typeof at(value, 'value') === 'string'
      ? named(textAt(value, 'value'))
      : undefined,
  // SampledData
  (value) => (has(value, 'origin', 'period') && has(value, 'dimensions') ? named(textAt(value, 'data')) : undefined),
  // CodeableConcept, Coding, a Reference by its words alone
  (value) =>
    has(value, 'coding', 'text', 'display', 'concept') || isCoding(value) ? named(conceptText(value)) : undefined,
];

const isCode = (value: object): boolean => typeof at(value, 'code') === 'string';
const isCoding = (value: object): boolean => isCode(value) && has(value, 'system');
const named = (text: string | undefined): Value | undefined =>
  text === undefined || text === '' ? undefined : textValue(text);

function quantity(value: unknown): Extract<Value, { kind: 'number' }> | undefined {
  const number = digitsAt(value, 'value');
  if (number === undefined || has(value as object, 'currency', 'use', 'rank', 'type')) return undefined;
  const unit = textAt(value, 'unit') ?? textAt(value, 'code');
  const comparator = textAt(value, 'comparator');
  return {
    kind: 'number',
    number,
    ...(unit !== undefined && unit !== '1' && !unit.startsWith('{') && { unit }),
    ...(comparator !== undefined && { comparator }),
  };
}

/** Codes of HL7 v3 GTSAbbreviation, as times a day or hours between. */
const TIMES: Readonly<Record<string, readonly [frequency: string, period: string, unit: string]>> = {
  QD: ['1', '1', 'd'],
  BID: ['2', '1', 'd'],
  TID: ['3', '1', 'd'],
  QID: ['4', '1', 'd'],
  QOD: ['1', '2', 'd'],
  Q1H: ['1', '1', 'h'],
  Q2H: ['1', '2', 'h'],
  Q3H: ['1', '3', 'h'],
  Q4H: ['1', '4', 'h'],
  Q6H: ['1', '6', 'h'],
  Q8H: ['1', '8', 'h'],
  WK: ['1', '1', 'wk'],
  MO: ['1', '1', 'mo'],
};

function timing(value: object): Value | undefined {
  const onlyCode = Object.keys(value).every((key) => ['code', 'id', 'extension'].includes(key)) && !isCode(value);
  if (!has(value, 'repeat', 'event') && !onlyCode) return undefined;
  const repeat = at(value, 'repeat');
  const [frequency, period] = ['frequency', 'period'].map((field) => digitsAt(repeat, field));
  const unit = textAt(repeat, 'periodUnit') ?? textAt(repeat, 'periodUnits');
  const when = listAt(repeat, 'when').filter((one): one is string => typeof one === 'string');
  const code = textAt(value, 'code.coding.0.code') ?? '';
  const text = textAt(value, 'code.text');
  if (period !== undefined && unit !== undefined) {
    return { kind: 'times', frequency: frequency ?? '1', period, unit, ...(when.length > 0 && { when }) };
  }
  if (when.length > 0) return { kind: 'times', when };
  const known = TIMES[code] ?? TIMES[(text ?? '').toUpperCase()];
  if (known !== undefined) return { kind: 'times', frequency: known[0], period: known[1], unit: known[2] };
  const [event] = listAt(value, 'event');
  if (text === undefined && typeof event === 'string') return { kind: 'date', date: event };
  return named(text ?? conceptText(at(value, 'code')));
}
