import { createHash } from 'node:crypto';

/** Where the hashes of complete subtrees are kept. Level 0 has the leaves; node n of a level stands over the leaves from n · 2^level on. */
export interface LogNodes {
  get(level: number, index: number): Uint8Array;
  put(level: number, index: number, hash: Uint8Array): void;
}

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return Uint8Array.from(hash.digest());
};
const NODE = Uint8Array.of(1);
const over = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);

/**
 * The tree of RFC 9162 section 2.1 over a log that only grows. To append, or to prove something, takes as many hashes as the tree has
 * levels, however long the log is.
 */
export class LogTree {
  readonly #nodes: LogNodes;

  constructor(nodes: LogNodes) {
    this.#nodes = nodes;
  }

  /** @param size leaves before @param leaf its hash */
  append(size: number, leaf: Uint8Array): void {
    let hash = leaf;
    this.#nodes.put(0, size, hash);
    for (let [level, index] = [0, size]; index % 2 === 1;) {
      hash = over(this.#nodes.get(level, index - 1), hash);
      [level, index] = [level + 1, (index - 1) / 2];
      this.#nodes.put(level, index, hash);
    }
  }

  /** Root when the log had so many leaves. */
  root(size: number): Uint8Array {
    return size === 0 ? sha256() : this.#hash(0, size);
  }

  /** RFC 9162 section 2.1.3.1. @throws RangeError where there is no such leaf */
  inclusion(index: number, size: number): Uint8Array[] {
    if (index < 0 || index >= size) throw new RangeError('no such leaf');
    const path = (from: number, to: number): Uint8Array[] => {
      if (to - from === 1) return [];
      const middle = from + split(to - from);
      return index < middle
        ? [...path(from, middle), this.#hash(middle, to)]
        : [...path(middle, to), this.#hash(from, middle)];
    };
    return path(0, size);
  }

  /** RFC 9162 section 2.1.4.1. @throws RangeError where the log never had these sizes in this order */
  consistency(first: number, second: number): Uint8Array[] {
    if (first < 0 || first > second) throw new RangeError('a log only grows');
    if (first === 0 || first === second) return [];
    const path = (from: number, to: number, isWhole: boolean): Uint8Array[] => {
      if (to === first) return isWhole ? [] : [this.#hash(from, to)];
      const middle = from + split(to - from);
      return first <= middle
        ? [...path(from, middle, isWhole), this.#hash(middle, to)]
        : [...path(middle, to, false), this.#hash(from, middle)];
    };
    return path(0, second, true);
  }

  /** Hash over some leaves, which begin where a subtree of that size may begin. */
  #hash(from: number, to: number): Uint8Array {
    const level = Math.log2(to - from);
    if (Number.isInteger(level)) return this.#nodes.get(level, from / (to - from));
    const middle = from + split(to - from);
    return over(this.#hash(from, middle), this.#hash(middle, to));
  }
}

/** The largest power of two smaller than n. */
const split = (n: number): number => 2 ** Math.floor(Math.log2(n - 1));
