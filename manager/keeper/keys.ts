import { createCipheriv, createDecipheriv, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { concat, fromHex, own, random, uintBytes, utf8, type Bytes } from '../../extension/core/bytes.ts';
import { hkdf } from '../../extension/core/keys/hkdf.ts';
import { evenKey, type EncryptionKey } from '../../extension/core/keys/keyring.ts';

const [CIPHER, NONCE, TAG] = ['aes-256-gcm', 12, 16] as const;

/** Where a share stands in a keeper's store. It opens nowhere else. */
export interface StoredPlace {
  /** Digest of the keyring's object, 32 bytes. */
  readonly keyring: Uint8Array;
  readonly folder: number;
  readonly epoch: number;
}

/** The keys of a keeper. They are never on its disk. */
export interface KeeperKeys {
  /** What shares are sealed to on their way; the account of the manager registers its x coordinate. */
  readonly encryption: EncryptionKey;
  /** Ed25519 key, 32 bytes, that heads of the log are proven by. */
  readonly log: Bytes;
  /** Signs a head. */
  signHead(message: Uint8Array): Promise<Bytes>;
  /** @returns nonce (12) ‖ ciphertext ‖ tag (16) of AES-256-GCM, bound to the place */
  seal(value: Uint8Array, place: StoredPlace): Bytes;
  /** @throws Error where it was changed, or sealed for another place or under another secret */
  open(sealed: Uint8Array, place: StoredPlace): Bytes;
}

/**
 * Keys of a keeper: HKDF-SHA256(secret, info = "salus/keeper/encryption/v1", "…/store/v1" and "…/log/v1").
 * @param secret 32 bytes as 0x hex
 */
export async function keeperKeys(secret: string): Promise<KeeperKeys> {
  const derive = (info: string) => hkdf(fromHex(secret), new Uint8Array(), utf8(info));
  const [encryption, store, log] = await Promise.all([
    derive('salus/keeper/encryption/v1'),
    derive('salus/keeper/store/v1'),
    derive('salus/keeper/log/v1'),
  ]);
  // PKCS #8 of an Ed25519 key (RFC 8410) is this prefix and the seed.
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), log]);
  const logKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
  const publicKey = createPublicKey(logKey).export({ format: 'der', type: 'spki' }).subarray(-32);
  return {
    encryption: evenKey(encryption),
    log: own(publicKey),
    signHead: (message) => Promise.resolve(own(sign(null, message, logKey))),
    seal(value, place) {
      const nonce = random(NONCE);
      const cipher = createCipheriv(CIPHER, store, nonce).setAAD(bindingOf(place));
      const sealed = concat(cipher.update(value), cipher.final());
      return concat(nonce, sealed, cipher.getAuthTag());
    },
    open(sealed, place) {
      const decipher = createDecipheriv(CIPHER, store, sealed.slice(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(bindingOf(place)).setAuthTag(sealed.slice(-TAG));
      const plain = decipher.update(sealed.slice(NONCE, -TAG));
      decipher.final();
      const value = own(plain);
      plain.fill(0);
      return value;
    },
  };
}

/** "salus/keeper/share/v1" ‖ digest of the keyring (32) ‖ folder (6) ‖ epoch (2) */
const bindingOf = ({ keyring, folder, epoch }: StoredPlace): Bytes =>
  concat(utf8('salus/keeper/share/v1'), keyring, uintBytes(folder, 6), uintBytes(epoch, 2));
