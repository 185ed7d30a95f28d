import * as v from 'valibot';
import { fromBase64, fromUtf8, random, toBase64, utf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import { importKey } from '../envelope/stream.ts';
import { deriveKey, KdfSchema, type Kdf } from './kdf.ts';

const base64 = v.pipe(v.string(), v.base64());

/** The vault as it lies on disk. Everything but `data` is bound to it as associated data. */
const VaultFileSchema = v.strictObject({
  v: v.literal(1),
  kdf: KdfSchema,
  salt: base64,
  nonce: base64,
  data: base64,
});
export type VaultFile = v.InferOutput<typeof VaultFileSchema>;

/** What the vault protects. */
const VaultContentSchema = v.strictObject({
  /** BIP-39 entropy, base64: 32 bytes for 24 words, 16 for 12. */
  entropy: base64,
  /** Unix seconds. */
  createdAt: v.pipe(v.number(), v.safeInteger()),
});
export type VaultContent = v.InferOutput<typeof VaultContentSchema>;

const header = (kdf: Kdf, salt: string): Bytes =>
  utf8(['salus/vault/v1', kdf.name, kdf.memory, kdf.passes, kdf.lanes, salt].join('|'));

/** Encrypts `content` under `key`, which must have been derived with `kdf` and `salt`. */
async function encryptVault(content: VaultContent, key: Uint8Array, kdf: Kdf, salt: string): Promise<VaultFile> {
  const nonce = random(12);
  const params = { name: 'AES-GCM', iv: nonce, additionalData: header(kdf, salt) };
  const data = await crypto.subtle.encrypt(params, await importKey(key), utf8(JSON.stringify(content)));
  return { v: 1, kdf, salt, nonce: toBase64(nonce), data: toBase64(new Uint8Array(data)) };
}

/** Makes a new vault with a fresh salt. @returns the file and the derived key */
export async function sealVault(
  content: VaultContent,
  password: string,
  kdf: Kdf,
): Promise<{ file: VaultFile; key: Bytes }> {
  const salt = random(16);
  const key = await deriveKey(password, salt, kdf);
  return { file: await encryptVault(content, key, kdf, toBase64(salt)), key };
}

/**
 * Opens a vault with its derived key. AES-GCM cannot tell a wrong key from changed bytes, so the caller decides which it was.
 * @returns undefined when it does not open
 */
export async function openVault(file: VaultFile, key: Uint8Array): Promise<VaultContent | undefined> {
  const params = { name: 'AES-GCM', iv: fromBase64(file.nonce), additionalData: header(file.kdf, file.salt) };
  try {
    const plain = await crypto.subtle.decrypt(params, await importKey(key), fromBase64(file.data));
    return v.parse(VaultContentSchema, JSON.parse(fromUtf8(new Uint8Array(plain))));
  } catch {
    return undefined;
  }
}

/** @throws SalusError `vault-damaged` */
export function parseVault(stored: unknown): VaultFile {
  const parsed = v.safeParse(VaultFileSchema, stored);
  if (parsed.success) return parsed.output;
  throw new SalusError(
    'vault-damaged',
    'The vault in this browser is damaged. Your recovery words bring everything back.',
  );
}
