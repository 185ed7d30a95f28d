import { getAddress, hexlify, isAddress, isHexString } from 'ethers';
import type { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { signerOf } from '../../extension/core/registry/signed-calls.ts';
import { STORE_TYPES, managerDomain } from '../../extension/core/registry/typed-data.ts';
import { ManagerError } from '../errors.ts';

/** Oldest signature taken, in seconds. */
const MAX_AGE = 300;
/** How far a sender's clock may be ahead, in seconds. */
const MAX_LEAD = 60;

const StoreSchema = v.object({
  member: v.pipe(v.string(), v.check(isAddress), v.transform(getAddress)),
  at: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  signature: v.pipe(
    v.string(),
    v.check((signature) => isHexString(signature, 65)),
  ),
});

/** A member's signed wish to have blocks kept; its signature is not verified yet. */
export type StoreAuthorization = v.InferOutput<typeof StoreSchema>;

/**
 * Reads `Salus <base64url(JSON {member, at, signature})>` and checks its age.
 *
 * @param header value of the `authorization` header
 * @param now Unix seconds
 * @throws ManagerError `bad-signature` when there is none, `bad-request` when malformed, `stale`
 */
export function parseAuthorization(header: string | undefined, now: number): StoreAuthorization {
  if (!header) {
    throw new ManagerError(
      'bad-signature',
      'Sign the upload: authorization: Salus <base64url(JSON {member, at, signature})>.',
    );
  }
  const authorization = v.safeParse(StoreSchema, decode(header));
  if (!authorization.success) {
    throw new ManagerError(
      'bad-request',
      'The authorization header must be Salus <base64url(JSON {member, at, signature})>.',
    );
  }
  const age = now - authorization.output.at;
  if (age > MAX_AGE) throw new ManagerError('stale', `The signature is older than ${MAX_AGE} seconds. Sign again.`);
  if (age < -MAX_LEAD) {
    throw new ManagerError(
      'stale',
      'The signature is from the future. Set the clock of the device right and sign again.',
    );
  }
  return authorization.output;
}

/**
 * Checks that the member signed an EIP-712 `Store` for `root`. Accounts that are contracts (ERC-1271) are not taken.
 *
 * @param root first root of the CAR; its hash is what is signed
 * @throws ManagerError `bad-signature`
 */
export function verifyStore(
  { member, at, signature }: StoreAuthorization,
  root: CID,
  { chainId, registry }: { chainId: number; registry: string },
): void {
  const store = { root: hexlify(root.multihash.digest), at };
  if (signerOf(managerDomain(chainId, registry), STORE_TYPES, store, signature) !== member) {
    throw new ManagerError(
      'bad-signature',
      `The signature is not the member's over the first root, for registry ${registry} on chain ${chainId}. Sign again.`,
    );
  }
}

function decode(header: string): unknown {
  const [, payload] = /^Salus ([\w-]+)=*$/i.exec(header) ?? [];
  try {
    return JSON.parse(Buffer.from(payload ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
