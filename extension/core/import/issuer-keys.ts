import * as v from 'valibot';
import { SalusError } from '../errors.ts';
import { isSecureOrigin } from '../secure-origin.ts';
import { askHost, type Guard } from './guarded-fetch.ts';
import { fromBase64Url } from './jws.ts';
import type { IssuerKey } from './reader.ts';

/** Most bytes of a set of keys, and most keys in it. */
const MOST_BYTES = 1_048_576;
const MOST_KEYS = 100;
/** Bytes of a coordinate on P-256. */
const COORDINATE_BYTES = 32;

const unreadable = () =>
  new SalusError('keys-unreadable', 'This is no set of keys (JWKS) that health cards are signed with.');

const isCoordinate = (text: string): boolean => {
  try {
    return fromBase64Url(text).byteLength === COORDINATE_BYTES;
  } catch {
    return false;
  }
};
const coordinate = v.pipe(v.string(), v.check(isCoordinate));
/** A key for ES256. Nothing else of it is taken, above all no private part. */
const KeySchema = v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: coordinate, y: coordinate });
const SetSchema = v.looseObject({ keys: v.pipe(v.array(v.unknown()), v.maxLength(MOST_KEYS)) });

/**
 * The keys of a JSON Web Key Set (RFC 7517) that health cards can be signed with.
 * @throws SalusError `keys-unreadable`
 */
export function issuerKeysIn(text: string): IssuerKey[] {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw unreadable();
  }
  const set = v.safeParse(SetSchema, json);
  const keys = (set.success ? set.output.keys : []).flatMap((one) => {
    const key = v.safeParse(KeySchema, one);
    return key.success ? [{ x: key.output.x, y: key.output.y }] : [];
  });
  if (text.length > MOST_BYTES || keys.length === 0) throw unreadable();
  return keys;
}

/**
 * Asks an issuer for its keys (SMART Health Cards, “Determining keys associated with an issuer”). To be called only when the person
 * said so: the issuer learns that somebody has a card of it.
 * @throws SalusError `link-insecure` for an address without https, `keys-unreadable`, and as `askHost`
 */
export async function fetchIssuerKeys(issuer: string, guard: Omit<Guard, 'origin'>): Promise<IssuerKey[]> {
  const url = `${issuer.replace(/\/+$/, '')}/.well-known/jwks.json`;
  const origin = URL.canParse(url) ? new URL(url).origin : '';
  if (!isSecureOrigin(origin)) {
    throw new SalusError('link-insecure', 'This issuer has no address that could be asked safely.');
  }
  const types = ['application/json', 'application/jwk-set+json', 'application/octet-stream', 'text/plain'];
  const { status, text } = await askHost({ url, types, most: MOST_BYTES }, { ...guard, origin });
  if (status < 200 || status >= 300) {
    throw new SalusError('host-unexpected', 'This issuer gave no keys. Ask it for a file with them.');
  }
  return issuerKeysIn(text);
}
