import * as dagCbor from '@ipld/dag-cbor';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { random, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { importKey } from '../envelope/stream.ts';
import { eciesOpen, eciesSeal } from '../keys/ecies.ts';
import { cidOf, DAG_CBOR } from '../storage/cid.ts';
import { ReceiptSchema } from './receipt.ts';

const bytes = v.custom<Bytes>((x) => x instanceof Uint8Array, 'expected bytes');

/**
 * The object whose digest a grant carries: the receipt, encrypted under a random key that goes by ECIES to the reader and to the
 * patient. It gives nothing to read with.
 * Capsules stand in random order and name nobody: whoever holds the right key finds theirs by trying.
 */
const ConsentObjectSchema = v.strictObject({
  v: v.literal(1),
  suite: v.literal(1),
  nonce: bytes,
  sealed: bytes,
  capsules: v.pipe(v.array(bytes), v.minLength(1), v.maxLength(1_024)),
});

const ContentSchema = v.strictObject({
  context: v.literal('salus/consent/v3'),
  registry: v.string(),
  patient: v.string(),
  receipt: ReceiptSchema,
});
export type ConsentContent = v.InferOutput<typeof ContentSchema>;

function shuffled<T>(list: readonly T[]): T[] {
  const order = list.map((item) => ({ item, at: new DataView(random(4).buffer).getUint32(0) }));
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}

/** @param readers registered keys (x coordinates) of those who are to open it */
export async function sealConsent(
  content: ConsentContent,
  readers: readonly Uint8Array[],
): Promise<{ cid: CID; bytes: Bytes }> {
  const key = random(32);
  const nonce = random(12);
  const plain = Uint8Array.from(dagCbor.encode(content));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv: nonce }, await importKey(key), plain);
  const capsules = shuffled(readers.map((reader) => eciesSeal(reader, key)));
  key.fill(0);
  plain.fill(0);
  const encoded = Uint8Array.from(dagCbor.encode({ v: 1, suite: 1, nonce, sealed: new Uint8Array(sealed), capsules }));
  return { cid: await cidOf(DAG_CBOR, encoded), bytes: encoded };
}

/**
 * Opens a consent object with the reader's own key, and checks that it speaks of this patient in this registry.
 * @throws SalusError `no-consent` when no capsule is for this key, `sealed-data-damaged`
 */
export async function openConsent(
  encoded: Uint8Array,
  secret: Uint8Array,
  expected: { registry: string; patient: string },
): Promise<ConsentContent> {
  const damaged = () =>
    new SalusError('sealed-data-damaged', 'This consent is not in a form this version understands.');
  let object: v.InferOutput<typeof ConsentObjectSchema>;
  try {
    object = v.parse(ConsentObjectSchema, dagCbor.decode(encoded));
  } catch {
    throw damaged();
  }
  for (const capsule of object.capsules) {
    let key: Bytes;
    try {
      key = await eciesOpen(secret, capsule);
    } catch {
      continue; // somebody else's
    }
    let content: ConsentContent;
    try {
      const params = { name: 'AES-GCM', iv: object.nonce };
      const plain = await crypto.subtle.decrypt(params, await importKey(key), object.sealed);
      content = v.parse(ContentSchema, dagCbor.decode(new Uint8Array(plain)));
    } catch {
      throw damaged();
    }
    const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase();
    if (!same(content.registry, expected.registry) || !same(content.patient, expected.patient)) throw damaged();
    return content;
  }
  throw new SalusError('no-consent', 'This consent was not given to you.');
}
