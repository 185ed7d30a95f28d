import * as v from 'valibot';
import {
  concat,
  equal,
  fromBase64,
  fromUtf8,
  random,
  sha256,
  toBase64,
  uintBytes,
  utf8,
  type Bytes,
} from '../bytes.ts';
import { importKey } from '../envelope/stream.ts';
import { SalusError } from '../errors.ts';
import { hkdf } from '../keys/hkdf.ts';
import { CURRENT_KDF, KdfSchema, type DeriveKey, type Kdf } from '../vault/kdf.ts';

/**
 * Head of a backup file (docs/PROTOCOL.md): magic (8) ‖ version (2) ‖ length of what follows (4) ‖ slots as JSON. Everything after it is
 * encrypted under a random key, which each slot holds.
 */
const MAGIC = utf8('SALUSBAK');
const VERSION = 1;
const FIXED_BYTES = MAGIC.length + 2 + 4;
/** A head is a few hundred bytes; one that claims more is not read. */
const MOST_SLOTS = 4_096;
const KEY_BYTES = 32;

const base64 = v.pipe(v.string(), v.base64(), v.maxLength(256));
const sealedEntries = { salt: base64, nonce: base64, data: base64 };
const HeadSchema = v.strictObject({
  /** Under a key from the recovery words: the file's key. */
  words: v.strictObject(sealedEntries),
  /** Under the file's own password: the file's key, then the entropy of the words. */
  password: v.optional(v.strictObject({ kdf: KdfSchema, ...sealedEntries })),
});
type Head = v.InferOutput<typeof HeadSchema>;

export interface BackupHead {
  readonly slots: Head;
  /** To which every segment is bound. */
  readonly digest: Bytes;
  /** At which the encrypted part begins. */
  readonly bytes: number;
}

/** What opens the encrypted part. */
export interface BackupKey {
  readonly key: Bytes;
  readonly entropy: Bytes;
}

const none = () => new SalusError('not-a-backup', 'This file is no backup.');
const damaged = () => new SalusError('backup-damaged', 'This backup was changed or cut.', { at: 0 });

const boundTo = (...parts: (string | number)[]): Bytes => utf8(['salus/backup/v1', ...parts].join('|'));
const ofPassword = (kdf: Kdf, salt: string): Bytes =>
  boundTo('password', kdf.name, kdf.memory, kdf.passes, kdf.lanes, salt);
const wordsKey = (entropy: Uint8Array, salt: Uint8Array): Promise<Bytes> =>
  hkdf(entropy, salt, utf8('salus/backup/v1/words'));

async function seal(plain: Bytes, key: Uint8Array, bound: Bytes) {
  const nonce = random(12);
  const params = { name: 'AES-GCM', iv: nonce, additionalData: bound };
  const data = await crypto.subtle.encrypt(params, await importKey(key), plain);
  return { nonce: toBase64(nonce), data: toBase64(new Uint8Array(data)) };
}

/** @returns undefined where it does not open, or holds something else than `length` says */
async function unseal(
  { nonce, data }: { readonly nonce: string; readonly data: string },
  key: Uint8Array,
  bound: Bytes,
  isLength: (bytes: number) => boolean,
): Promise<Bytes | undefined> {
  try {
    const params = { name: 'AES-GCM', iv: fromBase64(nonce), additionalData: bound };
    const plain = new Uint8Array(await crypto.subtle.decrypt(params, await importKey(key), fromBase64(data)));
    return isLength(plain.length) ? plain : undefined;
  } catch {
    return undefined;
  }
}

const isEntropy = (bytes: number): boolean => bytes === 16 || bytes === 32;

/**
 * Begins a backup: a new key, in a slot for the words and, where the person chose one, in another for a password.
 * @param entropy of the recovery words, 16 or 32 bytes
 */
export async function newHead(
  entropy: Uint8Array,
  password?: { readonly text: string; readonly deriveKey: DeriveKey },
): Promise<{ readonly bytes: Bytes; readonly digest: Bytes; readonly key: Bytes }> {
  const key = random(KEY_BYTES);
  const salt = random(16);
  const text = toBase64(salt);
  const words = { salt: text, ...(await seal(key, await wordsKey(entropy, salt), boundTo('words', text))) };
  const head: Head = { words, ...(password && { password: await passwordSlot(key, entropy, password) }) };
  const slots = utf8(JSON.stringify(head));
  const bytes = concat(MAGIC, uintBytes(VERSION, 2), uintBytes(slots.length, 4), slots);
  return { bytes, digest: await sha256(bytes), key };
}

async function passwordSlot(
  key: Bytes,
  entropy: Uint8Array,
  { text, deriveKey }: { readonly text: string; readonly deriveKey: DeriveKey },
): Promise<NonNullable<Head['password']>> {
  const salt = random(16);
  const under = await deriveKey(text, salt, CURRENT_KDF);
  const saltText = toBase64(salt);
  const sealed = await seal(concat(key, entropy), under, ofPassword(CURRENT_KDF, saltText));
  return { kdf: CURRENT_KDF, salt: saltText, ...sealed };
}

/**
 * Reads the head of a file.
 * @param read gives bytes of the file, fewer at its end
 * @throws SalusError `not-a-backup`; `backup-newer` with the file's version; `backup-damaged` where its head cannot be read
 */
export async function readHead(read: (from: number, to: number) => Promise<Uint8Array>): Promise<BackupHead> {
  const fixed = await read(0, FIXED_BYTES);
  if (fixed.length < FIXED_BYTES || !equal(fixed.subarray(0, MAGIC.length), MAGIC)) throw none();
  const view = new DataView(fixed.buffer, fixed.byteOffset);
  const version = view.getUint16(MAGIC.length);
  if (version > VERSION) throw new SalusError('backup-newer', 'A newer Salus made this backup.', { version });
  const length = view.getUint32(MAGIC.length + 2);
  if (version < VERSION || length > MOST_SLOTS) throw damaged();
  const text = await read(FIXED_BYTES, FIXED_BYTES + length);
  if (text.length < length) throw damaged();
  return { slots: parseSlots(text), digest: await sha256(concat(fixed, text)), bytes: FIXED_BYTES + length };
}

function parseSlots(text: Uint8Array): Head {
  try {
    return v.parse(HeadSchema, JSON.parse(fromUtf8(text)));
  } catch {
    throw damaged();
  }
}

/** @throws SalusError `backup-of-other` where other words made it, or its head was changed */
export async function openByWords({ slots: { words } }: BackupHead, entropy: Uint8Array): Promise<BackupKey> {
  const under = await wordsKey(entropy, fromBase64(words.salt));
  const key = await unseal(words, under, boundTo('words', words.salt), (n) => n === KEY_BYTES);
  if (key === undefined) throw new SalusError('backup-of-other', 'These words do not open this backup.');
  return { key, entropy: Uint8Array.from(entropy) };
}

/** @throws SalusError `wrong-password`; `vault-too-weak` for settings that are not safe, or would hang the browser */
export async function openByPassword(
  { slots: { password } }: BackupHead,
  text: string,
  deriveKey: DeriveKey,
): Promise<BackupKey> {
  const wrong = () => new SalusError('wrong-password', 'That is not the password of this backup.');
  if (password === undefined) throw wrong();
  const { kdf, salt } = password;
  const under = await deriveKey(text, fromBase64(salt), kdf);
  const plain = await unseal(password, under, ofPassword(kdf, salt), (n) => isEntropy(n - KEY_BYTES));
  if (plain === undefined) throw wrong();
  return { key: plain.slice(0, KEY_BYTES), entropy: plain.slice(KEY_BYTES) };
}
