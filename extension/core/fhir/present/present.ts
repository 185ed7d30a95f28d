import { withinItself } from '../references.ts';
import { textAt, type Resource } from '../resource.ts';
import { select } from '../select.ts';
import { attachmentsOf, type Attachment } from './attachments.ts';
import { narrativeOf } from './narrative.ts';
import { rowOf, type LineSpec } from './table.ts';
import { valueOf, type Value } from './value.ts';

/** One line as a person reads it. */
export interface Line {
  /** Key of a label in the text catalogue (`field.…`), or words that stand in the record itself. */
  readonly label: { readonly key: string } | { readonly text: string };
  readonly values: readonly Value[];
  /** What belongs to it, such as how severe a reaction was. */
  readonly parts: readonly Line[];
}

export interface Presentation {
  /** In clinical order. */
  readonly lines: readonly Line[];
  /** What no row of the table names, in the order in which it stands. */
  readonly others: readonly Line[];
  readonly attachments: readonly Attachment[];
  /** The narrative as text; shown where there is nothing else to show, as it is somebody else's markup. */
  readonly narrative?: string;
}

/** Elements whose value is a code of FHIR's own, to be put into words. */
const CODES = new Set(
  'status clinicalStatus verificationStatus lifecycleStatus achievementStatus maritalStatus intent priority criticality severity gender sex category docStatus use outcome decision seriousness actuality class type interpretation missing when eye'.split(
    ' ',
  ),
);
/** Codes of one letter mean something else in each list. */
const PREFIXES: Readonly<Record<string, string>> = { interpretation: 'flag_', maritalStatus: 'marital_' };
/** Deep enough for any R4 resource; a made-up one cannot keep the page busy. */
const MOST_DEPTH = 6;
const MOST_LINES = 400;

/** A resource in the order in which a clinician reads it, in no language. */
export function present(resource: Resource): Presentation {
  const { lines: specs, title, named: others = [] } = rowOf(resource.resourceType);
  const lines = specs
    .flatMap((spec) => linesOf(spec, resource))
    .flatMap((line) => withContained(line, resource))
    .slice(0, MOST_LINES);
  const named = new Set(specs.map((spec) => firstStep(pathOf(spec))));
  for (const path of [...title, ...others]) named.add(firstStep(path));
  const rest = Object.entries(resource).filter(
    ([field]) => !isPlumbing(field) && !named.has(field) && !named.has(choiceOf(field, named)),
  );
  const narrative = narrativeOf(resource);
  return {
    lines: merged(lines),
    others: rest.flatMap(([field, value]) => otherLines(field, value, 0)).slice(0, MOST_LINES),
    attachments: attachmentsOf(resource),
    ...(narrative !== undefined && { narrative }),
  };
}

/** What a line refers to and the resource itself contains (R4, 2.3.0.2) is told there, with its own lines. */
function withContained(line: Line, resource: Resource): Line[] {
  const inside: Line[] = [];
  const values = line.values.filter((value) => {
    const found = value.kind === 'link' ? withinItself(value, resource) : undefined;
    if (found === undefined) return true;
    const { lines: specs, title } = rowOf(found.resourceType);
    const [name] = title.flatMap((path) => linesOf(path, found)).flatMap((one) => one.values);
    const parts = merged(specs.flatMap((spec) => linesOf(spec, found)));
    inside.push({ label: line.label, values: name ? [name] : [], parts });
    return false;
  });
  return inside.length === 0 ? [line] : [...(values.length > 0 ? [{ ...line, values }] : []), ...inside];
}

const pathOf = (spec: LineSpec): string => (typeof spec === 'string' ? spec : spec[1]);
const firstStep = (path: string): string => path.split('.')[0] ?? path;
/** `value[x]` for `valueQuantity`, where a row names it so. */
const choiceOf = (field: string, named: ReadonlySet<string>): string =>
  [...named].find((name) => name.endsWith('[x]') && field.startsWith(name.slice(0, -3))) ?? field;

/** Lines under the same label are one. */
function merged(lines: readonly Line[]): Line[] {
  const out: Line[] = [];
  for (const line of lines) {
    const last = out.at(-1);
    const same = last !== undefined && 'key' in last.label && 'key' in line.label && last.label.key === line.label.key;
    if (same && last.parts.length === 0 && line.parts.length === 0)
      out[out.length - 1] = { ...last, values: distinct([...last.values, ...line.values]) };
    else out.push(line);
  }
  return out;
}
const distinct = (values: readonly Value[]): Value[] => [
  ...new Map(values.map((value) => [JSON.stringify(value), value])).values(),
];

function linesOf(spec: LineSpec, holder: unknown): Line[] {
  if (typeof spec === 'string') return linesOf([spec, spec], holder);
  const [label, path, parts] = spec;
  const found = path === '.' ? [holder] : select(holder, path);
  if (parts === undefined) {
    const values = distinct(found.map((one) => worded(label, one)).filter((value) => value !== undefined));
    return values.length === 0 ? [] : [{ label: { key: label }, values, parts: [] }];
  }
  return found.flatMap((one) => groupOf(label, one, parts));
}

/** A backbone element: its first part is what the line says, or, if that is called `label`, what the line is called. */
function groupOf(label: string, element: unknown, specs: readonly LineSpec[]): Line[] {
  const inner = merged(specs.flatMap((spec) => linesOf(spec, element)));
  const [first, ...rest] = inner;
  if (first === undefined) {
    const value = worded(label, element);
    return value === undefined ? [] : [{ label: { key: label }, values: [value], parts: [] }];
  }
  const [lead] = specs;
  const leads =
    'key' in first.label && lead !== undefined && first.label.key === (typeof lead === 'string' ? lead : lead[0]);
  if (leads && 'key' in first.label && first.label.key === 'label') {
    const [name] = first.values;
    const text = name?.kind === 'text' ? name.text : '';
    const [said, ...others] = rest;
    if (text === '') return rest;
    return [{ label: { text }, values: said?.values ?? [], parts: [...(said?.parts ?? []), ...others] }];
  }
  if (!leads) return [{ label: { key: label }, values: [], parts: inner }];
  return [{ label: { key: label }, values: first.values, parts: [...first.parts, ...rest] }];
}

/** A value, put into words where its element has FHIR's own codes. */
function worded(label: string, element: unknown): Value | undefined {
  if (CODES.has(label)) {
    const prefix = PREFIXES[label] ?? '';
    if (typeof element === 'string') return { kind: 'code', code: `${prefix}${element}` };
    // Words of its own come before those of the list.
    const code = textAt(element, 'coding.0.code') ?? textAt(element, 'code');
    if (
      code !== undefined &&
      textAt(element, 'text') === undefined &&
      isFhirCode(textAt(element, 'coding.0.system') ?? textAt(element, 'system'))
    ) {
      return { kind: 'code', code: `${prefix}${code}` };
    }
  }
  return valueOf(element);
}
const isFhirCode = (system: string | undefined): boolean => system === undefined || /hl7\.org/i.test(system);

/** Fields that say how a resource is kept, not what it says. */
const PLUMBING = new Set(
  'resourceType id meta text contained extension modifierExtension implicitRules language photo data hash url subject patient beneficiary identifier attachment content instantiatesCanonical instantiatesUri sequence focal linkId careTeamSequence diagnosisSequence procedureSequence informationSequence itemSequence insuranceSequence'.split(
    ' ',
  ),
);
const isPlumbing = (field: string): boolean => PLUMBING.has(field) || field.startsWith('_');
/** The type at the end of a choice element's name (`effectiveDateTime`), which says nothing to a person. */
const CHOICE = /(DateTime|CodeableConcept|Quantity|Period|String|Boolean|Integer|Age|Range|Reference)$/;

function otherLines(field: string, value: unknown, depth: number): Line[] {
  const label = { key: field.replace(CHOICE, '') || field };
  if (Array.isArray(value)) return merged((value as unknown[]).flatMap((one) => otherLines(field, one, depth + 1)));
  if (typeof value === 'string' && isLong(value)) return [];
  const said = worded(field, value);
  if (said !== undefined) return [{ label, values: [said], parts: [] }];
  if (depth >= MOST_DEPTH || typeof value !== 'object' || value === null) return [];
  const parts = Object.entries(value)
    .filter(([name]) => !isPlumbing(name))
    .flatMap(([name, inner]) => otherLines(name, inner, depth + 1));
  return parts.length === 0 ? [] : [{ label, values: [], parts }];
}
/** Base64 and the like, which nobody reads. */
const isLong = (text: string): boolean => text.length > 120 && !/\s/.test(text);
