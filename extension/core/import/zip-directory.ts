import { SalusError } from '../errors.ts';
import type { SourceFile } from './source.ts';
import { archiveTooLarge, MOST_FILES } from './unpack.ts';

/** One file of an archive, as its directory has it. */
export interface ZipEntry {
  readonly name: string;
  readonly isEncrypted: boolean;
  /** 0: as it is; 8: DEFLATE. */
  readonly method: number;
  readonly crc: number;
  readonly packedSize: number;
  readonly size: number;
  /** Where its local header begins. */
  readonly at: number;
  /** Milliseconds since 1970, of a clock whose zone is not said. */
  readonly modified?: number;
}

/** APPNOTE.TXT 6.3 (PKWARE): signatures, and sizes of what is fixed. */
const END = 0x06054b50;
const END_BYTES = 22;
const LOCATOR_BYTES = 20;
const END_64 = 0x06064b50;
const FILE = 0x02014b50;
const FILE_BYTES = 46;
const LOCAL_BYTES = 30;
const MOST_COMMENT = 65_535;
const MOST_DIRECTORY_BYTES = 64 * 1_048_576;

const notAnArchive = (): SalusError => new SalusError('not-fhir', 'This archive is damaged or not whole.');

const part = async (file: SourceFile, from: number, to: number): Promise<DataView> => {
  if (from < 0 || to > file.size || to < from) throw notAnArchive();
  return new DataView(await file.slice(from, to).arrayBuffer());
};
const wide = (view: DataView, at: number): number => Number(view.getBigUint64(at, true));

/** Where the directory is, by the record at the archive’s end. */
async function directoryPlace(file: SourceFile): Promise<{ from: number; size: number; count: number }> {
  const start = Math.max(0, file.size - END_BYTES - MOST_COMMENT);
  const tail = await part(file, start, file.size);
  for (let at = tail.byteLength - END_BYTES; at >= 0; at--) {
    if (tail.getUint32(at, true) !== END) continue;
    const [count, size, from] = [
      tail.getUint16(at + 10, true),
      tail.getUint32(at + 12, true),
      tail.getUint32(at + 16, true),
    ];
    if (count !== 0xffff && size !== 0xffffffff && from !== 0xffffffff) return { from, size, count };
    const locator = await part(file, start + at - LOCATOR_BYTES, start + at);
    const end = wide(locator, 8);
    const long = await part(file, end, end + 56);
    if (long.getUint32(0, true) !== END_64) throw notAnArchive();
    return { count: wide(long, 32), size: wide(long, 40), from: wide(long, 48) };
  }
  throw notAnArchive();
}

/** @throws SalusError `not-fhir` for what is no archive, `too-large` */
export async function readDirectory(file: SourceFile): Promise<ZipEntry[]> {
  const { from, size, count } = await directoryPlace(file);
  if (count > MOST_FILES || size > MOST_DIRECTORY_BYTES) throw archiveTooLarge();
  const view = await part(file, from, from + size);
  const entries: ZipEntry[] = [];
  for (let at = 0; at + FILE_BYTES <= view.byteLength && view.getUint32(at, true) === FILE;) {
    const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((place) => view.getUint16(at + place, true));
    const next = at + FILE_BYTES + (nameBytes ?? 0) + (extraBytes ?? 0) + (commentBytes ?? 0);
    if (next > view.byteLength) throw notAnArchive();
    entries.push(entryAt(view, at, nameBytes ?? 0, extraBytes ?? 0));
    if (entries.length > MOST_FILES) throw archiveTooLarge();
    at = next;
  }
  if (entries.length !== count) throw notAnArchive();
  return entries;
}

function entryAt(view: DataView, at: number, nameBytes: number, extraBytes: number): ZipEntry {
  const bytes = new Uint8Array(view.buffer, view.byteOffset + at + FILE_BYTES, nameBytes);
  const flags = view.getUint16(at + 8, true);
  const sizes = {
    size: view.getUint32(at + 24, true),
    packedSize: view.getUint32(at + 20, true),
    at: view.getUint32(at + 42, true),
  };
  const modified = timeOf(view.getUint16(at + 14, true), view.getUint16(at + 12, true));
  return {
    name: nameOf(bytes),
    isEncrypted: (flags & 1) !== 0,
    method: view.getUint16(at + 10, true),
    crc: view.getUint32(at + 16, true),
    ...longSizes(view, at + FILE_BYTES + nameBytes, extraBytes, sizes),
    ...(modified !== undefined && { modified }),
  };
}

/** Names are UTF-8, or of one of many old code pages. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** Sizes over 4 GiB stand in a field of their own (APPNOTE 4.5.3), in this order, those that are needed. */
function longSizes<T extends { size: number; packedSize: number; at: number }>(
  view: DataView,
  from: number,
  bytes: number,
  sizes: T,
): T {
  const long = { ...sizes };
  for (let at = from; at + 4 <= from + bytes; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    let place = at + 4;
    for (const field of ['size', 'packedSize', 'at'] as const) {
      if (long[field] !== 0xffffffff || place + 8 > from + bytes) continue;
      long[field] = wide(view, place);
      place += 8;
    }
  }
  return long;
}

/** MS-DOS date and time, which have no zone. */
function timeOf(date: number, time: number): number | undefined {
  const [year, month, day] = [1980 + (date >> 9), (date >> 5) & 15, date & 31];
  if (month < 1 || month > 12 || day < 1) return undefined;
  return Date.UTC(year, month - 1, day, time >> 11, (time >> 5) & 63, (time & 31) * 2);
}

/** Where an entry’s packed bytes begin: behind a header whose length only it knows. */
export async function dataStart(file: SourceFile, entry: ZipEntry): Promise<number> {
  const local = await part(file, entry.at, entry.at + LOCAL_BYTES);
  if (local.getUint32(0, true) !== 0x04034b50) throw notAnArchive();
  return entry.at + LOCAL_BYTES + local.getUint16(26, true) + local.getUint16(28, true);
}
