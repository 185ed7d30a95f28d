import { setImmediate } from 'node:timers/promises';
import type { CID } from 'multiformats/cid';
import type { Blocks } from '../blocks/blocks.ts';
import { openCar, type CarBlock, type CarStream } from './car-reader.ts';
import { isKept, matches } from '../blocks/cid.ts';
import { linksOf, walkDag } from '../blocks/dag.ts';
import { ManagerError, isStorageFull } from '../errors.ts';
import type { Pins } from '../blocks/pins.ts';
import type { Hold, UploadGate } from './gate.ts';
import type { UploadTicket } from './quota.ts';

/** Most blocks and links of one upload: what is held in memory until its end. */
const MAX_NODES = 1_000_000;
/** Of which so many are looked at before others have a turn. */
const TURN_NODES = 1_000;

/** What is kept after an upload. */
export interface Stored {
  roots: CID[];
  /** Different blocks in the CAR. */
  blocks: number;
  /** Sum of their lengths. */
  bytes: number;
}

/** What {@link ingestCar} needs. */
export interface IngestParts {
  blocks: Blocks;
  pins: Pins;
  gate: UploadGate;
  /** Longest block, in bytes. */
  maxBlockBytes: number;
  /** Called with the first root before any block is read; throws to refuse the upload. */
  authorize: (root: CID) => Promise<UploadTicket>;
}

/**
 * Stores a CAR and pins its roots, once everything below each root is here and on the disk. The body is never wholly in memory.
 *
 * @param source the bytes of the CAR
 * @throws ManagerError `bad-car`, `bad-block`, `incomplete`, `too-large`, `storage-full`, or what `authorize` or
 *   `source` throws; then nothing is pinned, and the blocks already written are left to garbage collection
 */
export async function ingestCar(source: AsyncIterable<Uint8Array>, parts: IngestParts): Promise<Stored> {
  try {
    const car = await openCar(source, parts.maxBlockBytes);
    const ticket = await parts.authorize(car.roots[0]);
    const isNew = car.roots.some((root) => !parts.pins.has(root));
    let isKept = false;
    try {
      ticket.take({ roots: car.roots.length });
      const stored = await parts.gate.upload((hold) => keep(car, parts, ticket, hold));
      isKept = true;
      return stored;
    } finally {
      await ticket.end(isKept && isNew);
    }
  } catch (error) {
    if (isStorageFull(error)) throw storageFull();
    throw error;
  }
}

async function keep(
  { roots, blocks: source }: CarStream,
  { blocks, pins }: IngestParts,
  ticket: UploadTicket,
  hold: Hold,
): Promise<Stored> {
  const received = await storeBlocks(source, blocks, ticket, hold);
  await requireComplete(roots, received.links, blocks, hold);
  // Blocks before pins: after a power cut a pin without its blocks would be a broken promise.
  await blocks.keep(roots, received.cids);
  await pins.add(roots);
  return { roots, blocks: received.cids.length, bytes: received.bytes };
}

/** The refusal of an upload for want of space. */
export function storageFull(): ManagerError {
  return new ManagerError('storage-full', 'This node has no space left. Use another one and tell its operator.');
}

/** The blocks of an upload, verified and written. */
interface Received {
  cids: CID[];
  bytes: number;
  /** Links by CID. */
  links: Map<string, CID[]>;
}

async function storeBlocks(
  source: AsyncIterable<CarBlock>,
  blocks: Blocks,
  ticket: UploadTicket,
  hold: Hold,
): Promise<Received> {
  const received: Received = { cids: [], bytes: 0, links: new Map() };
  let nodes = 0;
  for await (const block of source) {
    ticket.take({ blocks: 1, bytes: block.bytes.length });
    const links = verifiedLinks(block);
    const name = block.cid.toString();
    if (received.links.has(name)) continue;
    nodes += 1 + links.length;
    if (nodes > MAX_NODES) {
      throw new ManagerError(
        'too-large',
        `The CAR has more than ${MAX_NODES} blocks and links. Send its roots in several.`,
      );
    }
    await hold(block.cid);
    await blocks.put(block.cid, block.bytes);
    received.links.set(name, links);
    received.cids.push(block.cid);
    received.bytes += block.bytes.length;
  }
  return received;
}

function verifiedLinks({ cid, bytes }: CarBlock): CID[] {
  if (cid.version !== 1 || !isKept(cid)) {
    throw new ManagerError(
      'bad-block',
      'A block is not CIDv1 with SHA2-256 and raw, dag-pb or dag-cbor. Encode it so.',
    );
  }
  if (!matches(cid, bytes)) {
    throw new ManagerError(
      'bad-block',
      'The bytes of a block do not match its CID: it was damaged on the way. Send it again.',
    );
  }
  try {
    return linksOf(cid, bytes);
  } catch {
    throw new ManagerError('bad-block', 'A block is not valid in the codec its CID names. Encode it again.');
  }
}

/** Walks everything below the roots; what the CAR did not bring must be in the store, whole and undamaged. */
async function requireComplete(roots: CID[], received: Map<string, CID[]>, blocks: Blocks, hold: Hold): Promise<void> {
  let visited = 0;
  const walk = walkDag(roots, async (cid) => {
    // What is all in memory would let nobody else have a turn.
    if (++visited % TURN_NODES === 0) await setImmediate();
    const links = received.get(cid.toString());
    if (links) return links;
    if (!isKept(cid)) {
      throw new ManagerError(
        'bad-block',
        'A link names a block of a kind this node does not keep. Link SHA2-256 blocks only.',
      );
    }
    await hold(cid);
    const bytes = await blocks.get(cid).catch(absentIfCorrupt);
    if (!bytes) {
      throw new ManagerError(
        'incomplete',
        'A root or a block it links to is missing. Send the whole of what is below each root.',
      );
    }
    return verifiedStoredLinks(cid, bytes);
  });
  // The walk itself is the check.
  while (!(await walk.next()).done);
}

/** Stored bytes match their hash, but may have come under another codec than this link's. */
function verifiedStoredLinks(cid: CID, bytes: Uint8Array): CID[] {
  try {
    return linksOf(cid, bytes);
  } catch {
    throw new ManagerError('bad-block', 'A linked block is not valid in the codec its link names. Correct the link.');
  }
}

/** A damaged copy counts as none: the sender sends the block and so repairs it. */
function absentIfCorrupt(error: unknown): undefined {
  if (error instanceof ManagerError && error.code === 'corrupt') return undefined;
  throw error;
}
