import { argon2id } from 'hash-wasm';
import * as v from 'valibot';
import type { Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';

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

/** OWASP's least. A vault below it was weakened by somebody and is refused; far above, it would hang the browser. */
const FLOOR: Kdf = { name: 'argon2id', memory: 19_456, passes: 2, lanes: 1 };
const CEILING: Kdf = { name: 'argon2id', memory: 1_048_576, passes: 16, lanes: 16 };

const within = (kdf: Kdf): boolean =>
  (['memory', 'passes', 'lanes'] as const).every((k) => kdf[k] >= FLOOR[k] && kdf[k] <= CEILING[k]);

/**
 * Derives the 32-byte vault key.
 * @throws SalusError `vault-too-weak` for parameters outside the allowed range
 */
export async function deriveKey(password: string, salt: Uint8Array, kdf: Kdf): Promise<Bytes> {
  if (!within(kdf)) throw new SalusError('vault-too-weak', 'This vault was made with settings that are not safe.');
  const hash = await argon2id({
    password: password.normalize('NFKC'),
    salt,
    memorySize: kdf.memory,
    iterations: kdf.passes,
    parallelism: kdf.lanes,
    hashLength: 32,
    outputType: 'binary',
  });
  return Uint8Array.from(hash);
}
