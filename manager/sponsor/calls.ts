import { getAddress, isAddress, isHexString } from 'ethers';
import * as v from 'valibot';
import { registryInterface } from '../../extension/core/registry/abi.ts';
import { ManagerError } from '../errors.ts';
import type { Lane } from './queue.ts';

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
  'breakGlassFor',
  'addRecordsFor',
  'withdrawRecordsFor',
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
  work: v.optional(v.pipe(v.string(), v.regex(/^0x[0-9a-f]{16}$/))),
});

/** One call, read. */
export interface SponsoredCall {
  readonly name: string;
  /** In whose name it acts, with checksum. */
  readonly signer: string;
  /** Arguments by name. */
  readonly args: Readonly<Record<string, unknown>>;
}

/** Calls to sponsor, checked. */
export interface SponsorCalls {
  /** The registry they are for. */
  to: string;
  /** Calldata for the registry, 0x hex: the only call as it is, several as one `multicall`. */
  data: string;
  /** Each by itself. */
  calls: SponsoredCall[];
  /** Accounts in whose name the calls act, without repetitions. */
  signers: string[];
  lane: Lane;
  /** Nonce of the work that somebody unknown did: see `join-work.ts`. 8 bytes, 0x hex. */
  work?: string;
}

/**
 * Reads `{calls: ["0x…"], registry?: "0x…", work?: "0x…"}`. Signatures are not checked yet.
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
      `The body must be {"calls": ["0x…"], "registry"?: "0x…", "work"?: "0x…"} with 1 to ${MAX_CALLS} calls of at most ${MAX_CALL_BYTES} bytes each.`,
    );
  }
  const { calls: hex, registry: to = registries[0], work } = parsed.output;
  if (!registries.includes(to)) {
    throw new ManagerError('bad-request', `This node pays for calls to ${registries.join(', ')} only.`);
  }
  const calls = hex.map(readCall);
  const signers = [...new Set(calls.map(({ signer }) => signer))];
  const [only, ...others] = hex;
  const data =
    only !== undefined && others.length === 0 ? only : registryInterface.encodeFunctionData('multicall', [hex]);
  return { to, data, calls, signers, lane: laneOf(calls), ...(work !== undefined && { work }) };
}

/** The first argument of each sponsored function is the account that signed. */
function readCall(data: string): SponsoredCall {
  const parsed = parseCall(data);
  const signer: unknown = parsed?.args[0];
  if (!parsed || !SPONSORED.has(parsed.name) || !isAddress(signer)) {
    throw new ManagerError(
      'bad-request',
      `A call is none of ${[...SPONSORED].join(', ')}: this node pays for no other.`,
    );
  }
  const args = Object.fromEntries(
    parsed.fragment.inputs.map(({ name }, i): [string, unknown] => [name, parsed.args[i]]),
  );
  return { name: parsed.name, signer: getAddress(signer), args };
}

/** What ends a permission, and a new epoch that may come with it; nothing else goes that way. */
function laneOf(calls: readonly SponsoredCall[]): Lane {
  const isEnd = ({ name, args }: SponsoredCall) =>
    name === 'revokeFor' ||
    (name === 'rotateFor' && args['voidGrants'] === true) ||
    (name === 'allowEmergencyFor' && args['allowed'] === false);
  return calls.some(isEnd) && calls.every((call) => isEnd(call) || call.name === 'rotateFor') ? 'ending' : 'ordinary';
}

/** @returns null for what cannot be read whole: some of it would be looked at only later */
function parseCall(data: string): ReturnType<typeof registryInterface.parseTransaction> {
  try {
    return registryInterface.parseTransaction({ data });
  } catch {
    return null;
  }
}
