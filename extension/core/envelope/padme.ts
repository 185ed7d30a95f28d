/** Shorter plaintexts are padded to this, so that a one-word note and a short observation look the same. */
const LEAST = 256;

/**
 * Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019):
 * a length that tells an observer O(log log n) bits, at most 12 % longer than `length`.
 */
export function padmeLength(length: number): number {
  if (length <= LEAST) return LEAST;
  const e = Math.floor(Math.log2(length));
  const s = Math.floor(Math.log2(e)) + 1;
  const step = 2 ** (e - s);
  return Math.ceil(length / step) * step;
}
