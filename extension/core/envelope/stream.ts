import { concat, equal, random, uintBytes, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { inParallel } from './pipeline.ts';
import { release } from './release.ts';

/**
 * STREAM (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance",
 * CRYPTO 2015) over AES-256-GCM. A segment is nonce (12) ‖ ciphertext ‖ tag (16) and at most 1 MiB, so that one segment is
 * one IPFS block. nonce = random prefix (7) ‖ counter (4, big-endian) ‖ last flag (1).
 */
export const SEGMENT_BYTES = 1_048_576;
const NONCE_BYTES = 12;
const OVERHEAD_BYTES = NONCE_BYTES + 16;
/** Plaintext bytes in a full segment. */
const CHUNK_BYTES = SEGMENT_BYTES - OVERHEAD_BYTES;
const PREFIX_BYTES = 7;
const MOST_SEGMENTS = 2 ** 32;
/** Segments being encrypted at once. */
const MOST_RUNNING = 2;

const nonceOf = (prefix: Uint8Array, counter: number, last: boolean): Bytes =>
  concat(prefix, uintBytes(counter, 4), Uint8Array.of(last ? 1 : 0));

export const importKey = (key: Uint8Array): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', key as Bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** Cuts a stream into chunks of exactly `size` bytes; the last may be shorter. Each chunk is a copy with its own buffer. */
async function* rechunk(source: AsyncIterable<Uint8Array>, size: number): AsyncGenerator<Bytes> {
  let held = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of source) {
    for (let at = 0; at < chunk.byteLength;) {
      if (filled === size) {
        yield held;
        held = new Uint8Array(size);
        filled = 0;
      }
      const part = chunk.subarray(at, at + size - filled);
      held.set(part, filled);
      filled += part.byteLength;
      at += part.byteLength;
    }
  }
  if (filled > 0) yield held.slice(0, filled);
}

interface Chunk {
  readonly chunk: Bytes;
  readonly counter: number;
  readonly last: boolean;
}

/** Tells the last chunk from the others; an empty stream has one empty chunk. */
async function* numbered(source: AsyncIterable<Bytes>): AsyncGenerator<Chunk> {
  let held: Bytes | undefined;
  let counter = 0;
  for await (const chunk of source) {
    if (held !== undefined) yield { chunk: held, counter: counter++, last: false };
    held = chunk;
  }
  yield { chunk: held ?? new Uint8Array(), counter, last: true };
}

/**
 * Encrypts a stream into segments, in order. Each segment owns its buffer.
 * @param header bound to every segment as associated data; not stored
 * @throws SalusError `too-large` past 2^32 segments
 */
export async function* encryptSegments(
  source: AsyncIterable<Uint8Array>,
  key: CryptoKey,
  header: Bytes,
  prefix: Bytes = random(PREFIX_BYTES),
): AsyncGenerator<Bytes> {
  const seal = async (chunk: Bytes, counter: number, last: boolean): Promise<Bytes> => {
    if (counter >= MOST_SEGMENTS) throw new SalusError('too-large', 'This file is too large to be sealed.');
    const iv = nonceOf(prefix, counter, last);
    const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: header }, key, chunk);
    const body = new Uint8Array(sealed);
    const segment = concat(iv, body);
    release(chunk);
    release(body);
    return segment;
  };
  // Segments are encrypted by the platform's own threads while the next are being read.
  yield* inParallel(numbered(rechunk(source, CHUNK_BYTES)), MOST_RUNNING, ({ chunk, counter, last }) =>
    seal(chunk, counter, last),
  );
}

/**
 * Decrypts what {@link encryptSegments} made. Nothing of a segment is released before it is authenticated, and a stream
 * that was cut, reordered, repeated or lengthened fails.
 * @throws SalusError `sealed-data-damaged`
 */
export async function* decryptSegments(
  source: AsyncIterable<Uint8Array>,
  key: CryptoKey,
  header: Bytes,
): AsyncGenerator<Bytes> {
  const damaged = () =>
    new SalusError('sealed-data-damaged', 'This sealed data was changed, cut short, or is for another key.');
  let prefix: Bytes | undefined;
  let counter = 0;
  let ended = false;
  for await (const segment of rechunk(source, SEGMENT_BYTES)) {
    if (ended || segment.byteLength < OVERHEAD_BYTES) throw damaged();
    const iv = segment.slice(0, NONCE_BYTES);
    prefix ??= iv.slice(0, PREFIX_BYTES);
    const last = iv[NONCE_BYTES - 1] === 1;
    // The stored nonce must be the one that belongs here, or there would be two encodings of one segment.
    const expected = nonceOf(prefix, counter++, last);
    if (!equal(iv, expected)) throw damaged();
    let plain: ArrayBuffer;
    try {
      plain = await crypto.subtle.decrypt(
        { name: 'AES-GCM', iv: expected, additionalData: header },
        key,
        segment.subarray(NONCE_BYTES),
      );
    } catch {
      throw damaged();
    }
    ended = last;
    yield new Uint8Array(plain);
  }
  if (!ended) throw damaged();
}
