import { hashMessage, Signature, type SigningKey } from 'ethers';
import { fromHex, toHex, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { fieldsOf, type Signable } from './signed-fields.ts';
import { looksLikeSiwe, parseSiwe } from './siwe.ts';
import { readFieldList } from './field-list.ts';
import { readTypedData } from './typed-data.ts';

/** What a page asks the account to sign. Kept as it was given, so that it is shown and signed from the same text. */
export interface SignRequest {
  /**
   * `text`: EIP-191 version 0x45 (`personal_sign`). `typed`: EIP-712 as JSON (`eth_signTypedData_v4`). `typed-v3`: the same without
   * lists (`eth_signTypedData_v3`). `typed-v1`: the list of fields that came before EIP-712 (`eth_signTypedData`), as JSON.
   */
  readonly form: 'text' | 'typed' | 'typed-v3' | 'typed-v1';
  /** Account that is to sign. */
  readonly address: string;
  readonly data: string;
}

/**
 * @throws SalusError `not-signable` when there is nothing to sign, the typed data is not EIP-712, or a sign-in text is not EIP-4361
 */
export function readSignable({ form, data }: Pick<SignRequest, 'form' | 'data'>): Signable {
  if (form === 'typed') return { form, ...readTypedData(data) };
  if (form === 'typed-v3') return { form: 'typed', ...readTypedData(data, { lists: false }) };
  if (form === 'typed-v1') return { form: 'fields', ...readFieldList(data) };
  const bytes = messageBytes(data);
  const digest = hashMessage(bytes);
  const text = textOf(bytes);
  if (text === undefined) return { form: 'bytes', hex: toHex(bytes), digest };
  return { form: 'text', text, digest, ...(looksLikeSiwe(text) && { siwe: parseSiwe(text) }) };
}

/** Signs what was read. @returns 65 bytes in hex */
export const sign = (key: SigningKey, { digest }: Signable): string => Signature.from(key.sign(digest)).serialized;

/** Hex with `0x` stands for its bytes, as in other wallets; anything else for its UTF-8. */
function messageBytes(data: string): Bytes {
  const isHex = /^0x[0-9a-fA-F]*$/.test(data);
  if (data.length === 0 || data === '0x' || (isHex && data.length % 2 !== 0)) {
    throw new SalusError('not-signable', 'There is nothing to sign, or half a byte.');
  }
  return isHex ? fromHex(data) : utf8(data);
}

/** The text that bytes stand for, every character of it; undefined where they are no UTF-8. */
function textOf(bytes: Bytes): string | undefined {
  try {
    // A byte order mark is signed as well, so it is not left out.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Addresses anywhere in what is signed, each once. */
export function addressesIn(signable: Signable): string[] {
  const texts =
    signable.form === 'text'
      ? [signable.text]
      : signable.form === 'bytes'
        ? []
        : fieldsOf(signable).map((field) => field.value);
  const found = texts.flatMap((text) => text.match(/(?<![0-9a-fA-F])0x[0-9a-fA-F]{40}(?![0-9a-fA-F])/g) ?? []);
  return [...new Set(found.map((address) => address.toLowerCase()))];
}
