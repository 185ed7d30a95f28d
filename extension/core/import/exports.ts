import { createSHA256 } from 'hash-wasm';
import * as v from 'valibot';
import { toHex, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError } from '../errors.ts';
import { EXPORT_FORMAT, FILES, ManifestSchema, type Manifest, type ManifestItem } from '../export/manifest.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { FHIR_JSON } from '../fhir/media-type.ts';
import { isResource } from '../fhir/resource.ts';
import type { Section } from '../records/sections.ts';
import type { Exported, Found, ReadContext } from './reader.ts';
import { headOf, type Source } from './source.ts';
import { linesOf, MOST_PARSED_BYTES, textOf } from './text.ts';
import { isArchiveTooLarge } from './unpack.ts';

/** Files of an archive by their names, each to be opened. */
type Files = ReadonlyMap<string, () => Promise<Source>>;

/** An export of this wallet’s that is what its manifest says. */
interface Export {
  readonly manifest: Manifest;
  readonly files: Files;
}

const changed = () => new SalusError('block-damaged', 'This export was changed after it was made.');

/**
 * Whether an archive is an export (docs/PROTOCOL.md, “Exports”): every file in it is gone through, and is what the manifest says.
 * @param count files in the archive: two may have one name
 * @returns `changed` for one that is not what its manifest says; undefined for what is none
 * @throws SalusError `too-large` for an archive that unpacks to more than can be taken in
 */
export async function exportIn(
  files: Files,
  count: number,
  { signal }: ReadContext,
): Promise<Export | 'changed' | undefined> {
  const source = await files.get(FILES.manifest)?.();
  if (source === undefined || !(await isOurs(source))) return undefined;
  try {
    const { text } = await textOf(source, MOST_PARSED_BYTES);
    const manifest = v.parse(ManifestSchema, JSON.parse(text));
    if (files.size !== count) throw changed();
    requirePlaces(manifest, files);
    for (const file of manifest.files) await requireFile(file, files, signal);
    await requireLines(manifest, files);
    return { manifest, files };
  } catch (error) {
    signal?.throwIfAborted();
    if (isArchiveTooLarge(error)) throw error;
    const expected = isSalusError(error) || v.isValiError(error) || error instanceof SyntaxError;
    if (!expected) throw error;
    return 'changed';
  }
}

/** It says so at its very beginning. */
async function isOurs(manifest: Source): Promise<boolean> {
  const head = new TextDecoder().decode(await headOf(manifest, 200).catch(() => new Uint8Array()));
  return head.replaceAll(/\s/g, '').startsWith(`{"format":"${EXPORT_FORMAT}"`);
}

const itemsOf = ({ entries }: Manifest) =>
  entries.flatMap(({ section, items }) => items.map((item) => ({ section, item })));

/** Each file is named once, each item is in a place of its own, and lines follow one another. */
function requirePlaces(manifest: Manifest, files: Files): void {
  const named = new Set([FILES.manifest, ...manifest.files.map(({ name }) => name)]);
  if (named.size !== manifest.files.length + 1) throw changed();
  const partial = manifest.left.flatMap((one) => one.partial ?? []);
  for (const name of files.keys()) if (!named.has(name) && !partial.includes(name)) throw changed();
  for (const name of named) if (!files.has(name)) throw changed();
  const used = new Set<string>();
  const ids = new Set<string>();
  let lines = 0;
  for (const { item } of itemsOf(manifest)) {
    if (ids.has(item.id)) throw changed();
    ids.add(item.id);
    if (item.line !== undefined) {
      if (item.file !== FILES.lines || item.line !== ++lines) throw changed();
    } else if (!item.file.startsWith('files/') || used.has(item.file) || !named.has(item.file)) throw changed();
    else used.add(item.file);
  }
  // No original that nothing in the list stands for.
  if (used.size !== manifest.files.filter(({ name }) => name.startsWith('files/')).length) throw changed();
}

async function requireFile(
  { name, bytes, sha256 }: Manifest['files'][number],
  files: Files,
  signal: AbortSignal | undefined,
): Promise<void> {
  const source = await files.get(name)?.();
  if (source?.size !== bytes) throw changed();
  const hasher = await createSHA256();
  for await (const part of source.stream()) {
    signal?.throwIfAborted();
    hasher.update(part);
  }
  if (toHex(hasher.digest('binary')).slice(2) !== sha256) throw changed();
}

/** As many lines as there are items in them. */
async function requireLines(manifest: Manifest, files: Files): Promise<void> {
  const source = await files.get(FILES.lines)?.();
  let lines = 0;
  for await (const part of source?.stream() ?? []) lines += endsIn(part);
  if (lines !== itemsOf(manifest).filter(({ item }) => item.line !== undefined).length) throw changed();
}

function endsIn(part: Bytes): number {
  let count = 0;
  for (let at = part.indexOf(10); at >= 0; at = part.indexOf(10, at + 1)) count++;
  return count;
}

/**
 * Everything of a record that was taken out, once: resources as they stand in their lines, originals as they came, each with what it
 * was there. What goes with it (permissions, openings, who added what) is told about and stays in the file.
 */
export async function* readExport({ manifest, files }: Export, { signal }: ReadContext): AsyncGenerator<Found> {
  yield { kind: 'said', format: 'taken-out', remark: 'taken-out' };
  const source = await files.get(FILES.lines)?.();
  const lines = linesOf(source ?? NOTHING, { label: 'utf-8' }, MOST_PARSED_BYTES);
  for (const { section, item } of itemsOf(manifest)) {
    signal?.throwIfAborted();
    if (item.line === undefined) yield* original(item, section, files);
    else {
      const line = await lines.next();
      yield resourceOf(item, section, line.done ? undefined : line.value);
    }
  }
  for (const { type, partial } of manifest.left) {
    if (partial !== undefined) yield { kind: 'skipped', ...(type !== undefined && { type }), reason: 'cut-short' };
  }
}

const NOTHING: Source = { name: '', type: '', async *stream() {} };

function exportedAs({ id, replaces, about, source }: ManifestItem, section: Section): Exported {
  return {
    ...{ id, section },
    ...(replaces !== undefined && { replaces }),
    ...(about !== undefined && { about }),
    ...(source !== undefined && { source }),
  };
}

function resourceOf(item: ManifestItem, section: Section, line: string | undefined): Found {
  const resource = line === undefined ? undefined : parsed(line);
  if (!isResource(resource)) return { kind: 'skipped', type: item.type, reason: 'bad-line' };
  const { fullUrl } = item;
  const exported = exportedAs(item, section);
  return { kind: 'resource', resource, exported, ...(fullUrl !== undefined && { fullUrl }) };
}

function parsed(line: string): unknown {
  try {
    return parseLossless(line);
  } catch {
    return undefined;
  }
}

async function* original(item: ManifestItem, section: Section, files: Files): AsyncGenerator<Found> {
  const source = await files.get(item.file)?.();
  if (source === undefined) return;
  const { title = '', date, mediaType } = item;
  yield {
    kind: 'document',
    source,
    // What claims to be a resource and is none is kept as what it is.
    mediaType: mediaType === FHIR_JSON ? 'application/json' : mediaType,
    title,
    ...(date !== undefined && { date }),
    exported: exportedAs(item, section),
  };
}
