import * as v from 'valibot';
import { fromBase64, fromHex, fromUtf8, toBase64 } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { PathNode } from '../merkle.ts';
import { MOST_PATH } from '../records/limits.ts';
import { MOST_BYTES_WITHIN } from './limits.ts';

/** Of a whole file: the bytes in base64, and the rest. */
export const MOST_PROOF_BYTES = 2 * MOST_BYTES_WITHIN;
/** What happened to one membership. */
const MOST_EVENTS = 1_000;

const hexOf = (bytes: number) => v.pipe(v.string(), v.regex(new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`)));
const word = hexOf(32);
const address = hexOf(20);
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
/** One way to write the same bytes, so that no letter of it can be another. */
const base64 = v.pipe(
  v.string(),
  v.maxLength(Math.ceil(MOST_BYTES_WITHIN / 3) * 4),
  v.check(isExact, 'expected base64 without loose bits'),
);

/** Every check of a schema is made, also of what another refused: what is no base64 must not throw here. */
function isExact(text: string): boolean {
  try {
    return toBase64(fromBase64(text)) === text;
  } catch {
    return false;
  }
}

const placed = { block: count, hash: word, transaction: word, index: count };
/** A log of the registry, as it stands on the chain. */
const EventSchema = v.strictObject({
  ...placed,
  topics: v.pipe(v.array(word), v.minLength(1), v.maxLength(4)),
  data: v.pipe(v.string(), v.regex(/^0x([0-9a-f]{64}){0,2}$/)),
});
const events = v.pipe(v.array(EventSchema), v.maxLength(MOST_EVENTS));

/** What a member can be, by the number that the registry has for it. */
export const ROLE_NAMES = [
  'none',
  'registrar',
  'hospital',
  'ehr-manager',
  'doctor',
  'lab',
  'pharmacist',
  'researcher',
  'patient',
  'payer',
] as const;
export type RoleName = (typeof ROLE_NAMES)[number];

/** From the bytes of one item to the root that its author signed. */
const HeldSchema = v.strictObject({
  /** Absent where they stand in a file beside this one. */
  bytes: v.optional(base64),
  digest: word,
  leafSalt: word,
  leaf: word,
  path: v.pipe(v.array(v.strictObject({ side: v.picklist(['left', 'right']), hash: word })), v.maxLength(MOST_PATH)),
  root: word,
});

const ChainSchema = v.strictObject({
  id: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  registry: address,
  /** Block in which the registry was made. */
  fromBlock: count,
});

/**
 * A proof that anybody checks: bytes → leaf → root → the chain → author → role and hospital at that time. There is nothing in it that
 * a step does not check (docs/PROTOCOL.md).
 */
const ProofSchema = v.strictObject({
  format: v.literal('salus/proof/v1'),
  item: HeldSchema,
  chain: ChainSchema,
  entry: v.strictObject({ id: word, cid: word, patient: address, author: address, ...placed }),
  author: v.strictObject({ role: v.picklist(ROLE_NAMES), events }),
  /** Of staff: who vouched for them. */
  hospital: v.optional(v.strictObject({ address, events })),
});

export type ProofFile = v.InferOutput<typeof ProofSchema>;
export type HeldItem = ProofFile['item'];
export type ProofEvent = v.InferOutput<typeof EventSchema>;

const unreadable = () => new SalusError('proof-unreadable', 'This is not a proof file, or it was damaged.');

/** @throws SalusError `proof-unreadable` */
export function parseProof(bytes: Uint8Array): ProofFile {
  if (bytes.byteLength > MOST_PROOF_BYTES) throw unreadable();
  let json: unknown;
  try {
    json = JSON.parse(fromUtf8(bytes));
  } catch {
    throw unreadable();
  }
  const parsed = v.safeParse(ProofSchema, json);
  if (!parsed.success) throw unreadable();
  return parsed.output;
}

export const proofText = (proof: ProofFile): string => `${JSON.stringify(proof, null, 1)}\n`;

export const pathNodes = ({ path }: HeldItem): PathNode[] =>
  path.map(({ side, hash }) => ({ side, hash: fromHex(hash) }));
