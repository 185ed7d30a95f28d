import { createSHA256 } from 'hash-wasm';
import type { CID } from 'multiformats/cid';
import { concat, sha256, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { cidOf, RAW } from '../storage/cid.ts';
import type { BlockSink, BlockSource } from '../storage/ports.ts';
import { UnixFsBuilder } from '../storage/unixfs.ts';
import { through } from './through.ts';
import { pad, unpad } from './padding.ts';
import { inParallel } from './pipeline.ts';
import { decryptSegments, encryptSegments, importKey } from './stream.ts';

export const Kind = { Index: 0, Item: 1 } as const;
export type Kind = (typeof Kind)[keyof typeof Kind];

/** How the plaintext is encoded before it is padded: as it is, or raw DEFLATE (RFC 1951). */
export type Encoding = 'identity' | 'deflate';

/** What a sealed object is bound to; not stored, rebuilt by whoever opens it. */
const headerOf = (kind: Kind, encoding: Encoding, salt: Uint8Array): Bytes =>
  concat(utf8('salus/seal/v1'), Uint8Array.of(kind, encoding === 'deflate' ? 1 : 0), salt);

/**
 * Most bytes that a reader unpacks per byte it was given, once {@link FREE_BYTES} have come: DEFLATE could make a thousand. A writer
 * stays within a part of it, since it counts at other moments than a reader does.
 */
const MOST_RATIO = 100;
const FREE_BYTES = 16 * 1_048_576;
const WRITER_FREE_BYTES = 4 * 1_048_576;

/** Thrown while sealing: readers would refuse to unpack this much from so little. */
export class TooDense extends Error {
  override readonly name = 'TooDense';
}

export interface SealOptions {
  /** 32-byte item or index key, used for this one object. */
  readonly key: Uint8Array;
  readonly kind: Kind;
  readonly salt: Uint8Array;
  readonly encoding: Encoding;
  /** Stops with {@link TooDense} where the encoding shrinks it so much that no reader would unpack it. */
  readonly bounded?: boolean;
  /** SHA-256 of a streamed plaintext from whoever computes it beside; left out, it is computed while the stream passes. */
  readonly digest?: () => Promise<Bytes>;
  /** Called with the plaintext bytes taken in so far. */
  readonly onProgress?: (bytes: number) => void;
  readonly signal?: AbortSignal;
}

export interface Sealed {
  readonly cid: CID;
  /** Every block below and including `cid`. */
  readonly blocks: CID[];
  /** Plaintext bytes. */
  readonly size: number;
  /** SHA-256 of the plaintext. */
  readonly digest: Bytes;
}

// eslint-disable-next-line @typescript-eslint/require-await -- an async generator over one value
async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

/** What is known of a plaintext once all of it has passed. */
interface Passed {
  size: number;
  digest: Bytes;
}

/** Counts and hashes a stream while it passes; by WebAssembly, since WebCrypto cannot hash a stream. */
async function* measuring(
  source: AsyncIterable<Uint8Array>,
  passed: Passed,
  { digest, onProgress, signal }: Pick<SealOptions, 'digest' | 'onProgress' | 'signal'>,
): AsyncGenerator<Uint8Array> {
  const beside = digest?.();
  beside?.catch(() => undefined); // thrown below, at the end of the stream
  const hasher = beside === undefined ? await createSHA256() : undefined;
  for await (const chunk of source) {
    signal?.throwIfAborted();
    hasher?.update(chunk);
    passed.size += chunk.byteLength;
    onProgress?.(passed.size);
    yield chunk;
  }
  passed.digest = beside === undefined ? Uint8Array.from(hasher?.digest('binary') ?? []) : await beside;
}

/**
 * Seals plaintext into blocks: encode → pad (Padmé) → AES-256-GCM segments → CIDv1 raw blocks under a UnixFS root.
 * Memory stays at a few segments whatever the length.
 */
export async function seal(
  plaintext: Uint8Array | AsyncIterable<Uint8Array>,
  options: SealOptions,
  sink: BlockSink,
): Promise<Sealed> {
  const passed: Passed = { size: 0, digest: new Uint8Array() };
  let source: AsyncIterable<Uint8Array>;
  if (plaintext instanceof Uint8Array) {
    passed.size = plaintext.byteLength;
    passed.digest = await sha256(plaintext);
    source = once(plaintext);
  } else {
    source = measuring(plaintext, passed, options);
  }
  if (options.encoding === 'deflate') {
    source = through(source, new CompressionStream('deflate-raw'));
    if (options.bounded) source = unpackable(source, passed);
  }
  const header = headerOf(options.kind, options.encoding, options.salt);
  const builder = new UnixFsBuilder(sink);
  const blocks: CID[] = [];
  const segments = encryptSegments(pad(source), await importKey(options.key), header);
  const named = inParallel(segments, 2, async (segment) => ({ cid: await cidOf(RAW, segment), segment }));
  for await (const { cid, segment } of named) {
    builder.addLeaf(cid, segment.byteLength);
    await sink.put(cid, segment);
    blocks.push(cid);
  }
  const { root, inner } = await builder.finish();
  return { cid: root, blocks: [...blocks, ...inner], ...passed };
}

/** Passes a compressed stream on while readers would unpack it. @param passed the plaintext that went into it so far */
async function* unpackable(source: AsyncIterable<Uint8Array>, passed: Passed): AsyncGenerator<Uint8Array> {
  let given = 0;
  for await (const chunk of source) {
    given += chunk.byteLength;
    if (passed.size > given * MOST_RATIO + WRITER_FREE_BYTES) throw new TooDense();
    yield chunk;
  }
}

export interface OpenOptions {
  readonly key: Uint8Array;
  readonly kind: Kind;
  readonly salt: Uint8Array;
  readonly encoding: Encoding;
  /** Most plaintext bytes to release: what the index promised. Guards against a decompression bomb. */
  readonly limit: number;
  readonly signal?: AbortSignal;
}

/**
 * Opens what {@link seal} made, as a stream.
 * @throws SalusError `sealed-data-damaged` for anything changed or cut, `too-large` past `limit`
 */
export async function* open(cid: CID, options: OpenOptions, source: BlockSource): AsyncGenerator<Uint8Array> {
  const header = headerOf(options.kind, options.encoding, options.salt);
  let plain: AsyncIterable<Uint8Array> = unpad(
    decryptSegments(source.file(cid, options.signal), await importKey(options.key), header),
  );
  let given = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      given += chunk.byteLength;
      yield chunk;
    }
  };
  if (options.encoding === 'deflate') plain = inflate(counted(plain));
  let size = 0;
  for await (const chunk of plain) {
    size += chunk.byteLength;
    if (options.encoding === 'deflate' && size > given * MOST_RATIO + FREE_BYTES) {
      throw new SalusError('too-large', 'This record unpacks to far more than it is; it was not opened.');
    }
    if (size > options.limit) {
      throw new SalusError('too-large', 'This record is larger than its author said; it was not opened.');
    }
    yield chunk;
  }
}

async function* inflate(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* through(source, new DecompressionStream('deflate-raw'));
  } catch (error) {
    if (error instanceof SalusError) throw error;
    throw new SalusError('sealed-data-damaged', 'This record could not be unpacked.');
  }
}

/** {@link open} into one array; for objects that are small by nature. */
export async function openWhole(cid: CID, options: OpenOptions, source: BlockSource): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for await (const part of open(cid, options, source)) parts.push(part);
  return concat(...parts);
}

/** Whether DEFLATE is worth its time, from the first bytes of a file: photographs and archives do not shrink. */
export async function worthDeflating(sample: Uint8Array): Promise<boolean> {
  if (sample.byteLength === 0) return false;
  let size = 0;
  for await (const part of through(once(sample.subarray(0, 65_536)), new CompressionStream('deflate-raw'))) {
    size += part.byteLength;
  }
  return size < 0.9 * Math.min(sample.byteLength, 65_536);
}
