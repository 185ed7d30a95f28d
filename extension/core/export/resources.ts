import type { RecordItem } from '../catalogue/model.ts';
import type { OutEntry } from '../wallet/take-out.ts';
import { didIdentifier, instantOf } from './did.ts';

const AGENT_TYPE = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type';
const ANCHOR = 'urn:salus:anchor';

export interface Made {
  readonly chainId: number;
  /** ISO 8601 instant of the export. */
  readonly made: string;
}

/** An address that the Bundle’s other entries may use: absolute, and no other’s. */
const ABSOLUTE = /^(https?:\/\/|urn:(uuid|oid):)\S+$/;

/** Addresses of the entries of one Bundle, each once (FHIR R4, bdl-7). */
export class BundleUrls {
  readonly #given = new Set<string>();

  /** What an item is referred to by: its own address, or one made of its id. */
  of({ fullUrl, id }: Pick<RecordItem, 'fullUrl' | 'id'>): string {
    const own = fullUrl !== undefined && ABSOLUTE.test(fullUrl) && !this.#given.has(fullUrl) ? fullUrl : uuidOf(id);
    this.#given.add(own);
    return own;
  }
}

/** An item’s id as a UUID of version 8 (RFC 9562): most of its entry’s, and its position. */
function uuidOf(id: string): string {
  const [entry = '', position = '0'] = id.split('/');
  const hex = entry.slice(2).padEnd(32, '0');
  const last = Number(position).toString(16).padStart(4, '0').slice(-4);
  return `urn:uuid:${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 28)}${last}`;
}

/** A file of the export as FHIR R4 has documents. @param file its name in the export */
export function documentReference(item: RecordItem, file: string) {
  const { mediaType, size, title } = item;
  return {
    resourceType: 'DocumentReference',
    status: 'current',
    ...(title !== '' && { description: title }),
    content: [{ attachment: { contentType: mediaType, url: file, size, ...(title !== '' && { title }) } }],
  };
}

/**
 * Who added an entry, when, and where that stands, as FHIR R4 has it.
 * @param targets addresses of its items in the Bundle
 * @param name what a site called its author
 */
export function provenance(
  { row, section, at }: OutEntry,
  targets: readonly string[],
  { chainId, made }: Made,
  name?: string,
) {
  const { id, author, registry, block, transaction, commitment, items } = row;
  const sources = [...new Set(items.flatMap(({ source }) => (source === undefined ? [] : [source])))];
  const part = (url: string, value: object) => ({ url, ...value });
  return {
    resourceType: 'Provenance',
    extension: [
      {
        url: ANCHOR,
        extension: [
          part('entry', { valueString: id }),
          part('commitment', { valueString: commitment }),
          part('registry', { valueString: registry }),
          part('chain', { valueUnsignedInt: chainId }),
          ...(block > 0
            ? [part('block', { valueUnsignedInt: block }), part('transaction', { valueString: transaction })]
            : []),
          ...(section === undefined ? [] : [part('section', { valueString: section })]),
        ],
      },
    ],
    target: targets.map((reference) => ({ reference })),
    ...(at !== undefined && { occurredDateTime: instantOf(at) }),
    recorded: at === undefined ? made : instantOf(at),
    agent: [
      {
        type: { coding: [{ system: AGENT_TYPE, code: 'author' }] },
        who: { identifier: didIdentifier(chainId, author), ...(name !== undefined && { display: name }) },
      },
    ],
    ...(sources.length > 0 && {
      entity: sources.map((display) => ({ role: 'source', what: { display } })),
    }),
  };
}
