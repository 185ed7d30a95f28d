import * as dagCbor from '@ipld/dag-cbor';
import * as v from 'valibot';
import { fromBase64, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import { SIZE } from './group.ts';
import { MOST_IN_BATCH } from './voprf.ts';

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const address = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{40}$/), v.toLowerCase());
const word = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/));
const words = v.pipe(v.array(word), v.minLength(1), v.maxLength(MOST_IN_BATCH));
const signature = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{130}$/));
const base64 = v.pipe(
  v.string(),
  v.base64(),
  v.transform((text) => fromBase64(text)),
);
const folder = v.pipe(count, v.maxValue(2 ** 48 - 1));

/** What both requests to a keeper say. All of it is signed but `registry`, which is of the signature's domain. */
const common = {
  registry: address,
  signer: address,
  patient: address,
  folder,
  /** Account of the manager that is asked. */
  manager: address,
  /** A recent block that the signer saw: it was not signed before. */
  blockNumber: count,
  blockHash: word,
  /** 32 bytes drawn by chance; a request counts once. */
  nonce: word,
  signature,
};

/** Body of `POST /v1/read`: `Read` of the registry's EIP-712 domain, with its signature. */
export const ReadRequestSchema = v.strictObject({
  ...common,
  /** Ids of records in that folder. */
  records: words,
  /** One bit: what they are read for. */
  purpose: v.pipe(count, v.maxValue(0xffff)),
});
export type ReadRequest = v.InferOutput<typeof ReadRequestSchema>;

/** Body of `POST /v1/seal`: `Seal` of the registry's EIP-712 domain, with its signature. */
export const SealRequestSchema = v.strictObject({ ...common, commitments: words });
export type SealRequest = v.InferOutput<typeof SealRequestSchema>;

/** Body of `POST /v1/log`: `Openings` of the managers' EIP-712 domain, with its signature. */
export const LogRequestSchema = v.strictObject({
  registry: address,
  signer: address,
  manager: address,
  /** Number of the first line that is wanted. */
  after: count,
  /** Lines that the log had when its head was last seen; 0 for never. */
  head: count,
  signature,
});
export type LogRequest = v.InferOutput<typeof LogRequestSchema>;

/** Body of `POST /v1/shares`. The authorization header is that of a CAR, over the digest of the keyring's object. */
export const DealRequestSchema = v.strictObject({
  registry: address,
  /** The keyring's object, dag-cbor. */
  keyring: base64,
  /** One for each folder and epoch of the keyring: see `sealShare`. */
  shares: v.pipe(v.array(v.strictObject({ folder, epoch: count, capsule: base64 })), v.minLength(1), v.maxLength(64)),
});

/** Answer to `POST /v1/shares`: `Kept` of the managers' EIP-712 domain, signed by the manager's account. */
export const KeptSchema = v.object({ signature });

/** Body of `POST /v1/erase`: `Erase` of the managers' EIP-712 domain, with its signature. */
export const EraseRequestSchema = v.strictObject({
  registry: address,
  signer: address,
  manager: address,
  /** Digests of keyrings' objects. */
  keyrings: v.pipe(v.array(word), v.minLength(1), v.maxLength(64)),
  signature,
});
export type EraseRequest = v.InferOutput<typeof EraseRequestSchema>;

/** Answer to `POST /v1/erase`: `Erased` of the managers' EIP-712 domain, signed by the manager's account. */
export const ErasedSchema = v.object({ signature });

/** Body of `POST /v1/withdrawn`. */
export const WithdrawnRequestSchema = v.strictObject({
  registry: address,
  patient: address,
  /** Ids of records. */
  records: words,
});
export type WithdrawnRequest = v.InferOutput<typeof WithdrawnRequestSchema>;

/** Answer to `POST /v1/withdrawn`: `Withdrawn` of the managers' EIP-712 domain, signed by the manager's account. */
export const WithdrawnSchema = v.object({ signature });

/** Answer to `POST /v1/read` and `/v1/seal`: ECIES to the signer's registered key of {@link KeeperReply}. */
export const SealedReplySchema = v.object({ sealed: base64 });

const bytesOf = (length: number) =>
  v.custom<Bytes>((x) => x instanceof Uint8Array && x.byteLength === length, `expected ${length} bytes`);
const element = bytesOf(SIZE);
const hash = bytesOf(32);

/** What a keeper gives: for each epoch that the entries are of, one answer with one proof. */
const KeeperReplySchema = v.strictObject({
  v: v.literal(1),
  /** Of the request. */
  nonce: hash,
  parts: v.pipe(
    v.array(
      v.strictObject({
        epoch: count,
        /** Digest of the keyring whose share answered. */
        keyring: hash,
        /** Positions, in the request, of the entries that this is for. */
        positions: v.pipe(v.array(count), v.minLength(1), v.maxLength(MOST_IN_BATCH)),
        evaluated: v.pipe(v.array(element), v.minLength(1), v.maxLength(MOST_IN_BATCH)),
        proof: bytesOf(2 * SIZE),
      }),
    ),
    v.minLength(1),
    v.maxLength(64),
  ),
});
export type KeeperReply = v.InferOutput<typeof KeeperReplySchema>;

const anyBytes = v.custom<Bytes>((x) => x instanceof Uint8Array, 'expected bytes');
/** A path through a tree of 2^53 leaves has no more. */
const path = v.pipe(v.array(hash), v.maxLength(108));

/** Lines of one answer, at most. */
export const MOST_LINES = 200;
/** Other managers whose heads a manager tells of. */
const MOST_PEERS = 8;

/** A head with all its signatures: see `checkpoint.ts`. */
const note = v.pipe(v.string(), v.maxLength(4_096));

/** Body of `POST /v1/cosign`: a manager gives the head of its log to another one, which saw it when it had `old` lines. */
export const CosignRequestSchema = v.strictObject({
  head: note,
  old: count,
  /** RFC 9162 proof that what was seen is a part of it: base64. */
  consistency: v.pipe(v.array(base64), v.maxLength(108)),
});
export type CosignRequest = v.InferOutput<typeof CosignRequestSchema>;

/** Answer to `POST /v1/cosign`: a line to put under the head. */
export const CosignReplySchema = v.object({ cosignature: v.pipe(v.string(), v.maxLength(512)) });

/** Answer to `GET /v1/heads`: the newest head of each other log that was cosigned, with that cosignature. */
export const HeadsSchema = v.object({ heads: v.pipe(v.array(note), v.maxLength(MOST_PEERS)) });

/** Where on the chain it stands how far a log was. */
const AnchorSchema = v.strictObject({ manager: address, size: count, root: hash, block: count });
export type Anchor = v.InferOutput<typeof AnchorSchema>;

/** Lines of the log that speak of the signer's record, each proven to be under the head. */
const LogReplySchema = v.strictObject({
  v: v.literal(1),
  /** The log's head: see `checkpoint.ts`. */
  head: note,
  /** RFC 9162 proof that the head known before is a part of it. */
  consistency: path,
  lines: v.pipe(
    v.array(v.strictObject({ number: count, blind: anyBytes, body: anyBytes, proof: path })),
    v.maxLength(MOST_LINES),
  ),
  /** What to ask for `after` the next time. */
  next: count,
  /** The newest head that others cosigned, and the proof that it is a part of this one; absent where none did yet. */
  cosigned: v.optional(v.strictObject({ head: note, consistency: path })),
  /** Heads of other managers' logs, as this one cosigned them. */
  others: v.optional(v.pipe(v.array(note), v.maxLength(MOST_PEERS))),
  /** The newest anchors on the chain that this manager knows of: of its own log, and of the others'. */
  anchors: v.optional(v.pipe(v.array(AnchorSchema), v.maxLength(MOST_PEERS + 1))),
  /** The proof that the newest anchor of its own log is a part of the head. */
  anchored: v.optional(path),
});
export type LogReply = v.InferOutput<typeof LogReplySchema>;

/** Body of a line. */
const OpeningSchema = v.strictObject({
  v: v.literal(1),
  kind: v.picklist(['read', 'seal', 'refused']),
  /** Unix seconds, by the keeper's clock. */
  at: count,
  /** Newest block that the keeper knew. */
  block: count,
  signer: address,
  patient: address,
  folder,
  records: v.optional(v.array(hash)),
  commitments: v.optional(v.array(hash)),
  /** Bits; 0 for what is sealed. */
  purpose: count,
});
export type OpeningBody = v.InferOutput<typeof OpeningSchema>;

export const encodeLogReply = (reply: LogReply): Bytes => Uint8Array.from(dagCbor.encode(reply));

/** @throws SalusError `sealed-data-damaged` */
export const decodeLogReply = (bytes: Uint8Array): LogReply => decode(LogReplySchema, bytes);

/** @throws SalusError `sealed-data-damaged` */
export const decodeOpening = (bytes: Uint8Array): OpeningBody => decode(OpeningSchema, bytes);

export const encodeReply = (reply: KeeperReply): Bytes => Uint8Array.from(dagCbor.encode(reply));

/** @throws SalusError `sealed-data-damaged` */
export const decodeReply = (bytes: Uint8Array): KeeperReply => decode(KeeperReplySchema, bytes);

function decode<S extends v.GenericSchema>(schema: S, bytes: Uint8Array): v.InferOutput<S> {
  try {
    return v.parse(schema, dagCbor.decode(bytes));
  } catch {
    throw new SalusError('sealed-data-damaged', 'A keeper’s answer is not in a form this version understands.');
  }
}

/** What of a request EIP-712 signs: all but its registry, which is of the domain, and the signature itself. */
export function signedMessage<T extends { readonly registry: string; readonly signature: string }>(request: T) {
  const { registry, signature: signed, ...message } = request;
  void [registry, signed];
  return message;
}

/**
 * Opens an answer that is sealed to the asker's registered key.
 * @param secret of that key
 * @returns undefined for what is none, or is not for this key
 */
export async function openReply<T>(
  body: unknown,
  secret: Uint8Array,
  parse: (bytes: Uint8Array) => T,
): Promise<T | undefined> {
  const parsed = v.safeParse(SealedReplySchema, body);
  if (!parsed.success) return undefined;
  try {
    return parse(await eciesOpen(secret, parsed.output.sealed));
  } catch (error) {
    if (isSalusError(error, 'wrong-key') || isSalusError(error, 'sealed-data-damaged')) return undefined;
    throw error;
  }
}
