import * as v from 'valibot';
import { fromUtf8, type Bytes } from '../bytes.ts';
import type { RecordItem } from '../catalogue/model.ts';
import { SalusError, type ErrorCode } from '../errors.ts';
import { FHIR_JSON } from '../fhir/media-type.ts';
import { isResource } from '../fhir/resource.ts';
import type { ItemPart } from '../records/item-streams.ts';
import type { Section } from '../records/sections.ts';
import type { ConsentView } from '../wallet/sharing.ts';
import type { OutEntry } from '../wallet/take-out.ts';
import { consentResource, receiptOf } from './consents.ts';
import { didOf, instantOf } from './did.ts';
import { endingOf } from './endings.ts';
import {
  EXPORT_FORMAT,
  FILES,
  ItemIdSchema,
  originalName,
  type LeftOut,
  type ManifestEntry,
  type ManifestFile,
  type ManifestHead,
  type ManifestItem,
} from './manifest.ts';
import { auditEvent, openingsOf, type ActivityPages } from './openings.ts';
import { BundleUrls, documentReference, provenance } from './resources.ts';
import { Spool } from './spool.ts';
import { ZipWriter, type Sink } from './zip-writer.ts';

/** What a reader takes in again: of one archive, of its resources, and of one resource. */
const MOST_BYTES = 1.9 * 2 ** 30;
const MOST_ORIGINALS = 9_900;
const MOST_FHIR_BYTES = 700 * 1_048_576;
const MOST_MANIFEST_BYTES = 120 * 1_048_576;
const MOST_RESOURCE_BYTES = 64 * 1_048_576;

/** Where what is taken out comes from. */
export interface ExportSource {
  /** Ids of all entries of the record; some come twice. */
  ids(): AsyncIterable<string>;
  /** @returns undefined for one that is not of this record. @throws SalusError `taking-out-stopped`, `vault-locked` */
  entry(id: string): Promise<OutEntry | undefined>;
  /** What comes next of an entry; nothing at its end. */
  parts(ticket: string): Promise<readonly ItemPart[]>;
  close(ticket: string): Promise<void>;
  consents(): Promise<readonly ConsentView[]>;
  readonly activity: ActivityPages;
}

export interface ExportProgress {
  readonly entries: number;
  readonly entriesDone: number;
  readonly items: number;
  /** Plaintext bytes of what was read. */
  readonly bytes: number;
}

export interface ExportOptions {
  readonly account: string;
  readonly chainId: number;
  /** In the person’s words. */
  readonly forWhom?: string;
  readonly sections: readonly Section[];
  readonly made: Date;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: ExportProgress) => void;
  /** The file that a person reads first. */
  readonly readme: (report: ExportReport) => string;
}

/** What was taken out. `items + left` is all there is in the chosen sections. */
export interface ExportReport {
  readonly items: number;
  /** Of these, files. */
  readonly originals: number;
  readonly sections: Readonly<Partial<Record<Section, number>>>;
  readonly left: readonly LeftOut[];
  readonly consents: number;
  readonly openings: number;
}

/**
 * Writes a record as one ZIP archive (docs/PROTOCOL.md, “Exports”), entry by entry: what is in memory does not grow with the record.
 * @throws SalusError `taking-out-stopped`, `vault-locked`, `out-too-large`, and what the sink throws; what was written is of no use then
 */
export async function writeExport(source: ExportSource, sink: Sink, options: ExportOptions): Promise<ExportReport> {
  const { signal } = options;
  const consents = await source.consents();
  const writer = await ExportWriter.begin(sink, options, consents);
  try {
    const ids = new Set<string>();
    for await (const id of source.ids()) {
      signal.throwIfAborted();
      ids.add(id);
    }
    writer.begun(ids.size);
    for (const id of ids) {
      signal.throwIfAborted();
      await writer.entry(await source.entry(id), source);
    }
    for (const consent of consents) await writer.consent(consent);
    const about = { patient: options.account, chainId: options.chainId };
    for await (const event of openingsOf(source.activity)) {
      signal.throwIfAborted();
      await writer.opening(auditEvent(event, about.patient, about.chainId));
    }
    return await writer.end();
  } catch (error) {
    await writer.drop();
    throw error;
  }
}

type Spooled = Exclude<keyof typeof FILES, 'readme'>;
const SPOOLED: readonly Spooled[] = ['lines', 'bundle', 'provenance', 'consents', 'receipts', 'openings', 'manifest'];

class ExportWriter {
  #entries = 0;
  #entriesDone = 0;
  #items = 0;
  #bytes = 0;
  #originals = 0;
  #lines = 0;
  #consents = 0;
  #openings = 0;
  #manifestEntries = 0;
  #bundled = 0;
  readonly #sections: Partial<Record<Section, number>> = {};
  readonly #left: LeftOut[] = [];
  readonly #files: ManifestFile[] = [];
  readonly #urls = new BundleUrls();
  readonly #names: ReadonlyMap<string, string>;
  readonly #zip: ZipWriter;
  readonly #spools: Readonly<Record<Spooled, Spool>>;
  readonly #options: ExportOptions;
  readonly #made: string;

  private constructor(
    zip: ZipWriter,
    spools: Readonly<Record<Spooled, Spool>>,
    options: ExportOptions,
    names: ReadonlyMap<string, string>,
  ) {
    this.#zip = zip;
    this.#spools = spools;
    this.#options = options;
    this.#names = names;
    this.#made = options.made.toISOString();
  }

  static async begin(sink: Sink, options: ExportOptions, consents: readonly ConsentView[]): Promise<ExportWriter> {
    const opened = await Promise.all(SPOOLED.map(async (name) => [name, await Spool.open()] as const));
    const spools = Object.fromEntries(opened) as Record<Spooled, Spool>;
    const writer = new ExportWriter(new ZipWriter(sink, options.made), spools, options, namesIn(consents));
    await writer.#head();
    return writer;
  }

  /** @param entries how many there are to be looked at */
  begun(entries: number): void {
    this.#entries = entries;
    this.#tell();
  }

  async #head(): Promise<void> {
    const { account, chainId, forWhom, sections } = this.#options;
    const head: ManifestHead = {
      format: EXPORT_FORMAT,
      made: this.#made,
      account: didOf(chainId, account),
      ...(forWhom && { for: forWhom }),
      chainId,
      sections: [...sections],
    };
    await this.#spools.manifest.write(`${JSON.stringify(head).slice(0, -1)},"entries":[`);
    await this.#spools.bundle.write(`{"resourceType":"Bundle","type":"collection","timestamp":"${this.#made}"`);
    await this.#spools.receipts.write('[');
  }

  /** Everything of an entry that is chosen: taken, or named. */
  async entry(entry: OutEntry | undefined, source: ExportSource): Promise<void> {
    const { section, ticket } = entry ?? {};
    try {
      if (entry === undefined || (section !== undefined && !this.#options.sections.includes(section))) return;
      if (ticket === undefined) this.#leave(entry, entry.code ?? 'block-missing');
      else await this.#open(entry, ticket, source);
    } finally {
      if (ticket !== undefined) await source.close(ticket).catch(() => undefined); // it closes by itself
      this.#entriesDone++;
      this.#tell();
    }
  }

  #tell(): void {
    this.#options.onProgress?.({
      entries: this.#entries,
      entriesDone: this.#entriesDone,
      items: this.#items,
      bytes: this.#bytes,
    });
  }

  #leave({ row, section }: OutEntry, code: ErrorCode): void {
    if (row.items.length > 0) for (const item of row.items) this.#leaveItem(item, code);
    else this.#left.push({ id: row.id, ...(section && { section }), code });
  }

  #leaveItem({ id, section, type, title }: RecordItem, code: ErrorCode, partial?: string): void {
    this.#left.push({ id, section, type, title, code, ...(partial !== undefined && { partial }) });
  }

  async #open(entry: OutEntry, ticket: string, source: ExportSource): Promise<void> {
    const { row } = entry;
    const taken: ManifestItem[] = [];
    const targets: string[] = [];
    const left = new Set(row.items.keys());
    for await (const { position, content, code } of this.#contents(row.items, ticket, source)) {
      const item = row.items[position];
      if (item === undefined || !left.delete(position)) continue;
      if (content === undefined) {
        this.#leaveItem(item, code ?? 'block-missing');
        continue;
      }
      const url = this.#urls.of(item);
      const placed = await this.#take(item, url, content);
      if (placed === undefined) continue;
      targets.push(url);
      taken.push(placed);
    }
    for (const position of left) {
      const item = row.items[position];
      if (item) this.#leaveItem(item, 'block-missing');
    }
    if (taken.length > 0) await this.#note(entry, taken, targets);
  }

  /** One item after the other. What is large comes in parts, which must be gone through before the next. */
  async *#contents(items: readonly RecordItem[], ticket: string, source: ExportSource): AsyncGenerator<Content> {
    const parts = this.#parts(ticket, source);
    for (let part = await nextOf(parts); part !== undefined; part = await nextOf(parts)) {
      const { position, bytes, done, code } = part;
      if (bytes === undefined) yield { position, ...(code && { code }) };
      else if (done) yield { position, content: bytes };
      else {
        const rest = new Rest(bytes, position, parts);
        const item = items[position];
        if (item?.mediaType !== FHIR_JSON || item.size > MOST_RESOURCE_BYTES) yield { position, content: rest };
        else {
          const whole = await rest.whole();
          yield whole === undefined
            ? { position, ...(rest.code && { code: rest.code }) }
            : { position, content: whole };
        }
        await rest.skip();
      }
    }
  }

  /** The next are read while these are written. */
  async *#parts(ticket: string, source: ExportSource): AsyncGenerator<ItemPart> {
    let next = source.parts(ticket);
    next.catch(() => undefined); // thrown below
    for (;;) {
      const parts = await next;
      if (parts.length === 0) return;
      next = source.parts(ticket);
      next.catch(() => undefined);
      for (const part of parts) {
        this.#options.signal.throwIfAborted();
        this.#bytes += part.bytes?.byteLength ?? 0;
        yield part;
      }
      this.#tell();
    }
  }

  /** @returns where it is in the archive; undefined for a file that could not be read to its end */
  async #take(item: RecordItem, url: string, content: Bytes | Rest): Promise<ManifestItem | undefined> {
    const isLine = content instanceof Uint8Array && item.mediaType === FHIR_JSON && isResourceLine(content);
    const place = isLine ? await this.#addLine(content, url) : await this.#addOriginal(item, url, content);
    if (place === undefined) return undefined;
    this.#items++;
    this.#sections[item.section] = (this.#sections[item.section] ?? 0) + 1;
    if (this.#zip.written + this.#spools.lines.size / 4 > MOST_BYTES) throw tooLarge();
    return placedItem(item, place);
  }

  async #addLine(bytes: Bytes, url: string): Promise<Place> {
    const { lines } = this.#spools;
    await lines.write(bytes);
    await lines.write('\n');
    if (lines.size > MOST_FHIR_BYTES) throw tooLarge();
    await this.#bundle(url, bytes);
    return { file: FILES.lines, line: ++this.#lines };
  }

  async #addOriginal(item: RecordItem, url: string, content: Bytes | Rest): Promise<Place | undefined> {
    if (this.#originals >= MOST_ORIGINALS) throw tooLarge();
    const name = originalName(++this.#originals, endingOf(item.mediaType) ?? 'bin');
    const file = this.#zip.begin(name);
    if (content instanceof Uint8Array) await file.write(content);
    else for await (const part of content) await file.write(part);
    await file.end();
    if (content instanceof Rest && content.code !== undefined) {
      this.#leaveItem(item, content.code, name);
      return undefined;
    }
    this.#files.push({ name, bytes: item.size, sha256: item.digest.slice(2) });
    await this.#bundle(url, JSON.stringify(documentReference(item, name)));
    return { file: name };
  }

  async #bundle(url: string, resource: string | Bytes): Promise<void> {
    const { bundle } = this.#spools;
    await bundle.write(`${this.#bundled++ === 0 ? ',"entry":[' : ','}\n{"fullUrl":${JSON.stringify(url)},"resource":`);
    await bundle.write(resource);
    await bundle.write('}');
  }

  async #note(entry: OutEntry, items: readonly ManifestItem[], targets: readonly string[]): Promise<void> {
    const { row, section, at } = entry;
    if (section === undefined) return;
    const { id, registry, author, block, transaction } = row;
    const said: ManifestEntry = {
      ...{ id, registry, author, section },
      ...(at !== undefined && { at: instantOf(at) }),
      ...(block > 0 && { block, transaction }),
      items: [...items],
    };
    await this.#spools.manifest.write(`${this.#manifestEntries++ === 0 ? '' : ','}\n${JSON.stringify(said)}`);
    if (this.#spools.manifest.size > MOST_MANIFEST_BYTES) throw tooLarge();
    const { chainId } = this.#options;
    const name = this.#names.get(author.toLowerCase());
    await this.#line('provenance', provenance(entry, targets, { chainId, made: this.#made }, name));
  }

  async consent(consent: ConsentView): Promise<void> {
    const about = { patient: this.#options.account, chainId: this.#options.chainId };
    await this.#line('consents', consentResource(consent, about));
    const receipt = JSON.stringify(receiptOf(consent, about), undefined, 2);
    await this.#spools.receipts.write(`${this.#consents++ === 0 ? '' : ','}\n${receipt}`);
  }

  async opening(event: object): Promise<void> {
    this.#openings++;
    await this.#line('openings', event);
  }

  async #line(to: Spooled, resource: object): Promise<void> {
    await this.#spools[to].write(`${JSON.stringify(resource)}\n`);
  }

  async end(): Promise<ExportReport> {
    const report: ExportReport = {
      items: this.#items,
      originals: this.#files.length,
      sections: this.#sections,
      left: this.#left,
      consents: this.#consents,
      openings: this.#openings,
    };
    const { bundle, receipts, manifest } = this.#spools;
    await bundle.write(this.#bundled === 0 ? '}\n' : '\n]}\n');
    await receipts.write('\n]\n');
    for (const name of SPOOLED) if (name !== 'manifest') await this.#put(FILES[name], this.#spools[name]);
    const readme = await Spool.open();
    await readme.write(this.#options.readme(report));
    await this.#put(FILES.readme, readme);
    const [left, files] = [JSON.stringify(this.#left), JSON.stringify(this.#files)];
    await manifest.write(`\n],"left":${left},"files":${files}}\n`);
    await this.#put(FILES.manifest, manifest);
    this.#options.signal.throwIfAborted();
    await this.#zip.end();
    return report;
  }

  async #put(name: string, spool: Spool): Promise<void> {
    this.#options.signal.throwIfAborted();
    this.#files.push({ name, ...(await this.#zip.put(name, spool)) });
  }

  async drop(): Promise<void> {
    await Promise.all(Object.values(this.#spools).map((spool) => spool.drop()));
  }
}

const tooLarge = () =>
  new SalusError(
    'out-too-large',
    'This is more than one file can hold. Choose fewer sections, and take out the rest after.',
  );

type Place = Pick<ManifestItem, 'file' | 'line'>;

/** An item as it is read: whole, in parts, or not at all. */
interface Content {
  readonly position: number;
  readonly content?: Bytes | Rest;
  readonly code?: ErrorCode;
}

async function nextOf(parts: AsyncGenerator<ItemPart>): Promise<ItemPart | undefined> {
  const next = await parts.next();
  return next.done ? undefined : next.value;
}

/** A large item, part by part. */
class Rest {
  /** Why it ended before its end. */
  code: ErrorCode | undefined;
  readonly #first: Bytes;
  readonly #position: number;
  readonly #parts: AsyncGenerator<ItemPart>;
  #ended = false;

  constructor(first: Bytes, position: number, parts: AsyncGenerator<ItemPart>) {
    this.#first = first;
    this.#position = position;
    this.#parts = parts;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Bytes> {
    yield this.#first;
    while (!this.#ended) {
      const part = await nextOf(this.#parts);
      const bytes = part?.position === this.#position ? part.bytes : undefined;
      this.#ended = bytes === undefined;
      if (bytes !== undefined) yield bytes;
      else if (part?.done !== true) this.code = part?.code ?? 'block-missing';
    }
  }

  /** All of it; undefined where it ended before its end. */
  async whole(): Promise<Bytes | undefined> {
    const parts: Bytes[] = [];
    for await (const part of this) parts.push(part);
    return this.code === undefined ? new Uint8Array(await new Blob(parts).arrayBuffer()) : undefined;
  }

  /** What nobody wanted is passed over. */
  async skip(): Promise<void> {
    if (!this.#ended) for await (const part of this) void part;
  }
}

/** Whether bytes are a resource, on one line: whatever its author said that it is. */
function isResourceLine(bytes: Bytes): boolean {
  if (bytes.includes(10) || bytes.includes(13)) return false;
  try {
    return isResource(JSON.parse(fromUtf8(bytes)));
  } catch {
    return false;
  }
}

/** An author may have named as another item what is none. */
const named = (id: string | undefined): string | undefined => (v.is(ItemIdSchema, id) ? id : undefined);

function placedItem(item: RecordItem, place: Place): ManifestItem {
  const { id, type, mediaType, size, digest, title, date } = item;
  const said = { fullUrl: item.fullUrl, source: item.source, replaces: named(item.replaces), about: named(item.about) };
  return {
    ...{ id, type, mediaType, bytes: size, sha256: digest.slice(2) },
    ...place,
    ...(place.line === undefined && { title, ...(date !== undefined && { date }) }),
    ...Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)),
  };
}

/** What sites called those whom the patient gave access, by address in lower case. */
const namesIn = (consents: readonly ConsentView[]): Map<string, string> =>
  new Map(
    consents.flatMap(({ receipt }) =>
      receipt?.recipientName === undefined ? [] : [[receipt.recipient.toLowerCase(), receipt.recipientName]],
    ),
  );
