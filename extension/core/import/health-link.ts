import * as v from 'valibot';
import { concat, fromUtf8, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { fromBase64Url, jsonIn } from './jws.ts';
import { unpacked } from './unpack.ts';

/** What is asked of the network; `fetch` fits. */
export type Fetch = (
  url: string,
  init?: { method?: string; headers?: Record<string, string>; body?: string },
) => Promise<Response>;

export interface HealthLinkOptions {
  readonly fetch: Fetch;
  /** Whom the link’s owner is told that it was opened by. */
  readonly recipient: string;
  readonly passcode?: string;
  /** Milliseconds since 1970. */
  readonly now?: number;
}

export interface LinkedFile {
  readonly mediaType: string;
  readonly bytes: Bytes;
}
export interface HealthLink {
  /** What whoever made it calls it. */
  readonly label?: string;
  readonly needsPasscode: boolean;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  readonly host: string;
}

const MOST_TOKEN_BYTES = 64 * 1_048_576;
const MOST_PLAIN_BYTES = 256 * 1_048_576;
const MOST_LINKED = 100;
const KEY_BYTES = 32;

const https = v.pipe(
  v.string(),
  v.maxLength(2_048),
  v.url(),
  v.check((text) => /^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost)[:/]/.test(text), 'expected https'),
);
const LinkSchema = v.looseObject({
  url: https,
  key: v.pipe(v.string(), v.length(43)),
  exp: v.optional(v.number()),
  flag: v.optional(v.string(), ''),
  label: v.optional(v.pipe(v.string(), v.maxLength(500))),
  v: v.optional(v.number()),
});
type Link = v.InferOutput<typeof LinkSchema>;
const ManifestSchema = v.looseObject({
  files: v.pipe(
    v.array(v.looseObject({ contentType: v.string(), embedded: v.optional(v.string()), location: v.optional(https) })),
    v.maxLength(MOST_LINKED),
  ),
});
const TokenHeaderSchema = v.looseObject({
  alg: v.literal('dir'),
  enc: v.literal('A256GCM'),
  cty: v.optional(v.string()),
  zip: v.optional(v.literal('DEF')),
});

const noLink = () => new SalusError('not-fhir', 'This is no health link, or it is not whole. Ask for it again.');
const unreadable = () =>
  new SalusError('wrong-key', 'What this link leads to could not be opened. Ask for a new link.');
const unreachable = () =>
  new SalusError('managers-unreachable', 'The place that this link leads to does not answer. Try again later.');

/** The last part of a text: a link, bare or behind a viewer’s address. */
function parse(text: string): Link {
  const token = /shlink:\/([\w-]+)\s*$/.exec(text)?.[1];
  if (token === undefined) throw noLink();
  const link = v.safeParse(LinkSchema, jsonIn(fromBase64Url(token)));
  if (!link.success || (link.output.v ?? 1) !== 1) throw noLink();
  return link.output;
}

/** What a link says of itself; nothing is fetched. @throws SalusError `not-fhir` */
export function aboutHealthLink(text: string): HealthLink {
  const { url, label, flag, exp } = parse(text);
  return {
    host: new URL(url).host,
    needsPasscode: flag.includes('P'),
    ...(label !== undefined && { label }),
    ...(exp !== undefined && { expires: exp * 1_000 }),
  };
}

/** A JWE in compact form with a key agreed beforehand (RFC 7516, `dir` and `A256GCM` of RFC 7518). */
async function opened(token: string, key: CryptoKey): Promise<LinkedFile> {
  const [header = '', encrypted, iv = '', ciphertext = '', tag = ''] = token.trim().split('.');
  const head = v.safeParse(TokenHeaderSchema, jsonIn(fromBase64Url(header)));
  if (!head.success || encrypted !== '') throw unreadable();
  const sealed = concat(fromBase64Url(ciphertext), fromBase64Url(tag));
  const options = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(header), tagLength: 128 };
  let plain: Bytes;
  try {
    plain = new Uint8Array(await crypto.subtle.decrypt(options, key, sealed));
  } catch {
    throw unreadable();
  }
  const mediaType = head.output.cty ?? 'application/octet-stream';
  return { mediaType, bytes: head.output.zip === 'DEF' ? await inflated(plain) : plain };
}

async function inflated(plain: Bytes): Promise<Bytes> {
  async function* once() {
    yield await Promise.resolve(plain);
  }
  const parts: Bytes[] = [];
  for await (const part of unpacked(once(), 'deflate-raw', MOST_PLAIN_BYTES)) parts.push(part);
  return concat(...parts);
}

async function bodyOf(response: Response): Promise<string> {
  const parts: Bytes[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) break;
    size += value.byteLength;
    if (size > MOST_TOKEN_BYTES) {
      await reader?.cancel();
      throw new SalusError('too-large', 'This link leads to more than can be taken in.');
    }
    parts.push(value);
  }
  return fromUtf8(concat(...parts));
}

async function ask(fetch: Fetch, url: string, init?: Parameters<Fetch>[1]): Promise<string> {
  const response = await fetch(url, init).catch(() => {
    throw unreachable();
  });
  if (response.ok) return bodyOf(response);
  if (response.status === 401) {
    const said = v.safeParse(v.looseObject({ remainingAttempts: v.number() }), await response.json().catch(() => null));
    const left: Record<string, number> = said.success ? { remaining: said.output.remainingAttempts } : {};
    throw new SalusError('wrong-password', 'The passcode of this link is not right.', left);
  }
  if (response.status === 404 || response.status === 410) throw gone();
  throw unreachable();
}
const gone = () => new SalusError('not-found', 'This link is no longer valid. Ask for a new one.');

/**
 * Fetches and decrypts what a SMART Health Link leads to (HL7 SMART Health Cards and Links 1.0.0). To be called only when the person
 * said so: whoever made the link learns of it.
 * @param text `shlink:/…`, or a viewer’s address with it
 * @throws SalusError `not-fhir` for what is no link, `not-found` when it is over, `wrong-password` for its passcode, `wrong-key`,
 * `too-large`, `managers-unreachable`
 */
export async function readHealthLink(text: string, options: HealthLinkOptions): Promise<LinkedFile[]> {
  const link = parse(text);
  const { fetch, recipient, passcode, now = Date.now() } = options;
  if (link.exp !== undefined && link.exp * 1_000 < now) throw gone();
  const raw = fromBase64Url(link.key);
  if (raw.byteLength !== KEY_BYTES) throw noLink();
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
  raw.fill(0);
  if (link.flag.includes('U')) {
    const url = new URL(link.url);
    url.searchParams.set('recipient', recipient);
    return [await opened(await ask(fetch, url.href), key)];
  }
  if (link.flag.includes('P') && passcode === undefined) {
    throw new SalusError('wrong-password', 'This link needs a passcode. Ask whoever gave you the link.');
  }
  const body = JSON.stringify({ recipient, ...(passcode !== undefined && { passcode }) });
  const answer = await ask(fetch, link.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  const manifest = v.safeParse(ManifestSchema, jsonIn(utf8(answer)));
  if (!manifest.success) throw unreadable();
  const files: LinkedFile[] = [];
  for (const { contentType, embedded, location } of manifest.output.files) {
    if (embedded === undefined && location === undefined) throw unreadable();
    const file = await opened(embedded ?? (await ask(fetch, location ?? '')), key);
    files.push({ ...file, mediaType: contentType });
  }
  return files;
}
