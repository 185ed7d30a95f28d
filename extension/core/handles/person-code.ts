import { getAddress } from 'ethers';
import { SalusError } from '../errors.ts';

/** Who shows a code: somebody to be shared with, a patient, or a patient whose card is found in an emergency. */
export type PersonKind = 'reader' | 'patient' | 'emergency';

/** What a code of a person says. There is nothing personal in it: an account number is drawn at random. */
export interface PersonCode {
  readonly kind: PersonKind;
  readonly chainId: number;
  readonly registry: string;
  /** With its checksum (EIP-55), by which one that was misread is noticed. */
  readonly account: string;
}

/** The network that a code has to be of. */
export interface CodeNetwork {
  readonly chainId: number;
  readonly registry: string;
}

/** What stands in place of a code of a person. */
export type NoCode = 'secret' | 'health-card' | 'web' | 'other-network' | 'own' | 'other-kind' | 'damaged' | 'other';

/** Longer texts are no code. */
const MOST_LETTERS = 300;
const FORM =
  /^salus:(reader|patient|emergency)\?chain=(\d{1,15})&registry=(0x[0-9a-fA-F]{40})&account=(0x[0-9a-fA-F]{40})$/;
/** Twelve words and more, of letters: words of a wallet, or a guardian's card. */
const SECRET = /^(?:\d*[.)]?\s*\p{L}{3,10}[\s,]+){11,}\d*[.)]?\s*\p{L}{3,10}$/u;

/** `salus:reader?chain=…&registry=…&account=…`: see PROTOCOL.md. */
export const personCode = ({ kind, chainId, registry, account }: PersonCode): string =>
  `salus:${kind}?chain=${chainId}&registry=${getAddress(registry)}&account=${getAddress(account)}`;

const none = (is: NoCode): SalusError =>
  new SalusError('bad-code', 'This is not the code of somebody on this health network.', { is });

/**
 * Reads the code of a person, as it was scanned or pasted.
 * @param wanted whose code is taken
 * @param own account of whoever reads it
 * @throws SalusError `bad-code`, whose `is` says what it looks like; nothing of the text is in it
 */
export function readPersonCode(text: string, network: CodeNetwork, wanted: PersonKind, own: string): PersonCode {
  const given = text.trim();
  const [, kind, chain, registry = '', account = ''] = FORM.exec(given.slice(0, MOST_LETTERS + 1)) ?? [];
  if (kind === undefined) throw none(whatElse(given));
  if (!isChecked(registry) || !isChecked(account)) throw none('damaged');
  const isHere = Number(chain) === network.chainId && registry.toLowerCase() === network.registry.toLowerCase();
  if (!isHere) throw none('other-network');
  if (kind !== wanted) throw none('other-kind');
  if (account.toLowerCase() === own.toLowerCase()) throw none('own');
  return { kind: wanted, chainId: network.chainId, registry, account };
}

function isChecked(address: string): boolean {
  try {
    return getAddress(address) === address;
  } catch {
    return false;
  }
}

function whatElse(text: string): NoCode {
  if (/^salus:/i.test(text)) return 'damaged';
  if (/^shc:\//i.test(text) || /(?:^|#)shlink:\//i.test(text)) return 'health-card';
  if (/^https?:\/\//i.test(text)) return 'web';
  return SECRET.test(text.slice(0, 1_000)) ? 'secret' : 'other';
}
