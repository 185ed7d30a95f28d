// Whoever checks the types of this without the rest of the extension has it from here; a declaration cannot be imported.
// eslint-disable-next-line @typescript-eslint/triple-slash-reference
/// <reference path="../../virtual.d.ts" />
import { elements } from 'virtual:fhir-elements';
import { R4_NAMES } from '../fhir/release-names.ts';

/** An element of FHIR’s XML. */
export interface XmlNode {
  readonly name: string;
  readonly attributes: { value?: string; id?: string; url?: string };
  readonly children: XmlNode[];
  /** Narrative, as it was written. */
  readonly xhtml?: string;
}

/** Whether an element stood that R4 does not know, so that its form had to be guessed. */
export interface Guessed {
  any: boolean;
}

const NUMBERS = new Set(['decimal', 'integer', 'positiveInt', 'unsignedInt']);
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;
const PRIMITIVE = /^[a-z]/;

const fieldsOf = (type: string): Readonly<Record<string, string>> | undefined => {
  const name = R4_NAMES.get(type) ?? type;
  return Object.hasOwn(elements, name) ? elements[name] : undefined;
};
const typeIn = (fields: Readonly<Record<string, string>> | undefined, name: string): string | undefined =>
  fields !== undefined && Object.hasOwn(fields, name) ? fields[name] : undefined;

/** A value as JSON has it; a number that is none stays a text, for the validator to find. */
function primitive(value: string, type: string): string {
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value;
  if (NUMBERS.has(type) && NUMBER.test(value)) return value;
  return JSON.stringify(value);
}

/** What of an element is not its value: id and extensions, which stand beside it in JSON. */
function beside(node: XmlNode, guessed: Guessed): string | undefined {
  const parts: string[] = [];
  if (node.attributes.id !== undefined) parts.push(`"id":${JSON.stringify(node.attributes.id)}`);
  const extensions = node.children.filter(({ name }) => name === 'extension');
  if (extensions.length > 0)
    parts.push(`"extension":[${extensions.map((one) => jsonOf(one, 'Extension', guessed)).join(',')}]`);
  return parts.length === 0 ? undefined : `{${parts.join(',')}}`;
}

/** Elements of one name in one parent, as the fields that they are in JSON. */
function fields(name: string, nodes: readonly XmlNode[], of: string | undefined, guessed: Guessed): string[] {
  if (of === undefined) guessed.any = true;
  const form = of ?? usual(name);
  const isList = form === undefined ? nodes.length > 1 : form.startsWith('*');
  const type = form?.replace('*', '') ?? guessedType(nodes);
  const key = JSON.stringify(name);
  const one = (values: readonly string[]) =>
    isList || values.length > 1 ? `[${values.join(',')}]` : (values[0] ?? '');
  if (nodes.some((node) => node.xhtml !== undefined)) {
    return [`${key}:${one(nodes.map((node) => JSON.stringify(node.xhtml ?? '')))}`];
  }
  if (type === 'Resource') return [`${key}:${one(nodes.flatMap((node) => contents(node, guessed)))}`];
  if (!PRIMITIVE.test(type)) return [`${key}:${one(nodes.map((node) => jsonOf(node, type, guessed)))}`];
  const values = nodes.map(({ attributes: { value } }) => (value === undefined ? 'null' : primitive(value, type)));
  const others = nodes.map((node) => beside(node, guessed) ?? 'null');
  const has = (parts: readonly string[]) => parts.some((part) => part !== 'null');
  return [...(has(values) ? [`${key}:${one(values)}`] : []), ...(has(others) ? [`"_${name}":${one(others)}`] : [])];
}

/** An element that R4 does not know: with a value it is one, without it has parts. */
const guessedType = (nodes: readonly XmlNode[]): string =>
  nodes.some(({ attributes }) => attributes.value !== undefined) ? 'string' : 'Unknown';

/** `contained` and `resource` hold an element of the resource’s own name. */
const contents = (node: XmlNode, guessed: Guessed): string[] =>
  node.children.map((inner) => jsonOf(inner, inner.name, guessed));

/**
 * An element as JSON text, numbers as they are written.
 * @param type of R4, or a path in one: `Patient.contact`
 */
export function jsonOf(node: XmlNode, type: string, guessed: Guessed): string {
  const known = fieldsOf(type);
  // Only a resource has a name of its own; all other elements are named by what they are to their parent.
  const parts: string[] = node.name === type ? [`"resourceType":${JSON.stringify(node.name)}`] : [];
  const { id, url } = node.attributes;
  if (id !== undefined) parts.push(`"id":${JSON.stringify(id)}`);
  if (url !== undefined) parts.push(`"url":${JSON.stringify(url)}`);
  const groups = new Map<string, XmlNode[]>();
  for (const child of node.children) {
    const group = groups.get(child.name);
    if (group) group.push(child);
    else groups.set(child.name, [child]);
  }
  for (const [name, nodes] of groups) {
    parts.push(...fields(name, nodes, typeIn(known, name), guessed));
  }
  return `{${parts.join(',')}}`;
}

let agreed: ReadonlyMap<string, string> | undefined;

/** What an element of this name is wherever R4 has one, if that is always the same: `coding` is a list of Codings. */
function usual(name: string): string | undefined {
  if (agreed === undefined) {
    const all = new Map<string, Set<string>>();
    for (const fields of Object.values(elements)) {
      for (const [field, type] of Object.entries(fields)) all.set(field, (all.get(field) ?? new Set()).add(type));
    }
    agreed = new Map(
      [...all].flatMap(([field, [type, ...others]]) => (type && others.length === 0 ? [[field, type]] : [])),
    );
  }
  return agreed.get(name);
}
