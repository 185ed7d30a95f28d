import * as v from 'valibot';
import { SalusError } from '../errors.ts';
import { parseLossless } from './lossless.ts';
import { ResourceSchema, type Resource } from './resource.ts';
import { RESOURCE_TYPES } from './resource-types.ts';

/** Why an entry of a bundle was not taken. Fixed words: the text catalogue has a sentence for each. */
export type SkipReason = 'no-resource' | 'not-a-resource' | 'unknown-type' | 'server-message' | 'already-here';

export interface BundleItem {
  /** Place in the bundle, from 0. */
  readonly position: number;
  readonly resource: Resource;
  /** The identity other entries refer to it by. */
  readonly fullUrl?: string;
}

export interface Skipped {
  readonly position: number;
  readonly type?: string;
  readonly reason: SkipReason;
}

export interface ParsedFhir {
  /** Entries in the file: `items.length + skipped.length`, always. */
  readonly total: number;
  readonly items: BundleItem[];
  readonly skipped: Skipped[];
}

const EntrySchema = v.looseObject({
  fullUrl: v.optional(v.unknown()),
  resource: v.optional(v.unknown()),
});
const BundleSchema = v.looseObject({
  resourceType: v.literal('Bundle'),
  entry: v.optional(v.array(v.unknown())),
});

function readEntry(position: number, entry: unknown): BundleItem | Skipped {
  const parsed = v.safeParse(EntrySchema, entry);
  const value = parsed.success ? parsed.output.resource : undefined;
  if (value === undefined || value === null) return { position, reason: 'no-resource' };
  const resource = v.safeParse(ResourceSchema, value);
  if (!resource.success) return { position, reason: 'not-a-resource' };
  const type = resource.output.resourceType;
  if (!RESOURCE_TYPES.has(type)) return { position, type, reason: 'unknown-type' };
  // What a server says about a search is no part of a record.
  if (type === 'OperationOutcome') return { position, type, reason: 'server-message' };
  // An identity that is none takes nothing away from the resource.
  const fullUrl = parsed.success ? parsed.output.fullUrl : undefined;
  // Itself, not a copy of it: the text of its numbers goes with it.
  return { position, resource: value as Resource, ...(typeof fullUrl === 'string' && { fullUrl }) };
}

/**
 * Reads FHIR R4 JSON: a Bundle of any type, or a single resource. Every entry ends up in `items` or in `skipped`.
 * @throws SalusError `not-json`, `not-fhir`, `nothing-to-import`
 */
export function parseFhir(text: string): ParsedFhir {
  let json: unknown;
  try {
    json = parseLossless(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new SalusError('not-json', 'This file is not JSON. Ask where it came from for the “FHIR” or “JSON” export.');
  }
  const single = v.safeParse(ResourceSchema, json);
  if (!single.success) throw new SalusError('not-fhir', 'This file is JSON but not a health record in FHIR format.');
  const bundle = v.safeParse(BundleSchema, json);
  const entries = bundle.success ? (bundle.output.entry ?? []) : [{ resource: json }];
  if (single.output.resourceType === 'Bundle' && !bundle.success) {
    throw new SalusError('not-fhir', 'This FHIR bundle has no list of entries that could be read.');
  }
  const read = entries.map((entry, position) => readEntry(position, entry));
  const items = read.filter((r): r is BundleItem => 'resource' in r);
  const skipped = read.filter((r): r is Skipped => 'reason' in r);
  if (entries.length === 0) throw new SalusError('nothing-to-import', 'This bundle is empty.');
  return { total: entries.length, items, skipped };
}
