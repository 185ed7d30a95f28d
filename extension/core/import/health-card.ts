import * as v from 'valibot';
import { concat, fromUtf8 } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { documentOf } from './document.ts';
import { resourcesIn } from './fhir-tree.ts';
import { fromBase64Url, isSigned, jsonIn } from './jws.ts';
import type { Found, ReadContext, Remark } from './reader.ts';
import type { Source } from './source.ts';
import { headOf } from './source.ts';
import { textOf } from './text.ts';
import { unpacked } from './unpack.ts';

const MOST_FILE_BYTES = 16 * 1_048_576;
/** A card is made to fit in pictures; many times that is none. */
const MOST_PAYLOAD_BYTES = 16 * 1_048_576;

const unreadable = () => new SalusError('not-fhir', 'This card could not be read. Ask for it again.');

const HeaderSchema = v.looseObject({ alg: v.literal('ES256'), zip: v.optional(v.literal('DEF')) });
const PayloadSchema = v.looseObject({
  iss: v.string(),
  vc: v.looseObject({ credentialSubject: v.looseObject({ fhirBundle: v.unknown() }) }),
});
const FileSchema = v.looseObject({ verifiableCredential: v.array(v.unknown()) });

/** Digits in twos, each pair the number of a character from `-` on (SMART Health Cards, “Encoding Chunks as QR Codes”). */
function fromDigits(digits: string): string {
  if (digits.length % 2 !== 0) throw unreadable();
  return digits.replace(/\d\d/g, (pair) => String.fromCharCode(Number(pair) + 45));
}

/** Cards of `shc:/` texts, one or in numbered parts. */
function cardsInText(text: string): string[] {
  const found = [...text.matchAll(/shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?(\d+)/gi)];
  const whole = found.filter(([, part]) => part === undefined).map(([, , , digits = '']) => fromDigits(digits));
  const parts = found.filter(([, part]) => part !== undefined);
  if (parts.length === 0) return whole;
  const ordered = parts.toSorted(([, a], [, b]) => Number(a) - Number(b));
  const count = Number(parts[0]?.[2]);
  if (ordered.length !== count || ordered.some(([, part], at) => Number(part) !== at + 1)) throw unreadable();
  return [...whole, ordered.map(([, , , digits = '']) => fromDigits(digits)).join('')];
}

function cardsIn(text: string): string[] {
  const start = text.trim();
  if (/^shc:\//i.test(start)) return cardsInText(start);
  if (start.startsWith('eyJ')) return [start];
  const file = v.safeParse(FileSchema, jsonIn(new TextEncoder().encode(start)));
  if (!file.success) throw unreadable();
  return file.output.verifiableCredential.map((one) => (typeof one === 'string' ? one : ''));
}

async function inflated(bytes: ReturnType<typeof fromBase64Url>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  async function* once() {
    yield await Promise.resolve(bytes);
  }
  try {
    for await (const part of unpacked(once(), 'deflate-raw', MOST_PAYLOAD_BYTES)) parts.push(part);
  } catch {
    throw unreadable();
  }
  return concat(...parts);
}

interface Card {
  readonly bundle: unknown;
  readonly remark: Remark;
}

/** @throws SalusError `not-fhir` */
async function openCard(token: string, context: ReadContext): Promise<Card> {
  const parts = token.split('.');
  const [header = '', payload = ''] = parts;
  const head = v.safeParse(HeaderSchema, jsonIn(fromBase64Url(header)));
  if (parts.length !== 3 || !head.success) throw unreadable();
  const packed = fromBase64Url(payload);
  const bytes = head.output.zip === 'DEF' ? await inflated(packed) : packed;
  let json: unknown;
  try {
    json = parseLossless(fromUtf8(bytes));
  } catch {
    throw unreadable();
  }
  const parsed = v.safeParse(PayloadSchema, json);
  if (!parsed.success) throw unreadable();
  const good = await isSigned(token, parsed.output.iss, context.issuers);
  const remark = good === undefined ? 'signature-not-checked' : good ? 'signature-good' : 'signature-wrong';
  // Not the schema's copy: the text of its numbers goes with the original.
  const { vc } = json as { vc: { credentialSubject: { fhirBundle: unknown } } };
  return { bundle: vc.credentialSubject.fhirBundle, remark };
}

/**
 * SMART Health Cards (https://spec.smarthealth.cards): a `.smart-health-card` file, the text of its QR codes, or the bare token. What
 * is in them is taken as FHIR; the card itself, which bears the signature, is kept beside it.
 * @throws SalusError `not-fhir` where no card can be read
 */
export async function* readHealthCard(source: Source, context: ReadContext): AsyncGenerator<Found> {
  const { text } = await textOf(source, MOST_FILE_BYTES);
  const tokens = cardsIn(text);
  const cards = await Promise.all(tokens.map((token) => openCard(token, context).catch(() => undefined)));
  if (!cards.some((card) => card !== undefined)) throw unreadable();
  for (const card of cards) {
    if (card === undefined) {
      yield { kind: 'skipped', reason: 'not-a-resource' };
      continue;
    }
    yield { kind: 'said', remark: card.remark };
    for (const one of resourcesIn(card.bundle)) {
      yield one.kind === 'resource' ? { ...one, remarks: [...(one.remarks ?? []), card.remark] } : one;
    }
  }
  yield await documentOf(source, 'application/smart-health-card', await headOf(source));
}
