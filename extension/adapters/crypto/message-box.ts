import { Buffer } from 'buffer';
import { toHex, type Bytes } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import type { SealedMessage } from '../../core/signing/sealed-message.ts';
import type { MessageBoxPort } from '../../core/wallet/ports.ts';

/** The library takes a `Buffer` global for granted, already while it is being loaded. */
async function library() {
  (globalThis as { Buffer?: typeof Buffer }).Buffer ??= Buffer;
  return import('@metamask/eth-sig-util/encryption');
}

const bare = (secret: Bytes): string => toHex(secret).slice(2);

/**
 * Messages that sites lock for an account, by the scheme of `eth_getEncryptionPublicKey` and `eth_decrypt`
 * (x25519-xsalsa20-poly1305). Lives beside the storage host: its library is too large for the background.
 */
export class MessageBox implements MessageBoxPort {
  async publicKey(secret: Bytes): Promise<string> {
    const { getEncryptionPublicKey } = await library();
    return getEncryptionPublicKey(bare(secret));
  }

  async open(secret: Bytes, encryptedData: SealedMessage): Promise<string> {
    const { decrypt } = await library();
    try {
      return decrypt({ encryptedData, privateKey: bare(secret) });
    } catch {
      // Never the library's own words: they could speak of the message.
      throw new SalusError('wrong-key', 'This message was not encrypted for this wallet, or was changed.');
    }
  }
}
