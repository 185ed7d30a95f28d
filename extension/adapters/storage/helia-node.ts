import { unixfs } from '@helia/unixfs';
import * as dagPb from '@ipld/dag-pb';
import { createHeliaLight } from 'helia';
import type { CID } from 'multiformats/cid';
import { concat } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { decodeEntry } from '../../core/records/entry.ts';
import { DAG_PB } from '../../core/storage/cid.ts';
import type { BlockSource } from '../../core/storage/ports.ts';
import type { Database } from './database.ts';
import { fetchFromAny, fetchTreeFromAny } from './gateway.ts';
import { IdbBlockstore } from './idb-blockstore.ts';

/** Most blocks of one entry that are fetched to be kept here. */
const MOST_BLOCKS = 4_096;

export interface NodeBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array;
}

export interface NodeBlocks extends BlockSource {
  /** Every block of an entry. @throws SalusError `block-missing`, `block-damaged`, `too-large` */
  all(root: CID): Promise<NodeBlock[]>;
}

/**
 * The IPFS node of this browser: Helia over the wallet's own block store. Blocks that are not here come from the network's
 * managers and from nowhere else: no router, no public gateway, no libp2p.
 * @param managers asked at each fetch, so that a changed network needs no restart
 */
export async function startNode(db: Database, managers: () => readonly string[]): Promise<NodeBlocks> {
  const helia = createHeliaLight({
    blockstore: new IdbBlockstore(db),
    routers: [],
    blockBrokers: [
      {
        name: 'salus-managers',
        retrieve: (cid, options) => fetchFromAny(managers(), cid, options?.signal),
      },
    ],
  });
  await helia.start();
  const files = unixfs(helia);
  const asSalus = (error: unknown, signal?: AbortSignal): unknown => {
    signal?.throwIfAborted();
    if (error instanceof SalusError) return error;
    const inner = error instanceof AggregateError ? error.errors.find((e) => e instanceof SalusError) : undefined;
    return inner ?? new SalusError('block-missing', 'A part of this record could not be fetched. Try again later.');
  };
  const source: NodeBlocks = {
    async all(root) {
      const tree = await fetchTreeFromAny(managers(), root);
      const blockOf = async (cid: CID) => tree.get(cid.toString()) ?? (await source.block(cid));
      const bytes = await blockOf(root);
      const { index, items } = decodeEntry(bytes);
      const found: NodeBlock[] = [{ cid: root, bytes }];
      const next = [index, ...items];
      for (let cid = next.shift(); cid !== undefined; cid = next.shift()) {
        if (found.length >= MOST_BLOCKS) throw new SalusError('too-large', 'This entry is too large to be kept here.');
        const block = { cid, bytes: await blockOf(cid) };
        found.push(block);
        if (cid.code === DAG_PB) next.push(...dagPb.decode(block.bytes).Links.map((link) => link.Hash));
      }
      return found;
    },
    async block(cid: CID, signal?: AbortSignal) {
      try {
        const parts: Uint8Array[] = [];
        for await (const part of helia.blockstore.get(cid, { ...(signal && { signal }) })) parts.push(part);
        return parts.length === 1 && parts[0] ? parts[0] : concat(...parts);
      } catch (error) {
        throw asSalus(error, signal);
      }
    },
    async *file(cid: CID, signal?: AbortSignal) {
      try {
        yield* files.cat(cid, { ...(signal && { signal }) });
      } catch (error) {
        throw asSalus(error, signal);
      }
    },
  };
  return source;
}
