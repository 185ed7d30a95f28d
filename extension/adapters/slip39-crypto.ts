import { hmac } from '@noble/hashes/hmac';
import { pbkdf2 } from '@noble/hashes/pbkdf2';
import { sha256 } from '@noble/hashes/sha2';

/**
 * What the `slip39` library asks of Node's `crypto`, in its place in the extension (`scripts/vite-slip39.ts`). Randomness is the
 * platform's; there is nothing else to fall back to.
 */
export const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** It asks for SHA-256 alone. */
function only(hash: string): typeof sha256 {
  if (hash !== 'sha256') throw new TypeError('only SHA-256');
  return sha256;
}

export const pbkdf2Sync = (
  password: Uint8Array,
  salt: Uint8Array,
  rounds: number,
  length: number,
  hash: string,
): Uint8Array => pbkdf2(only(hash), password, salt, { c: rounds, dkLen: length });

export function createHmac(hash: string, key: Uint8Array) {
  const state = hmac.create(only(hash), key);
  return { update: (bytes: Uint8Array) => void state.update(bytes), digest: (): Uint8Array => state.digest() };
}
