import { ristretto255, ristretto255_hasher as hasher } from '@noble/curves/ed25519';
import { own } from '../bytes.ts';
import type { Group } from './group.ts';

const { Point } = ristretto255;
const { Fn } = Point;
type Element = InstanceType<typeof Point>;

/** What the library says of malformed bytes is its own affair: here it is one kind of error. */
function refused<T>(work: () => T): T {
  try {
    return work();
  } catch {
    throw new RangeError('not an element of the group, nor a scalar');
  }
}

const element = (bytes: Uint8Array): Element => notIdentity(refused(() => Point.fromBytes(bytes)));

function notIdentity(point: Element): Element {
  if (point.is0()) throw new RangeError('the identity may not be used');
  return point;
}

function scalar(bytes: Uint8Array): bigint {
  const number = refused(() => Fn.fromBytes(bytes));
  if (!Fn.isValidNot0(number)) throw new RangeError('not a scalar that may be used');
  return number;
}

const encoded = (point: Element) => own(notIdentity(point).toBytes());
function bytesOf(number: bigint) {
  if (Fn.is0(number)) throw new RangeError('zero may not be used');
  return own(Fn.toBytes(number));
}

/** 64 bytes, the least significant first. */
const littleEndian = (bytes: Uint8Array): bigint => bytes.reduceRight((n, byte) => (n << 8n) | BigInt(byte), 0n);

/** ristretto255 in JavaScript, for browsers: a few milliseconds a multiplication. */
export const nobleGroup: Group = {
  generator: own(Point.BASE.toBytes()),
  hashToElement: (message, tag) => encoded(hasher.hashToCurve(message, { DST: tag }) as Element),
  hashToScalar: (message, tag) => bytesOf(hasher.hashToScalar(message, { DST: tag })),
  scalarFrom: (uniform) => bytesOf(Fn.create(littleEndian(uniform))),
  multiply: (a, b) => encoded(element(b).multiply(scalar(a))),
  multiplyGenerator: (a) => encoded(Point.BASE.multiply(scalar(a))),
  sum: (terms) =>
    encoded(terms.map(([a, b]) => element(b).multiplyUnsafe(scalar(a))).reduce((x, y) => x.add(y), Point.ZERO)),
  add: (a, b) => bytesOf(Fn.add(scalar(a), scalar(b))),
  subtract: (a, b) => bytesOf(Fn.sub(scalar(a), scalar(b))),
  times: (a, b) => bytesOf(Fn.mul(scalar(a), scalar(b))),
  invert: (a) => bytesOf(Fn.inv(scalar(a))),
};
