import { fromUtf8, toHex } from '../bytes.ts';
import { parseShown } from '../fhir/lossless.ts';
import { asR4 } from '../fhir/releases.ts';
import type { Resource } from '../fhir/resource.ts';
import type { TableQuestion } from '../import/csv-columns.ts';
import type { CardSaid, Exported, Format, Remark, SkipReason } from '../import/reader.ts';
import type { SourceFile } from '../import/source.ts';
import { visible } from '../signing/visible.ts';
import { MOST_PREVIEWED, previewOf, type PreviewItem } from './preview.ts';
import type { KnownVersion } from './same.ts';
import type { NewItem } from './seal-entry.ts';
import { BY_HAND, isSite } from './sources.ts';
import { likeOf, type Sorted } from './like.ts';
import { SENSITIVE, type Section } from './sections.ts';

export interface Skipped {
  readonly position: number;
  readonly type?: string;
  readonly reason: SkipReason;
}

/** Of something that is taken as it is: FHIRPath expressions of what a validator found, and what had to be cut or left out of the list's words; never values. */
export interface Finding {
  readonly position: number;
  readonly type: string;
  readonly paths: readonly string[];
  readonly remarks?: readonly Remark[];
}

/** What else the person may do with a file, or say of it. */
interface Questions {
  /** Health links that are in it; each with its key. */
  readonly links: readonly string[];
  readonly cards: readonly CardSaid[];
  readonly tables: readonly TableQuestion[];
}

/** One file of an import, as it was read. Positions are those of the whole import. */
export interface ReadFile extends Questions {
  readonly name: string;
  readonly format: Format;
  /** `taken.length + skipped.length`, always. */
  readonly total: number;
  readonly remarks: readonly Remark[];
  readonly taken: readonly Taken[];
  readonly skipped: readonly Skipped[];
}

/** What would be added, but for what is there already. */
export interface Taken {
  readonly position: number;
  readonly section: Section;
  /** Hex SHA-256 of its bytes; a large document's is known only when it is sealed. */
  readonly digest?: string;
  readonly item: NewItem;
  readonly finding?: Finding;
  /** What it was in the record that was taken out. */
  readonly exported?: Exported;
  /** Where a document's bytes are, if they stand in one piece. */
  readonly file?: SourceFile;
}

export interface FileReport extends Questions {
  readonly name: string;
  readonly format: Format;
  readonly total: number;
  readonly taken: number;
  readonly skipped: number;
  readonly remarks: readonly Remark[];
}

/** What files give, told before anything is stored and kept afterwards. `taken + skipped = total`, always. */
export interface ImportReport {
  readonly total: number;
  readonly taken: number;
  readonly skipped: readonly Skipped[];
  readonly findings: readonly Finding[];
  readonly sections: Readonly<Partial<Record<Section, number>>>;
  /** Types of resources that are taken; `File` for a document. */
  readonly types: readonly string[];
  /** Newer versions of what is here, among those that are taken. */
  readonly newer: number;
  /** The first of those that are taken, as a person reads them. */
  readonly preview: readonly PreviewItem[];
  /** `document`: one file, kept whole, and nothing else. */
  readonly kind: 'fhir' | 'document';
  readonly files: readonly FileReport[];
}

/** What of items that are read is here already. */
export interface Known {
  /** Digests (hex), as {@link ImportPlan.digests} has them. */
  readonly digests: readonly string[];
  /** The newest versions of what others name, by those names (hex). */
  readonly versions?: Readonly<Record<string, KnownVersion>>;
  /** Where the person put things like these. */
  readonly sorted?: readonly Sorted[];
}

export interface ImportPlan {
  readonly report: ImportReport;
  readonly items: ReadonlyMap<Section, readonly NewItem[]>;
  /** By which what is taken is known again (hex): digests of bytes, as far as they are known, and of what they say. */
  readonly digests: readonly string[];
  /** What others name what is taken (hex), where it is known when they changed it. */
  readonly identities: readonly string[];
  /** Documents that stand in a file, or are one: item → file. */
  readonly documents: ReadonlyMap<NewItem, SourceFile>;
  /** What items of a record that was taken out were there: item → what its manifest says. */
  readonly exported: ReadonlyMap<NewItem, Exported>;
}

/**
 * Whether something may take the place of what its names make it a version of. A site gives versions of what itself gave; a file that
 * the person chose, of what was in files. Nothing takes the place of what the person typed.
 */
function mayFollow({ source = '' }: NewItem, { source: from = '' }: KnownVersion): boolean {
  return from !== BY_HAND && (isSite(source) || isSite(from) ? source === from : true);
}

/** A later version goes where the earlier one is, unless it says something more sensitive: where a person put it is where it is. */
const besideEarlier = (judged: Section, { section }: Partial<KnownVersion> = {}): Section =>
  section === undefined || (SENSITIVE.has(judged) && !SENSITIVE.has(section)) ? judged : section;

/** What of files that were read is new. */
export function planOf(files: readonly ReadFile[], { digests: here, versions = {}, sorted = [] }: Known): ImportPlan {
  const chosen = new Map(sorted.map(({ like, section }) => [like, section]));
  const known = new Set(here);
  const seen = new Set(here);
  const skipped: Skipped[] = [];
  const findings: Finding[] = [];
  const items = new Map<Section, NewItem[]>();
  const digests: string[] = [];
  const identities: string[] = [];
  let newer = 0;
  const preview: PreviewItem[] = [];
  const documents = new Map<NewItem, SourceFile>();
  const asExported = new Map<NewItem, Exported>();
  const reports: FileReport[] = [];
  for (const { name, format, total, remarks, links, cards, tables, taken, skipped: left } of files) {
    for (const one of left) skipped.push(one);
    let count = 0;
    for (const { position, section: judged, digest, item, finding, file, exported } of taken) {
      const essence = item.same && toHex(item.same.essence);
      // Two alike in one file are two; one like another that is kept is that one, exported again.
      // A correction is meant, also where it says again what was once said.
      const linked = exported?.replaces !== undefined || exported?.about !== undefined;
      if (
        (digest !== undefined && (linked ? known : seen).has(digest)) ||
        (essence !== undefined && known.has(essence))
      ) {
        skipped.push({ position, type: item.type, reason: 'already-here' });
        continue;
      }
      const identity = item.same?.identity && toHex(item.same.identity);
      const named = identity === undefined ? undefined : versions[identity];
      const before = named && mayFollow(item, named) ? named : undefined;
      const updated = Date.parse(item.same?.updated ?? '');
      // Without a time on both nobody knows which is the later one: they are two entries.
      if (before !== undefined && updated < Date.parse(before.updated)) {
        skipped.push({ position, type: item.type, reason: 'older-version' });
        continue;
      }
      const isNewer = before !== undefined && updated >= Date.parse(before.updated);
      if (isNewer) newer++;
      const section = chosen.get(likeOf(item)) ?? besideEarlier(judged, isNewer ? before : undefined);
      if (identity !== undefined && !Number.isNaN(updated)) identities.push(identity);
      count++;
      if (digest !== undefined) digests.push(digest);
      if (essence !== undefined) digests.push(essence);
      if (digest !== undefined) seen.add(digest);
      const list = items.get(section) ?? [];
      const next = isNewer ? { ...item, replaces: before.id } : item;
      list.push(next);
      items.set(section, list);
      if (exported) asExported.set(next, exported);
      if (finding) findings.push(finding);
      if (file) documents.set(item, file);
      if (preview.length < MOST_PREVIEWED) preview.push(shown(item, section));
    }
    const counts = { total, taken: count, skipped: total - count };
    reports.push({ name, format, ...counts, remarks, links, cards, tables });
  }
  skipped.sort((a, b) => a.position - b.position);
  findings.sort((a, b) => a.position - b.position);
  const total = files.reduce((sum, file) => sum + file.total, 0);
  const all = files.flatMap((file) => file.taken);
  const kind = total === 1 && all.length === 1 && all[0]?.item.type === 'File' ? 'document' : 'fhir';
  const sections = Object.fromEntries([...items].map(([section, list]) => [section, list.length]));
  const report = {
    total,
    taken: total - skipped.length,
    skipped,
    findings,
    sections,
    types: [...new Set([...items.values()].flat().map(({ type }) => type))],
    newer,
    preview,
    kind,
    files: reports,
  } as const;
  return { report, items, digests, identities, documents, exported: asExported };
}

function shown(item: NewItem, section: Section): PreviewItem {
  const { plaintext, type, title, date } = item;
  if (plaintext instanceof Uint8Array && type !== 'File') {
    return previewOf(asR4(parseShown(fromUtf8(plaintext)) as Resource), section, item);
  }
  return { section, type, title: visible(title), ...(date !== undefined && { date }) };
}
