import { requirePayersTerms } from '../core/consent/payer.ts';
import { forget } from '../core/consent/remembered.ts';
import { SalusError } from '../core/errors.ts';
import { endConsent } from '../core/wallet/end-consent.ts';
import type { Session } from '../core/wallet/session.ts';
import { ownConsents, type ConsentView } from '../core/wallet/sharing.ts';
import { sectionsOf, type AccessRequest } from './params/health.ts';

/** A permission as EIP-2255 has it. */
export interface Permission {
  /** Of a consent: its id. */
  readonly id?: string;
  readonly invoker: string;
  readonly parentCapability: 'eth_accounts' | 'health_access';
  readonly caveats: readonly { readonly type: string; readonly value: unknown }[];
}

/** A consent as the site that asked for it may see it. */
export interface SiteConsent {
  readonly consentId: string;
  readonly recipient: string;
  readonly sections: readonly string[];
  readonly purpose: string;
  /** Unix seconds. */
  readonly until: number;
  /** Whether anything can still be read or written under it. */
  readonly live: boolean;
}

export const accountPermission = (origin: string, accounts: readonly unknown[]): Permission => ({
  invoker: origin,
  parentCapability: 'eth_accounts',
  caveats: [{ type: 'restrictReturnedAccounts', value: accounts }],
});

const healthPermission = (origin: string, consent: SiteConsent): Permission => ({
  id: consent.consentId,
  invoker: origin,
  parentCapability: 'health_access',
  caveats: [
    { type: 'sections', value: consent.sections },
    { type: 'purpose', value: consent.purpose },
    { type: 'expiry', value: consent.until },
  ],
});

/** What a connected site may do: derived from what there is, so that it cannot say anything else than what holds. */
export async function permissionsOf(session: Session, origin: string): Promise<Permission[]> {
  const live = (await consentsOf(session, origin)).filter((consent) => consent.live);
  const account = accountPermission(origin, [session.address.toLowerCase()]);
  return [account, ...live.map((consent) => healthPermission(origin, consent))];
}

/** The consents this site asked for, those of the oldest registry first; none of any other site, nor what a delegate says was asked. */
export async function consentsOf(session: Session, origin: string): Promise<SiteConsent[]> {
  return (await ownConsents(session))
    .filter((c) => c.by === undefined && c.receipt?.origin === origin)
    .map(toSiteConsent);
}

/**
 * Refuses what no payer is given before anybody is asked. Where no node says who the recipient is, a yes is refused instead.
 * @throws SalusError `payer-forbidden`
 */
export async function requirePayersAsk({ client }: Session, request: AccessRequest): Promise<void> {
  const member = await client.member(request.recipient.address).catch(() => undefined);
  const { purpose, rights, records: selection } = request;
  if (member) requirePayersTerms(member.role, { purpose, rights, selection, sections: sectionsOf(request) });
}

/**
 * Ends a consent for the site that asked for it. Ending it twice changes nothing.
 * @throws SalusError `not-found` also for a consent that another site asked for
 */
export async function endConsentOf(session: Session, origin: string, consentId: string): Promise<void> {
  const consent = (await consentsOf(session, origin)).find((c) => c.consentId === consentId);
  if (consent === undefined) throw new SalusError('not-found', 'This site asked for no such consent.');
  await endForGood(session, consent, origin);
}

/**
 * Ends a consent, and what the person need not be asked again of its reader.
 * @param origin at this site alone; at every site where none is given
 * @param end what ends it
 * @returns the consent that ended
 */
export async function endForGood(
  session: Session,
  { consentId, recipient }: Pick<ConsentView, 'consentId' | 'recipient'>,
  origin?: string,
  end = endConsent,
): Promise<ConsentView> {
  const forgetIt = () => forgetYes(session, { origin, recipient });
  // First, so that nothing gives again what is being ended.
  await forgetIt();
  try {
    return await end(session, { consentId, recipient });
  } finally {
    // Again: a yes whose turn came before this one was noted in its turn.
    await forgetIt();
  }
}

/** Takes the account away from a site, and what was remembered of it. */
export async function disconnect(session: Session, origin: string): Promise<void> {
  await session.state.update((s) => ({
    ...s,
    sites: s.sites.filter((site) => site.origin !== origin),
    remembered: forget(s.remembered, { origin }),
  }));
}

/** What is wanted for this recipient, by one site or by any, is asked again from now on. */
export async function forgetYes(session: Session, whose: Parameters<typeof forget>[1]): Promise<void> {
  await session.state.update((s) => ({ ...s, remembered: forget(s.remembered, whose) }));
}

const toSiteConsent = ({ consentId, receipt, recipient, sections, until, live }: ConsentView): SiteConsent => ({
  consentId,
  recipient: recipient.toLowerCase(),
  sections: [...new Set(sections)],
  purpose: receipt?.purpose ?? 'TREAT',
  until,
  live: live.length > 0,
});
