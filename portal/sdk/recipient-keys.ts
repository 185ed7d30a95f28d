import { computeAddress, SigningKey } from 'ethers';
import { fromHex, utf8, type Bytes } from '../../extension/core/bytes.ts';
import { hkdf } from '../../extension/core/keys/hkdf.ts';
import { evenKey, Keyring, type EncryptionKey } from '../../extension/core/keys/keyring.ts';
import { fromWords } from '../../extension/core/keys/mnemonic.ts';

/** A recipient's one secret: recovery words, as a wallet has them, or the private key of its account (32 bytes, 0x hex). */
export type RecipientSecret = { readonly words: string } | { readonly privateKey: string };

/** A recipient's account, and the key that opens what is sealed to it. */
export interface RecipientKeys {
  readonly address: string;
  /** Signs what keepers are asked. */
  readonly account: SigningKey;
  /** `publicX` is what the account registers on the chain (`setKey`) before patients can share with it. */
  readonly encryption: EncryptionKey;
}

const INFO = utf8('salus/server-encryption/v1');

/**
 * Derives the keys of a server that receives records. From words: the wallet's own paths. From a private key: the encryption
 * key is HKDF-SHA256(private key, no salt, info = "salus/server-encryption/v1"), so that no key both signs and decrypts, and
 * the one that decrypts tells nothing of the one that signs.
 *
 * @throws SalusError `bad-words`; TypeError when the private key is none
 */
export async function recipientKeys(secret: RecipientSecret): Promise<RecipientKeys> {
  if ('words' in secret) {
    const { address, account, encryption } = await Keyring.fromEntropy(fromWords(secret.words));
    return { address, account, encryption };
  }
  const account = signingKey(secret.privateKey);
  return {
    address: computeAddress(account),
    account,
    encryption: evenKey(await hkdf(keyBytes(secret), new Uint8Array(), INFO)),
  };
}

function signingKey(privateKey: string): SigningKey {
  try {
    return new SigningKey(privateKey);
  } catch {
    // The cause is dropped: it may quote the key.
    throw new TypeError('privateKey must be 32 bytes as 0x hex (the value is not shown)');
  }
}

const keyBytes = ({ privateKey }: { privateKey: string }): Bytes => fromHex(privateKey);
