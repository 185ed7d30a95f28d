import { CarWriter } from '@ipld/car';
import { CID } from 'multiformats/cid';
import type { Database } from './database.ts';
import { fetchBlock, fetchTree, WHOLE_BYTES } from './gateway.ts';
import { blockKey, exact } from './idb-blockstore.ts';

const SAMPLED_BLOCKS = 64;
/** Random blocks of an entry that somebody else stored there. */
const PROBED_BLOCKS = 8;
/** Blocks put into one part of the CAR, so that a large entry is never in memory at once: Blobs spill to disk. */
const BLOCKS_PER_PART = 16;

/** A pinned root made ready to be sent: a CAR (version 1), and what it holds. */
export interface Shipment {
  readonly root: CID;
  readonly car: Blob;
  readonly blocks: readonly CID[];
}

/** Packs a pinned root. */
export async function pack(db: Database, root: CID): Promise<Shipment> {
  const pin = await db.get('pins', root.toString());
  if (pin === undefined) throw new Error('nothing is pinned under this root');
  const { writer, out } = CarWriter.create([root]);
  const parts: Blob[] = [];
  const reading = (async () => {
    let held: Uint8Array<ArrayBuffer>[] = [];
    for await (const chunk of out) {
      held.push(exact(chunk));
      if (held.length >= BLOCKS_PER_PART * 2) {
        parts.push(new Blob(held));
        held = [];
      }
    }
    parts.push(new Blob(held));
  })();
  const blocks: CID[] = [];
  for (const encoded of pin.blocks) {
    const cid = CID.decode(encoded);
    const bytes = await db.get('blocks', blockKey(cid));
    if (bytes === undefined) throw new Error('a pinned block is missing');
    blocks.push(cid);
    await writer.put({ cid, bytes });
  }
  await writer.close();
  await reading;
  return { root, car: new Blob(parts, { type: 'application/vnd.ipld.car' }), blocks };
}

/** Whether a manager gives back every block of a root, in one answer, each as it was sent. */
async function holdsAll(manager: string, root: CID, blocks: readonly CID[], signal: AbortSignal): Promise<boolean> {
  const tree = await fetchTree(manager, root, signal);
  return blocks.every((cid) => tree.has(cid.toString()));
}

/** Whether a manager gives back random blocks of an entry too large to be fetched whole. */
async function holdsSample(
  manager: string,
  blocks: readonly CID[],
  signal: AbortSignal,
  most = SAMPLED_BLOCKS,
): Promise<boolean> {
  const picks = blocks.length <= most ? blocks.keys() : crypto.getRandomValues(new Uint32Array(most)).values();
  for (const pick of picks) {
    const cid = blocks[pick % blocks.length];
    if (cid !== undefined) await fetchBlock(manager, cid, signal);
  }
  return true;
}

/** Whether a manager has an entry that it was not sent from here, by a few of its blocks. */
export const probe = (manager: string, blocks: readonly CID[]): Promise<boolean> =>
  holdsSample(manager, blocks, AbortSignal.timeout(30_000), PROBED_BLOCKS).catch(() => false);

/**
 * Sends a shipment to one manager and reads it back.
 * @param authorization header value signed by the wallet's account for this root
 * @returns whether the manager now holds it, proven by what it gave back
 */
export async function replicateTo(
  manager: string,
  { root, car, blocks }: Shipment,
  authorization: string,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await fetch(`${manager}/v1/car`, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.ipld.car', authorization },
      body: car,
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
    if (!response.ok) return false;
    return car.size <= WHOLE_BYTES
      ? await holdsAll(manager, root, blocks, signal)
      : await holdsSample(manager, blocks, signal);
  } catch {
    return false; // down, slow, lying, or speaking something else: it is not durable there, and is tried again
  }
}
