import { fromBase64, fromUtf8, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Issuers } from './reader.ts';

/** Base64url without padding (RFC 7515 appendix C). @throws SalusError `not-fhir` */
export function fromBase64Url(text: string): Bytes {
  if (!/^[\w-]*$/.test(text)) throw unreadable();
  try {
    return fromBase64(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw unreadable();
  }
}

const unreadable = () => new SalusError('not-fhir', 'This card could not be read. Ask for it again.');

/** JSON of a part of a token. @throws SalusError `not-fhir` */
export function jsonIn(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes));
  } catch {
    throw unreadable();
  }
}

const ES256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/**
 * Whether one of an issuer's keys signed this (RFC 7515 with ES256 of RFC 7518, as SMART Health Cards have it).
 * @param token compact: header.payload.signature
 * @returns undefined where no key of that issuer is known
 */
export async function isSigned(
  token: string,
  issuer: string,
  issuers: Issuers | undefined,
): Promise<boolean | undefined> {
  const keys = issuers?.get(issuer);
  if (keys === undefined || keys.length === 0) return undefined;
  const [header = '', payload = '', signature = ''] = token.split('.');
  for (const { x, y } of keys) {
    try {
      const key = await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, ES256, false, ['verify']);
      if (await crypto.subtle.verify(ES256, key, fromBase64Url(signature), utf8(`${header}.${payload}`))) return true;
    } catch {
      continue; // a key that is none signed nothing
    }
  }
  return false;
}
