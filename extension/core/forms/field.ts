import * as v from 'valibot';
import { weiIn } from '../care/bill.ts';
import { isCalendar } from '../fhir/date-text.ts';

/** What a form holds: texts by the keys of its fields. What is not filled in is absent. */
export type Values = Readonly<Record<string, string>>;

export type DirectoryName = 'diseases' | 'medicines' | 'substances' | 'vaccines' | 'tests';
export type FieldKind = 'text' | 'long' | 'date' | 'time' | 'number' | 'ether' | 'choice' | 'code';

export interface Field {
  readonly key: string;
  /**
   * `date`: a day, a month or a year, as FHIR writes them. `code`: any text; where it was found in a directory, its code stands under
   * {@link codeKey}. `ether`: a decimal number, to the wei.
   */
  readonly kind: FieldKind;
  /** Name of its texts, where that is not its key. */
  readonly label?: string;
  readonly required?: true;
  /** Of a choice. */
  readonly choices?: readonly string[];
  /** Where what is typed is looked up. */
  readonly directory?: DirectoryName;
  /** Most UTF-16 units of a text. */
  readonly most?: number;
  /** Of a number: nothing outside of it was ever measured. */
  readonly range?: readonly [least: number, most: number];
  /** It is asked only where another field has one of some values. */
  readonly when?: readonly [key: string, values: readonly string[]];
  /** Of a date: to the day. */
  readonly whole?: true;
  /** Fields without which it says nothing. */
  readonly needs?: readonly string[];
}

export const codeKey = (key: string): string => `${key}Code`;

/** What is wrong with a field, as a key of the screens' texts. */
export type Fault = 'required' | 'tooLong' | 'date' | 'wholeDate' | 'time' | 'number' | 'range' | 'ether' | 'choice';

const MOST_TEXT = 200;
const MOST_LONG = 4_000;
const EARLIEST_YEAR = 1870;
const LATEST_YEAR = 2200;

/** Whether a calendar has it: a year, a month of it, or a day. */
function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$/.exec(text) ?? [];
  if (year === undefined || Number(year) < EARLIEST_YEAR || Number(year) > LATEST_YEAR) return false;
  return isCalendar(year, month, day);
}

const fault = (of: Fault): Fault => of;
const shortened = (most: number) => v.pipe(v.string(), v.maxLength(most, fault('tooLong')));

/** What a field takes once it is filled in; the messages are faults. */
function schemaOf({ kind, choices = [], most, range, whole }: Field): v.GenericSchema<string, string> {
  switch (kind) {
    case 'text':
    case 'code':
      return shortened(most ?? MOST_TEXT);
    case 'long':
      return shortened(most ?? MOST_LONG);
    case 'date':
      return v.pipe(
        v.string(),
        v.check(isDate, fault('date')),
        v.check((date) => !whole || date.length === 10, fault('wholeDate')),
      );
    case 'time':
      return v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, fault('time')));
    case 'number':
      return v.pipe(
        v.string(),
        v.regex(/^-?(0|[1-9]\d{0,6})(\.\d{1,6})?$/, fault('number')),
        v.check((n) => range === undefined || (Number(n) >= range[0] && Number(n) <= range[1]), fault('range')),
      );
    case 'ether':
      return v.pipe(
        v.string(),
        v.check((ether) => weiIn(ether) !== undefined, fault('ether')),
      );
    case 'choice':
      return v.pipe(
        v.string(),
        v.check((chosen) => choices.includes(chosen), fault('choice')),
      );
  }
}

/** The fields that are asked, given what is filled in. */
export const asked = (fields: readonly Field[], values: Values): Field[] =>
  fields.filter(({ when }) => when === undefined || when[1].includes(values[when[0]] ?? ''));

export interface Checked {
  /** As they are kept: without white space around them, what is empty or not asked left out. */
  readonly values: Values;
  /** By key, in the order of the form. */
  readonly faults: Readonly<Record<string, Fault>>;
}

export function checkValues(fields: readonly Field[], given: Values): Checked {
  const values: Record<string, string> = {};
  const faults: Record<string, Fault> = {};
  const open = asked(fields, given);
  for (const field of open) {
    const text = clean(field, given[field.key] ?? '');
    if (text !== '') values[field.key] = text;
    const code = given[codeKey(field.key)];
    if (field.kind === 'code' && text !== '' && code !== undefined) values[codeKey(field.key)] = code;
  }
  for (const field of open) {
    const text = values[field.key];
    if (text === undefined) {
      const isNeeded = open.some((other) => values[other.key] !== undefined && other.needs?.includes(field.key));
      if (field.required || isNeeded) faults[field.key] = 'required';
      continue;
    }
    const parsed = v.safeParse(schemaOf(field), text);
    if (!parsed.success) faults[field.key] = parsed.issues[0].message as Fault;
  }
  return { values, faults };
}

/** A decimal comma is understood, and signs that look like a minus. */
function clean({ kind }: Field, text: string): string {
  const trimmed = text.normalize('NFC').trim();
  if (kind === 'long') return trimmed.replaceAll(/\r\n?/g, '\n');
  const line = trimmed.replaceAll(/\s+/g, ' ');
  if (kind !== 'number' && kind !== 'ether') return line;
  return line.replace(/^[−–]/, '-').replace(',', '.');
}
