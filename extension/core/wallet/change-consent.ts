import { SalusError } from '../errors.ts';
import { SELECTION, type FolderKind } from '../records/sections.ts';
import { endIn, findConsent, type ConsentKey } from './end-consent.ts';
import { giveInTurn } from './give-consent.ts';
import type { Session } from './session.ts';
import type { ConsentView } from './sharing.ts';

/** How a consent is to stand from now on. */
export interface ChangedTerms {
  /** Those that stay; none is added. */
  readonly sections: readonly FolderKind[];
  /** Unix seconds. */
  readonly until: number;
}

/**
 * Narrows a consent to some of its sections, and gives it another end: sooner or later. What falls away ends first.
 * @returns it as it stands then: under another id where its end is another
 * @throws SalusError `not-found` for one that has ended; `bad-request` where nothing would be left, or where its end would be another
 * and its words cannot be read, or are a delegate's; as giving and ending do
 */
export async function changeConsent(
  session: Session,
  key: ConsentKey,
  { sections, until }: ChangedTerms,
): Promise<ConsentView | undefined> {
  const found = await findConsent(session, key);
  if (found === undefined) throw new SalusError('not-found', 'There is no such permission.');
  return session.oneReader(found.recipient, async () => {
    // Another act for this reader may have changed it meanwhile.
    const consent = await findConsent(session, { consentId: found.consentId, recipient: found.recipient });
    if (consent === undefined || consent.live.length === 0) {
      throw new SalusError('not-found', 'This permission has ended.');
    }
    const folders = await session.folders();
    const stays = (folder: number) => {
      const kind = folders.kind(folder);
      return kind !== undefined && sections.includes(kind);
    };
    const [left, over] = [consent.live.filter(stays), consent.live.filter((folder) => !stays(folder))];
    if (left.length === 0) throw new SalusError('bad-request', 'Nothing would be left. Stop sharing instead.');
    const { receipt } = consent;
    if (until !== consent.until && (receipt === undefined || consent.by !== undefined)) {
      throw new SalusError('bad-request', 'What this was given for cannot be read now. Stop it, and share anew.');
    }
    if (over.length > 0) await endIn(session, session.deployment(consent.registry), { ...consent, live: over });
    if (until === consent.until || receipt === undefined) return findConsent(session, key);
    const { origin, recipientName, principalName, purpose, reason, rights, rule, passOn } = receipt;
    const kinds = left.flatMap((folder) => folders.kind(folder) ?? []);
    const kept = kinds.filter((kind) => kind !== SELECTION);
    const picked = left.find((folder) => folders.kind(folder) === SELECTION);
    const others = receipt.sections.find(({ folder }) => folder === picked)?.rights;
    const selection = picked === undefined ? undefined : { folder: picked, rule, rights: others };
    const decision = {
      origin,
      recipient: consent.recipient,
      purpose,
      reason,
      rights,
      passOn,
      sections: kept,
      selection,
      until,
    };
    const names = { ...(recipientName && { recipientName }), ...(principalName && { principalName }) };
    return (await giveInTurn(session, { ...decision, ...names })).consent;
  });
}
