import { getAddress } from 'ethers';
import { SalusError } from '../errors.ts';

/** The parts of an EIP-4361 message: a wallet compares them with the page and shows them, a site compares them with what it gave out. */
export interface SiweMessage {
  /** Of the page, if the message says; without `://`. */
  readonly scheme?: string;
  /** RFC 3986 authority: host, and port where it is not the scheme's own. */
  readonly domain: string;
  /** EIP-55 checksummed. */
  readonly address: string;
  /** What the site says; ASCII by the EIP's grammar. */
  readonly statement?: string;
  readonly uri: string;
  /** Decimal digits. */
  readonly chainId: string;
  /** What the site drew for this one sign-in. */
  readonly nonce: string;
  /** RFC 3339, like the two that follow it. */
  readonly issuedAt: string;
  readonly expirationTime?: string;
  readonly notBefore?: string;
}

const SUMMARY = 'wants you to sign in with your Ethereum account';
const CHARACTER = String.raw`[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]`;
const URI = String.raw`[A-Za-z][A-Za-z0-9+.\-]*:(?:${CHARACTER}|%[0-9A-Fa-f]{2})*`;
const AUTHORITY = String.raw`(?:[A-Za-z0-9\-._~!$&'()*+,;=:@[\]]|%[0-9A-Fa-f]{2})+`;
const REQUEST_ID = String.raw`(?:[A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*`;
/** RFC 3339. */
const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+\-]\d\d:\d\d)`;

/** The ABNF of EIP-4361, whole and in its order. */
const MESSAGE = new RegExp(
  [
    String.raw`^(?:(?<scheme>[A-Za-z][A-Za-z0-9+.\-]*)://)?(?<domain>${AUTHORITY}) ${SUMMARY}:`,
    String.raw`(?<address>0x[0-9a-fA-F]{40})`,
    String.raw`(?:\n(?<statement>(?:${CHARACTER}| )+))?`,
    String.raw`\nURI: (?<uri>${URI})`,
    String.raw`Version: 1`,
    String.raw`Chain ID: (?<chainId>\d+)`,
    String.raw`Nonce: (?<nonce>[A-Za-z0-9]{8,})`,
    String.raw`Issued At: (?<issued>${TIME})` +
      String.raw`(?:\nExpiration Time: (?<expires>${TIME}))?(?:\nNot Before: (?<starts>${TIME}))?` +
      String.raw`(?:\nRequest ID: ${REQUEST_ID})?(?:\nResources:(?:\n- ${URI})*)?$`,
  ].join(String.raw`\n`),
);

/** Whether some verifier could take this text for a sign-in; wider than the grammar on purpose. */
export const looksLikeSiwe = (text: string): boolean => text.toLowerCase().includes(SUMMARY.toLowerCase());

/**
 * Parses a "Sign-In with Ethereum" message by the grammar of EIP-4361, version 1.
 * @throws SalusError `not-signable` for everything the grammar does not allow, also an address without its EIP-55 checksum
 */
export function parseSiwe(text: string): SiweMessage {
  const groups = MESSAGE.exec(text)?.groups;
  const { scheme, domain, address, statement, uri, chainId, nonce, issued, expires, starts } = groups ?? {};
  const times = [issued, expires, starts].filter((time) => time !== undefined);
  const names = domain !== undefined && address !== undefined && uri !== undefined;
  const whole = names && chainId !== undefined && nonce !== undefined && issued !== undefined;
  if (!whole || !URL.canParse(uri) || !isChecksummed(address) || times.some((time) => Number.isNaN(Date.parse(time)))) {
    throw new SalusError('not-signable', 'This sign-in text does not follow EIP-4361.');
  }
  return {
    ...(scheme && { scheme }),
    domain,
    address,
    ...(statement && { statement }),
    uri,
    chainId,
    nonce,
    issuedAt: issued,
    ...(expires && { expirationTime: expires }),
    ...(starts && { notBefore: starts }),
  };
}

function isChecksummed(address: string): boolean {
  try {
    return getAddress(address) === address;
  } catch {
    return false; // mixed case that is no checksum
  }
}
