import { SaxesParser, type SaxesTagNS } from 'saxes';
import { SalusError } from '../errors.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { isResource } from '../fhir/resource.ts';
import { resourcesIn } from './fhir-tree.ts';
import { jsonOf, type Guessed, type XmlNode } from './fhir-xml-json.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { MOST_PARSED_BYTES, textOf } from './text.ts';

const FHIR = 'http://hl7.org/fhir';
const XHTML = 'http://www.w3.org/1999/xhtml';
/** Deeper is no record that anybody made. */
const MOST_DEPTH = 100;
const PART_CHARACTERS = 262_144;

const notFhir = (detail = {}) =>
  new SalusError('not-fhir', 'This XML could not be read. Ask where it came from for another export.', detail);

/** What an element is while it is open. */
interface Open {
  readonly node: XmlNode;
  readonly isEntry: boolean;
}

/** Builds elements; those of a Bundle’s entries are handed over as they end, and not kept. */
class Builder {
  readonly #parser = new SaxesParser({ xmlns: true, position: true });
  readonly #stack: Open[] = [];
  readonly #text: string;
  readonly entries: XmlNode[] = [];
  root: XmlNode | undefined;
  /** Where narrative began, and how deep. */
  #narrative: { from: number; depth: number } | undefined;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#parser.on('doctype', () => {
      throw notFhir({ why: 'doctype' });
    });
    this.#parser.on('error', () => {
      throw notFhir();
    });
    this.#parser.on('opentag', (tag) => this.#opened(tag));
    this.#parser.on('closetag', (tag) => this.#closed(tag));
  }

  write(part: string): void {
    this.#parser.write(part);
  }

  close(): void {
    this.#parser.close();
  }

  #opened(tag: SaxesTagNS): void {
    this.#depth++;
    if (this.#depth > MOST_DEPTH) throw notFhir();
    if (this.#narrative !== undefined) return;
    if (tag.uri === XHTML) {
      this.#narrative = { from: this.#startOf(tag), depth: this.#depth };
      return;
    }
    const node: XmlNode = { name: tag.local, attributes: {}, children: [] };
    for (const { local, prefix, value } of Object.values(tag.attributes)) {
      if (prefix === '' && ['value', 'id', 'url'].includes(local)) node.attributes[local as 'value'] = value;
    }
    const isEntry = this.#stack.length === 1 && this.root?.name === 'Bundle' && tag.local === 'entry';
    if (this.root === undefined) {
      if (tag.uri !== FHIR) throw notFhir();
      this.root = node;
    } else if (!isEntry) this.#stack.at(-1)?.node.children.push(node);
    this.#stack.push({ node, isEntry });
  }

  #closed(tag: SaxesTagNS): void {
    const depth = this.#depth--;
    if (this.#narrative !== undefined) {
      if (depth > this.#narrative.depth) return;
      const xhtml = this.#text.slice(this.#narrative.from, this.#parser.position);
      this.#stack.at(-1)?.node.children.push({ name: tag.local, attributes: {}, children: [], xhtml });
      this.#narrative = undefined;
      return;
    }
    const closed = this.#stack.pop();
    if (closed?.isEntry) this.entries.push(closed.node);
  }

  /** The parser is behind a start tag when it tells of it. */
  #startOf(tag: SaxesTagNS): number {
    return this.#text.lastIndexOf(`<${tag.name}`, this.#parser.position - 1);
  }
}

/**
 * FHIR as XML (https://hl7.org/fhir/R4/xml.html). External entities and document types are refused; narrative stays the text that it is.
 * @throws SalusError `not-fhir`, `too-large`, `nothing-to-import`
 */
export async function* readFhirXml(source: Source, { signal }: ReadContext): AsyncGenerator<Found> {
  const { text: given, remark } = await textOf(source, MOST_PARSED_BYTES);
  // Line ends are one to XML, and positions count them so.
  const text = given.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n');
  const guessed: Guessed = { any: false };
  const builder = new Builder(text);
  // Given only when all of it was read: a damaged file is one document, not half a record.
  const found: Found[] = [];
  for (let at = 0; at < text.length; at += PART_CHARACTERS) {
    signal?.throwIfAborted();
    builder.write(text.slice(at, at + PART_CHARACTERS));
    for (const entry of builder.entries.splice(0)) {
      const json = parseLossless(jsonOf(entry, 'Bundle.entry', guessed));
      found.push(...resourcesIn({ resourceType: 'Bundle', entry: [json] }));
    }
  }
  builder.close();
  const { root } = builder;
  if (root === undefined) throw notFhir();
  if (remark) yield { kind: 'said', remark };
  if (found.length === 0) {
    const resource = parseLossless(jsonOf(root, root.name, guessed));
    if (!isResource(resource)) throw notFhir();
    if (root.name === 'Bundle') throw new SalusError('nothing-to-import', 'This bundle is empty.');
    yield* resourcesIn(resource);
  }
  for (const one of found) yield one;
  if (guessed.any) yield { kind: 'said', remark: 'structure-guessed' };
}
