import { SalusError } from '../errors.ts';
import { act, orUnknown } from './act.ts';
import type { Deployment, Session } from './session.ts';
import { ownConsents, type ConsentView } from './sharing.ts';
import { isAsSigned, lookAfter } from './unsettled.ts';

/** Names one consent: what one member was given by one act. */
export interface ConsentKey {
  readonly consentId: string;
  /** Absent where the id alone says whose it is. */
  readonly recipient?: string | undefined;
}

/**
 * Ends a consent by one call that needs nobody else: keepers ask the chain before each opening, so that to them the end of the grant
 * is enough. It ends in the registry it was given in.
 * @returns the consent that ended
 * @throws SalusError `not-found`, `outcome-unknown`, `sponsor-refused`
 */
export async function endConsent(session: Session, { consentId, recipient }: ConsentKey): Promise<ConsentView> {
  const consent = await findConsent(session, { consentId, recipient });
  if (consent === undefined) throw new SalusError('not-found', 'There is no such permission.');
  await session.oneReader(consent.recipient, async () => {
    // It may have ended while another act for this reader was under way, or the same have been given anew: what was said last is No.
    const consents = await ownConsents(session);
    const folders = consents
      .filter((c) => isOfReader(c, consent))
      .flatMap((c) => (c.consentId === consent.consentId ? c.live : c.live.filter((f) => consent.live.includes(f))));
    if (folders.length === 0) return;
    await endIn(session, session.deployment(consent.registry), { ...consent, live: [...new Set(folders)] });
  });
  return consent;
}

/** Looks it up on the chain where it is not known yet. */
export async function findConsent(session: Session, key: ConsentKey): Promise<ConsentView | undefined> {
  const find = async () =>
    (await ownConsents(session)).findLast(
      (c) =>
        c.consentId === key.consentId &&
        (key.recipient === undefined || c.recipient.toLowerCase() === key.recipient.toLowerCase()),
    );
  const known = await find();
  if (known !== undefined) return known;
  await session.catalogue.sync();
  return find();
}

const isOfReader = (a: ConsentView, b: ConsentView): boolean =>
  a.recipient === b.recipient && a.registry === b.registry;

/** Ends what one reader was given of some folders (`live`), in a turn of {@link Session.oneReader} that the caller has. */
export async function endIn(
  session: Session,
  deployment: Deployment,
  { recipient, live }: Pick<ConsentView, 'recipient' | 'live'>,
): Promise<void> {
  const { calls, registry } = deployment;
  const signed = [await calls.revoke(recipient, live)];
  await act(session, deployment, signed, () => isAsSigned(session, deployment, signed));
  // It has ended, whether or not the list can say so yet.
  await orUnknown(() => session.catalogue.sync());
  await lookAfter(session, { kind: 'ended', recipient, registry, calls: signed });
}
