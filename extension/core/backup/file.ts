import type { Bytes } from '../bytes.ts';
import { decryptSegments, encryptSegments, importKey, SEGMENT_BYTES } from '../envelope/stream.ts';
import { isSalusError, SalusError } from '../errors.ts';
import type { BackupHead, BackupKey } from './header.ts';
import { decodeParts, encodePart, type Part } from './parts.ts';

/** Bytes of a backup after its head. @param head as `newHead` gave it */
export async function* sealParts(
  parts: AsyncIterable<Part>,
  { key, digest }: { readonly key: Bytes; readonly digest: Bytes },
): AsyncGenerator<Bytes> {
  async function* plain(): AsyncGenerator<Bytes> {
    let count = 0;
    for await (const part of parts) {
      count++;
      yield encodePart(part);
    }
    yield encodePart({ is: 'end', parts: count });
  }
  yield* encryptSegments(plain(), await importKey(key), digest);
}

/** A backup as it lies somewhere, of which any bytes can be read. */
export interface BackupFile {
  readonly size: number;
  /** Fewer at its end. */
  read(from: number, to: number): Promise<Uint8Array>;
}

/**
 * What is in a backup, part by part; `end` is not told. Whether it is whole is known at the end, not before.
 * @param onRead bytes that were read so far
 * @throws SalusError `backup-damaged`, with how many percent of the file were good; the signal's reason
 */
export async function* openParts(
  file: BackupFile,
  head: BackupHead,
  { key }: Pick<BackupKey, 'key'>,
  { signal, onRead }: { readonly signal?: AbortSignal; readonly onRead?: (bytes: number) => void } = {},
): AsyncGenerator<Part> {
  let read = head.bytes;
  async function* segments(): AsyncGenerator<Uint8Array> {
    while (read < file.size) {
      signal?.throwIfAborted();
      const bytes = await file.read(read, Math.min(read + SEGMENT_BYTES, file.size));
      if (bytes.length === 0) return;
      read += bytes.length;
      yield bytes;
      onRead?.(read);
    }
  }
  try {
    const plain = decryptSegments(segments(), await importKey(key), head.digest);
    for await (const part of decodeParts(plain)) if (part.is !== 'end') yield part;
  } catch (error) {
    if (!isSalusError(error, 'sealed-data-damaged')) throw error;
    const at = Math.floor((100 * Math.max(read - SEGMENT_BYTES, 0)) / Math.max(file.size, 1));
    throw new SalusError('backup-damaged', 'This backup was changed or cut.', { at });
  }
}
