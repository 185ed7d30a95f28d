import { asyncIterableReader, readBlockHead, readHeader } from '@ipld/car/decoder';
import type { CID } from 'multiformats/cid';
import { ManagerError } from '../errors.ts';

/** Longest header. */
const MAX_HEADER_BYTES = 64 * 1024;
/** Most roots: each is a pin of its own, which is a file. */
const MAX_ROOTS = 256;

/** A block as it stands in a CAR: nothing about it is verified. */
export interface CarBlock {
  cid: CID;
  bytes: Uint8Array;
}

/** A CAR whose header is read. */
export interface CarStream {
  /** At least one, without repetitions. */
  roots: [CID, ...CID[]];
  /** The blocks, read as they are asked for; throws as {@link openCar}. */
  blocks: AsyncGenerator<CarBlock>;
}

/**
 * Reads a CARv1 (https://ipld.io/specs/transport/car/carv1/) from a stream, holding one block at a time.
 *
 * @param source the bytes of the CAR; a ManagerError it throws is passed on
 * @param maxBlockBytes longest block
 * @throws ManagerError `bad-car`, `too-large` for too many roots, or `bad-block` for a block that is too long
 */
export async function openCar(source: AsyncIterable<Uint8Array>, maxBlockBytes: number): Promise<CarStream> {
  const reader = asyncIterableReader(source);
  const header = await readable(readHeader(bounded(reader, MAX_HEADER_BYTES), 1));
  if (header.roots.length > MAX_ROOTS)
    throw new ManagerError('too-large', `The CAR names more than ${MAX_ROOTS} roots. Send them in several.`);
  const [first, ...rest] = new Map(header.roots.map((root) => [root.toString(), root])).values();
  if (!first) throw new ManagerError('bad-car', 'The CAR names no root. Put the CID of each entry in its header.');
  return { roots: [first, ...rest], blocks: readBlocks(bounded(reader, maxBlockBytes), maxBlockBytes) };
}

type Reader = ReturnType<typeof asyncIterableReader>;

async function* readBlocks(reader: Reader, maxBlockBytes: number): AsyncGenerator<CarBlock> {
  while ((await readable(reader.upTo(1))).length > 0) {
    const { cid, blockLength } = await readable(readBlockHead(reader));
    if (blockLength > maxBlockBytes) {
      throw new ManagerError(
        'bad-block',
        `A block is longer than ${maxBlockBytes} bytes. Split it under a UnixFS root.`,
      );
    }
    if (blockLength < 0) throw badCar();
    yield { cid, bytes: await readable(reader.exactly(blockLength, true)) };
  }
}

/** The library buffers whatever length the CAR claims; this refuses the claim before a byte is buffered. */
function bounded(reader: Reader, limit: number): Reader {
  return {
    upTo: (length) => reader.upTo(length),
    exactly: async (length, seek) => {
      if (length > limit) throw badCar();
      return reader.exactly(length, seek);
    },
    seek: (length) => reader.seek(length),
    get pos() {
      return reader.pos;
    },
  };
}

/** Turns what the library throws, and a connection that broke, into `bad-car`. */
async function readable<T>(reading: Promise<T>): Promise<T> {
  try {
    return await reading;
  } catch (error) {
    throw error instanceof ManagerError ? error : badCar();
  }
}

function badCar(): ManagerError {
  return new ManagerError('bad-car', 'The body is not a whole CAR, version 1. Build it again and send all of it.');
}
