import * as v from 'valibot';
import { fromBase64, fromUtf8, random, toBase64, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { importKey } from '../envelope/stream.ts';
import { hkdf } from '../keys/hkdf.ts';
import { KdfSchema, type Kdf } from './kdf.ts';

const base64 = v.pipe(v.string(), v.base64());
/** Passkeys of one vault: devices of one person. */
export const MOST_PASSKEYS = 20;

/** AES-256-GCM: what else stands beside it is bound to it as associated data. */
const sealedEntries = { nonce: base64, data: base64 };
type Sealed = v.InferOutput<v.StrictObjectSchema<typeof sealedEntries, undefined>>;

const PasswordSlotSchema = v.strictObject({ kdf: KdfSchema, salt: base64, ...sealedEntries });
export type PasswordSlot = v.InferOutput<typeof PasswordSlotSchema>;

/** `id` is the credential's, `salt` what the device is given to make its secret of; both tell nobody anything of the person. */
const PasskeySlotSchema = v.strictObject({ id: base64, salt: base64, ...sealedEntries });
type PasskeySlot = v.InferOutput<typeof PasskeySlotSchema>;

/** The vault as it lies on disk: the content under a random data key, and that key under the password and under each passkey. */
const VaultFileSchema = v.strictObject({
  v: v.literal(2),
  ...sealedEntries,
  password: PasswordSlotSchema,
  passkeys: v.pipe(v.array(PasskeySlotSchema), v.maxLength(MOST_PASSKEYS)),
});
export type VaultFile = v.InferOutput<typeof VaultFileSchema>;

/** Of a passkey: what Settings adds one by. */
export const PasskeyEntries = {
  /** WebAuthn has ids of at most 1,023 bytes. */
  id: v.pipe(base64, v.maxLength(1_364)),
  salt: v.pipe(base64, v.maxLength(44)),
  /** As the person calls the device. */
  name: v.pipe(v.string(), v.trim(), v.nonEmpty(), v.maxLength(40)),
};
const PasskeySchema = v.object({
  ...PasskeyEntries,
  /** Unix seconds. */
  at: v.pipe(v.number(), v.safeInteger()),
  /** The key that its secret gives, base64: so that another data key can be put under it without asking for the device. */
  key: base64,
});
export type Passkey = v.InferOutput<typeof PasskeySchema>;

/** What the vault protects. */
const VaultContentSchema = v.object({
  /** BIP-39 entropy, base64: 32 bytes for 24 words, 16 for 12. */
  entropy: base64,
  /** Unix seconds. */
  createdAt: v.pipe(v.number(), v.safeInteger()),
  passkeys: v.pipe(v.array(PasskeySchema), v.maxLength(MOST_PASSKEYS)),
});
export type VaultContent = v.InferOutput<typeof VaultContentSchema>;

const bind = (...parts: (string | number)[]): Bytes => utf8(['salus/vault/v2', ...parts].join('|'));
const ofPassword = (kdf: Kdf, salt: string): Bytes =>
  bind('password', kdf.name, kdf.memory, kdf.passes, kdf.lanes, salt);
const ofPasskey = ({ id, salt }: Pick<PasskeySlot, 'id' | 'salt'>): Bytes => bind('passkey', id, salt);

async function seal(plain: Bytes, key: Uint8Array, bound: Bytes): Promise<Sealed> {
  const nonce = random(12);
  const params = { name: 'AES-GCM', iv: nonce, additionalData: bound };
  const data = await crypto.subtle.encrypt(params, await importKey(key), plain);
  return { nonce: toBase64(nonce), data: toBase64(new Uint8Array(data)) };
}

/** AES-GCM cannot tell a wrong key from changed bytes, so the caller decides which it was. @returns undefined when it does not open */
async function unseal({ nonce, data }: Sealed, key: Uint8Array, bound: Bytes): Promise<Bytes | undefined> {
  const params = { name: 'AES-GCM', iv: fromBase64(nonce), additionalData: bound };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, await importKey(key), fromBase64(data)));
  } catch {
    return undefined;
  }
}

/** The key of a passkey, from the 32 bytes that its device gives for the slot's salt (WebAuthn `prf`). */
export const passkeyKey = (secret: Uint8Array): Promise<Bytes> =>
  hkdf(secret, new Uint8Array(), utf8('salus/vault/v2/passkey'));

/** Puts the data key under a password's key, which was derived with `kdf` and `salt`. */
export async function passwordSlot(
  dataKey: Bytes,
  { key, kdf, salt }: { readonly key: Uint8Array; readonly kdf: Kdf; readonly salt: Uint8Array },
): Promise<PasswordSlot> {
  const text = toBase64(salt);
  return { kdf, salt: text, ...(await seal(dataKey, key, ofPassword(kdf, text))) };
}

/** Encrypts `content` under `dataKey`, and that under each passkey in it. @param password slot that holds the same data key */
export async function sealVault(content: VaultContent, dataKey: Bytes, password: PasswordSlot): Promise<VaultFile> {
  const passkeys = content.passkeys.map(async ({ id, salt, key }) => {
    return { id, salt, ...(await seal(dataKey, fromBase64(key), ofPasskey({ id, salt }))) };
  });
  const sealed = await seal(utf8(JSON.stringify(content)), dataKey, bind('content'));
  return { v: 2, ...sealed, password, passkeys: await Promise.all(passkeys) };
}

/** The data key, by the password's key. */
export const openByPassword = ({ password }: VaultFile, key: Uint8Array): Promise<Bytes | undefined> =>
  unseal(password, key, ofPassword(password.kdf, password.salt));

/** The data key, by what a passkey's device gave. */
export async function openByPasskey(file: VaultFile, id: string, secret: Uint8Array): Promise<Bytes | undefined> {
  const slot = file.passkeys.find((one) => one.id === id);
  return slot && unseal(slot, await passkeyKey(secret), ofPasskey(slot));
}

export async function openContent(file: VaultFile, dataKey: Uint8Array): Promise<VaultContent | undefined> {
  const plain = await unseal(file, dataKey, bind('content'));
  try {
    return plain && v.parse(VaultContentSchema, JSON.parse(fromUtf8(plain)));
  } catch {
    return undefined;
  }
}

export const damaged = (): SalusError =>
  new SalusError('vault-damaged', 'The vault in this browser is damaged. Your recovery words bring everything back.');

/** @throws SalusError `vault-damaged` */
export function parseVault(stored: unknown): VaultFile {
  const parsed = v.safeParse(VaultFileSchema, stored);
  if (!parsed.success) throw damaged();
  return parsed.output;
}
