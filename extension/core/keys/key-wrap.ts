import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

/** Bytes of a wrapped key of 32 bytes. */
export const WRAPPED_BYTES = 40;

const PLAIN = { name: 'AES-GCM', length: 256 };

/**
 * AES Key Wrap (RFC 3394) with 256 bits.
 * @param under 32 bytes
 * @param key 32 bytes
 * @returns {@link WRAPPED_BYTES}
 */
export async function wrapKey(under: Uint8Array, key: Uint8Array): Promise<Bytes> {
  const [wrapping, inner] = await Promise.all([
    crypto.subtle.importKey('raw', under as Bytes, 'AES-KW', false, ['wrapKey']),
    crypto.subtle.importKey('raw', key as Bytes, PLAIN, true, ['encrypt']),
  ]);
  return new Uint8Array(await crypto.subtle.wrapKey('raw', inner, wrapping, 'AES-KW'));
}

/** @throws SalusError `wrong-key` where it was wrapped under another key, or was changed */
export async function unwrapKey(under: Uint8Array, wrapped: Uint8Array): Promise<Bytes> {
  try {
    const wrapping = await crypto.subtle.importKey('raw', under as Bytes, 'AES-KW', false, ['unwrapKey']);
    const key = await crypto.subtle.unwrapKey('raw', wrapped as Bytes, wrapping, 'AES-KW', PLAIN, true, ['encrypt']);
    return new Uint8Array(await crypto.subtle.exportKey('raw', key));
  } catch {
    throw new SalusError('wrong-key', 'This key was not wrapped under that one, or it was changed on the way.');
  }
}
