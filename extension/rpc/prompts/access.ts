import { SalusError } from '../../core/errors.ts';
import { SENSITIVE } from '../../core/records/sections.ts';
import { giveConsent } from '../../core/wallet/give-consent.ts';
import { listOwn } from '../../core/wallet/list-records.ts';
import { recipientTrust, type RecipientTrust } from '../../core/wallet/trust.ts';
import type { AccessRequest } from '../schema.ts';
import { countSections, type SectionCount } from '../section-counts.ts';
import { connectSite } from './connect.ts';
import type { PromptKind, PromptParts } from './kind.ts';

export interface AccessView {
  readonly kind: 'access';
  readonly request: AccessRequest;
  readonly recipient: RecipientTrust;
  readonly sections: readonly SectionCount[];
}

export const accessPrompt = (parts: PromptParts): PromptKind<AccessView> => ({
  async view({ approval, session }, site) {
    const request = approval.params as AccessRequest;
    const [{ items }, recipient] = await Promise.all([
      listOwn(session),
      recipientTrust(session.client, parts.storage, request.recipient.address, site),
    ]);
    const counts = new Map(countSections(items).map((c) => [c.section, c]));
    const sections = request.sections.map(
      (section) => counts.get(section) ?? { section, count: 0, sensitive: SENSITIVE.has(section) },
    );
    return { kind: 'access', request, recipient, sections };
  },

  async carryOut({ approval, session }, choice) {
    const request = approval.params as AccessRequest;
    // The person may narrow what was asked, never widen it.
    const sections = request.sections.filter((s) => choice.sections?.includes(s));
    if (sections.length === 0) throw new SalusError('bad-request', 'Choose at least one section to share.');
    const latest = Math.floor(session.now() / 1000) + request.duration;
    const until = choice.until ?? latest;
    if (until <= session.now() / 1000) throw new SalusError('bad-request', 'Choose an end that lies ahead.');
    const { consent, patient } = await giveConsent(session, {
      origin: approval.origin,
      recipient: request.recipient.address,
      ...(request.recipient.name && { recipientName: request.recipient.name }),
      purpose: request.purpose,
      reason: request.reason,
      sections,
      rights: request.rights,
      until,
    });
    await connectSite(parts, session, approval.origin);
    await parts.notify(approval.origin, 'consentChanged', { consentId: consent.consentId, live: true });
    return {
      consentId: consent.consentId,
      patient: patient.toLowerCase(),
      folders: consent.receipt.sections,
      purpose: request.purpose,
      until,
      receipt: consent.consentId,
      transactionHash: consent.transaction,
    };
  },
});
