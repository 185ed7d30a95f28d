import { decode, encode } from '@ipld/dag-cbor';
import * as v from 'valibot';
import { concat, own, uintBytes, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

/** One part is a block, a row, or a few values: what claims to be longer is not read. */
const MOST_PART = 64 * 1_048_576;
const MOST_BLOCK = 2 * 1_048_576;
const LENGTH_BYTES = 4;

const text = (most: number) => v.pipe(v.string(), v.maxLength(most));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const bytes = v.instance(Uint8Array<ArrayBuffer>);

/** Name of what one network's data is kept under: empty for the build's own, else chain and registry. */
const place = v.pipe(v.string(), v.regex(/^$|^\d{1,16}\/0x[0-9a-f]{40}$/));
/** Name of an account that tells nobody which it is. */
const alias = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
const accounts = v.pipe(v.array(text(64)), v.readonly());

/** A row of the ledger as it is stored, with what it is found by. */
const RowSchema = v.strictObject({
  root: text(128),
  kind: v.picklist(['entry', 'object']),
  folder: count,
  registry: v.optional(text(64)),
  epoch: v.pipe(v.number(), v.safeInteger()),
  draft: v.optional(text(1_024)),
  held: v.optional(v.literal(true)),
  instead: v.optional(text(128)),
  patient: text(64),
  author: text(64),
  commitment: text(128),
  bytes: count,
  createdAt: v.number(),
  replicas: v.pipe(v.array(text(2_048)), v.readonly()),
  checked: v.optional(v.number()),
  anchor: v.optional(v.strictObject({ transaction: text(128), block: count })),
  final: v.optional(v.boolean()),
  kept: accounts,
  open: v.optional(accounts),
  thin: v.optional(accounts),
  entry: v.optional(accounts),
  durable: v.optional(accounts),
  anchored: v.optional(accounts),
});

/** What is in a backup, part by part. Values, rows of the catalogue and blocks are sealed as they lie in the browser. */
const PartSchema = v.variant('is', [
  /** First. `made` in Unix seconds. */
  v.strictObject({
    is: v.literal('about'),
    made: count,
    /** Networks that were added, and which is in use where it is one of them. */
    networks: v.pipe(v.array(v.unknown()), v.maxLength(50)),
    chosen: v.optional(text(128)),
  }),
  /** The list of the wallet's accounts, base64. */
  v.strictObject({ is: v.literal('accounts'), value: v.string() }),
  /** What the wallet remembers of one account, base64. */
  v.strictObject({ is: v.literal('state'), place, alias, value: v.string() }),
  /** A row of what the wallet knows of one account. */
  v.strictObject({ is: v.literal('known'), place, alias, name: text(64), value: bytes }),
  /** `key` is its multihash. Before the entry or object that it is of. */
  v.strictObject({ is: v.literal('block'), place, key: bytes, value: v.pipe(bytes, v.maxLength(MOST_BLOCK)) }),
  /** An entry or object: its row, and the CIDs of its blocks. */
  v.strictObject({
    is: v.literal('root'),
    place,
    row: RowSchema,
    blocks: v.array(bytes),
  }),
  /** Last: how many of each came before. */
  v.strictObject({ is: v.literal('end'), parts: count }),
]);
export type Part = v.InferOutput<typeof PartSchema>;

/** Length (4) ‖ dag-cbor. @throws SalusError `too-large` */
export function encodePart(part: Part): Bytes {
  // What is absent is left out: dag-cbor knows no undefined.
  const body = encode(dropUndefined(part));
  if (body.length > MOST_PART) throw new SalusError('too-large', 'This is too large for a backup.');
  return concat(uintBytes(body.length, LENGTH_BYTES), body);
}

function dropUndefined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(dropUndefined);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === undefined ? [] : [[key, dropUndefined(inner)]])),
  );
}

const damaged = () => new SalusError('sealed-data-damaged', 'A part of this backup cannot be read.');

/**
 * Parts of a stream of bytes, each checked. The last says how many there were, so that none is left out.
 * @throws SalusError `sealed-data-damaged`
 */
export async function* decodeParts(source: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  let held: Uint8Array[] = [];
  let size = 0;
  let parts = 0;
  let ended = false;
  for await (const chunk of source) {
    held.push(chunk);
    size += chunk.length;
    while (size >= LENGTH_BYTES) {
      const length = lengthIn(held);
      if (length > MOST_PART) throw damaged();
      if (size < LENGTH_BYTES + length) break;
      const [first = new Uint8Array()] = held;
      const all = held.length === 1 ? first : concat(...held);
      if (ended) throw damaged();
      const part = parse(all.subarray(LENGTH_BYTES, LENGTH_BYTES + length));
      if ((part.is === 'about') !== (parts === 0)) throw damaged();
      ended = part.is === 'end';
      if (part.is === 'end' && part.parts !== parts) throw damaged();
      parts++;
      yield part;
      held = [all.subarray(LENGTH_BYTES + length)];
      size -= LENGTH_BYTES + length;
    }
  }
  if (!ended || size > 0) throw damaged();
}

function lengthIn(held: readonly Uint8Array[]): number {
  const [first = new Uint8Array()] = held;
  const start = first.length >= LENGTH_BYTES ? first : concat(...held.map((one) => one.subarray(0, LENGTH_BYTES)));
  return new DataView(start.buffer, start.byteOffset).getUint32(0);
}

function parse(body: Uint8Array): Part {
  try {
    return v.parse(PartSchema, decode(own(body)));
  } catch {
    throw damaged();
  }
}
