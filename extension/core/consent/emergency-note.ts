import { secp256k1 } from '@noble/curves/secp256k1';
import { concat, fromHex, random, uintBytes, utf8, type Bytes } from '../bytes.ts';
import { importKey } from '../envelope/stream.ts';
import { hkdf } from '../keys/hkdf.ts';
import { EMERGENCY_REASONS, type EmergencyReason } from './emergency-reason.ts';

/** What the note of an opening is bound to. Addresses as 0x hex. */
export interface EmergencyPlace {
  readonly chainId: number;
  readonly registry: string;
  readonly patient: string;
  readonly doctor: string;
}

const SALT = 15;
/** The key is for one byte alone. */
const NONCE = new Uint8Array(12);

/**
 * The note that goes on the chain, which only the patient and the doctor can read: salt (15) ‖ AES-256-GCM of one byte (17). See
 * PROTOCOL.md.
 * @param secret of the doctor's registered key
 * @param theirs x coordinate of the patient's registered key
 */
export async function sealReason(
  secret: Uint8Array,
  theirs: Uint8Array,
  place: EmergencyPlace,
  reason: EmergencyReason,
): Promise<Bytes> {
  const salt = random(SALT);
  const key = await keyOf(secret, theirs, place, salt);
  const said = Uint8Array.of(EMERGENCY_REASONS.indexOf(reason));
  return concat(salt, new Uint8Array(await crypto.subtle.encrypt({ name: 'AES-GCM', iv: NONCE }, key, said)));
}

/**
 * @param secret of the patient's registered key
 * @param theirs x coordinate of the doctor's
 * @returns undefined for a note that is none of these: another wallet wrote something else, or one of the keys is another now
 */
export async function openReason(
  secret: Uint8Array,
  theirs: Uint8Array,
  place: EmergencyPlace,
  note: Uint8Array,
): Promise<EmergencyReason | undefined> {
  try {
    const key = await keyOf(secret, theirs, place, note.slice(0, SALT));
    const sealed = new Uint8Array(note.slice(SALT));
    const said = new Uint8Array(await crypto.subtle.decrypt({ name: 'AES-GCM', iv: NONCE }, key, sealed));
    return said.length === 1 ? EMERGENCY_REASONS[said[0] ?? -1] : undefined;
  } catch {
    return undefined;
  }
}

/** Both keys have an even y, so that both sides come to the same point. */
async function keyOf(
  secret: Uint8Array,
  theirs: Uint8Array,
  { chainId, registry, patient, doctor }: EmergencyPlace,
  salt: Uint8Array,
): Promise<CryptoKey> {
  // Taken at once: the secret may be wiped while the platform works.
  const shared = secp256k1.getSharedSecret(secret, concat(Uint8Array.of(2), theirs), true).subarray(1);
  const whose = [registry, patient, doctor].map((address) => fromHex(address.toLowerCase()));
  return importKey(await hkdf(shared, salt, concat(utf8('salus/emergency/v1'), uintBytes(chainId, 8), ...whose)));
}
