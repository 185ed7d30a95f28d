import { dateText } from './date-text.ts';
import { at, listAt, textAt } from './resource.ts';

/** One line of a resource as a person reads it. */
export interface Fact {
  readonly label: string;
  readonly text: string;
}

/** Fields that say how a resource is kept, not what it says. */
const LEFT_OUT = new Set(
  'resourceType id meta text contained extension modifierExtension identifier implicitRules language photo data'.split(
    ' ',
  ),
);
/** The type at the end of a choice element's name (`effectiveDateTime`), which says nothing to a person. */
const CHOICE = /(DateTime|CodeableConcept|Quantity|Period|String|Boolean|Integer|Age|Range|Reference)$/;
const DATE = /^\d{4}-\d\d(-\d\d(T.*)?)?$/;
/** A number as it was written, where JavaScript would write another. */
const NUMBER = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/;
/** Deep enough for any R4 resource; a made-up one cannot keep the page busy. */
const MOST_DEPTH = 6;

/** `MedicationStatement` → `Medication statement`. */
export const typeName = (type: string): string => sentence(type);

/**
 * A resource as labelled lines, in its own order. Codes are shown by their words; references without words of their own, and
 * narrative HTML, which is somebody else's markup, are left out.
 */
export function readable(resource: unknown): Fact[] {
  if (typeof resource !== 'object' || resource === null) return [];
  return Object.entries(resource)
    .filter(([field]) => !LEFT_OUT.has(field) && !field.startsWith('_'))
    .flatMap(([field, value]) => facts(labelOf(field), value, 0));
}

/** `valueQuantity` → `Result`; `effectiveDateTime` → `Effective`. */
const labelOf = (field: string): string => sentence(field.replace(/^value(?=[A-Z]|$)/, 'result').replace(CHOICE, ''));

function facts(label: string, value: unknown, depth: number): Fact[] {
  const text = wholeText(value);
  if (text !== undefined) return text === '' ? [] : [{ label, text }];
  if (depth >= MOST_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item: unknown) => facts(label, item, depth + 1));
  if (typeof value !== 'object' || value === null || 'reference' in value) return [];
  const named = wholeText(at(value, 'code'));
  if (named !== undefined) return facts(`${label}: ${named}`, withoutCode(value), depth + 1);
  return Object.entries(value).flatMap(([field, inner]) => facts(`${label}: ${lower(field)}`, inner, depth + 1));
}

/** A part such as a component, whose code is its name: what is left is its value. */
function withoutCode(value: object): unknown {
  const rest = Object.entries(value).filter(([field]) => field !== 'code');
  const [only] = rest;
  return rest.length === 1 && only !== undefined ? only[1] : Object.fromEntries(rest);
}

/** The text of a value that is one thing to a person; undefined for one that has parts. */
function wholeText(value: unknown): string | undefined {
  if (typeof value === 'string') return DATE.test(value) ? dateText(value) : value;
  if (typeof value === 'number') return String(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return conceptText(value) ?? quantityText(value) ?? periodText(value) ?? nameText(value) ?? textAt(value, 'display');
}

function conceptText(value: unknown): string | undefined {
  const [coding] = listAt(value, 'coding');
  if (coding === undefined && Object.keys(Object(value) as object).join() !== 'text') return undefined;
  return textAt(value, 'text') ?? textAt(coding, 'display') ?? textAt(coding, 'code');
}

function quantityText(value: unknown): string | undefined {
  const amount = at(value, 'value');
  if (typeof amount !== 'number' && !(typeof amount === 'string' && NUMBER.test(amount))) return undefined;
  const unit = textAt(value, 'unit') ?? textAt(value, 'code') ?? '';
  return `${textAt(value, 'comparator') ?? ''}${amount} ${unit}`.trim();
}

function periodText(value: unknown): string | undefined {
  const [start, end] = [textAt(value, 'start'), textAt(value, 'end')];
  if (start === undefined && end === undefined) return undefined;
  if (end === undefined) return `since ${dateText(start)}`;
  if (start === undefined) return `until ${dateText(end)}`;
  return dateText(start) === dateText(end) ? dateText(start) : `${dateText(start)} to ${dateText(end)}`;
}

function nameText(value: unknown): string | undefined {
  const family = textAt(value, 'family');
  return family === undefined ? undefined : [...listAt(value, 'given').map(String), family].join(' ');
}

/** `effectiveDateTime` → `effective date time`. */
const lower = (camel: string): string => camel.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();

function sentence(camel: string): string {
  const words = lower(camel);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
