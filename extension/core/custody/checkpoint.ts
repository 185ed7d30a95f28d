import { concat, equal, fromBase64, sha256, toBase64, uintBytes, utf8, type Bytes } from '../bytes.ts';

/** Head of a log: how long it is, and the RFC 9162 root of all its leaves. */
export interface Checkpoint {
  /** Names the log and nothing else: `<chain id>/<registry>/<manager's account>`, in lower case. */
  readonly origin: string;
  readonly size: number;
  /** 32 bytes. */
  readonly root: Bytes;
}

/** A key that signs heads, as its name and 32 bytes of Ed25519. */
export interface Verifier {
  readonly name: string;
  readonly publicKey: Uint8Array;
}

/** Signs with the key that a {@link Verifier} is of. @returns 64 bytes of Ed25519 (RFC 8032) */
export type Sign = (message: Uint8Array) => Promise<Uint8Array>;

/** What signs a head (C2SP signed-note): the log itself, or another who saw it, and says when (C2SP tlog-cosignature). */
const ED25519 = 1;
const COSIGNATURE = 4;
const DASH = '\u2014';
const ED25519_BYTES = 64;
const KEY_ID_BYTES = 4;

/** A head with its signatures: a C2SP signed note. */
export interface SignedCheckpoint {
  readonly checkpoint: Checkpoint;
  /** What the signatures are of. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

interface NoteSignature {
  readonly name: string;
  /** 4 bytes. */
  readonly keyId: Bytes;
  readonly signature: Bytes;
}

/** C2SP tlog-checkpoint: origin, size and root, a line each. */
const checkpointText = ({ origin, size, root }: Checkpoint): string => `${origin}\n${size}\n${toBase64(root)}\n`;

/** The head as its log gives it out. */
export async function signCheckpoint(
  checkpoint: Checkpoint,
  { name, publicKey }: Verifier,
  sign: Sign,
): Promise<string> {
  const text = checkpointText(checkpoint);
  return `${text}\n${await line(name, ED25519, publicKey, await sign(utf8(text)))}`;
}

/** The line by which another says that it saw a head, which is put under it. @param at Unix seconds */
export async function cosign(text: string, at: number, { name, publicKey }: Verifier, sign: Sign): Promise<string> {
  const signature = await sign(cosigned(text, at));
  return line(name, COSIGNATURE, publicKey, concat(uintBytes(at, 8), signature));
}

/** Reads a signed note. What it says is not proven yet. @returns undefined for what is none */
export function parseCheckpoint(note: string): SignedCheckpoint | undefined {
  const [, text = '', lines = ''] = /^((?:[^\n]+\n){3,})\n((?:\u2014 [^\n]+\n)+)$/.exec(note) ?? [];
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (!/^(0|[1-9]\d{0,15})$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const rootBytes = base64(root);
  if (rootBytes?.byteLength !== 32) return undefined;
  const signatures: NoteSignature[] = [];
  for (const each of lines.split('\n').slice(0, -1)) {
    const [, name, encoded] = /^\u2014 ([^\s+]+) (\S+)$/.exec(each) ?? [];
    const bytes = base64(encoded ?? '');
    if (name === undefined || bytes === undefined || bytes.byteLength <= KEY_ID_BYTES) return undefined;
    signatures.push({ name, keyId: bytes.slice(0, KEY_ID_BYTES), signature: bytes.slice(KEY_ID_BYTES) });
  }
  return { checkpoint: { origin, size: Number(size), root: rootBytes }, text, signatures };
}

/** Whether the log itself signed the head. */
export async function isSignedBy({ text, signatures }: SignedCheckpoint, verifier: Verifier): Promise<boolean> {
  const keyId = await keyIdOf(verifier.name, ED25519, verifier.publicKey);
  for (const { name, keyId: of, signature } of signatures) {
    if (name !== verifier.name || !equal(of, keyId)) continue;
    if (await isSignature(verifier.publicKey, utf8(text), signature)) return true;
  }
  return false;
}

/** When another says to have seen the head, in Unix seconds; undefined where it does not. */
export async function cosignedAt(
  { text, signatures }: SignedCheckpoint,
  verifier: Verifier,
): Promise<number | undefined> {
  const keyId = await keyIdOf(verifier.name, COSIGNATURE, verifier.publicKey);
  for (const { name, keyId: of, signature } of signatures) {
    if (name !== verifier.name || !equal(of, keyId) || signature.byteLength !== 8 + ED25519_BYTES) continue;
    const at = Number(new DataView(signature.buffer, signature.byteOffset).getBigUint64(0));
    if (!Number.isSafeInteger(at)) continue;
    if (await isSignature(verifier.publicKey, cosigned(text, at), signature.slice(8))) return at;
  }
  return undefined;
}

const cosigned = (text: string, at: number): Bytes => utf8(`cosignature/v1\ntime ${at}\n${text}`);

/** First 4 bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ public key). */
const keyIdOf = async (name: string, kind: number, publicKey: Uint8Array): Promise<Bytes> =>
  (await sha256(concat(utf8(name), Uint8Array.of(0x0a, kind), publicKey))).slice(0, KEY_ID_BYTES);

async function line(name: string, kind: number, publicKey: Uint8Array, signature: Uint8Array): Promise<string> {
  return `${DASH} ${name} ${toBase64(concat(await keyIdOf(name, kind, publicKey), signature))}\n`;
}

async function isSignature(publicKey: Uint8Array, message: Bytes, signature: Bytes): Promise<boolean> {
  if (signature.byteLength !== ED25519_BYTES) return false;
  try {
    const key = await crypto.subtle.importKey('raw', publicKey as Bytes, 'Ed25519', false, ['verify']);
    return await crypto.subtle.verify('Ed25519', key, signature, message);
  } catch {
    return false; // a key that is no point
  }
}

function base64(text: string): Bytes | undefined {
  try {
    const bytes = fromBase64(text);
    return toBase64(bytes) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}
