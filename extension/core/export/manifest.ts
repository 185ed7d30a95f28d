import * as v from 'valibot';
import { SECTIONS } from '../records/sections.ts';

/** What the manifest of an export says that it is. */
export const EXPORT_FORMAT = 'salus/export/v1';

/** Names of the files of an export that are always there. */
export const FILES = {
  manifest: 'manifest.json',
  readme: 'README.txt',
  /** One resource a line, byte for byte as it was recorded. */
  lines: 'record.ndjson',
  bundle: 'record.json',
  provenance: 'provenance.ndjson',
  consents: 'consents.ndjson',
  receipts: 'receipts.json',
  openings: 'openings.ndjson',
} as const;
/** Originals are `files/000001.pdf` and so on: nobody’s name, and no path that leads anywhere else. */
const ORIGINAL = /^files\/\d{6}\.[a-z0-9]{1,5}$/;
export const originalName = (count: number, ending: string): string =>
  `files/${String(count).padStart(6, '0')}.${ending}`;

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const whole = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const digest = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const name = v.pipe(
  v.string(),
  v.check((given) => ORIGINAL.test(given) || (Object.values(FILES) as string[]).includes(given)),
);
/** `<entry>/<position>`. */
export const ItemIdSchema = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}\/\d{1,5}$/));
const section = v.picklist(SECTIONS);

const ItemSchema = v.object({
  id: ItemIdSchema,
  /** FHIR resource type, or `File`. */
  type: text(64),
  mediaType: text(128),
  bytes: whole,
  sha256: digest,
  /** Where it is: in a file of its own, or one line (from 1) of `record.ndjson`. */
  file: name,
  line: v.optional(whole),
  /** Of a `File`: what it is called, and its FHIR date. */
  title: v.optional(text(512)),
  date: v.optional(text(64)),
  /** What others in the same source refer to it by. */
  fullUrl: v.optional(text(2_048)),
  /** Where it came from: the name of a file, or the address of a site. */
  source: v.optional(text(256)),
  /** The item that it corrects, and the one that it says something of. */
  replaces: v.optional(ItemIdSchema),
  about: v.optional(ItemIdSchema),
});
export type ManifestItem = v.InferOutput<typeof ItemSchema>;

const EntrySchema = v.object({
  id: text(66),
  registry: text(42),
  author: text(42),
  section,
  /** ISO 8601 instant at which it was recorded; absent while it waits for the chain. */
  at: v.optional(text(40)),
  block: v.optional(whole),
  transaction: v.optional(text(66)),
  items: v.array(ItemSchema),
});
export type ManifestEntry = v.InferOutput<typeof EntrySchema>;

const LeftSchema = v.object({
  /** An entry, or `<entry>/<position>`. */
  id: text(80),
  section: v.optional(section),
  /** Where it is known. */
  type: v.optional(text(64)),
  title: v.optional(text(512)),
  /** Why. */
  code: text(40),
  /** A file that was begun and is not whole. */
  partial: v.optional(name),
});
/** What is in the record and could not be taken out. */
export type LeftOut = v.InferOutput<typeof LeftSchema>;

const FileSchema = v.object({ name, bytes: whole, sha256: digest });
export type ManifestFile = v.InferOutput<typeof FileSchema>;

/** What comes before the entries. */
const HeadSchema = v.object({
  format: v.literal(EXPORT_FORMAT),
  /** ISO 8601 instant. */
  made: text(40),
  /** Whose record it is: did:pkh, by chain and account. */
  account: text(100),
  /** For whom, in the person’s words. */
  for: v.optional(text(200)),
  chainId: whole,
  sections: v.array(section),
});
export type ManifestHead = v.InferOutput<typeof HeadSchema>;

/** `entries`, `left` and `files` come in this order, so that it can be written as it is found out. */
export const ManifestSchema = v.object({
  ...HeadSchema.entries,
  entries: v.array(EntrySchema),
  left: v.array(LeftSchema),
  /** Every file but this one. */
  files: v.array(FileSchema),
});
export type Manifest = v.InferOutput<typeof ManifestSchema>;
