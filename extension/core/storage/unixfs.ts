import * as dagPb from '@ipld/dag-pb';
import { UnixFS } from 'ipfs-unixfs';
import type { CID } from 'multiformats/cid';
import { own } from '../bytes.ts';
import { cidOf, DAG_PB } from './cid.ts';
import type { BlockSink } from './ports.ts';

/** Children per node of the balanced layout, as `@helia/unixfs` builds it. */
const MOST_CHILDREN = 1_024;

interface Node {
  readonly cid: CID;
  /** Bytes of the file below this node. */
  readonly fileSize: number;
  /** Bytes of all blocks below and including this node. */
  readonly dagSize: number;
}

/**
 * Builds a UnixFS file over raw leaves that are already stored, and gives its root: the single leaf itself, or a balanced
 * tree of dag-pb nodes. Same CIDs as `@helia/unixfs` with raw leaves gives.
 */
export class UnixFsBuilder {
  readonly #sink: BlockSink;
  readonly #leaves: Node[] = [];

  constructor(sink: BlockSink) {
    this.#sink = sink;
  }

  addLeaf(cid: CID, size: number): void {
    this.#leaves.push({ cid, fileSize: size, dagSize: size });
  }

  /** @returns the root, and the CIDs of the inner nodes that were written */
  async finish(): Promise<{ root: CID; inner: CID[] }> {
    let level = this.#leaves;
    const inner: CID[] = [];
    while (level.length > 1) {
      const parents: Node[] = [];
      for (let i = 0; i < level.length; i += MOST_CHILDREN) {
        const parent = await this.#parent(level.slice(i, i + MOST_CHILDREN));
        parents.push(parent);
        inner.push(parent.cid);
      }
      level = parents;
    }
    const [root] = level;
    if (root === undefined) throw new Error('a file has at least one block');
    return { root: root.cid, inner };
  }

  async #parent(children: Node[]): Promise<Node> {
    const file = new UnixFS({ type: 'file', blockSizes: children.map((c) => BigInt(c.fileSize)) });
    const bytes = own(
      dagPb.encode(
        dagPb.prepare({
          Data: file.marshal(),
          Links: children.map((c) => ({ Name: '', Tsize: c.dagSize, Hash: c.cid })),
        }),
      ),
    );
    const cid = await cidOf(DAG_PB, bytes);
    const length = bytes.byteLength;
    await this.#sink.put(cid, bytes);
    const sum = (pick: (c: Node) => number) => children.reduce((n, c) => n + pick(c), 0);
    return { cid, fileSize: sum((c) => c.fileSize), dagSize: length + sum((c) => c.dagSize) };
  }
}
