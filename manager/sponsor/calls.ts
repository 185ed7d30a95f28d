import { getAddress, isAddress, isHexString, type Interface, type TypedDataDomain, type TypedDataField } from 'ethers';
import * as v from 'valibot';
import { ordersInterface } from '../../extension/core/care/orders-abi.ts';
import { registryInterface } from '../../extension/core/registry/abi.ts';
import {
  ADD_RECORDS_TYPES,
  ALLOW_EMERGENCY_TYPES,
  BREAK_GLASS_TYPES,
  CANCEL_ORDER_TYPES,
  FULFIL_TYPES,
  GRANT_AS_TYPES,
  GRANT_TYPES,
  JOIN_TYPES,
  ORDER_TYPES,
  ordersDomain,
  PLACE_ORDER_TYPES,
  REDEEM_TYPES,
  registryDomain,
  REQUEST_TYPES,
  REVOKE_TYPES,
  ROTATE_TYPES,
  SET_KEY_TYPES,
  SET_KEYRING_TYPES,
  WITHDRAW_RECORDS_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import { ManagerError } from '../errors.ts';
import type { Lane } from './queue.ts';

/** Calls of one request. */
const MAX_CALLS = 16;
/** Bytes of one call. */
const MAX_CALL_BYTES = 64 * 1024;

/** Longest request body, in bytes: hexadecimal, and the JSON around it. */
export const MAX_SPONSOR_BODY = MAX_CALLS * (2 * MAX_CALL_BYTES + 64) + 1024;

/** Acts of one kind of contract whose signer proves by signature that they are theirs. */
export interface Acts {
  readonly abi: Interface;
  readonly domain: (chainId: number, contract: string) => TypedDataDomain;
  /** What the signer of each signed, by the name of its call. */
  readonly types: Readonly<Record<string, Record<string, TypedDataField[]>>>;
}

const OF_REGISTRY: Acts = {
  abi: registryInterface,
  domain: registryDomain,
  types: {
    joinFor: JOIN_TYPES,
    redeemFor: REDEEM_TYPES,
    setKeyFor: SET_KEY_TYPES,
    grantFor: GRANT_TYPES,
    grantAsFor: GRANT_AS_TYPES,
    requestFor: REQUEST_TYPES,
    revokeFor: REVOKE_TYPES,
    rotateFor: ROTATE_TYPES,
    setKeyringFor: SET_KEYRING_TYPES,
    allowEmergencyFor: ALLOW_EMERGENCY_TYPES,
    breakGlassFor: BREAK_GLASS_TYPES,
    addRecordsFor: ADD_RECORDS_TYPES,
    withdrawRecordsFor: WITHDRAW_RECORDS_TYPES,
  },
};

const OF_ORDERS: Acts = {
  abi: ordersInterface,
  domain: ordersDomain,
  types: {
    orderFor: ORDER_TYPES,
    placeFor: PLACE_ORDER_TYPES,
    fulfilFor: FULFIL_TYPES,
    cancelFor: CANCEL_ORDER_TYPES,
  },
};

/** Contracts that a sponsor pays for calls to. */
export interface Sponsored {
  /** Of the network; the first is meant where nothing is named. */
  readonly registries: readonly [string, ...string[]];
  readonly orders?: string | undefined;
}

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
  /** The contract they are for. */
  to: string;
  /** What can be signed for it. */
  acts: Acts;
  /** Calldata for it, 0x hex: the only call as it is, several as one `multicall`. */
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
 * @throws ManagerError `bad-request`
 */
export function parseSponsorCalls(body: unknown, { registries, orders }: Sponsored): SponsorCalls {
  const parsed = v.safeParse(BodySchema, body);
  if (!parsed.success) {
    throw new ManagerError(
      'bad-request',
      `The body must be {"calls": ["0x…"], "registry"?: "0x…", "work"?: "0x…"} with 1 to ${MAX_CALLS} calls of at most ${MAX_CALL_BYTES} bytes each.`,
    );
  }
  const { calls: hex, registry: to = registries[0], work } = parsed.output;
  const contracts = orders === undefined ? registries : [...registries, orders];
  if (!contracts.includes(to)) {
    throw new ManagerError('bad-request', `This node pays for calls to ${contracts.join(', ')} only.`);
  }
  const acts = to === orders ? OF_ORDERS : OF_REGISTRY;
  const calls = hex.map((call) => readCall(acts, call));
  const signers = [...new Set(calls.map(({ signer }) => signer))];
  const [only, ...others] = hex;
  const data =
    only !== undefined && others.length === 0 ? only : registryInterface.encodeFunctionData('multicall', [hex]);
  return { to, acts, data, calls, signers, lane: laneOf(calls), ...(work !== undefined && { work }) };
}

/** The first argument of each sponsored function is the account that signed. */
function readCall({ abi, types }: Acts, data: string): SponsoredCall {
  const parsed = parseCall(abi, data);
  const signer: unknown = parsed?.args[0];
  if (!parsed || !Object.hasOwn(types, parsed.name) || !isAddress(signer)) {
    throw new ManagerError(
      'bad-request',
      `A call is none of ${Object.keys(types).join(', ')}: this node pays for no other.`,
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
function parseCall(abi: Interface, data: string): ReturnType<Interface['parseTransaction']> {
  try {
    return abi.parseTransaction({ data });
  } catch {
    return null;
  }
}
