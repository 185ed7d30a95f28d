import { expand_message_xmd as expand } from '@noble/curves/abstract/hash-to-curve';
import { sha512 } from '@noble/hashes/sha2';
import sodium from 'libsodium-wrappers-sumo';
import { own, type Bytes } from '../../extension/core/bytes.ts';
import { SIZE, scalarOf, type Group } from '../../extension/core/custody/group.ts';

const UNIFORM = 64;
/** Bytes of the group's order, least significant first. */
const ORDER = 'edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010';

/**
 * ristretto255 in WebAssembly, for managers and servers: some twenty times as fast as in JavaScript, and too large for a wallet.
 * @returns once the library is there
 */
export async function sodiumGroup(): Promise<Group> {
  await sodium.ready;
  const order = sodium.from_hex(ORDER);
  const isZero = (bytes: Uint8Array) => sodium.is_zero(bytes);

  function scalar(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength !== SIZE || isZero(bytes) || sodium.compare(bytes, order) >= 0)
      throw new RangeError('not a scalar that may be used');
    return bytes;
  }
  /** The library looks at the element itself, and gives no identity: to look at it here too would take a tenth as long again. */
  function product(a: Uint8Array, b: Uint8Array): Uint8Array {
    if (b.byteLength !== SIZE) throw new RangeError('not an element that may be used');
    const known = scalar(a);
    try {
      return sodium.crypto_scalarmult_ristretto255(known, b);
    } catch {
      throw new RangeError('not an element that may be used, or an identity');
    }
  }
  function checked(bytes: Uint8Array): Bytes {
    if (isZero(bytes)) throw new RangeError('neither zero nor the identity may be used');
    return own(bytes);
  }
  const uniform = (message: Uint8Array, tag: Uint8Array) => expand(message, tag, UNIFORM, sha512);

  return {
    generator: own(sodium.crypto_scalarmult_ristretto255_base(scalarOf(1))),
    hashToElement: (message, tag) => checked(sodium.crypto_core_ristretto255_from_hash(uniform(message, tag))),
    hashToScalar: (message, tag) => checked(sodium.crypto_core_ristretto255_scalar_reduce(uniform(message, tag))),
    scalarFrom: (bytes) => checked(sodium.crypto_core_ristretto255_scalar_reduce(bytes)),
    multiply: (a, b) => checked(product(a, b)),
    multiplyGenerator: (a) => checked(sodium.crypto_scalarmult_ristretto255_base(scalar(a))),
    sum: (terms) =>
      checked(terms.map(([a, b]) => product(a, b)).reduce((x, y) => sodium.crypto_core_ristretto255_add(x, y))),
    add: (a, b) => checked(sodium.crypto_core_ristretto255_scalar_add(scalar(a), scalar(b))),
    subtract: (a, b) => checked(sodium.crypto_core_ristretto255_scalar_sub(scalar(a), scalar(b))),
    times: (a, b) => checked(sodium.crypto_core_ristretto255_scalar_mul(scalar(a), scalar(b))),
    invert: (a) => checked(sodium.crypto_core_ristretto255_scalar_invert(scalar(a))),
  };
}
