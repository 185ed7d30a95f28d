import * as v from 'valibot';
import type { Bytes } from '../bytes.ts';

/** Argon2id parameters (RFC 9106), kept in the vault so that they can rise. `memory` in KiB. */
export const KdfSchema = v.strictObject({
  name: v.literal('argon2id'),
  memory: v.pipe(v.number(), v.safeInteger()),
  passes: v.pipe(v.number(), v.safeInteger()),
  lanes: v.pipe(v.number(), v.safeInteger()),
});
export type Kdf = v.InferOutput<typeof KdfSchema>;

/** What new vaults use: RFC 9106's second recommended option. */
export const CURRENT_KDF: Kdf = { name: 'argon2id', memory: 65_536, passes: 3, lanes: 4 };

/**
 * Makes the 32-byte key of a password.
 * @throws SalusError `vault-too-weak` for parameters outside the allowed range
 */
export type DeriveKey = (password: string, salt: Uint8Array, kdf: Kdf) => Promise<Bytes>;
