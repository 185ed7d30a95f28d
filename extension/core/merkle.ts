import { concat, equal, sha256, type Bytes } from './bytes.ts';

/**
 * Merkle tree hash of RFC 9162 (Certificate Transparency 2.0) section 2.1, over leaves
 * SHA-256(0x00 ‖ leaf salt ‖ SHA-256(plaintext)). The salt keeps a short plaintext from being guessed from its proof.
 */
export const leafHash = (leafSalt: Uint8Array, plaintextDigest: Uint8Array): Promise<Bytes> =>
  sha256(concat(Uint8Array.of(0), leafSalt, plaintextDigest));

const nodeHash = (left: Uint8Array, right: Uint8Array): Promise<Bytes> => sha256(concat(Uint8Array.of(1), left, right));

/** The largest power of two smaller than n. */
const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));

/** Root over at least one leaf hash. */
export async function merkleRoot(leaves: readonly Uint8Array[]): Promise<Bytes> {
  const [first] = leaves;
  if (first === undefined) return sha256(new Uint8Array());
  if (leaves.length === 1) return Uint8Array.from(first);
  const k = split(leaves.length);
  return nodeHash(await merkleRoot(leaves.slice(0, k)), await merkleRoot(leaves.slice(k)));
}

/** A node beside the way from a leaf to the root, and the side that it stands on. */
export interface PathNode {
  readonly side: 'left' | 'right';
  readonly hash: Bytes;
}

/** Inclusion proof (RFC 9162 section 2.1.3.1) of leaf `index`, each node with its side: it needs neither index nor size to be checked. */
export async function pathTo(leaves: readonly Uint8Array[], index: number): Promise<PathNode[]> {
  if (index < 0 || index >= leaves.length) throw new RangeError('no such leaf');
  if (leaves.length === 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...(await pathTo(leaves.slice(0, k), index)), { side: 'right', hash: await merkleRoot(leaves.slice(k)) }]
    : [...(await pathTo(leaves.slice(k), index - k)), { side: 'left', hash: await merkleRoot(leaves.slice(0, k)) }];
}

/** The root that a leaf and the nodes beside its way lead to. */
export async function rootOf(leaf: Uint8Array, path: readonly PathNode[]): Promise<Bytes> {
  let hash: Bytes = Uint8Array.from(leaf);
  for (const node of path) {
    hash = await (node.side === 'left' ? nodeHash(node.hash, hash) : nodeHash(hash, node.hash));
  }
  return hash;
}

/** Inclusion proof (RFC 9162 section 2.1.3.1) of leaf `index`. */
export const inclusionProof = async (leaves: readonly Uint8Array[], index: number): Promise<Bytes[]> =>
  (await pathTo(leaves, index)).map(({ hash }) => hash);

/** Checks an inclusion proof as RFC 9162 section 2.1.3.2 does. */
export async function verifyInclusion(
  root: Uint8Array,
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
): Promise<boolean> {
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) return false;
  let fn = index;
  let sn = size - 1;
  let hash: Bytes = Uint8Array.from(leaf);
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      hash = await nodeHash(sibling, hash);
      while (fn % 2 === 0 && fn !== 0) {
        fn = Math.floor(fn / 2);
        sn = Math.floor(sn / 2);
      }
    } else {
      hash = await nodeHash(hash, sibling);
    }
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  }
  return sn === 0 && equal(hash, root);
}

/**
 * Checks that a tree of `second` leaves begins with all the leaves of one of `first` (RFC 9162 section 2.1.4.2): nothing in between was
 * taken out, changed or put in.
 */
export async function verifyConsistency(
  first: { readonly size: number; readonly root: Uint8Array },
  second: { readonly size: number; readonly root: Uint8Array },
  proof: readonly Uint8Array[],
): Promise<boolean> {
  if (![first.size, second.size].every((size) => Number.isSafeInteger(size) && size >= 0)) return false;
  if (first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && equal(first.root, second.root);
  if (first.size === 0) return proof.length === 0 && equal(first.root, await sha256(new Uint8Array()));
  const isPowerOfTwo = Number.isInteger(Math.log2(first.size));
  const [start, ...rest] = isPowerOfTwo ? [first.root, ...proof] : proof;
  if (start === undefined) return false;
  let fn = first.size - 1;
  let sn = second.size - 1;
  const up = () => {
    fn = Math.floor(fn / 2);
    sn = Math.floor(sn / 2);
  };
  while (fn % 2 === 1) up();
  let before = Uint8Array.from(start);
  let after = Uint8Array.from(start);
  for (const sibling of rest) {
    if (sn === 0) return false;
    if (fn % 2 === 1 || fn === sn) {
      before = await nodeHash(sibling, before);
      after = await nodeHash(sibling, after);
      while (fn % 2 === 0 && fn !== 0) up();
    } else after = await nodeHash(after, sibling);
    up();
  }
  return sn === 0 && equal(before, first.root) && equal(after, second.root);
}
