import type { Bytes } from '../../core/bytes.ts';
import { isSalusError, SalusError } from '../../core/errors.ts';
import type { Sink } from '../../core/export/zip-writer.ts';
import { saveBlob } from './save-file.ts';

/** A file that is written part by part. */
export interface FileTarget extends Sink {
  readonly name: string;
  /** It is whole. */
  finish(): Promise<void>;
  /** Nothing of it is kept. */
  abandon(): Promise<void>;
}

/** Bytes that are gathered in one Blob, which a browser may keep on the disk. */
const PART_BYTES = 8 * 1_048_576;

/** File System Access (WICG), where a browser has it. */
type Picker = (options: {
  readonly suggestedName: string;
  readonly types: readonly { readonly accept: Readonly<Record<string, readonly string[]>> }[];
}) => Promise<FileSystemFileHandle & { remove?(): Promise<void> }>;

/**
 * Where a large file goes: straight to the place that the person chooses, where the browser lets a page do that; else into parts that
 * are saved together at the end. To be asked for right after a click.
 * @returns undefined where the person chose none
 */
export async function chooseTarget(name: string, mediaType: string): Promise<FileTarget | undefined> {
  const { showSaveFilePicker } = window as { showSaveFilePicker?: Picker };
  if (showSaveFilePicker === undefined) return gathered(name, mediaType);
  const ending = name.slice(name.lastIndexOf('.'));
  try {
    const handle = await showSaveFilePicker({ suggestedName: name, types: [{ accept: { [mediaType]: [ending] } }] });
    return streamed(handle.name, handle, await handle.createWritable());
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined;
    // It may not be asked for here.
    if (error instanceof DOMException && error.name === 'SecurityError') return gathered(name, mediaType);
    throw asSalus(error);
  }
}

function streamed(
  name: string,
  handle: FileSystemFileHandle & { remove?(): Promise<void> },
  writable: FileSystemWritableFileStream,
): FileTarget {
  const typed = (work: Promise<void>): Promise<void> =>
    work.catch((error: unknown) => {
      throw asSalus(error);
    });
  return {
    name,
    write: (bytes) => typed(writable.write(bytes)),
    finish: () => typed(writable.close()),
    async abandon() {
      await writable.abort().catch(() => undefined); // it failed already
      await handle.remove?.().catch(() => undefined); // it stays empty
    },
  };
}

function gathered(name: string, mediaType: string): FileTarget {
  const blobs: Blob[] = [];
  let parts: Bytes[] = [];
  let bytes = 0;
  const putTogether = (): void => {
    if (parts.length > 0) blobs.push(new Blob(parts));
    parts = [];
    bytes = 0;
  };
  return {
    name,
    write(part) {
      parts.push(part);
      bytes += part.byteLength;
      if (bytes >= PART_BYTES) putTogether();
      return Promise.resolve();
    },
    finish() {
      putTogether();
      saveBlob(name, new Blob(blobs, { type: mediaType }));
      return Promise.resolve();
    },
    abandon() {
      blobs.length = 0;
      parts = [];
      return Promise.resolve();
    },
  };
}

/** What a disk says. */
function asSalus(error: unknown): SalusError {
  if (isSalusError(error)) return error;
  const isFull = error instanceof DOMException && error.name === 'QuotaExceededError';
  return isFull
    ? new SalusError('storage-full', 'There is no room left on this computer.')
    : new SalusError('taking-out-stopped', 'The file could not be written.');
}
