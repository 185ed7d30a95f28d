import type { Bytes } from '../bytes.ts';
import { Crc32 } from '../crc32.ts';
import { through } from '../envelope/through.ts';
import { isSalusError, SalusError } from '../errors.ts';

/** More than this is not unpacked from one import. */
export const MOST_UNPACKED_BYTES = 4 * 2 ** 30;
export const MOST_FILES = 10_000;
/** Archives in archives: more is made to keep programs busy. */
export const MOST_NESTED = 5;
/** What text and records shrink to at the very best; DEFLATE can do 1032. */
const MOST_RATIO = 250;
/** Little things may be as dense as they like. */
const FREE_BYTES = 16 * 1_048_576;

/** What is refused whole, since going on would cost too much. */
export const archiveTooLarge = (): SalusError =>
  new SalusError('too-large', 'This archive unpacks to more than can be taken in. Unpack it and choose its files.', {
    archive: 1,
  });
export const isArchiveTooLarge = (error: unknown): boolean =>
  isSalusError(error, 'too-large') && error.detail['archive'] === 1;

export const isDamaged = (error: unknown): boolean => isSalusError(error, 'block-damaged');
const damaged = () => new SalusError('block-damaged', 'This archive is damaged. Ask for it again.');

/**
 * DEFLATE undone (RFC 1951, RFC 1952), part by part.
 * @param most bytes that come out
 * @throws SalusError `too-large` for what grows beyond reason, `block-damaged`
 */
export async function* unpacked(
  packed: AsyncIterable<Bytes>,
  form: 'gzip' | 'deflate-raw' | 'deflate',
  most = MOST_UNPACKED_BYTES,
): AsyncGenerator<Bytes> {
  let went = 0;
  let came = 0;
  async function* counted(): AsyncGenerator<Bytes> {
    for await (const part of packed) {
      went += part.byteLength;
      yield part;
    }
  }
  try {
    for await (const part of through(counted(), new DecompressionStream(form))) {
      came += part.byteLength;
      if (came > most || came > FREE_BYTES + MOST_RATIO * went) throw archiveTooLarge();
      yield part as Bytes;
    }
  } catch (error) {
    // What the platform says of bytes that are no DEFLATE is a TypeError.
    throw error instanceof TypeError ? damaged() : error;
  }
}

/** Passes bytes on and compares their length and CRC-32 (APPNOTE 4.4.7) at the end. @throws SalusError `block-damaged` */
export async function* checked(parts: AsyncIterable<Bytes>, size: number, crc: number): AsyncGenerator<Bytes> {
  const sum = new Crc32();
  let came = 0;
  for await (const part of parts) {
    came += part.byteLength;
    if (came > size) throw damaged();
    sum.update(part);
    yield part;
  }
  if (came !== size || sum.value !== crc) throw damaged();
}
