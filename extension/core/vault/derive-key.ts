import { argon2id } from 'hash-wasm';
import { SalusError } from '../errors.ts';
import type { DeriveKey, Kdf } from './kdf.ts';

/** OWASP's least. A vault below it was weakened by somebody and is refused; far above, it would hang the browser. */
const FLOOR: Kdf = { name: 'argon2id', memory: 19_456, passes: 2, lanes: 1 };
const CEILING: Kdf = { name: 'argon2id', memory: 1_048_576, passes: 16, lanes: 16 };

const within = (kdf: Kdf): boolean =>
  (['memory', 'passes', 'lanes'] as const).every((k) => kdf[k] >= FLOOR[k] && kdf[k] <= CEILING[k]);

/** Argon2id of the NFKC password. Lives where the storage host does: it is large, and takes half a second. */
export const deriveKey: DeriveKey = async (password, salt, kdf) => {
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
};
