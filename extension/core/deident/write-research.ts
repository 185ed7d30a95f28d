import { SalusError } from '../errors.ts';
import { Spool } from '../export/spool.ts';
import { ZipWriter, type Sink } from '../export/zip-writer.ts';
import { canonicalBytes } from '../fhir/canonical.ts';
import { Deidentifier, type Deidentified, type ReadItem } from './deidentify.ts';
import { manifestOf, RESEARCH_FILES, RESEARCH_README } from './manifest.ts';

/** More is no record of one person; all of it is in memory until its references are known. */
const MOST_ITEMS = 200_000;

/** What is read of a record: something, or that a file or something that does not open is not taken. */
export type ResearchSource = AsyncIterable<ReadItem | { readonly left: 'file' | 'unread' }>;

interface Making {
  readonly days: number;
  readonly year: number;
  readonly signal: AbortSignal;
  /** Told how many items were read. */
  readonly onRead?: (items: number) => void;
}

/**
 * Reads a record, item by item, and takes out what says whose it is.
 * @throws SalusError `out-too-large`, what the source throws, and the signal's reason
 */
export async function deidentified(
  source: ResearchSource,
  { days, year, signal, onRead }: Making,
): Promise<Deidentified> {
  const work = new Deidentifier({ days, year });
  let items = 0;
  for await (const item of source) {
    signal.throwIfAborted();
    if (++items > MOST_ITEMS)
      throw new SalusError('out-too-large', 'This is more than one file can hold. Choose fewer sections.');
    if ('left' in item) work.leave(item.left);
    else work.add(item);
    onRead?.(items);
  }
  return work.finish();
}

/**
 * Writes what was looked at into one ZIP archive: a file of NDJSON for each type, and what was done. Its times are those of no clock.
 * @throws what the sink throws, and the signal's reason; what was written is of no use then
 */
export async function writeResearch(
  found: Deidentified,
  sink: Sink,
  { year, signal }: { readonly year: number; readonly signal: AbortSignal },
): Promise<void> {
  const zip = new ZipWriter(sink, new Date(year, 0, 1));
  const files: { name: string; bytes: number; sha256: string }[] = [];
  const put = async (name: string, parts: Iterable<string | Uint8Array<ArrayBuffer>>) => {
    const spool = await Spool.open();
    for (const part of parts) {
      signal.throwIfAborted();
      await spool.write(part);
    }
    return { name, ...(await zip.put(name, spool)) };
  };
  for (const [type, resources] of Map.groupBy(found.resources, ({ resourceType }) => resourceType)) {
    const lines = resources.flatMap((resource) => [canonicalBytes(resource), '\n']);
    files.push(await put(`${type}.ndjson`, lines));
  }
  files.push(await put(RESEARCH_FILES.readme, [RESEARCH_README]));
  const manifest = manifestOf(found, year, files);
  await put(RESEARCH_FILES.manifest, [`${JSON.stringify(manifest, undefined, 2)}\n`]);
  await zip.end();
}
