import { getAddress, isAddress, isHexString } from 'ethers';
import * as v from 'valibot';
import { registryInterface } from '../extension/core/registry/abi.ts';
import { ManagerError } from './errors.ts';

/** Calls of one request. */
const MAX_CALLS = 16;
/** Bytes of one call. */
const MAX_CALL_BYTES = 64 * 1024;

/** Longest request body, in bytes: hexadecimal, and the JSON around it. */
export const MAX_SPONSOR_BODY = MAX_CALLS * (2 * MAX_CALL_BYTES + 64) + 1024;

/** What a sponsor pays for: acts whose signer proves by signature that they are theirs. */
const SPONSORED = new Set([
  'joinFor',
  'redeemFor',
  'setKeyFor',
  'grantFor',
  'revokeFor',
  'rotateFor',
  'setKeyringFor',
  'allowEmergencyFor',
  'addRecordsFor',
]);

const BodySchema = v.object({
  registry: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^0x[0-9a-f]{40}$/i),
      v.transform((address) => getAddress(address.toLowerCase())),
    ),
  ),
  calls: v.pipe(
    v.array(
      v.pipe(
        v.string(),
        v.maxLength(2 + 2 * MAX_CALL_BYTES),
        v.check((call) => isHexString(call, true)),
        v.toLowerCase(),
      ),
    ),
    v.minLength(1),
    v.maxLength(MAX_CALLS),
  ),
});

/** Calls to sponsor, checked. */
export interface SponsorCalls {
  /** The registry they are for. */
  to: string;
  /** Calldata for the registry, 0x hex: the only call as it is, several as one `multicall`. */
  data: string;
  /** Accounts in whose name the calls act, without repetitions. Their signatures are checked by the registry. */
  signers: string[];
}

/**
 * Reads `{calls: ["0x…"], registry?: "0x…"}`.
 *
 * @param body the parsed JSON of a request
 * @param registries those of the network; the first is meant where the body names none
 * @throws ManagerError `bad-request`
 */
export function parseSponsorCalls(body: unknown, registries: readonly [string, ...string[]]): SponsorCalls {
  const parsed = v.safeParse(BodySchema, body);
  if (!parsed.success) {
    throw new ManagerError(
      'bad-request',
      `The body must be {"calls": ["0x…"], "registry"?: "0x…"} with 1 to ${MAX_CALLS} calls of at most ${MAX_CALL_BYTES} bytes each.`,
    );
  }
  const { calls, registry: to = registries[0] } = parsed.output;
  if (!registries.includes(to)) {
    throw new ManagerError('bad-request', `This node pays for calls to ${registries.join(', ')} only.`);
  }
  const signers = [...new Set(calls.map(signerOf))];
  const [only, ...others] = calls;
  const data =
    only !== undefined && others.length === 0 ? only : registryInterface.encodeFunctionData('multicall', [calls]);
  return { to, data, signers };
}

/** The first argument of each sponsored function is the account that signed. */
function signerOf(call: string): string {
  const parsed = parseCall(call);
  const signer: unknown = parsed?.args[0];
  if (!parsed || !SPONSORED.has(parsed.name) || !isAddress(signer)) {
    throw new ManagerError(
      'bad-request',
      `A call is none of ${[...SPONSORED].join(', ')}: this node pays for no other.`,
    );
  }
  return getAddress(signer);
}

function parseCall(data: string): ReturnType<typeof registryInterface.parseTransaction> {
  try {
    return registryInterface.parseTransaction({ data });
  } catch {
    return null;
  }
}
