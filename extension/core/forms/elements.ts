import { codingsOf, conceptText } from '../fhir/concept.ts';
import { writeNumber } from '../fhir/lossless.ts';
import { textAt } from '../fhir/resource.ts';
import { codeKey, type Values } from './field.ts';

/** Elements of FHIR R4 that forms are made of. What is empty is left out. */
export type Element = Record<string, unknown>;

/** The patient, in their own words: whose record it is in says who. */
export const ME = { type: 'Patient' } as const;
const UCUM = 'http://unitsofmeasure.org';
const TERMINOLOGY = 'http://terminology.hl7.org/CodeSystem/';

/** Without what is undefined, an empty list or an empty object. */
export function filled(element: Element): Element {
  return Object.fromEntries(
    Object.entries(element).filter(([, value]) => {
      if (value === undefined || value === '') return false;
      return typeof value !== 'object' || value === null || Object.keys(value).length > 0;
    }),
  );
}
/** A list of what is there. */
export const listOf = (...elements: readonly (Element | string | undefined)[]): unknown[] =>
  elements.filter((one) => one !== undefined && one !== '' && (typeof one === 'string' || Object.keys(one).length > 0));

export const coded = (system: string, code: string | undefined, display?: string): Element | undefined =>
  code === undefined
    ? undefined
    : { coding: [filled({ system: system.includes(':') ? system : TERMINOLOGY + system, code, display })] };

/** Words, and the code that a directory had for them. */
export function concept(values: Values, key: string): Element | undefined {
  const text = values[key];
  if (text === undefined) return undefined;
  const [system, code] = (values[codeKey(key)] ?? '').split('|');
  return { ...(system && code && { coding: [{ system, code }] }), text };
}
/** The other way round. */
export function conceptValues(key: string, found: unknown): Values {
  const text = conceptText(found);
  const coding = codingsOf(found).find(({ system, code }) => system !== '' && code !== '' && !system.includes('|'));
  return some({ [key]: text, ...(coding && text && { [codeKey(key)]: `${coding.system}|${coding.code}` }) });
}

export const codeAt = (resource: unknown, path: string): string | undefined =>
  textAt(resource, `${path}.coding.0.code`);

/** A number of which every digit is kept. */
export function quantity(digits: string | undefined, unit: string | undefined, code?: string): Element | undefined {
  if (digits === undefined) return undefined;
  const made: Element = { value: Number(digits), ...filled({ unit, ...(code && { system: UCUM, code }) }) };
  writeNumber(made, 'value', digits);
  return made;
}
/** Values that are there. */
export const some = (values: Readonly<Record<string, string | undefined>>): Values =>
  Object.fromEntries(
    Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined && pair[1] !== ''),
  );

/** A FHIR dateTime in this machine's zone; a date alone where no time is given. */
export function dateTime(date: string | undefined, time: string | undefined): string | undefined {
  if (date === undefined || time === undefined || date.length < 10) return date;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0] = `${date}-${time.replace(':', '-')}`
    .split('-')
    .map(Number);
  const offset = -new Date(year, month - 1, day, hour, minute).getTimezoneOffset();
  const two = (n: number) => String(Math.trunc(Math.abs(n))).padStart(2, '0');
  return `${date}T${time}:00${offset < 0 ? '-' : '+'}${two(offset / 60)}:${two(offset % 60)}`;
}
/** As it was written, in the zone that it was written in. */
export function dateAndTime(written: string | undefined): { date?: string; time?: string } {
  const [, date, time] = /^(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T(\d\d:\d\d))?/.exec(written ?? '') ?? [];
  return { ...(date && { date }), ...(time && { time }) };
}
export const dateOf = (written: string | undefined): string | undefined => dateAndTime(written).date;
