import { CarWriter } from '@ipld/car';
import { CID } from 'multiformats/cid';
import { isSalusError } from '../../core/errors.ts';
import type { Database } from './database.ts';
import { fetchBlock } from './gateway.ts';
import { blockKey, exact } from './idb-blockstore.ts';

/** Blocks read back from a manager after an upload: all of a small entry, a random sample of a large one. */
const MOST_READ_BACK = 64;
/** Blocks put into one part of the CAR, so that a large entry is never in memory at once: Blobs spill to disk. */
const BLOCKS_PER_PART = 16;

/** The CAR (version 1) of a pinned root, as a Blob. */
async function carOf(db: Database, root: CID): Promise<{ car: Blob; blocks: CID[] }> {
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
  return { car: new Blob(parts, { type: 'application/vnd.ipld.car' }), blocks };
}

function sample<T>(list: readonly T[], count: number): T[] {
  if (list.length <= count) return [...list];
  const picks = crypto.getRandomValues(new Uint32Array(count));
  return Array.from(picks, (n) => list[n % list.length] as T);
}

/**
 * Sends a root to one manager and reads it back.
 * @param authorization header value signed by the wallet's account for this root
 * @returns whether the manager now holds it, proven by what it gave back
 */
export async function replicateTo(
  db: Database,
  manager: string,
  root: CID,
  authorization: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { car, blocks } = await carOf(db, root);
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
    for (const cid of [root, ...sample(blocks, MOST_READ_BACK)]) await fetchBlock(manager, cid, signal);
    return true;
  } catch (error) {
    if (isSalusError(error) || error instanceof TypeError) return false; // down, or lying: not durable there
    throw error;
  }
}
