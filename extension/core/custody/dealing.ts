import { equal, random, type Bytes } from '../bytes.ts';
import { scalarOf, type Group, type Term } from './group.ts';

/** A share of a secret: the value of the polynomial at the keeper's number. */
export interface Share {
  /** 1 to n. */
  readonly keeper: number;
  /** A scalar. */
  readonly value: Bytes;
}

/** A secret dealt out: any k shares give it back, fewer say nothing of it. */
export interface Dealing {
  /** coefficient · generator for each of the k coefficients, the secret's first: public (Feldman 1987; RFC 9591 appendix C.2). */
  readonly commitments: readonly Bytes[];
  readonly shares: readonly Share[];
}

/** Most keepers of one secret. */
export const MOST_KEEPERS = 9;

/** Whether a keeper can have this number. */
export const isKeeper = (number: number): boolean => Number.isInteger(number) && number >= 1 && number <= MOST_KEEPERS;

/**
 * Deals a secret k of n (RFC 9591 appendix C: `trusted_dealer_keygen`), each time by a fresh polynomial.
 * @param coefficients those of a test, k - 1 of them; otherwise random
 * @throws RangeError where k and n make no sense
 */
export function deal(
  group: Group,
  secret: Uint8Array,
  { k, n }: { readonly k: number; readonly n: number },
  coefficients: readonly Uint8Array[] = Array.from({ length: k - 1 }, () => group.scalarFrom(random(64))),
): Dealing {
  if (!Number.isInteger(k) || !Number.isInteger(n) || k < 1 || k > n || n > MOST_KEEPERS)
    throw new RangeError(`a secret is dealt to 1 to ${MOST_KEEPERS} keepers, and not more are needed than there are`);
  const polynomial = [secret, ...coefficients];
  const shares = Array.from({ length: n }, (_, i) => ({ keeper: i + 1, value: valueAt(group, polynomial, i + 1) }));
  const commitments = polynomial.map((coefficient) => group.multiplyGenerator(coefficient));
  for (const coefficient of coefficients) coefficient.fill(0);
  return { commitments, shares };
}

/** Horner's scheme (RFC 9591 `polynomial_evaluate`). */
function valueAt(group: Group, polynomial: readonly Uint8Array[], x: number): Bytes {
  const at = scalarOf(x);
  return polynomial.reduceRight<Bytes | undefined>(
    (value, coefficient) =>
      Uint8Array.from(value === undefined ? coefficient : group.add(group.times(value, at), coefficient)),
    undefined,
  ) as Bytes;
}

/**
 * value · generator of a keeper's share, from the commitments alone: the public key of its answers (`derive_group_info`).
 * @throws RangeError for a number that no keeper has: the value at 0 would be the secret itself
 */
export function publicShare(group: Group, commitments: readonly Uint8Array[], keeper: number): Bytes {
  if (!isKeeper(keeper)) throw new RangeError('no keeper has this number');
  const at = scalarOf(keeper);
  let power = scalarOf(1);
  const terms = commitments.map((commitment, i): Term => {
    if (i > 0) power = group.times(power, at);
    return [power, commitment];
  });
  return group.sum(terms);
}

/** Whether a share is the keeper's share of what was committed to (`vss_verify`). */
export function fits(group: Group, commitments: readonly Uint8Array[], { keeper, value }: Share): boolean {
  try {
    return equal(group.multiplyGenerator(value), publicShare(group, commitments, keeper));
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/**
 * What each of some keepers' values counts for in the secret's (`derive_interpolating_value`).
 * @throws RangeError where a keeper is named twice
 */
export function weightsAtZero(group: Group, keepers: readonly number[]): Bytes[] {
  if (new Set(keepers).size !== keepers.length) throw new RangeError('a keeper counts once');
  return keepers.map((i) => {
    const others = keepers.filter((j) => j !== i).map(scalarOf);
    const above = others.reduce((product, j) => group.times(product, j), scalarOf(1));
    const below = others.reduce((product, j) => group.times(product, group.subtract(j, scalarOf(i))), scalarOf(1));
    return group.times(above, group.invert(below));
  });
}
