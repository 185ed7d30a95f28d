import { sha256, toHex, utf8, type Bytes } from '../bytes.ts';
import { isResource } from '../fhir/resource.ts';
import { isoDay } from './document-facts.ts';
import { documentOf } from './document.ts';
import { resourcesIn } from './fhir-tree.ts';
import type { Found, ReadContext } from './reader.ts';
import type { Source } from './source.ts';
import { textOf } from './text.ts';

/** Larger ones are kept, and not converted: all of it would be in memory several times. */
const MOST_CONVERTED_BYTES = 32 * 1_048_576;

/** Apple puts every measurement of its export into a second file as CDA. */
const APPLE_TWIN = /(^|\/)apple_health_export\/export_cda\.xml$/i;

async function converted(source: Source): Promise<unknown> {
  const { text } = await textOf(source, MOST_CONVERTED_BYTES);
  // The library's parser would read entities that a document type declares.
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) return undefined;
  const { convertCcdaToFhir, convertXmlToCcda } = await import('@medplum/ccda');
  const bundle = convertCcdaToFhir(convertXmlToCcda(text), { ignoreUnsupportedSections: true });
  return JSON.parse(await sameIds(JSON.stringify(bundle), text)) as unknown;
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g;

/** The library draws identities by lot; here the same document gives the same ones, so that it is known again. */
async function sameIds(json: string, text: string): Promise<string> {
  const digest = toHex(await sha256(utf8(text))).slice(2, 26);
  const known = new Map<string, string>();
  return json.replace(UUID, (drawn) => {
    if (text.includes(drawn)) return drawn;
    const number = known.size.toString(16).padStart(8, '0');
    const [a, b, c] = [digest.slice(0, 4), digest.slice(4, 7), digest.slice(7, 10)];
    const made = known.get(drawn) ?? `${number}-${a}-4${b}-8${c}-${digest.slice(10, 22)}`;
    known.set(drawn, made);
    return made;
  });
}

/** Title and date of the document as its header has them (C-CDA R2.1: `title`, `effectiveTime`). */
function headerOf(head: Bytes): { title?: string; date?: string } {
  const text = new TextDecoder().decode(head);
  const title = /<title>([^<]{1,200})<\/title>/.exec(text)?.[1]?.trim();
  const [, year = '', month = '', day = ''] = /<effectiveTime[^>]*value="(\d{4})(\d\d)(\d\d)/.exec(text) ?? [];
  const date = isoDay(year, month, day);
  return { ...(title !== undefined && title !== '' && { title }), ...(date !== undefined && { date }) };
}

/**
 * A clinical document (HL7 C-CDA R2.1). It is kept as it is, since it is what was signed; and what a library makes of it in FHIR is
 * taken beside it.
 */
export async function* readCcda(source: Source, { signal }: ReadContext, head: Bytes): AsyncGenerator<Found> {
  const document = { ...(await documentOf(source, 'application/xml', head)), ...headerOf(head) };
  if (APPLE_TWIN.test(source.name)) {
    yield document;
    return;
  }
  const bundle = await converted(source).catch(() => undefined);
  signal?.throwIfAborted();
  if (!isResource(bundle)) {
    yield { kind: 'said', remark: 'not-converted' };
    yield { ...document, remarks: ['not-converted'] };
    return;
  }
  yield { kind: 'said', remark: 'converted' };
  yield document;
  for (const one of resourcesIn(bundle)) {
    // An empty conversion is no entry of the file.
    if (one.kind === 'resource') yield { ...one, remarks: [...(one.remarks ?? []), 'converted'] };
  }
}
