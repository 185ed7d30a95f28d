import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { inclusionProof, merkleRoot, verifyConsistency, verifyInclusion } from '../../../extension/core/merkle.ts';
import { LogTree, type LogNodes } from '../../../manager/keeper/log-tree.ts';

class MemoryNodes implements LogNodes {
  readonly all = new Map<string, Uint8Array>();
  reads = 0;
  get(level: number, index: number): Uint8Array {
    this.reads++;
    const hash = this.all.get(`${level}/${index}`);
    if (hash === undefined) throw new Error(`no node ${index} at level ${level}`);
    return hash;
  }
  put(level: number, index: number, hash: Uint8Array): void {
    this.all.set(`${level}/${index}`, hash);
  }
}

const leafOf = (text: string | Uint8Array): Bytes =>
  Uint8Array.from(createHash('sha256').update(Uint8Array.of(0)).update(text).digest());

function logOf(leaves: readonly Uint8Array[]) {
  const nodes = new MemoryNodes();
  const tree = new LogTree(nodes);
  for (const [size, leaf] of leaves.entries()) tree.append(size, leaf);
  return { nodes, tree };
}
const many = (count: number) => Array.from({ length: count }, (_, i) => leafOf(`leaf ${i}`));

describe('the tree of a log', () => {
  /** The tree that the implementations of Certificate Transparency are tested with. */
  const LEAVES = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
  const ROOTS = [
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
    '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
    '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
  ];

  it('has the roots that everybody’s has', () => {
    const { tree } = logOf(LEAVES.map((hex) => leafOf(Buffer.from(hex, 'hex'))));
    expect(ROOTS.map((_, i) => toHex(tree.root(i + 1)))).toEqual(ROOTS.map((root) => `0x${root}`));
    expect(toHex(tree.root(0))).toBe(`0x${createHash('sha256').digest('hex')}`);
  });

  it('proves each leaf at each size, and that it only grew, as the wallet checks it', async () => {
    const leaves = many(20);
    const { tree } = logOf(leaves);
    for (let size = 1; size <= leaves.length; size++) {
      const root = tree.root(size);
      expect(root).toEqual(await merkleRoot(leaves.slice(0, size)));
      for (let index = 0; index < size; index++) {
        const proof = tree.inclusion(index, size);
        expect(proof).toEqual(await inclusionProof(leaves.slice(0, size), index));
        expect(await verifyInclusion(root, leaves[index]!, index, size, proof)).toBe(true);
      }
      for (let first = 0; first <= size; first++) {
        const proof = tree.consistency(first, size);
        expect(await verifyConsistency({ size: first, root: tree.root(first) }, { size, root }, proof)).toBe(true);
      }
    }
    expect(() => tree.inclusion(5, 5)).toThrow(RangeError);
    expect(() => tree.consistency(6, 5)).toThrow(RangeError);
  });

  it.each<[string, (leaves: Uint8Array[], at: number) => void]>([
    ['changed', (leaves, at) => leaves.splice(at, 1, leafOf('another'))],
    ['taken out', (leaves, at) => leaves.splice(at, 1)],
    ['put in', (leaves, at) => leaves.splice(at, 0, leafOf('another'))],
    ['put elsewhere', (leaves, at) => leaves.push(...leaves.splice(at, 1))],
  ])('a leaf that is %s afterwards is noticed, whatever the log then proves', async (_what, change) => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 24 }), fc.nat(), fc.nat({ max: 12 }), async (size, n, more) => {
        const honest = many(size);
        const head = { size, root: logOf(honest).tree.root(size) };
        const forged = [...honest];
        change(forged, n % (size - 1));
        forged.push(...many(100).slice(60, 62 + more));
        const { tree } = logOf(forged);
        const later = { size: forged.length, root: tree.root(forged.length) };
        expect(await verifyConsistency(head, later, tree.consistency(size, forged.length))).toBe(false);
      }),
      { numRuns: 40 },
    );
  });

  it('takes no proof that is not this one', async () => {
    const { tree } = logOf(many(13));
    const [first, second] = [6, 13].map((size) => ({ size, root: tree.root(size) })) as [never, never];
    const proof = tree.consistency(6, 13);
    expect(await verifyConsistency(first, second, proof)).toBe(true);
    expect(await verifyConsistency(first, second, proof.slice(1))).toBe(false);
    expect(await verifyConsistency(first, second, [...proof, leafOf('more')])).toBe(false);
    expect(await verifyConsistency(first, second, proof.toReversed())).toBe(false);
    expect(await verifyConsistency(first, second, [])).toBe(false);
    expect(await verifyConsistency(second, first, proof)).toBe(false);
    expect(await verifyConsistency({ size: 0, root: leafOf('not nothing') }, second, [])).toBe(false);
    expect(await verifyConsistency({ size: -1, root: tree.root(6) }, second, proof)).toBe(false);
    expect(await verifyConsistency({ size: 6.5, root: tree.root(6) }, second, proof)).toBe(false);
  });

  it('reads no more for a long log than it has levels', () => {
    const { tree, nodes } = logOf(many(5_000));
    for (const work of [
      () => tree.root(5_000),
      () => tree.inclusion(1_234, 5_000),
      () => tree.consistency(4_321, 5_000),
    ]) {
      nodes.reads = 0;
      work();
      expect(nodes.reads).toBeLessThanOrEqual(2 * Math.ceil(Math.log2(5_000)));
    }
  });
});
