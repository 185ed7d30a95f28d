import * as v from 'valibot';
import { concat, fromUtf8, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Fetch } from '../fetch.ts';
import { isSecureOrigin } from '../secure-origin.ts';
import { askHost, type HostAnswer } from './guarded-fetch.ts';
import { HEALTH_LINK } from './health-link-text.ts';
import { fromBase64Url } from './jws.ts';
import { unpacked } from './unpack.ts';

export interface HealthLinkOptions {
  readonly fetch: Fetch;
  /** Whom the link’s owner is told that it was opened by. */
  readonly recipient: string;
  readonly passcode?: string | undefined;
  /** Milliseconds since 1970. */
  readonly now?: number;
  readonly signal?: AbortSignal;
  /** Told how many bytes have come, of all that it leads to. */
  readonly onBytes?: (bytes: number) => void;
  readonly stallMs?: number;
}

export interface LinkedFile {
  readonly mediaType: string;
  readonly bytes: Bytes;
}
export interface HealthLink {
  /** What whoever made it calls it. */
  readonly label?: string;
  readonly needsPasscode: boolean;
  /** What it leads to may change: it may be opened again. */
  readonly isLongTerm: boolean;
  /** Milliseconds since 1970. */
  readonly expires?: number;
  readonly host: string;
  readonly origin: string;
}

const MOST_TOKEN_BYTES = 64 * 1_048_576;
/** Of all that one link leads to. */
const MOST_FETCHED_BYTES = 256 * 1_048_576;
const MOST_PLAIN_BYTES = 256 * 1_048_576;
const MOST_LINKED = 100;
const MOST_URL = 2_048;
const KEY_BYTES = 32;

const JOSE = ['application/jose', 'application/octet-stream', 'text/plain'];
const JSON_TYPES = ['application/json'];

const LinkSchema = v.looseObject({
  url: v.pipe(v.string(), v.maxLength(MOST_URL), v.url()),
  key: v.pipe(v.string(), v.length(43)),
  exp: v.optional(v.number()),
  flag: v.optional(v.string(), ''),
  label: v.optional(v.pipe(v.string(), v.maxLength(500))),
  v: v.optional(v.number()),
});
type Link = v.InferOutput<typeof LinkSchema>;
const ManifestSchema = v.looseObject({
  status: v.optional(v.string()),
  files: v.pipe(
    v.array(
      v.looseObject({
        contentType: v.string(),
        embedded: v.optional(v.string()),
        location: v.optional(v.pipe(v.string(), v.maxLength(MOST_URL), v.url())),
      }),
    ),
    v.maxLength(MOST_LINKED),
  ),
});
const TokenHeaderSchema = v.looseObject({
  alg: v.literal('dir'),
  enc: v.literal('A256GCM'),
  cty: v.optional(v.string()),
  zip: v.optional(v.literal('DEF')),
});
const WrongPasscodeSchema = v.looseObject({ remainingAttempts: v.pipe(v.number(), v.safeInteger(), v.minValue(0)) });

const noLink = () => new SalusError('link-damaged', 'This is no health link, or it is not whole. Ask for it again.');
const over = () => new SalusError('link-over', 'This link is no longer valid. Ask for a new one.');
const unopened = () =>
  new SalusError(
    'link-unopened',
    'What this link leads to does not fit its key. Nothing was taken. Ask for a new one.',
  );
const unexpected = () =>
  new SalusError('host-unexpected', 'This link leads to something else than health records. Ask for a new one.');

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** @throws SalusError `link-damaged` */
function partOf(text: string): Bytes {
  try {
    return fromBase64Url(text);
  } catch {
    throw noLink();
  }
}

/** @throws SalusError `link-damaged`, `link-insecure` */
function parse(text: string): Link {
  const token = HEALTH_LINK.exec(text)?.[1]?.slice('shlink:/'.length);
  if (token === undefined) throw noLink();
  const link = v.safeParse(LinkSchema, jsonOf(new TextDecoder().decode(partOf(token))));
  if (!link.success || (link.output.v ?? 1) !== 1) throw noLink();
  if (!isSecureOrigin(new URL(link.output.url).origin)) {
    throw new SalusError('link-insecure', 'This link leads over an open connection, where others could read along.');
  }
  return link.output;
}

/** What a link says of itself; nothing is fetched. @throws SalusError `link-damaged`, `link-insecure` */
export function aboutHealthLink(text: string): HealthLink {
  const { url, label, flag, exp } = parse(text);
  const { host, origin } = new URL(url);
  return {
    host,
    origin,
    needsPasscode: flag.includes('P') && !flag.includes('U'),
    isLongTerm: flag.includes('L'),
    ...(label !== undefined && { label }),
    ...(exp !== undefined && { expires: exp * 1_000 }),
  };
}

interface Opened {
  readonly mediaType: string | undefined;
  readonly bytes: Bytes;
}

/** A JWE in compact form with a key agreed beforehand (RFC 7516, `dir` and `A256GCM` of RFC 7518). @throws SalusError `link-unopened` */
async function opened(token: string, key: CryptoKey): Promise<Opened> {
  try {
    const [header = '', encrypted, iv = '', ciphertext = '', tag = ''] = token.trim().split('.');
    const head = v.parse(TokenHeaderSchema, JSON.parse(fromUtf8(fromBase64Url(header))));
    if (encrypted !== '') throw unopened();
    const sealed = concat(fromBase64Url(ciphertext), fromBase64Url(tag));
    const options = { name: 'AES-GCM', iv: fromBase64Url(iv), additionalData: utf8(header), tagLength: 128 };
    const plain = new Uint8Array(await crypto.subtle.decrypt(options, key, sealed));
    return { mediaType: head.cty, bytes: head.zip === 'DEF' ? await inflated(plain) : plain };
  } catch (error) {
    throw error instanceof SalusError && error.code === 'too-large' ? error : unopened();
  }
}

async function inflated(plain: Bytes): Promise<Bytes> {
  async function* once() {
    yield await Promise.resolve(plain);
  }
  const parts: Bytes[] = [];
  for await (const part of unpacked(once(), 'deflate-raw', MOST_PLAIN_BYTES)) parts.push(part);
  return concat(...parts);
}

/** @throws SalusError `wrong-passcode` with the tries that are left, `link-over`, `host-unreachable` */
function checked({ status, text }: HostAnswer): string {
  if (status >= 200 && status < 300) return text;
  if (status === 401) {
    const said = v.safeParse(WrongPasscodeSchema, jsonOf(text));
    const left: Record<string, number> = said.success ? { remaining: said.output.remainingAttempts } : {};
    throw new SalusError('wrong-passcode', 'The passcode of this link is not right.', left);
  }
  if (status === 404 || status === 410) throw over();
  if (status >= 500 || status === 429) {
    throw new SalusError('host-unreachable', 'The place that this link leads to does not answer. Try again later.');
  }
  throw unexpected();
}

/** What a type is, without what is added to it. */
const plainType = (type: string): string => (type.split(';')[0] ?? '').trim().toLowerCase();

/**
 * Fetches and decrypts what a SMART Health Link leads to (HL7 SMART Health Cards and Links 1.0.0). To be called only when the person
 * said so: whoever made the link learns of it. Nobody but the link’s own host is asked.
 * @param text `shlink:/…`, or a viewer’s address with it
 * @throws SalusError `link-damaged`, `link-insecure` for what is no link; `link-over`; `wrong-passcode`, with the tries that are
 * left; `link-unopened` for what its key does not fit; `host-unreachable`, `host-unexpected`, `host-elsewhere`, `too-large`
 */
export async function readHealthLink(text: string, options: HealthLinkOptions): Promise<LinkedFile[]> {
  const link = parse(text);
  const { recipient, passcode, now = Date.now() } = options;
  if (link.exp !== undefined && link.exp * 1_000 < now) throw over();
  const raw = partOf(link.key);
  if (raw.byteLength !== KEY_BYTES) throw noLink();
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['decrypt']);
  raw.fill(0);

  let before = 0;
  let came = 0;
  const ask = async (url: string, types: readonly string[], json?: unknown): Promise<string> => {
    const most = Math.min(MOST_TOKEN_BYTES, MOST_FETCHED_BYTES - before);
    const onBytes = (bytes: number) => {
      came = before + bytes;
      options.onBytes?.(came);
    };
    const { fetch, signal, stallMs } = options;
    const guard = {
      fetch,
      origin: new URL(link.url).origin,
      onBytes,
      signal,
      ...(stallMs !== undefined && { stallMs }),
    };
    const answer = await askHost({ url, types, most, json }, guard);
    before = came;
    return checked(answer);
  };

  if (link.flag.includes('U')) {
    const url = new URL(link.url);
    url.searchParams.set('recipient', recipient);
    const { mediaType = 'application/octet-stream', bytes } = await opened(await ask(url.href, JOSE), key);
    return [{ mediaType, bytes }];
  }
  if (link.flag.includes('P') && passcode === undefined) {
    throw new SalusError('wrong-passcode', 'This link needs a passcode. Ask whoever gave you the link.');
  }
  const answer = await ask(link.url, JSON_TYPES, { recipient, ...(passcode !== undefined && { passcode }) });
  const manifest = v.safeParse(ManifestSchema, jsonOf(answer));
  if (!manifest.success) throw unexpected();
  if (manifest.output.status === 'no-longer-valid') throw over();
  const files: LinkedFile[] = [];
  for (const { contentType, embedded, location } of manifest.output.files) {
    if (embedded === undefined && location === undefined) throw unexpected();
    const { mediaType, bytes } = await opened(embedded ?? (await ask(location ?? '', JOSE)), key);
    // What is sealed says what it is too, and nobody on the way could have changed that.
    if (mediaType !== undefined && plainType(mediaType) !== plainType(contentType)) throw unexpected();
    files.push({ mediaType: contentType, bytes });
  }
  if (files.length === 0) throw new SalusError('nothing-to-import', 'This link leads to nothing yet.');
  return files;
}
