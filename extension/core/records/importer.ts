import { concat, sha256, toHex, type Bytes } from '../bytes.ts';
import { canonicalBytes } from '../fhir/canonical.ts';
import { isSalusError, SalusError } from '../errors.ts';
import { worthDeflating } from '../envelope/seal.ts';
import { classify } from '../fhir/classify.ts';
import { describe } from '../fhir/describe.ts';
import { asR4 } from '../fhir/releases.ts';
import { FHIR_JSON } from '../fhir/media-type.ts';
import { referencesOver, withinItself, type Resolve } from '../fhir/references.ts';
import { textAt, type Resource } from '../fhir/resource.ts';
import { CardParts } from '../import/card-parts.ts';
import type { TableQuestion } from '../import/csv-columns.ts';
import { readFhirJson } from '../import/fhir-json.ts';
import { newContext, readSource } from '../import/read.ts';
import type {
  CardSaid,
  Exported,
  Format,
  Found,
  FoundDocument,
  FoundResource,
  Issuers,
  ReadCodes,
  Remark,
  SkipReason,
  Tables,
} from '../import/reader.ts';
import { fileSource, headOf, type Source, type SourceFile } from '../import/source.ts';
import { archiveTooLarge, isArchiveTooLarge, isDamaged } from '../import/unpack.ts';
import { planOf, type Finding, type ImportPlan, type Known, type ReadFile, type Taken } from './import-plan.ts';
import { withinLimits } from './limits.ts';
import { pauses } from './pauses.ts';
import type { NewItem } from './seal-entry.ts';
import { sameOf } from './same.ts';
import { SENSITIVE, type Section } from './sections.ts';

export type { FileReport, ImportPlan, ImportReport, Known } from './import-plan.ts';
export type { SourceFile } from '../import/source.ts';

/** Larger documents are not looked for among those that are kept: they would have to be read twice. */
const MOST_COMPARED_BYTES = 64 * 1_048_576;
/** Larger files are refused. */
export const MOST_FILE_BYTES = 2 ** 31 - 1;
/** Most tables of one file that the person is asked of. */
const MOST_TABLES = 20;
/** More than this of resources is not held at once, until it is sealed. */
const MOST_HELD_BYTES = 768 * 1_048_576;

/** Checks one resource; gives the paths of what is wrong (never values), or nothing when the type is not known. */
export type Validate = (resource: Resource) => string[];

/** A file with its name, and where it comes from: that name, or a portal’s origin. */
export interface ImportFile {
  readonly file: SourceFile;
  readonly name: string;
  readonly source: string;
}

export interface ReadOptions {
  readonly validate: Validate;
  /** Puts everything into this section, whatever its content: for an author who may write to one section. FHIR JSON only. */
  readonly into?: Section;
  readonly signal?: AbortSignal;
  /** Whose signatures on health cards are known. */
  readonly issuers?: Issuers;
  /** What the person said of tables. */
  readonly tables?: Tables;
  /** Looks for codes in pictures. */
  readonly codes?: ReadCodes;
  /** Told how many items were read so far. */
  readonly onItem?: () => void;
}

export interface ImportContext extends ReadOptions {
  readonly name: string;
  readonly source: string;
  /** What is already in the wallet: the same item is not taken twice. */
  readonly known: Known;
}

const tooLarge = () =>
  new SalusError('too-large', 'This file is larger than 2 GB. Split it, or leave out images.', {
    limit: MOST_FILE_BYTES,
  });

/**
 * Says what an import of one file would take, without storing anything.
 * @throws SalusError `too-large`, `nothing-to-import`, `cancelled`; for a site’s resources also `not-json`, `not-fhir`
 */
export async function planImport(file: SourceFile, context: ImportContext): Promise<ImportPlan> {
  const { name, source, known, ...options } = context;
  return planOf(await readFiles([{ file, name, source }], options), known);
}

/**
 * Reads files that are added together. One that gives nothing does not keep the others out; alone, it says why.
 * @throws SalusError as {@link planImport}
 */
export async function readFiles(files: readonly ImportFile[], options: ReadOptions): Promise<ReadFile[]> {
  const read: ReadFile[] = [];
  // Of cards whose parts are in several of the files.
  const cardParts = new CardParts();
  let position = 0;
  let held = 0;
  for (const file of files) {
    const next = await readFile(file, position, options, cardParts).catch((error: unknown) => {
      options.signal?.throwIfAborted();
      if (files.length === 1 || !isSalusError(error)) throw error;
      return refused(file, position, error);
    });
    position += next.total;
    held += next.taken.reduce(
      (sum, { item }) => sum + (item.plaintext instanceof Uint8Array ? item.plaintext.byteLength : 0),
      0,
    );
    if (held > MOST_HELD_BYTES) throw archiveTooLarge();
    read.push(next);
  }
  return read;
}

const REFUSALS: Readonly<Partial<Record<string, SkipReason>>> = {
  'nothing-to-import': 'empty',
  'too-large': 'too-large',
};

function refused({ name }: ImportFile, position: number, { code }: SalusError): ReadFile {
  const skipped = [{ position, type: 'File', reason: REFUSALS[code] ?? 'damaged' }];
  return { name, format: 'file', total: 1, remarks: [], links: [], cards: [], tables: [], taken: [], skipped };
}

function found(source: Source, options: ReadOptions, cardParts: CardParts): AsyncIterable<Found> {
  const { signal, issuers, tables, codes, into } = options;
  const context = newContext({
    cardParts,
    ...(signal && { signal }),
    ...(issuers && { issuers }),
    ...(tables && { tables }),
    ...(codes && { codes }),
  });
  const isFhirOnly = into !== undefined || source.type === FHIR_JSON;
  return isFhirOnly ? readFhirJson(source, context) : readSource(source, context);
}

interface GivenResource {
  readonly position: number;
  readonly resource: FoundResource;
  /** As R4 has it. */
  readonly view: Resource;
}
interface GivenDocument {
  readonly position: number;
  readonly document: FoundDocument;
}
type Given = GivenResource | GivenDocument;
/** As they are found. */
interface FileQuestions {
  readonly links: string[];
  readonly cards: CardSaid[];
  readonly tables: TableQuestion[];
}

/** Everything is read before it is described: what a resource refers to may stand after it. */
async function readFile(
  { file, name, source }: ImportFile,
  start: number,
  options: ReadOptions,
  cardParts: CardParts,
): Promise<ReadFile> {
  if (file.size > MOST_FILE_BYTES) throw tooLarge();
  if (file.size === 0) throw new SalusError('nothing-to-import', 'This file is empty.');
  let format: Format = 'fhir-json';
  const remarks = new Set<Remark>();
  const asked: FileQuestions = { links: [], cards: [], tables: [] };
  const skipped: ReadFile['skipped'][number][] = [];
  const given: Given[] = [];
  const pause = pauses(options.signal);
  let position = start;
  for await (const one of found(fileSource(file, name), options, cardParts)) {
    if (one.kind === 'said') {
      if (one.remark) remarks.add(one.remark);
      if (one.format) format = one.format;
      if (one.link !== undefined) asked.links.push(one.link);
      if (one.card) asked.cards.push(one.card);
      if (one.table && asked.tables.length < MOST_TABLES) asked.tables.push(one.table);
      continue;
    }
    if (one.kind === 'skipped')
      skipped.push({ position, ...(one.type !== undefined && { type: one.type }), reason: one.reason });
    else if (one.kind === 'document') given.push({ position, document: one });
    else given.push({ position, resource: one, view: asR4(one.resource) });
    position++;
    options.onItem?.();
    await pause();
  }
  const resolveIn = resolversOf(given);
  const taken: Taken[] = [];
  for (const one of given) {
    try {
      taken.push(
        'view' in one
          ? await ofResource(one, source, { ...options, resolve: resolveIn(one) })
          : await ofDocument(one, source, options),
      );
    } catch (error) {
      options.signal?.throwIfAborted();
      if (isArchiveTooLarge(error) || !isSalusError(error)) throw error;
      skipped.push({ position: one.position, reason: isDamaged(error) ? 'damaged' : 'not-a-resource' });
    }
    await pause();
  }
  return { name, format, total: position - start, remarks: [...remarks], ...asked, taken, skipped };
}

/** References are those of one source: of a record that was taken out, of each that it came from. */
function resolversOf(given: readonly Given[]): (one: GivenResource) => Resolve {
  const resources = given.filter((one) => 'view' in one);
  const sourceOf = ({ resource }: GivenResource): string => resource.exported?.source ?? '';
  const bySource = Map.groupBy(resources, sourceOf);
  const resolvers = new Map(
    [...bySource].map(([source, all]) => [
      source,
      referencesOver(all.map(({ view, resource: { fullUrl } }) => ({ resource: view, fullUrl }))),
    ]),
  );
  return (one) => resolvers.get(sourceOf(one)) ?? withinItself;
}

/** Where it came from: a file alone says nothing of the places that its content names, and is none of them. */
const sourceOf = (file: string, exported: Exported | undefined): string =>
  exported?.source === undefined ? file : `${file}: ${exported.source}`;

/** As it was in the record that was taken out, but never out of a sensitive section that it belongs in by what it says. */
function sectionOf(judged: Section, exported: Exported | undefined): Section {
  if (exported === undefined) return judged;
  return SENSITIVE.has(judged) && judged !== 'unsorted' && !SENSITIVE.has(exported.section) ? judged : exported.section;
}

async function ofResource(
  { position, resource: { resource, fullUrl, exported, remarks = [] }, view }: GivenResource,
  file: string,
  { validate, into, resolve }: ReadOptions & { readonly resolve: Resolve },
): Promise<Taken> {
  const plaintext = canonicalBytes(resource);
  const type = resource.resourceType;
  const { item, cut } = withinLimits<NewItem>({
    type,
    ...describe(view, resolve),
    same: await sameOf(resource, fullUrl),
    mediaType: FHIR_JSON,
    ...addressOf(resource, fullUrl),
    source: sourceOf(file, exported),
    plaintext,
    encoding: 'deflate',
  });
  // What another release allows is no fault by this one's definitions.
  const isR4 = view === resource;
  const paths = [...(isR4 ? validate(resource) : []), ...cut.map((field) => `${type}: ${field}`)];
  const all: readonly Remark[] = isR4 ? remarks : [...remarks, 'other-release'];
  const finding: Finding = { position, type, paths, ...(all.length > 0 && { remarks: all }) };
  const odd = paths.length + all.length;
  return {
    position,
    section: into ?? sectionOf(classify(view, resolve), exported),
    digest: toHex(await sha256(plaintext)),
    item: paths.length > 0 ? { ...item, findings: paths.length } : item,
    ...(odd > 0 && { finding }),
    ...(exported && { exported }),
  };
}

async function ofDocument(
  { position, document: { source, mediaType, title, date, section, exported, remarks = [] } }: GivenDocument,
  from: string,
  { into }: ReadOptions,
): Promise<Taken> {
  const digest = await digestOf(source);
  const { item, cut } = withinLimits<NewItem>({
    type: 'File',
    title,
    ...(date !== undefined && { date }),
    mediaType,
    source: sourceOf(from, exported),
    plaintext: { [Symbol.asyncIterator]: () => source.stream()[Symbol.asyncIterator]() },
    encoding: (await worthDeflating(await headOf(source))) ? 'deflate' : 'identity',
  });
  const finding: Finding = { position, type: 'File', paths: cut, ...(remarks.length > 0 && { remarks }) };
  return {
    position,
    section: into ?? section ?? documentSection(exported),
    ...(digest !== undefined && { digest }),
    item,
    ...(source.file && { file: source.file }),
    ...(cut.length + remarks.length > 0 && { finding }),
    ...(exported && { exported }),
  };
}

/** A document is in no section that is shared by default. */
const documentSection = (exported: Exported | undefined): Section =>
  exported !== undefined && (exported.section === 'imaging' || SENSITIVE.has(exported.section))
    ? exported.section
    : 'documents';

/** What is packed is gone through in any case, so that what is damaged is known before a yes. @throws SalusError `block-damaged`, `too-large` */
async function digestOf(source: Source): Promise<string | undefined> {
  if (source.file && source.file.size > MOST_COMPARED_BYTES) return undefined;
  let parts: Bytes[] | undefined = [];
  let size = 0;
  for await (const part of source.stream()) {
    size += part.byteLength;
    if (size > MOST_COMPARED_BYTES) parts = undefined;
    else parts?.push(part);
  }
  return parts && toHex(await sha256(concat(...parts)));
}

/** What others refer to it by: its address in the file, or its type and id. */
function addressOf(resource: Resource, fullUrl: string | undefined): Pick<NewItem, 'fullUrl'> {
  const id = textAt(resource, 'id');
  const address = fullUrl ?? (id === undefined ? undefined : `${resource.resourceType}/${id}`);
  return address === undefined ? {} : { fullUrl: address };
}
