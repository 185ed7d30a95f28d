import { digitsAt, writeNumber } from '../fhir/lossless.ts';
import { referenceOf } from '../fhir/references.ts';
import { isObject } from '../fhir/resource.ts';
import { UNIT_NAMES, UNITS } from './common-codes.ts';
import { birthYear, MOST_AGE, shiftedDate, type DateShift } from './dates.ts';
import type { Kind, Vocabulary } from './vocabulary.ts';

/** What a field is made anew by. */
export interface Work {
  readonly shift: DateShift;
  readonly vocabulary: Vocabulary;
  /** A value that is not told, or not so exactly. */
  readonly suppressed: () => void;
  readonly broader: () => void;
}

/**
 * Makes a field anew from what it was: nothing is copied but numbers, and words of closed lists. `undefined` drops it.
 * What is not named by a rule is dropped too, so that a field that FHIR or somebody adds can never leave.
 */
type Keep = (value: unknown, work: Work) => unknown;

/** A reference that leads to something in the file, or is dropped at the end. */
export class Lead {
  readonly text: string;
  readonly types: readonly string[];
  constructor(text: string, types: readonly string[]) {
    this.text = text;
    this.types = types;
  }
}

/** Digits beyond these are no measurement: they could be a number that somebody goes by. */
const MOST_DIGITS = 7;
/** What a computer worked out to the last place is told with so many digits. */
const ROUNDED_DIGITS = 5;

/** @returns the digits of a number as they were written, or rounded; undefined for what is no measurement */
function digitsOf(holder: object, key: string, work: Work): string | undefined {
  const digits = digitsAt(holder, key);
  const [, whole = '', fraction = ''] = /^-?0*(\d+)(?:\.(\d+))?$/.exec(digits ?? '') ?? [];
  if (digits === undefined || whole === '') return undefined;
  if (`${whole}${fraction}`.replace(/^0+/, '').length <= MOST_DIGITS) return digits;
  if (fraction === '' || whole.length > ROUNDED_DIGITS) return undefined;
  work.broader();
  return String(Number(Number(digits).toPrecision(ROUNDED_DIGITS)));
}
function putNumber(to: Record<string, unknown>, key: string, digits: string): void {
  to[key] = Number(digits);
  writeNumber(to, key, digits);
}

const told = <T>(kept: T | undefined, { suppressed }: Work): T | undefined => {
  if (kept === undefined) suppressed();
  return kept;
};

/** One of FHIR's own words. */
export const word =
  (...words: readonly string[]): Keep =>
  (value, work) =>
    told(typeof value === 'string' && words.includes(value) ? value : undefined, work);
export const yes: Keep = (value) => (typeof value === 'boolean' ? value : undefined);
export const whole: Keep = (value, work) =>
  told(
    typeof value === 'number' && Number.isSafeInteger(value) && Math.abs(value) < 10 ** MOST_DIGITS ? value : undefined,
    work,
  );
export const date: Keep = (value, work) => told(shiftedDate(value, work.shift), work);
export const bornIn: Keep = (value, work) => told(birthYear(value, work.shift), work);
/** ISO 3166-1, two letters; nothing smaller than a country stays. */
export const country: Keep = (value, work) => told(isCountry(value) ? value : undefined, work);
const REGIONS = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });
const isCountry = (value: unknown): boolean =>
  typeof value === 'string' && /^[A-Z]{2}$/.test(value) && REGIONS.of(value) !== undefined;

/** A CodeableConcept of closed lists. */
export const concept =
  (...kinds: readonly Kind[]): Keep =>
  (value, work) => {
    const kept = told(work.vocabulary.keep(value, kinds), work);
    if (kept?.isBroader) work.broader();
    return kept && structuredClone(kept.concept);
  };
/** A Coding of closed lists. */
export const coding =
  (...kinds: readonly Kind[]): Keep =>
  (value, work) => {
    const [first] = work.vocabulary.keep(value, kinds)?.concept.coding ?? [];
    return told(first && { ...first }, work);
  };

export const lead =
  (...types: readonly string[]): Keep =>
  (value) => {
    const text = referenceOf(value);
    return text === undefined ? undefined : new Lead(text, types);
  };

const COMPARATORS = ['<', '<=', '>=', '>'];
const UCUM = 'http://unitsofmeasure.org';

function unitOf(value: Record<string, unknown>): string | undefined {
  const { system, code, unit } = value;
  const written = [system === UCUM || system === undefined ? code : undefined, unit];
  for (const one of written) {
    if (typeof one !== 'string') continue;
    const known = Object.hasOwn(UNIT_NAMES, one) ? UNIT_NAMES[one] : one;
    if (known !== undefined && UNITS.has(known)) return known;
  }
  return undefined;
}

function quantityOf(value: unknown, work: Work): Record<string, unknown> | undefined {
  if (!isObject(value)) return undefined;
  const digits = digitsOf(value, 'value', work);
  const { comparator } = value;
  const unit = unitOf(value);
  const hasUnit = value['unit'] !== undefined || value['code'] !== undefined;
  if (digits === undefined || (hasUnit && unit === undefined) || isMarked(value)) return undefined;
  if (comparator !== undefined && !COMPARATORS.includes(comparator as string)) return undefined;
  const kept: Record<string, unknown> = {
    ...(comparator !== undefined && { comparator }),
    ...(unit !== undefined && { unit, system: UCUM, code: unit }),
  };
  putNumber(kept, 'value', digits);
  return kept;
}
export const quantity: Keep = (value, work) => told(quantityOf(value, work), work);

const YEARS: Readonly<Record<string, number>> = { a: 1, mo: 1 / 12, wk: 7 / 365.25, d: 1 / 365.25, h: 0, min: 0 };
/** An Age; beyond {@link MOST_AGE} it says that alone. */
export const age: Keep = (value, work) => {
  const kept = told(quantityOf(value, work), work);
  const years = kept && YEARS[String(kept['code'])];
  if (kept === undefined || years === undefined) return undefined;
  if (Number(kept['value']) * years <= MOST_AGE) return kept;
  work.broader();
  return { comparator: '>=', value: MOST_AGE + 1, unit: 'a', system: UCUM, code: 'a' };
};

/** Whether something outside the list changes what is said here (FHIR R4, 2.4: modifier extensions). */
export const isMarked = (value: Record<string, unknown>): boolean =>
  Object.hasOwn(value, 'modifierExtension') || Object.hasOwn(value, 'implicitRules');

export interface Shape {
  readonly fields: Readonly<Record<string, Keep>>;
  /** Fields that change what the rest says: where one cannot stay, nothing does. */
  readonly modifiers?: readonly string[];
  /** Of each of these at least one stays, or nothing does. */
  readonly needs?: readonly (readonly string[])[];
}

/** What stays of an object; `undefined` where what is left would say something else, or nothing. */
export function kept(value: unknown, { fields, modifiers = [], needs = [] }: Shape, work: Work) {
  if (!isObject(value) || isMarked(value)) return undefined;
  const made: Record<string, unknown> = {};
  for (const [name, keep] of Object.entries(fields)) {
    if (!Object.hasOwn(value, name)) continue;
    const so = each(value[name], keep, work);
    if (so !== undefined) made[name] = so;
  }
  if (modifiers.some((name) => isSaid(value, name) && made[name] === undefined)) return undefined;
  return has(made, needs) && Object.keys(made).length > 0 ? made : undefined;
}
const isSaid = (value: object, name: string): boolean => Object.hasOwn(value, name) || Object.hasOwn(value, `_${name}`);
export const has = (made: Record<string, unknown>, needs: readonly (readonly string[])[]): boolean =>
  needs.every((some) => some.some((name) => made[name] !== undefined));

function each(value: unknown, keep: Keep, work: Work): unknown {
  if (!Array.isArray(value)) return keep(value, work);
  const all = (value as unknown[]).map((one) => keep(one, work)).filter((one) => one !== undefined);
  return all.length === 0 ? undefined : all;
}

export const group =
  (shape: Shape): Keep =>
  (value, work) =>
    kept(value, shape, work);

export const period: Keep = group({ fields: { start: date, end: date } });
export const range: Keep = group({ fields: { low: quantity, high: quantity } });
export const ratio: Keep = group({
  fields: { numerator: quantity, denominator: quantity },
  needs: [['numerator'], ['denominator']],
});
