import type { Bytes } from '../bytes.ts';
import type { Resource } from '../fhir/resource.ts';
import type { Source } from './source.ts';

/** What a file turned out to be. Fixed words: the text catalogue has a name for each. */
export const FORMATS = [
  'fhir-json',
  'fhir-ndjson',
  'fhir-xml',
  'zip',
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
  'health-link',
  'not-converted',
  'converted',
  'summarised',
  'xml-faults',
  'dates-unclear',
  'columns-guessed',
] as const;
export type Remark = (typeof REMARKS)[number];

export interface FoundResource {
  readonly kind: 'resource';
  /** As it was written; nothing in it is changed. */
  readonly resource: Resource;
  /** The identity other resources of the file refer to it by. */
  readonly fullUrl?: string;
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
  readonly remarks?: readonly Remark[];
}

export interface FoundNothing {
  readonly kind: 'skipped';
  readonly type?: string;
  readonly reason: SkipReason;
}

/** Something that is true of the whole file. */
export interface Said {
  readonly kind: 'said';
  readonly format?: Format;
  readonly remark?: Remark;
}

/** One thing after the other that is in a file: taken or named, never passed over. */
export type Found = FoundResource | FoundDocument | FoundNothing | Said;

/** Public keys of issuers of health cards (JWK), by the issuer’s address. */
export type Issuers = ReadonlyMap<string, readonly JsonWebKey[]>;

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
