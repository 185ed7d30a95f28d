import { sha512 } from '@noble/hashes/sha2';
import { concat, equal, own, random, uintBytes, utf8, type Bytes } from '../bytes.ts';
import { SIZE, type Group, type Term } from './group.ts';

/**
 * RFC 9497, mode VOPRF (0x01), suite ristretto255-SHA512, with nothing blinded: who answers is meant to know what it answers. The
 * key is a scalar, its public key scalar · generator, and one proof stands for a whole batch.
 */
const SUITE = 'OPRFV1-\x01-ristretto255-SHA512';
const HASH_TO_GROUP = utf8(`HashToGroup-${SUITE}`);
const HASH_TO_SCALAR = utf8(`HashToScalar-${SUITE}`);
const SEED = utf8(`Seed-${SUITE}`);
const COMPOSITE = utf8('Composite');
const CHALLENGE = utf8('Challenge');
const FINALIZE = utf8('Finalize');
const UNIFORM = 64;

/** Inputs answered under one proof, at most. */
export const MOST_IN_BATCH = 1_000;

export interface Answer {
  /** key · element of each input, in the order of the inputs. */
  readonly evaluated: readonly Bytes[];
  /** Challenge and response, 64 bytes: that all were multiplied by the key of the known public key. */
  readonly proof: Bytes;
}

const withLength = (bytes: Uint8Array): Bytes => concat(uintBytes(bytes.byteLength, 2), bytes);

/** The element that an input stands for (`HashToGroup`). */
export const elementOf = (group: Group, input: Uint8Array): Bytes => group.hashToElement(input, HASH_TO_GROUP);

/** What the key makes of an input (`Finalize`, of an element that was not blinded): 64 bytes. */
export const outputOf = (input: Uint8Array, evaluated: Uint8Array): Bytes =>
  own(sha512(concat(withLength(input), withLength(evaluated), FINALIZE)));

/** Answers a batch (`BlindEvaluate`). @param nonce for the proof, 64 random bytes; a test gives its own */
export function answer(
  group: Group,
  key: Uint8Array,
  elements: readonly Uint8Array[],
  nonce: Uint8Array = random(UNIFORM),
): Answer {
  checkSize(elements);
  const publicKey = group.multiplyGenerator(key);
  const evaluated = elements.map((element) => group.multiply(key, element));
  const weights = weightsOf(group, publicKey, elements, evaluated);
  const m = group.sum(elements.map((element, i): Term => [weights[i] as Bytes, element]));
  const z = group.multiply(key, m);
  const r = group.scalarFrom(nonce);
  const challenge = challengeOf(group, [publicKey, m, z, group.multiplyGenerator(r), group.multiply(r, m)]);
  const response = group.subtract(r, group.times(challenge, key));
  r.fill(0);
  return { evaluated, proof: concat(challenge, response) };
}

/** Whether an answer is of this public key and of these elements (`VerifyProof`). Whatever is malformed is no answer. */
export function isAnswer(
  group: Group,
  publicKey: Uint8Array,
  elements: readonly Uint8Array[],
  { evaluated, proof }: Answer,
): boolean {
  if (elements.length !== evaluated.length || proof.byteLength !== 2 * SIZE) return false;
  try {
    checkSize(elements);
    const [challenge, response] = [proof.slice(0, SIZE), proof.slice(SIZE)];
    const weights = weightsOf(group, publicKey, elements, evaluated);
    const termsOf = (all: readonly Uint8Array[]) => all.map((element, i): Term => [weights[i] as Bytes, element]);
    const [m, z] = [group.sum(termsOf(elements)), group.sum(termsOf(evaluated))];
    const t2 = group.sum([
      [response, group.generator],
      [challenge, publicKey],
    ]);
    const t3 = group.sum([
      [response, m],
      [challenge, z],
    ]);
    const again = challengeOf(group, [publicKey, m, z, t2, t3]);
    return equal(again, challenge);
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** How much each element counts in the one that stands for all (`ComputeComposites`). */
function weightsOf(
  group: Group,
  publicKey: Uint8Array,
  elements: readonly Uint8Array[],
  evaluated: readonly Uint8Array[],
): Bytes[] {
  const seed = sha512(concat(withLength(publicKey), withLength(SEED)));
  return elements.map((element, i) =>
    group.hashToScalar(
      concat(withLength(seed), uintBytes(i, 2), withLength(element), withLength(evaluated[i] as Bytes), COMPOSITE),
      HASH_TO_SCALAR,
    ),
  );
}

const challengeOf = (group: Group, elements: readonly Uint8Array[]): Bytes =>
  group.hashToScalar(concat(...elements.map(withLength), CHALLENGE), HASH_TO_SCALAR);

function checkSize(elements: readonly Uint8Array[]): void {
  if (elements.length === 0 || elements.length > MOST_IN_BATCH)
    throw new RangeError(`a batch has 1 to ${MOST_IN_BATCH} elements`);
}
