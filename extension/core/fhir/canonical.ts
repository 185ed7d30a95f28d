import canonicalize from 'canonicalize';
import { utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

/** Canonical JSON (RFC 8785): the same resource gives the same bytes, whatever the order of its fields. @throws SalusError `not-json` */
export function canonicalBytes(resource: unknown): Bytes {
  const text = canonicalize(resource);
  if (text === undefined) throw new SalusError('not-json', 'This resource cannot be written as JSON.');
  return utf8(text);
}
