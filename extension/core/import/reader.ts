import type { Bytes } from '../bytes.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Section } from '../records/sections.ts';
import type { CardParts } from './card-parts.ts';
import type { TableQuestion } from './csv-columns.ts';
import type { Source } from './source.ts';

/** What a file turned out to be. Fixed words: the text catalogue has a name for each. */
export const FORMATS = [
  'fhir-json',
  'fhir-ndjson',
  'fhir-xml',
  'zip',
  'taken-out',
  'health-card',
  'health-link',
  'c-cda',
  'apple-health',
  'csv',
  'dicom',
  'pdf',
  'image',
  'text',
  'file',
] as const;
export type Format = (typeof FORMATS)[number];

/** Why something in a file was not taken. Fixed words: the text catalogue has a sentence for each. */
export const SKIP_REASONS = [
  'no-resource',
  'not-a-resource',
  'server-message',
  'already-here',
  'older-version',
  'deleted',
  'bad-line',
  'bad-row',
  'too-deep',
  'too-large',
  'empty',
  'encrypted',
  'damaged',
  'cut-short',
  'not-a-record',
  'signature-wrong',
  'live-access',
] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** What is worth knowing of something that was taken, or of a whole file. Fixed words, as above. */
export const REMARKS = [
  'encoding-utf-16',
  'encoding-windows-1252',
  'encoding-declared',
  'duplicate-keys',
  'json-in-text',
  'unwrapped',
  'id-not-text',
  'full-url-not-text',
  'other-release',
  'unknown-type',
  'structure-guessed',
  'not-understood',
  'too-large-to-read',
  'has-doctype',
  'signature-not-checked',
  'signature-wrong',
  'signature-good',
  'card-part',
  'health-link',
  'not-converted',
  'converted',
  'summarised',
  'xml-faults',
  'dates-unclear',
  'columns-guessed',
  'columns-chosen',
  'taken-out',
  'taken-out-changed',
] as const;
export type Remark = (typeof REMARKS)[number];

/** What the manifest of an export says of something in it, beside what it says itself. */
export interface Exported {
  /** Which it was in the record that was taken out, and which others there it corrects or says something of. */
  readonly id: string;
  readonly replaces?: string;
  readonly about?: string;
  readonly section: Section;
  /** Where it came from there. */
  readonly source?: string;
}

export interface FoundResource {
  readonly kind: 'resource';
  /** As it was written; nothing in it is changed. */
  readonly resource: Resource;
  /** The identity other resources of the file refer to it by. */
  readonly fullUrl?: string;
  readonly exported?: Exported;
  readonly remarks?: readonly Remark[];
}

export interface FoundDocument {
  readonly kind: 'document';
  readonly source: Source;
  readonly mediaType: string;
  readonly title: string;
  /** FHIR date, from the content or else from the file. */
  readonly date?: string;
  readonly section?: 'imaging';
  readonly exported?: Exported;
  readonly remarks?: readonly Remark[];
}

export interface FoundNothing {
  readonly kind: 'skipped';
  readonly type?: string;
  readonly reason: SkipReason;
}

/** A health card, and what is known of who signed it. */
export interface CardSaid {
  /** Address that it names as its issuer’s. */
  readonly issuer: string;
  /** `unchecked`: no key of that issuer is known here. */
  readonly signature: 'good' | 'wrong' | 'unchecked';
}

/** Something that is true of the whole file. */
export interface Said {
  readonly kind: 'said';
  readonly format?: Format;
  readonly remark?: Remark;
  /** A SMART Health Link that is in it. Its key is a part of it. */
  readonly link?: string;
  readonly card?: CardSaid;
  /** A table, of which the person may say what its columns are. */
  readonly table?: TableQuestion;
}

/** One thing after the other that is in a file: taken or named, never passed over. */
export type Found = FoundResource | FoundDocument | FoundNothing | Said;

/** A key of an issuer of health cards: a point on P-256 (coordinates in base64url, as JWK has them). */
export interface IssuerKey {
  readonly x: string;
  readonly y: string;
}

/** Keys of issuers of health cards, by the issuer’s address. */
export type Issuers = ReadonlyMap<string, readonly IssuerKey[]>;

/** What the person said that the columns of tables are, by the digest of their headings. */
export type Tables = ReadonlyMap<string, unknown>;

/** Texts of the codes (QR) in a picture. */
export type ReadCodes = (picture: Source) => Promise<readonly string[]>;

/** What is left of what one import may unpack. */
export interface Budget {
  files: number;
  bytes: number;
}

export interface ReadContext {
  readonly signal?: AbortSignal;
  /** Archives that this file is in. */
  readonly depth: number;
  readonly budget: Budget;
  readonly issuers?: Issuers;
  readonly tables?: Tables;
  /** Absent where pictures cannot be looked at. */
  readonly codes?: ReadCodes;
  /** Cards that are in several files. */
  readonly cardParts: CardParts;
  /** Reads a file that is in this one. */
  readonly read: (source: Source, context: ReadContext) => AsyncIterable<Found>;
}

/** Reads one format. Loaded when a file of it is there. */
export type Read = (source: Source, context: ReadContext, head: Bytes) => AsyncIterable<Found>;

export interface Reader {
  readonly format: Format;
  /** @param head the first bytes. @param name a file’s name settles only what its content leaves open */
  recognises(head: Bytes, name: string, type: string): boolean;
  load(): Promise<Read>;
}
