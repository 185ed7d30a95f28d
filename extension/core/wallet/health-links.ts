import { SalusError } from '../errors.ts';
import { ASK_LINK_TYPES, KEEP_LINK_TYPES, managerDomain } from '../registry/typed-data.ts';
import { signTyped } from '../registry/signed-calls.ts';
import type { GivenLink } from './sealed-state.ts';
import type { Session } from './session.ts';

/** Links that are remembered. */
const MOST_LINKS = 200;
/** A link is remembered so long after its end, in seconds: as long as its manager tells who opened it. */
const REMEMBERED_SECONDS = 30 * 86_400;

/** What a manager takes as the patient’s word. */
export interface SignedAsk {
  readonly signer: string;
  /** Unix seconds. */
  readonly at: number;
  readonly signature: string;
}

function signed(
  { keyring, address, network, now }: Session,
  types: typeof ASK_LINK_TYPES,
  said: Readonly<Record<string, unknown>>,
): SignedAsk {
  const signer = address.toLowerCase();
  const at = Math.floor(now() / 1000);
  const domain = managerDomain(network.chainId, network.registry);
  return { signer, at, signature: signTyped(keyring.account, domain, types, { ...said, signer, at }) };
}

/**
 * Remembers a link that is about to be given, and signs that its manager is to keep what it leads to. It is remembered first: whatever is
 * killed, no link stands that its person could not end.
 * @param file SHA-256 of the ciphertext, 0x hex
 */
export async function beginLink(
  session: Session,
  link: Omit<GivenLink, 'made'>,
  { file, passcode }: { readonly file: string; readonly passcode: string },
): Promise<SignedAsk> {
  const now = Math.floor(session.now() / 1000);
  await session.state.update((s) => {
    const others = s.givenLinks.filter(({ id, until }) => id !== link.id && until + REMEMBERED_SECONDS > now);
    return { ...s, givenLinks: [{ ...link, made: now }, ...others].slice(0, MOST_LINKS) };
  });
  const { id, until: expires, most } = link;
  return signed(session, KEEP_LINK_TYPES, { id, file, expires, most, passcode });
}

/** Of a link that no manager took. */
export async function forgetLink(session: Session, id: string): Promise<void> {
  await session.state.update((s) => ({ ...s, givenLinks: s.givenLinks.filter((link) => link.id !== id) }));
}

/** The newest first. */
export const givenLinks = async (session: Session): Promise<readonly GivenLink[]> =>
  (await session.state.read()).givenLinks;

/** Signs a question to the manager of a link. @throws SalusError `not-found` for a link that this account did not give */
export async function askOfLink(session: Session, id: string, act: 'end' | 'uses'): Promise<SignedAsk> {
  if (!(await givenLinks(session)).some((link) => link.id === id))
    throw new SalusError('not-found', 'This account gave no such link.');
  return signed(session, ASK_LINK_TYPES, { id, act });
}
