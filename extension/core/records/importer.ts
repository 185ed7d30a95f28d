import { fromUtf8, sha256, toHex, type Bytes } from '../bytes.ts';
import { canonicalBytes } from '../fhir/canonical.ts';
import { SalusError } from '../errors.ts';
import { worthDeflating } from '../envelope/seal.ts';
import { parseFhir, type Skipped } from '../fhir/bundle.ts';
import { classify } from '../fhir/classify.ts';
import { describe } from '../fhir/describe.ts';
import { parseShown } from '../fhir/lossless.ts';
import { referencesOver } from '../fhir/references.ts';
import { textAt, type Resource } from '../fhir/resource.ts';
import { visible } from '../signing/visible.ts';
import { withinLimits } from './limits.ts';
import { MOST_PREVIEWED, previewOf, type PreviewItem } from './preview.ts';
import type { NewItem } from './seal-entry.ts';
import { sameOf } from './same.ts';
import type { Section } from './sections.ts';

/** Larger files are kept as documents and not read as FHIR: parsing would hold several times their size in memory. */
const MOST_FHIR_BYTES = 128 * 1_048_576;
/** Larger documents are not looked for among those that are kept: they would have to be read twice. */
const MOST_COMPARED_BYTES = 64 * 1_048_576;
/** Larger files are refused. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;

/** Checks one resource; gives the paths of what is wrong (never values), or nothing when the type is not known. */
export type Validate = (resource: Resource) => string[];

/** What a file gives, told before anything is stored and kept afterwards. `taken + skipped = total`, always. */
export interface ImportReport {
  readonly total: number;
  readonly taken: number;
  readonly skipped: readonly Skipped[];
  /** Taken as they are, though a validator found faults: positions and FHIRPath expressions, never values; and what had to be cut or left out of the list's words. */
  readonly findings: readonly { readonly position: number; readonly type: string; readonly paths: readonly string[] }[];
  readonly sections: Readonly<Partial<Record<Section, number>>>;
  /** The first of those that are taken, as a person reads them. */
  readonly preview: readonly PreviewItem[];
  /** `document`: the file is no FHIR and is kept whole. */
  readonly kind: 'fhir' | 'document';
}

export interface ImportPlan {
  readonly report: ImportReport;
  readonly items: ReadonlyMap<Section, readonly NewItem[]>;
  /** By which what is taken is known again (hex): digests of bytes, and of what they say; a large document's is known only when it is sealed. */
  readonly digests: readonly string[];
}

/** A file as the browser hands it over: a name, a size, and bytes in slices. `File` and `Blob` fit. */
export interface SourceFile {
  readonly size: number;
  readonly type: string;
  slice(from: number, to: number): { arrayBuffer(): Promise<ArrayBuffer> };
  text(): Promise<string>;
}

const SLICE_BYTES = 1_048_576 - 28;

/** Reads a file slice by slice; only one slice is ever in memory. */
const slices = (file: SourceFile): AsyncIterable<Bytes> => ({
  async *[Symbol.asyncIterator]() {
    for (let at = 0; at < file.size; at += SLICE_BYTES) {
      yield new Uint8Array(await file.slice(at, at + SLICE_BYTES).arrayBuffer());
    }
  },
});

const looksLikeJson = (name: string, type: string): boolean => /json/i.test(type) || /\.json$/i.test(name);

export interface ImportContext {
  readonly name: string;
  /** Where it comes from: a file name or a portal's origin. */
  readonly source: string;
  /** Hex SHA-256 digests of items that are already in the wallet: the same item is not taken twice. */
  readonly known: ReadonlySet<string>;
  readonly validate: Validate;
  /** Puts everything into this section, whatever its content: for an author who may write to one section. */
  readonly into?: Section;
}

/**
 * Says what an import would take, without storing anything.
 * @throws SalusError `too-large`, `not-json`, `not-fhir`, `nothing-to-import`
 */
export async function planImport(file: SourceFile, context: ImportContext): Promise<ImportPlan> {
  if (file.size > MOST_FILE_BYTES) {
    throw new SalusError('too-large', 'This file is larger than 2 GB. Split it, or leave out images.', {
      limit: MOST_FILE_BYTES,
    });
  }
  if (file.size === 0) throw new SalusError('nothing-to-import', 'This file is empty.');
  if (!looksLikeJson(context.name, file.type) || file.size > MOST_FHIR_BYTES) return planDocument(file, context);
  return planFhir(await file.text(), context);
}

async function planDocument(
  file: SourceFile,
  { name, source, known, into = 'documents' }: ImportContext,
): Promise<ImportPlan> {
  const digests = file.size > MOST_COMPARED_BYTES ? [] : [await digestOf(file)];
  if (digests.some((digest) => known.has(digest))) {
    const skipped = [{ position: 0, type: 'File', reason: 'already-here' as const }];
    const report = { total: 1, taken: 0, skipped, findings: [], sections: {}, preview: [], kind: 'document' as const };
    return { report, items: new Map(), digests: [] };
  }
  const sample = new Uint8Array(await file.slice(0, 65_536).arrayBuffer());
  const { item, cut } = withinLimits<NewItem>({
    type: 'File',
    title: name,
    date: new Date().toISOString().slice(0, 10),
    mediaType: file.type || 'application/octet-stream',
    source,
    plaintext: slices(file),
    encoding: (await worthDeflating(sample)) ? 'deflate' : 'identity',
  });
  const findings = cut.length > 0 ? [{ position: 0, type: 'File', paths: cut }] : [];
  return {
    report: {
      total: 1,
      taken: 1,
      skipped: [],
      findings,
      sections: { [into]: 1 },
      preview: [{ section: into, type: 'File', title: visible(item.title) }],
      kind: 'document',
    },
    items: new Map([[into, [item]]]),
    digests,
  };
}

const digestOf = async (file: SourceFile): Promise<string> =>
  toHex(await sha256(new Uint8Array(await file.slice(0, file.size).arrayBuffer())));

async function planFhir(text: string, context: ImportContext): Promise<ImportPlan> {
  const parsed = parseFhir(text);
  const seen = new Set(context.known);
  const skipped: Skipped[] = [...parsed.skipped];
  const findings: ImportReport['findings'][number][] = [];
  const items = new Map<Section, NewItem[]>();
  const digests: string[] = [];
  const preview: PreviewItem[] = [];
  const resolve = referencesOver(parsed.items);
  for (const { position, resource, fullUrl } of parsed.items) {
    const plaintext = canonicalBytes(resource);
    const digest = toHex(await sha256(plaintext));
    const type = resource.resourceType;
    const same = await sameOf(resource, fullUrl);
    const essence = toHex(same.essence);
    if (seen.has(digest) || context.known.has(essence)) {
      skipped.push({ position, type, reason: 'already-here' });
      continue;
    }
    seen.add(digest);
    digests.push(digest, essence);
    const section = context.into ?? classify(resource, resolve);
    const { item, cut } = withinLimits<NewItem>({
      type,
      ...describe(resource, resolve),
      same,
      mediaType: 'application/fhir+json',
      ...addressOf(resource, fullUrl),
      source: context.source,
      plaintext,
      encoding: 'deflate',
    });
    const paths = [...context.validate(resource), ...cut.map((field) => `${type}: ${field}`)];
    if (paths.length > 0) findings.push({ position, type, paths });
    const list = items.get(section) ?? [];
    list.push(paths.length > 0 ? { ...item, findings: paths.length } : item);
    if (preview.length < MOST_PREVIEWED)
      preview.push(previewOf(parseShown(fromUtf8(plaintext)) as Resource, section, item));
    items.set(section, list);
  }
  const counts = Object.fromEntries([...items].map(([section, list]) => [section, list.length]));
  const taken = [...items.values()].reduce((n, list) => n + list.length, 0);
  skipped.sort((a, b) => a.position - b.position);
  const report = { total: parsed.total, taken, skipped, findings, sections: counts, preview, kind: 'fhir' as const };
  return { report, items, digests };
}

/** What others refer to it by: its address in the file, or its type and id. */
function addressOf(resource: Resource, fullUrl: string | undefined): Pick<NewItem, 'fullUrl'> {
  const id = textAt(resource, 'id');
  const address = fullUrl ?? (id === undefined ? undefined : `${resource.resourceType}/${id}`);
  return address === undefined ? {} : { fullUrl: address };
}
