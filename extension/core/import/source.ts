import { concat, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

/** A file as the browser hands it over: a size, and bytes in slices. `File` and `Blob` fit. */
export interface SourceFile {
  readonly size: number;
  readonly type: string;
  /** Of a `File`: milliseconds since 1970. */
  readonly lastModified?: number;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** Something to read, be it a file or a part of an archive. */
export interface Source {
  readonly name: string;
  /** What it is said to be, which may be wrong or empty. */
  readonly type: string;
  /** Bytes, where that is known beforehand. */
  readonly size?: number;
  /** Milliseconds since 1970. */
  readonly modified?: number;
  /** Its bytes from the start, each time anew. */
  stream(): AsyncIterable<Bytes>;
  /** Where any part of it can be had without what is before it. */
  readonly file?: SourceFile;
}

const SLICE_BYTES = 1_048_576 - 28;
/** What readers see of a file before they say whether it is theirs. */
export const HEAD_BYTES = 65_536;

/** Reads a file slice by slice; only one slice is ever in memory. */
async function* slices(file: SourceFile): AsyncGenerator<Bytes> {
  for (let at = 0; at < file.size; at += SLICE_BYTES) {
    yield new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer());
  }
}

export const fileSource = (file: SourceFile, name: string, modified = file.lastModified): Source => ({
  name,
  type: file.type,
  size: file.size,
  ...(modified !== undefined && { modified }),
  stream: () => slices(file),
  file,
});

/** The first bytes, at most `most`. */
export async function headOf(source: Source, most = HEAD_BYTES): Promise<Bytes> {
  if (source.file) return new Uint8Array(await source.file.slice(0, Math.min(most, source.file.size)).arrayBuffer());
  const parts: Bytes[] = [];
  let have = 0;
  for await (const part of source.stream()) {
    parts.push(part);
    have += part.byteLength;
    if (have >= most) break;
  }
  return concat(...parts).slice(0, most);
}

/** All of it. @throws SalusError `too-large` */
export async function bytesOf(source: Source, most: number): Promise<Bytes> {
  const tooLarge = () => new SalusError('too-large', 'This is more than can be read at once.', { limit: most });
  if ((source.size ?? 0) > most) throw tooLarge();
  const parts: Bytes[] = [];
  let have = 0;
  for await (const part of source.stream()) {
    have += part.byteLength;
    if (have > most) throw tooLarge();
    parts.push(part);
  }
  return concat(...parts);
}

/** A name without the folders before it and what its kind is marked by. */
export function titleOf(name: string): string {
  const last = name.split(/[/\\]/).findLast((part) => part !== '') ?? '';
  const unpacked = last.replace(/(?<=.)\.(gz|gzip)$/i, '');
  return unpacked.replace(/(?<=.)\.(?=[^.]*[A-Za-z])[A-Za-z0-9-]{1,18}$/, '');
}
