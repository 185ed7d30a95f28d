import { SalusError } from '../errors.ts';
import { at } from './resource.ts';

/** How JavaScript's numbers were written, where it would write them in another way: by the object or list they stand in. */
const written = new WeakMap<object, Map<string, string>>();

/** Texts of numbers that may come out otherwise than they went in: many digits, a zero at the end, an exponent, a negative zero. */
const TELLING = /[\d.]{16}|\.\d*0|\d[eE]|-0/;

type Reviver = (this: object, key: string, value: unknown, context?: { readonly source?: string }) => unknown;
/** TC39 “JSON.parse source text access”: Chromium 114, Firefox 135, Node 21. */
const parse = JSON.parse as (text: string, reviver?: Reviver) => unknown;

/**
 * Reads JSON and remembers how its numbers were written: `4.50` is no `4.5` in medicine, and 9007199254740993 is no number of
 * JavaScript's. {@link numberText} tells, for the objects that this gives, not for copies of them.
 * @throws SyntaxError
 */
export function parseLossless(text: string): unknown {
  if (!TELLING.test(text)) return parse(text);
  return parse(text, function (key, value, context) {
    const source = context?.source;
    if (typeof value !== 'number' || source === undefined || source === JSON.stringify(value)) return value;
    const texts = written.get(this) ?? new Map<string, string>();
    written.set(this, texts.set(key, source));
    return value;
  });
}

/** Has a number of an object written with these digits. */
export function writeNumber(holder: object, key: string, digits: string): void {
  if (digits === JSON.stringify(Number(digits))) return;
  written.set(holder, (written.get(holder) ?? new Map<string, string>()).set(key, digits));
}

/** How a number in an object or list is to be written. @throws SalusError `not-json` for one that JSON has not */
export function numberText(holder: object, key: string, value: number): string {
  const text = written.get(holder)?.get(key) ?? JSON.stringify(value);
  if (text === 'null') throw new SalusError('not-json', 'This resource cannot be written as JSON.');
  return text;
}

/** JSON to be shown: numbers that JavaScript would show otherwise than they were written are their text. @throws SyntaxError */
export function parseShown(text: string): unknown {
  return parse(text, (_, value, context) => {
    const source = context?.source;
    return typeof value !== 'number' || source === undefined || source === JSON.stringify(value) ? value : source;
  });
}

/** A number in the text that {@link parseShown} gives for it. */
const SHOWN_NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/**
 * The digits of a number as they were written, by whichever of the two it was read; undefined for what is none. A text that JavaScript
 * would write just so was one in the file.
 * @param path as {@link at} has it
 */
export function digitsAt(holder: unknown, path: string): string | undefined {
  const cut = path.lastIndexOf('.');
  const parent = cut < 0 ? holder : at(holder, path.slice(0, cut));
  const key = path.slice(cut + 1);
  const value = at(parent, key);
  if (typeof value === 'number') return numberText(parent as object, key, value);
  const isNumber = typeof value === 'string' && SHOWN_NUMBER.test(value) && JSON.stringify(Number(value)) !== value;
  return isNumber ? value : undefined;
}
