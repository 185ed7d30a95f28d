import * as v from 'valibot';
import { concat, fromUtf8 } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { parseLossless } from '../fhir/lossless.ts';
import { documentOf } from './document.ts';
import { resourcesIn } from './fhir-tree.ts';
import { fromBase64Url, isSigned, jsonIn } from './jws.ts';
import type { CardParts } from './card-parts.ts';
import type { CardSaid, Found, ReadContext, Remark } from './reader.ts';
import type { Source } from './source.ts';
import { headOf } from './source.ts';
import { textOf } from './text.ts';
import { unpacked } from './unpack.ts';

const MOST_FILE_BYTES = 16 * 1_048_576;
/** A card is made to fit in pictures; many times that is none. */
const MOST_PAYLOAD_BYTES = 16 * 1_048_576;

/** An address. */
const MOST_ISSUER = 2_048;

const unreadable = () => new SalusError('not-fhir', 'This card could not be read. Ask for it again.');

const HeaderSchema = v.looseObject({ alg: v.literal('ES256'), zip: v.optional(v.literal('DEF')) });
const PayloadSchema = v.looseObject({
  iss: v.pipe(v.string(), v.maxLength(MOST_ISSUER)),
  vc: v.looseObject({ credentialSubject: v.looseObject({ fhirBundle: v.unknown() }) }),
});
const FileSchema = v.looseObject({ verifiableCredential: v.array(v.unknown()) });

/** Digits in twos, each pair the number of a character from `-` on (SMART Health Cards, “Encoding Chunks as QR Codes”). */
function fromDigits(digits: string): string {
  if (digits.length % 2 !== 0) throw unreadable();
  return digits.replace(/\d\d/g, (pair) => String.fromCharCode(Number(pair) + 45));
}

/** A text of a card, or of one of the parts that a large one is in. */
export const isCardText = (text: string): boolean => /^\s*shc:\//i.test(text);

/** Cards of `shc:/` texts, one or in numbered parts; of those that are not whole, the other parts may still come. */
function cardsInText(text: string, parts: CardParts): string[] {
  const found = [...text.matchAll(/shc:\/(?:(\d{1,2})\/(\d{1,2})\/)?(\d+)/gi)];
  if (found.length === 0) throw unreadable();
  return found.flatMap(([, part, count, digits = '']) => {
    const whole = part === undefined ? digits : parts.add(Number(part), Number(count), digits);
    return whole === undefined ? [] : [fromDigits(whole)];
  });
}

function cardsIn(text: string, parts: CardParts): string[] {
  const start = text.trim();
  if (isCardText(start)) return cardsInText(start, parts);
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
  readonly said: CardSaid;
}

const REMARKS = {
  good: 'signature-good',
  wrong: 'signature-wrong',
  unchecked: 'signature-not-checked',
} as const satisfies Record<CardSaid['signature'], Remark>;

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
  const issuer = parsed.output.iss;
  const good = await isSigned(token, issuer, context.issuers);
  const signature = good === undefined ? 'unchecked' : good ? 'good' : 'wrong';
  // Not the schema's copy: the text of its numbers goes with the original.
  const { vc } = json as { vc: { credentialSubject: { fhirBundle: unknown } } };
  return { bundle: vc.credentialSubject.fhirBundle, said: { issuer, signature } };
}

/**
 * What is in the cards of a text. Of one whose signature is wrong nothing is taken: somebody else may have written it.
 * @throws SalusError `not-fhir` where none can be read
 */
export async function* cardContents(text: string, context: ReadContext): AsyncGenerator<Found> {
  const tokens = cardsIn(text, context.cardParts);
  if (tokens.length === 0) {
    yield { kind: 'said', remark: 'card-part' };
    return;
  }
  const cards = await Promise.all(tokens.map((token) => openCard(token, context).catch(() => undefined)));
  if (!cards.some((card) => card !== undefined)) throw unreadable();
  for (const card of cards) {
    if (card === undefined) {
      yield { kind: 'skipped', reason: 'not-a-resource' };
      continue;
    }
    const remark = REMARKS[card.said.signature];
    yield { kind: 'said', remark, card: card.said };
    if (card.said.signature === 'wrong') {
      yield { kind: 'skipped', reason: 'signature-wrong' };
      continue;
    }
    yield* resourcesIn(card.bundle);
  }
}

/**
 * SMART Health Cards (https://spec.smarthealth.cards): a `.smart-health-card` file, the text of its QR codes, or the bare token. What
 * is in them is taken as FHIR; the card itself, which bears the signature, is kept beside it.
 * @throws SalusError `not-fhir` where no card can be read
 */
export async function* readHealthCard(source: Source, context: ReadContext): AsyncGenerator<Found> {
  const { text } = await textOf(source, MOST_FILE_BYTES);
  yield* cardContents(text, context);
  yield await documentOf(source, 'application/smart-health-card', await headOf(source));
}
