import type { CID } from 'multiformats/cid';
import { RAW } from './cid.ts';
import { linksOf, walkDag } from './dag.ts';
import { blockKey, type DiskBlocks } from './disk.ts';
import type { Pins } from './pins.ts';
import type { Remove, UploadGate } from '../uploads/gate.ts';

/** What a collection did. */
export interface Collection {
  /** Blocks left: below a pin, or held by an upload under way. */
  kept: number;
  /** Blocks deleted. */
  removed: number;
  /** Pins below which a node is missing or damaged; with any of them nothing is deleted. */
  damaged: number;
}

/**
 * Deletes the blocks that no pin reaches: what uploads that failed left behind.
 *
 * @returns undefined when another collection is under way
 */
export async function collectGarbage(parts: {
  blocks: DiskBlocks;
  pins: Pins;
  gate: UploadGate;
}): Promise<Collection | undefined> {
  const { blocks, pins, gate } = parts;
  return gate.collect(
    (cid) => blocks.delete(cid),
    (remove) => markAndDelete(blocks, pins, remove),
  );
}

async function markAndDelete(blocks: DiskBlocks, pins: Pins, remove: Remove): Promise<Collection> {
  const reachable = new Set<string>();
  let damaged = 0;
  for (const root of pins.roots()) {
    try {
      for await (const cid of walkDag([root], (node) => readLinks(blocks, node))) reachable.add(blockKey(cid));
    } catch {
      damaged += 1;
    }
  }
  let kept = 0;
  let removed = 0;
  for await (const cid of blocks.list()) {
    // What a node that cannot be read linked to is unknown, and may be any of these.
    const isGarbage = damaged === 0 && !reachable.has(blockKey(cid));
    if (isGarbage && (await remove(cid))) removed += 1;
    else kept += 1;
  }
  return { kept, removed, damaged };
}

async function readLinks(blocks: DiskBlocks, cid: CID): Promise<CID[]> {
  // A raw block has no links, and most bytes are in raw blocks.
  if (cid.code === RAW) return [];
  const bytes = await blocks.get(cid);
  if (!bytes) throw new Error('a block below a pin is missing');
  return linksOf(cid, bytes);
}
