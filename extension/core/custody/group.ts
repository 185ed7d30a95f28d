import type { Bytes } from '../bytes.ts';

/** Bytes of an element and of a scalar. */
export const SIZE = 32;

/**
 * The group ristretto255 (RFC 9496), as a kept library has it: elements and scalars in their one canonical form of 32 bytes, scalars
 * little-endian. What is not in that form is refused with a RangeError; so are the identity and zero, whether they go in or come out.
 */
export interface Group {
  readonly generator: Bytes;
  /** RFC 9380: expand_message_xmd with SHA-512, then the element derivation function of RFC 9496 section 4.3.4. */
  hashToElement(message: Uint8Array, tag: Uint8Array): Bytes;
  /** The same expansion, taken as a little-endian number modulo the order. */
  hashToScalar(message: Uint8Array, tag: Uint8Array): Bytes;
  /** @param uniform 64 bytes, taken as a little-endian number modulo the order */
  scalarFrom(uniform: Uint8Array): Bytes;
  /** scalar · element, in a time that does not depend on the scalar. */
  multiply(scalar: Uint8Array, element: Uint8Array): Bytes;
  /** scalar · generator, in a time that does not depend on the scalar. */
  multiplyGenerator(scalar: Uint8Array): Bytes;
  /** Σ scalar · element. Not for secret scalars: the time it takes tells of them. */
  sum(terms: readonly Term[]): Bytes;
  add(a: Uint8Array, b: Uint8Array): Bytes;
  subtract(a: Uint8Array, b: Uint8Array): Bytes;
  times(a: Uint8Array, b: Uint8Array): Bytes;
  /** 1 / a. */
  invert(a: Uint8Array): Bytes;
}

export type Term = readonly [scalar: Uint8Array, element: Uint8Array];

/** A small number as a scalar. */
export function scalarOf(number: number): Bytes {
  const bytes = new Uint8Array(SIZE);
  new DataView(bytes.buffer).setUint32(0, number, true);
  return bytes;
}
