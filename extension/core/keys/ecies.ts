import { secp256k1 } from '@noble/curves/secp256k1';
import { Config } from 'eciesjs/config';
import { getPublicKey, getSharedKey, getSharedPoint, getValidSecret, symEncrypt } from 'eciesjs/utils';
import { concat, own, type Bytes } from '../bytes.ts';
import { importKey } from '../envelope/stream.ts';
import { SalusError } from '../errors.ts';
import { hkdf } from './hkdf.ts';

// SEC 1 ECIES as eciesjs implements it: ephemeral secp256k1 key, HKDF-SHA256, AES-256-GCM with a 96-bit nonce.
const config = new Config();
config.isEphemeralKeyCompressed = true;
config.isHkdfKeyCompressed = true;
config.symmetricAlgorithm = 'aes-256-gcm';
config.symmetricNonceLength = 12;

const CURVE = 'secp256k1';
const [POINT, NONCE, TAG] = [33, 12, 16] as const;

/**
 * Encrypts a short secret to the holder of a registered key, by eciesjs' own parts: its `encrypt` puts each key into every form there
 * is, by four multiplications besides the one that is needed, and a keeper seals every answer.
 * @param publicX 32-byte x coordinate of a point with even y
 * @returns ephemeral public key (33) ‖ nonce (12) ‖ tag (16) ‖ ciphertext
 * @throws Error where no point has that coordinate
 */
export function eciesSeal(publicX: Uint8Array, secret: Uint8Array): Bytes {
  const ephemeral = getValidSecret(CURVE);
  const point = getPublicKey(CURVE, ephemeral);
  const shared = getSharedPoint(CURVE, ephemeral, concat(Uint8Array.of(2), publicX), true);
  ephemeral.fill(0);
  return concat(point, symEncrypt(config, getSharedKey(point, shared), own(secret)));
}

/**
 * What eciesjs' `decrypt` does, by one multiplication in place of its six: it puts each key into every form there is, and a wallet
 * opens a capsule for each entry.
 * @throws SalusError `wrong-key` when the capsule is not for this key, or was changed.
 */
export async function eciesOpen(secretKey: Uint8Array, capsule: Uint8Array): Promise<Bytes> {
  try {
    const ephemeral = capsule.subarray(0, POINT);
    // Taken at once: the secret may be wiped while the platform works.
    const shared = secp256k1.getSharedSecret(secretKey, ephemeral, true);
    const key = await hkdf(concat(ephemeral, shared), new Uint8Array(), new Uint8Array());
    const nonce = own(capsule.subarray(POINT, POINT + NONCE));
    const tag = capsule.subarray(POINT + NONCE, POINT + NONCE + TAG);
    const sealed = concat(capsule.subarray(POINT + NONCE + TAG), tag);
    return new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: nonce }, await importKey(key), sealed));
  } catch {
    throw new SalusError('wrong-key', 'This capsule was not made for this key, or it was changed on the way.');
  }
}
