import { decrypt, encrypt } from 'eciesjs';
import { Config } from 'eciesjs/config';
import { concat, own, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

// SEC 1 ECIES as eciesjs implements it: ephemeral secp256k1 key, HKDF-SHA256, AES-256-GCM with a 96-bit nonce.
const config = new Config();
config.isEphemeralKeyCompressed = true;
config.isHkdfKeyCompressed = true;
config.symmetricAlgorithm = 'aes-256-gcm';
config.symmetricNonceLength = 12;

/**
 * Encrypts a short secret to the holder of a registered key.
 * @param publicX 32-byte x coordinate of a point with even y
 * @returns ephemeral public key (33) ‖ nonce (12) ‖ tag (16) ‖ ciphertext
 */
export function eciesSeal(publicX: Uint8Array, secret: Uint8Array): Bytes {
  return own(encrypt(concat(Uint8Array.of(2), publicX), own(secret), config));
}

/** @throws SalusError `wrong-key` when the capsule is not for this key, or was changed. */
export function eciesOpen(secretKey: Uint8Array, capsule: Uint8Array): Bytes {
  try {
    return own(decrypt(own(secretKey), own(capsule), config));
  } catch {
    throw new SalusError('wrong-key', 'This capsule was not made for this key, or it was changed on the way.');
  }
}
