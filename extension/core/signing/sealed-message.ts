import * as v from 'valibot';
import { fromHex, fromUtf8 } from '../bytes.ts';
import { SalusError } from '../errors.ts';

const base64 = v.pipe(v.string(), v.base64());
const bytes = (count: number) =>
  v.pipe(
    base64,
    v.check((text) => atob(text).length === count),
  );

const SealedMessageSchema = v.strictObject({
  version: v.literal('x25519-xsalsa20-poly1305'),
  nonce: bytes(24),
  ephemPublicKey: bytes(32),
  ciphertext: base64,
});

/** A message as `eth_decrypt` takes it and `encrypt` of @metamask/eth-sig-util makes it; the byte strings in base64. */
export type SealedMessage = v.InferOutput<typeof SealedMessageSchema>;

/**
 * @param data hex of the message's JSON in UTF-8
 * @throws SalusError `not-decryptable`
 */
export function readSealedMessage(data: string): SealedMessage {
  try {
    return v.parse(SealedMessageSchema, JSON.parse(fromUtf8(fromHex(data))));
  } catch {
    throw new SalusError('not-decryptable', 'This is not a message that was encrypted for an Ethereum account.');
  }
}
