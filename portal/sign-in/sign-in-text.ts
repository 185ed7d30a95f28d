import { getAddress, verifyMessage } from 'ethers';
import { parseSiwe, type SiweMessage } from '../../extension/core/signing/siwe.ts';
import { PortalError } from '../errors.ts';
import { NONCE_SECONDS } from './nonces.ts';

/** Where somebody signs in. */
export interface SignInPlace {
  /** Web origin of the portal, as browsers have it. */
  readonly origin: string;
  readonly chainId: number;
}

/** A clock of ours that was set meanwhile. */
const CLOCK_SECONDS = 60;
const STATEMENT = 'Sign in to Riverside Clinic. This shares nothing of any health record.';

const timeText = (seconds: number): string => new Date(seconds * 1000).toISOString();

/**
 * The EIP-4361 message that an account is to sign.
 * @param address of the account
 * @param now Unix seconds
 */
export function signInText({ origin, chainId }: SignInPlace, address: string, nonce: string, now: number): string {
  const { host } = new URL(origin);
  return [
    `${host} wants you to sign in with your Ethereum account:`,
    getAddress(address),
    '',
    STATEMENT,
    '',
    `URI: ${origin}/`,
    'Version: 1',
    `Chain ID: ${chainId}`,
    `Nonce: ${nonce}`,
    `Issued At: ${timeText(now)}`,
    `Expiration Time: ${timeText(now + NONCE_SECONDS)}`,
  ].join('\n');
}

/**
 * Checks a signed EIP-4361 message by itself. That its nonce was given out here, and is not used yet, is for the caller.
 * @param now Unix seconds
 * @returns what was signed
 * @throws PortalError `bad-sign-in` for another form, site, chain or account; `stale-sign-in` for another time
 */
export function checkSignIn(
  { origin, chainId }: SignInPlace,
  { message, signature }: { readonly message: string; readonly signature: string },
  now: number,
): SiweMessage {
  const said = parsed(message);
  const { host, protocol } = new URL(origin);
  if (said.domain !== host || new URL(said.uri).origin !== origin) refuse('This sign-in is for another site.');
  if (said.scheme !== undefined && `${said.scheme}:` !== protocol) refuse('This sign-in is for another site.');
  if (BigInt(said.chainId) !== BigInt(chainId))
    refuse('This sign-in is for another network. Switch to this one in your wallet.');
  if (signer(message, signature) !== said.address) refuse('This was not signed by the account that it names.');
  const [issued, starts] = [said.issuedAt, said.notBefore].map((time) => secondsOf(time));
  const age = now - (issued ?? 0);
  const isEarly = age < -CLOCK_SECONDS || (starts ?? 0) > now;
  const ends = secondsOf(said.expirationTime) ?? Infinity;
  if (isEarly || age > NONCE_SECONDS || ends <= now) {
    throw new PortalError('stale-sign-in', 'This sign-in is not for now. Sign in again.');
  }
  return said;
}

const secondsOf = (time: string | undefined): number | undefined =>
  time === undefined ? undefined : Date.parse(time) / 1000;

function refuse(why: string): never {
  throw new PortalError('bad-sign-in', why);
}

function parsed(message: string): SiweMessage {
  try {
    return parseSiwe(message);
  } catch {
    return refuse('This is no sign-in text (EIP-4361). Load the page again.');
  }
}

/** Undefined for what is no signature. */
function signer(message: string, signature: string): string | undefined {
  try {
    return verifyMessage(message, signature);
  } catch {
    return undefined;
  }
}
