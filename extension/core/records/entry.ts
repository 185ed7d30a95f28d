import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import * as v from 'valibot';
import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { WRAPPED_BYTES } from '../keys/key-wrap.ts';
import { isItemStatus, type ItemStatus } from '../fhir/present/status.ts';
import { clip, MOST_ITEMS, MOST_MEASURES, MOST_MOVES, MOST_PATH, TEXT_LIMITS } from './limits.ts';
import { isSection, type Section } from './sections.ts';

const bytesOf = (length: number) =>
  v.custom<Bytes>((x) => x instanceof Uint8Array && x.byteLength === length, `expected ${length} bytes`);
const anyBytes = v.custom<Bytes>((x) => x instanceof Uint8Array, 'expected bytes');
const cid = v.pipe(
  v.unknown(),
  v.check((x) => CID.asCID(x) !== null, 'expected a CID'),
  v.transform((x) => CID.asCID(x) as CID),
);
/** Entries of earlier versions may say more than there is room for: what they hold opens all the same. */
const text = (field: keyof typeof TEXT_LIMITS) =>
  v.pipe(
    v.string(),
    v.transform((given) => clip(given, TEXT_LIMITS[field])),
  );
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const short = v.pipe(
  v.string(),
  v.transform((given) => clip(given, TEXT_LIMITS.measure)),
);
const MeasureSchema = v.object({
  name: v.optional(short),
  code: v.optional(short),
  value: short,
  comparator: v.optional(short),
  unit: v.optional(short),
  ucum: v.optional(short),
  low: v.optional(short),
  high: v.optional(short),
  flag: v.optional(short),
});

/**
 * The public part of an entry, dag-cbor: meaningless without a key. Everything in it is sealed under a content key of its own, which
 * stands here twice: `key.capsule`, ECIES to the patient; `key.wrapped`, under the entry's key (`ownEntryKey`), for readers. What
 * is for the patient alone has no second.
 */
const EntrySchema = v.strictObject({
  v: v.literal(2),
  suite: v.literal(1),
  key: v.strictObject({ capsule: anyBytes, wrapped: v.optional(bytesOf(WRAPPED_BYTES)) }),
  salt: bytesOf(32),
  index: cid,
  items: v.pipe(v.array(cid), v.minLength(1), v.maxLength(MOST_ITEMS)),
});
export type Entry = v.InferOutput<typeof EntrySchema>;

/** What the sealed index says of one item. */
const ItemMetaSchema = v.strictObject({
  /** FHIR resource type, or `File`. */
  type: text('type'),
  title: text('title'),
  /** FHIR date or dateTime. */
  date: v.optional(text('date')),
  /** `system|code`. */
  code: v.optional(text('code')),
  /** How it stands, where what it names is not simply so; one that this version does not know says nothing. */
  status: v.fallback(v.optional(v.custom<ItemStatus>(isItemStatus)), undefined),
  /** What it says in words: a result, how a drug is taken. */
  value: v.optional(text('value')),
  measures: v.optional(
    v.pipe(
      v.array(MeasureSchema),
      v.transform((given) => given.slice(0, MOST_MEASURES)),
    ),
  ),
  /** Reference to the visit that it belongs to. */
  visit: v.optional(text('visit')),
  /** By which it is known again: where it comes from and which it is there, what it says without what changes with each export, and when it was changed there. */
  same: v.optional(
    v.strictObject({ identity: v.optional(bytesOf(16)), essence: bytesOf(16), updated: v.optional(text('date')) }),
  ),
  mediaType: text('mediaType'),
  /** Plaintext bytes. */
  size: count,
  encoding: v.picklist(['identity', 'deflate']),
  /** Identity other resources refer to this one by. */
  fullUrl: v.optional(text('fullUrl')),
  /** Where it came from: file name or portal origin. */
  source: v.optional(text('source')),
  /** Entry id and position of the item this one corrects. */
  replaces: v.optional(text('replaces')),
  /** Entry id and position of the item that this one says something of. */
  about: v.optional(text('about')),
  /** Entry ids and positions that this same item had before its author sealed it anew. */
  was: v.optional(v.pipe(v.array(text('about')), v.maxLength(MOST_MOVES))),
  /** Number of findings by the FHIR validator when it was taken in. */
  findings: v.optional(count),
  /**
   * In a selection: the sealed item is that of another entry, given by its key alone. `of` is its entry id and position there, `path`
   * leads from it to that entry's commitment: the nodes beside the way, the lowest first (RFC 9162).
   */
  from: v.optional(
    v.strictObject({
      of: text('about'),
      key: bytesOf(32),
      path: v.pipe(
        v.array(v.strictObject({ side: v.picklist(['left', 'right']), hash: bytesOf(32) })),
        v.maxLength(MOST_PATH),
      ),
    }),
  ),
  salt: bytesOf(32),
  leafSalt: bytesOf(32),
  /** SHA-256 of the plaintext. */
  digest: bytesOf(32),
});
export type ItemMeta = v.InferOutput<typeof ItemMetaSchema>;

const IndexSchema = v.strictObject({
  v: v.literal(1),
  section: v.custom<Section>(isSection, 'unknown section'),
  items: v.pipe(v.array(ItemMetaSchema), v.minLength(1), v.maxLength(MOST_ITEMS)),
});
export type EntryIndex = v.InferOutput<typeof IndexSchema>;

function decode<S extends v.GenericSchema>(schema: S, bytes: Uint8Array): v.InferOutput<S> {
  try {
    return v.parse(schema, dagCbor.decode(bytes));
  } catch {
    throw new SalusError('sealed-data-damaged', 'This entry is not in a form this version understands.');
  }
}

export const encodeEntry = (entry: Entry): Bytes => Uint8Array.from(dagCbor.encode(entry));
/** @throws SalusError `sealed-data-damaged` */
export const decodeEntry = (bytes: Uint8Array): Entry => decode(EntrySchema, bytes);

/** Drops what is undefined, which dag-cbor cannot carry. */
const compact = (item: ItemMeta): ItemMeta =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined)) as ItemMeta;
/** Bytes of one item in an index. */
export const indexBytes = (item: ItemMeta): number => dagCbor.encode(compact(item)).byteLength;
export const encodeIndex = (index: EntryIndex): Bytes =>
  Uint8Array.from(dagCbor.encode({ ...index, items: index.items.map(compact) }));
/** @throws SalusError `sealed-data-damaged` */
export const decodeIndex = (bytes: Uint8Array): EntryIndex => decode(IndexSchema, bytes);
