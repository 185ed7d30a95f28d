import * as dagCbor from '@ipld/dag-cbor';
import * as dagPb from '@ipld/dag-pb';
import { CID } from 'multiformats/cid';
import { DAG_CBOR, DAG_PB } from './cid.ts';

/**
 * The CIDs a block links to, in the order they stand in it.
 *
 * @param cid a CID of a kind that {@link isKept}
 * @param bytes the block's bytes
 * @throws Error when the bytes are not valid in the CID's codec
 */
export function linksOf(cid: CID, bytes: Uint8Array): CID[] {
  if (cid.code === DAG_PB) return dagPb.decode(bytes).Links.map((link) => link.Hash);
  if (cid.code === DAG_CBOR) return linksIn(dagCbor.decode<unknown>(bytes));
  return [];
}

/**
 * Visits every block below `roots` once, depth first, parents before children.
 *
 * @param roots where to begin
 * @param follow gives the links of a block; what it throws ends the walk
 */
export async function* walkDag(
  roots: readonly CID[],
  follow: (cid: CID) => CID[] | Promise<CID[]>,
): AsyncGenerator<CID> {
  const seen = new Set<string>();
  // A stack of our own, because a chain of links may be deeper than the call stack.
  const stack = roots.toReversed();
  for (let cid = stack.pop(); cid; cid = stack.pop()) {
    const name = cid.toString();
    if (seen.has(name)) continue;
    seen.add(name);
    const links = await follow(cid);
    yield cid;
    for (const link of links.toReversed()) stack.push(link);
  }
}

function linksIn(root: unknown): CID[] {
  const links: CID[] = [];
  const stack = [root];
  while (stack.length > 0) {
    const value = stack.pop();
    const cid = CID.asCID(value);
    if (cid) links.push(cid);
    else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)) {
      for (const child of Object.values(value).toReversed()) stack.push(child);
    }
  }
  return links;
}
