import { SalusError } from '../errors.ts';
import { FILES } from '../export/manifest.ts';
import { exportIn, readExport } from './exports.ts';
import type { Found, ReadContext } from './reader.ts';
import { bytesOf, fileSource, type Source, type SourceFile } from './source.ts';
import { archiveTooLarge, checked, isArchiveTooLarge, isDamaged, MOST_NESTED, unpacked } from './unpack.ts';
import { dataStart, readDirectory, type ZipEntry } from './zip-directory.ts';

/** An archive in an archive that has no parts of its own to be read by is held in memory, up to this. */
const MOST_HELD_BYTES = 256 * 1_048_576;
/** What operating systems leave in archives. */
const NO_RECORD = /(^|\/)(__MACOSX\/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._)/i;

function deeper(context: ReadContext): ReadContext {
  if (context.depth >= MOST_NESTED) throw archiveTooLarge();
  return { ...context, depth: context.depth + 1 };
}

/** gzip (RFC 1952): one file, read as if it were not packed. */
export async function* readGzip(source: Source, context: ReadContext): AsyncGenerator<Found> {
  const { name, modified } = source;
  const inner: Source = {
    name: name.replace(/\.(gz|gzip)$/i, '').replace(/\.tgz$/i, '.tar'),
    type: '',
    ...(modified !== undefined && { modified }),
    stream: () => unpacked(source.stream(), 'gzip'),
  };
  yield* context.read(inner, deeper(context));
}

/** What can be read anywhere in it: itself, or a copy. */
async function seekable(source: Source): Promise<SourceFile> {
  return source.file ?? new Blob([await bytesOf(source, MOST_HELD_BYTES)]);
}

/** An entry as something to read; unpacked anew each time it is gone through. */
async function entrySource(file: SourceFile, entry: ZipEntry): Promise<Source> {
  const { name, size, method, modified, packedSize } = entry;
  const from = await dataStart(file, entry);
  const packed = partOf(file, from, from + packedSize);
  const stream = () => {
    const parts = fileSource(packed, name).stream();
    return checked(method === 0 ? parts : unpacked(parts, 'deflate-raw', size + 1), size, entry.crc);
  };
  // What is stored as it is can be read anywhere.
  const whole = method === 0 ? { file: packed } : {};
  return { name, type: '', size, ...(modified !== undefined && { modified }), stream, ...whole };
}

const partOf = (file: SourceFile, from: number, to: number): SourceFile => ({
  size: to - from,
  type: '',
  slice: (start, end) => file.slice(from + start, Math.min(from + end, to)),
});

/** ZIP (PKWARE APPNOTE 6.3), by its directory: only what is being read is in memory. Every file in it is read or named. */
export async function* readZip(source: Source, context: ReadContext): AsyncGenerator<Found> {
  const file = await seekable(source);
  const entries = (await readDirectory(file)).filter(({ name }) => !/[/\\]$/.test(name));
  if (entries.length === 0) throw new SalusError('nothing-to-import', 'This archive is empty.');
  const inside = deeper(context);
  const { budget } = context;
  budget.files -= entries.length;
  budget.bytes -= entries.reduce((sum, { size }) => sum + size, 0);
  if (budget.files < 0 || budget.bytes < 0) throw archiveTooLarge();
  const content = entries.filter(({ name }) => !NO_RECORD.test(name));
  if (content.some(({ name }) => name === FILES.manifest) && content.some(({ name }) => name === FILES.lines)) {
    const given = await exportIn(
      new Map(content.map((entry) => [entry.name, () => entrySource(file, entry)])),
      content.length,
      inside,
    );
    if (given === 'changed') yield { kind: 'said', remark: 'taken-out-changed' };
    else if (given !== undefined) {
      yield* readExport(given, inside);
      return;
    }
  }
  const apple = entries.some(({ name }) => APPLE.test(name));
  if (apple) yield { kind: 'said', format: 'apple-health' };
  for (const entry of entries) {
    context.signal?.throwIfAborted();
    yield* readEntry(file, entry, inside);
  }
}

/** Apple’s export holds the same measurements a second time, as CDA; that one is kept as it is. */
const APPLE = /(^|\/)apple_health_export\/(export|Export)\.xml$/;

async function* readEntry(file: SourceFile, entry: ZipEntry, context: ReadContext): AsyncGenerator<Found> {
  if (NO_RECORD.test(entry.name)) yield { kind: 'skipped', reason: 'not-a-record' };
  else if (entry.isEncrypted) yield { kind: 'skipped', reason: 'encrypted' };
  else if (entry.size === 0) yield { kind: 'skipped', reason: 'empty' };
  else if (entry.method !== 0 && entry.method !== 8) yield { kind: 'skipped', reason: 'damaged' };
  else yield* whole(file, entry, context);
}

/** What is said of the format of a file within says nothing of the archive. */
async function* whole(file: SourceFile, entry: ZipEntry, context: ReadContext): AsyncGenerator<Found> {
  try {
    for await (const one of context.read(await entrySource(file, entry), context)) {
      if (one.kind !== 'said' || one.remark !== undefined) yield withoutFormat(one);
    }
  } catch (error) {
    context.signal?.throwIfAborted();
    if (isArchiveTooLarge(error)) throw error;
    yield { kind: 'skipped', reason: isDamaged(error) ? 'damaged' : 'cut-short' };
  }
}

const withoutFormat = (one: Found): Found =>
  one.kind === 'said' && one.remark !== undefined ? { kind: 'said', remark: one.remark } : one;
