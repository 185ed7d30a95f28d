import { concat, random, toBase64, utf8, type Bytes } from '../bytes.ts';

const IV_BYTES = 12;
const TAG_BYTES = 16;

export const toBase64Url = (bytes: Uint8Array): string =>
  toBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

async function deflated(text: string): Promise<Bytes> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** FHIR JSON as a file of a SMART Health Link: a JWE in compact form (RFC 7516; `dir`, `A256GCM`, `DEF`). @param key 32 bytes, for this alone */
export async function sealedFile(text: string, key: Bytes): Promise<string> {
  const said = { alg: 'dir', enc: 'A256GCM', cty: 'application/fhir+json', zip: 'DEF' };
  const header = toBase64Url(utf8(JSON.stringify(said)));
  const iv = random(IV_BYTES);
  const aes = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt']);
  const options = { name: 'AES-GCM', iv, additionalData: utf8(header), tagLength: 8 * TAG_BYTES };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(options, aes, await deflated(text)));
  const [body, tag] = [sealed.slice(0, -TAG_BYTES), sealed.slice(-TAG_BYTES)];
  return [header, '', toBase64Url(iv), toBase64Url(body), toBase64Url(tag)].join('.');
}

export interface LinkParts {
  /** Of its manifest. */
  readonly url: string;
  readonly key: Bytes;
  /** Unix seconds. */
  readonly expires: number;
  readonly withPasscode: boolean;
}

/** The text of a link (HL7 SMART Health Cards and Links 1.0.0). It has no label: its text is in messages and pictures. */
export function linkText({ url, key, expires, withPasscode }: LinkParts): string {
  const payload = { url, key: toBase64Url(concat(key)), exp: expires, ...(withPasscode && { flag: 'P' }), v: 1 };
  return `shlink:/${toBase64Url(utf8(JSON.stringify(payload)))}`;
}

/** A link that opens in any browser: behind the address of a page that reads links. What stands behind the # is sent to no server. */
export const behindViewer = (link: string, viewer: string | undefined): string =>
  viewer === undefined ? link : `${viewer}#${link}`;
