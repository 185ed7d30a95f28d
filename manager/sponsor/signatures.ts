import { isHexString, Result, TypedDataEncoder, type TypedDataField } from 'ethers';
import { Role } from '../../extension/core/registry/abi.ts';
import { signerOf } from '../../extension/core/registry/signed-calls.ts';
import { VOUCHER_TYPES } from '../../extension/core/registry/typed-data.ts';
import type { SponsorAccount, Standing } from '../chain.ts';
import { ManagerError } from '../errors.ts';
import type { Acts, SponsoredCall, SponsorCalls } from './calls.ts';

/** How long after its deadline a signature still goes to the registry, whose clock decides, in seconds. */
const SLACK = 120;

/** Bytes of a signature by a key, and of any: accounts whose code decides have longer ones. */
const [KEY_BYTES, MOST_BYTES] = [65, 8_192];
/** Who may vouch for somebody. */
const VOUCHERS: readonly number[] = [Role.Hospital, Role.Registrar];

/** One signature: whose, over what, under which sequence of nonces. */
interface Signed {
  readonly signer: string;
  readonly nonceKey: bigint;
  readonly types: Record<string, TypedDataField[]>;
  readonly message: Record<string, unknown>;
  readonly signature: string;
}

/** What {@link checkSignatures} asks, and whom. */
interface Checking {
  readonly account: Pick<SponsorAccount, 'standings' | 'isSignedByCode'>;
  readonly chainId: number;
  /** Unix seconds. */
  readonly now: number;
  /** Asked before each question to an account's code, which runs at this manager's node. @throws ManagerError where that is enough */
  readonly mayAskCode: () => Promise<void>;
}

/**
 * Checks that every call is signed by the account in whose name it acts, with its next nonce and in time, as the registry does: by the
 * account's key, or else by what its code says (ERC-1271). An account that delegated to code (EIP-7702) still has its key.
 * @returns those of the signers that the registry has never known and that nobody who may vouches for
 * @throws ManagerError `bad-signature`, `stale`, and what `mayAskCode` throws; ChainError
 */
export async function checkSignatures({ to, acts, calls }: SponsorCalls, checking: Checking): Promise<string[]> {
  const { account, chainId, now, mayAskCode } = checking;
  const signed = calls.flatMap((call) => signaturesOf(acts, call));
  // What can be seen without asking anybody comes first.
  for (const { message, signature } of signed) {
    if (!isHexString(signature) || signature.length > 2 + 2 * MOST_BYTES) throw badSignature();
    if (BigInt(String(message['deadline'])) + BigInt(SLACK) < BigInt(now))
      throw new ManagerError('stale', 'A signature counted until a time that has passed. Sign again.');
  }
  const standings = await account.standings(
    to,
    signed.map(({ signer, nonceKey }) => ({ account: signer, nonceKey })),
  );
  const domain = acts.domain(chainId, to);
  const used = new Map<string, bigint>();
  const byCode: (readonly [signer: string, digest: string, signature: string])[] = [];
  for (const [i, { signer, nonceKey, types, message: fields, signature }] of signed.entries()) {
    // Several of one sequence in one request count on from one another.
    const sequence = `${signer} ${nonceKey}`;
    const before = used.get(sequence) ?? 0n;
    used.set(sequence, before + 1n);
    const message = { ...fields, nonce: (standings[i]?.nonce ?? 0n) + before };
    const isByKey = isHexString(signature, KEY_BYTES) && signerOf(domain, types, message, signature) === signer;
    if (!isByKey) byCode.push([signer, TypedDataEncoder.hash(domain, types, message), signature]);
  }
  // One after the other: the first that is not good is the last that is asked about.
  for (const each of byCode) {
    await mayAskCode();
    if (!(await account.isSignedByCode(to, ...each))) throw badSignature();
  }
  const standingOf = new Map(signed.map(({ signer }, i) => [signer, standings[i]]));
  return [...new Set(calls.map(({ signer }) => signer))].filter((signer) => isStranger(signer, calls, standingOf));
}

function signaturesOf(acts: Acts, { name, signer, args }: SponsoredCall): Signed[] {
  const types = acts.types[name] ?? {};
  const [primary] = Object.values(types);
  const voucher = args['voucher'] as Record<string, unknown> | undefined;
  const fields: Record<string, unknown> = {
    ...args,
    // What is signed has the fields of what is asked for, of what is ordered, and of what came of it, one by one.
    ...fieldsOf(args['wish']),
    ...fieldsOf(args['draft']),
    ...fieldsOf(args['result']),
    ...(voucher && { role: voucher['role'], enroller: voucher['enroller'] }),
  };
  const message = Object.fromEntries((primary ?? []).map(({ name: field }) => [field, fields[field]]));
  const nonceKey = BigInt(String(args['nonceKey']));
  const own = { signer, nonceKey, types, message: { ...message, signer }, signature: String(args['signature']) };
  if (voucher === undefined) return [own];
  const enroller = String(voucher['enroller']);
  const vouched = { signer: enroller, who: signer, role: voucher['role'], deadline: voucher['deadline'] };
  const signature = String(voucher['signature']);
  return [own, { signer: enroller, nonceKey: BigInt(signer), types: VOUCHER_TYPES, message: vouched, signature }];
}

const fieldsOf = (struct: unknown): Record<string, unknown> =>
  struct instanceof Result ? (struct.toObject() as Record<string, unknown>) : {};

function isStranger(
  signer: string,
  calls: readonly SponsoredCall[],
  standingOf: ReadonlyMap<string, Standing | undefined>,
): boolean {
  if ((standingOf.get(signer)?.memberships ?? 0) > 0) return false;
  const redeems = calls.find(({ name, signer: by }) => by === signer && name === 'redeemFor');
  const voucher = redeems?.args['voucher'] as { enroller?: string } | undefined;
  return !VOUCHERS.includes(standingOf.get(voucher?.enroller ?? '')?.role ?? Role.None);
}

const badSignature = (): ManagerError =>
  new ManagerError(
    'bad-signature',
    'A call is not signed by the account that it acts for, or not with its next nonce. Sign again.',
  );
