import { at, listAt, textAt } from '../../core/fhir/resource.ts';
import { fhirDate } from './format.ts';

/** One line of a resource as a person reads it. */
export interface Line {
  readonly label: string;
  readonly values: readonly string[];
}

/** Fields that are for machines; they stay under "Technical details". */
const MACHINE = new Set([
  'resourceType',
  'id',
  'meta',
  'text',
  'contained',
  'extension',
  'modifierExtension',
  'identifier',
  'implicitRules',
  'language',
  'photo',
  'data',
]);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

/** `effectiveDateTime` → `Effective`; `clinicalStatus` → `Clinical status`. */
function labelOf(field: string): string {
  const words = field
    .replace(/(DateTime|CodeableConcept|Quantity|Period|Reference|String|Boolean|Integer|Age|Range)$/, '')
    .replace(/([A-Z])/g, (c) => ` ${c.toLowerCase()}`)
    .trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A date as people write it; any other text as it is. */
const dateOr = (text: string): string => (/^\d{4}-\d{2}(-\d{2})?(T.*)?$/.test(text) ? fhirDate(text) : text);

/** Any FHIR data type in words; undefined for what has none. */
function wordsOf(value: unknown, depth = 0): string | undefined {
  if (typeof value === 'string') return dateOr(value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) {
    const parts = (value as unknown[]).map((v) => wordsOf(v, depth + 1)).filter((v) => v !== undefined);
    return parts.length > 0 ? parts.join('; ') : undefined;
  }
  if (!isObject(value) || depth > 3) return undefined;
  // A reference without words of its own means nothing to a person; it is under “Technical details”.
  if ('reference' in value) return textAt(value, 'display');
  const coding = listAt(value, 'coding').map((c) => textAt(c, 'display') ?? textAt(c, 'code'));
  const concept = textAt(value, 'text') ?? coding.find((c) => c !== undefined);
  if (concept !== undefined) return concept;
  if (typeof value['value'] === 'number')
    return [value['comparator'], value['value'], value['unit'] ?? value['code']].filter(Boolean).join(' ');
  if ('start' in value || 'end' in value)
    return [wordsOf(value['start']), wordsOf(value['end'])].map((p) => p ?? '').join(' – ');
  if ('low' in value || 'high' in value)
    return [wordsOf(value['low']), wordsOf(value['high'])].map((p) => p ?? '').join(' – ');
  const name = [...listAt(value, 'given'), value['family']].filter((p) => typeof p === 'string');
  if (name.length > 0) return name.join(' ');
  const address = [...listAt(value, 'line'), value['city'], value['postalCode'], value['country']].filter(
    (p) => typeof p === 'string',
  );
  if (address.length > 0) return address.join(', ');
  const simple = textAt(value, 'display') ?? textAt(value, 'title');
  if (simple !== undefined) return simple;
  const inner = Object.entries(value)
    .filter(([key]) => !MACHINE.has(key))
    .map(([, v]) => wordsOf(v, depth + 1))
    .filter((v) => v !== undefined);
  return inner.length > 0 ? inner.join(', ') : undefined;
}

/** A resource as lines. Text only: narrative HTML is never rendered, it is somebody else's markup. */
export function readable(resource: unknown): Line[] {
  if (!isObject(resource)) return [];
  return Object.keys(resource)
    .filter((field) => !MACHINE.has(field) && !field.startsWith('_'))
    .map((field) => {
      const value = at(resource, field);
      const values = (Array.isArray(value) ? (value as unknown[]) : [value]).map((v) => wordsOf(v));
      return { label: labelOf(field), values: values.filter((v) => v !== undefined) };
    })
    .filter((line) => line.values.length > 0);
}
