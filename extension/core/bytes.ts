/** Small helpers over `Uint8Array`. Every buffer here is backed by an `ArrayBuffer`, which WebCrypto requires. */
export type Bytes = Uint8Array<ArrayBuffer>;

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text);
export const fromUtf8 = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

export function concat(...parts: Uint8Array[]): Bytes {
  const out = new Uint8Array(parts.reduce((n, p) => n + p.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.byteLength;
  }
  return out;
}

/** A copy with a buffer of its own and of exactly its length, so that no neighbouring byte can leak with it. */
export const own = (bytes: Uint8Array): Bytes => Uint8Array.from(bytes);

/** Compares without leaving early, so that timing tells nothing about where two values differ. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.byteLength !== b.byteLength) return false;
  let difference = 0;
  for (let i = 0; i < a.byteLength; i++) difference |= (a[i] ?? 0) ^ (b[i] ?? 0);
  return difference === 0;
}

/** Lower-case hex with `0x`, as Ethereum writes bytes. */
export function toHex(bytes: Uint8Array): `0x${string}` {
  let out = '';
  for (const byte of bytes) out += byte.toString(16).padStart(2, '0');
  return `0x${out}`;
}

export function fromHex(hex: string): Bytes {
  const digits = hex.startsWith('0x') ? hex.slice(2) : hex;
  if (digits.length % 2 !== 0 || /[^0-9a-fA-F]/.test(digits)) throw new TypeError('not hex');
  const out = new Uint8Array(digits.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return out;
}

/** Base64 (RFC 4648 section 4), in chunks so that long arrays do not overflow the call stack. */
export function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(text);
}

export const fromBase64 = (text: string): Bytes => Uint8Array.from(atob(text), (c) => c.charCodeAt(0));

/** Cryptographically random bytes. */
export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** A random 128-bit identifier in hex. */
export const randomId = (): string => toHex(random(16)).slice(2);

/** `value` as an unsigned big-endian integer of `length` bytes. */
export function uintBytes(value: number | bigint, length: number): Bytes {
  const out = new Uint8Array(length);
  let rest = BigInt(value);
  for (let i = length - 1; i >= 0; i--) {
    out[i] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  if (rest !== 0n) throw new RangeError('integer does not fit');
  return out;
}

export const sha256 = async (bytes: Uint8Array): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Bytes));
