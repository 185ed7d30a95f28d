import type { Bytes } from '../bytes.ts';

/** HKDF-SHA256 (RFC 5869). @param length bytes out */
export async function hkdf(key: Uint8Array, salt: Uint8Array, info: Uint8Array, length = 32): Promise<Bytes> {
  const base = await crypto.subtle.importKey('raw', key as Bytes, 'HKDF', false, ['deriveBits']);
  const params = { name: 'HKDF', hash: 'SHA-256', salt: salt as Bytes, info: info as Bytes };
  return new Uint8Array(await crypto.subtle.deriveBits(params, base, 8 * length));
}
