import * as v from 'valibot';
import type { RecordItem } from '../core/catalogue/model.ts';
import { PURPOSES } from '../core/consent/purposes.ts';
import { BY_PATIENT } from '../core/consent/receipt.ts';
import { RuleSchema } from '../core/consent/rule.ts';
import { endAhead } from '../core/consent/ending.ts';
import { askForAccess, type AskedAccess } from '../core/wallet/ask-access.ts';
import { changeConsent, type ChangedTerms } from '../core/wallet/change-consent.ts';
import { endDelegate } from '../core/wallet/delegates.ts';
import { giveConsent } from '../core/wallet/give-consent.ts';
import { declineRequest, openRequests, type OpenRequest } from '../core/wallet/requests.ts';
import { seenBy } from '../core/wallet/seen-by.ts';
import { MOST_PICKED, sharePicked } from '../core/wallet/selections.ts';
import { namesIn, ownConsents, type ConsentView } from '../core/wallet/sharing.ts';
import { recipientTrust, type RecipientTrust } from '../core/wallet/trust.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { account, calledName, folderKind, section, text } from './ui-arguments.ts';
import { endForGood, forgetYes } from './site-permissions.ts';

/** Items that are shown of what somebody sees. */
const MOST_SEEN = 1_000;

/** Arguments of the calls of {@link createSharingCalls}. */
export const SHARING_ARGUMENTS = {
  consents: v.tuple([]),
  endConsent: v.tuple([text, text, v.optional(v.boolean())]),
  changeConsent: v.tuple([
    text,
    text,
    v.object({ sections: v.pipe(v.array(folderKind), v.minLength(1)), until: v.pipe(v.number(), v.safeInteger()) }),
  ]),
  seenBy: v.tuple([text, text]),
  readers: v.tuple([]),
  reader: v.tuple([account]),
  openRequests: v.tuple([]),
  askForAccess: v.tuple([v.object({ patient: account, until: v.pipe(v.number(), v.safeInteger()) })]),
  declineRequest: v.tuple([account, v.pipe(v.number(), v.safeInteger())]),
  share: v.tuple([
    v.object({
      what: v.variant('kind', [
        v.object({ kind: v.literal('sections'), sections: v.pipe(v.array(section), v.minLength(1)) }),
        v.object({
          kind: v.literal('picked'),
          ids: v.pipe(v.array(text), v.maxLength(MOST_PICKED)),
          rule: v.optional(RuleSchema),
        }),
      ]),
      recipient: account,
      recipientName: v.optional(calledName),
      principalName: v.optional(v.pipe(v.string(), v.maxLength(200))),
      purpose: v.picklist(PURPOSES),
      passOn: v.optional(v.pipe(v.array(v.picklist(PURPOSES)), v.minLength(1))),
      reason: v.pipe(v.string(), v.trim(), v.maxLength(300)),
      until: v.pipe(v.number(), v.safeInteger()),
    }),
  ]),
} as const;

/** A share that the person begins themselves. */
export type OwnShare = v.InferOutput<typeof SHARING_ARGUMENTS.share>[0];

/** Somebody to whom the person gave something before. */
export interface KnownReader {
  readonly address: string;
  /** What they were called then, by whoever asked for them. */
  readonly name?: string;
}

/** What one member sees of the own record. */
export interface SeenView {
  readonly consent: ConsentView;
  readonly items: readonly RecordItem[];
  /** There is more than is shown. */
  readonly more: boolean;
}

interface SharingParts {
  readonly wallet: Wallet;
  readonly changed: () => void;
  readonly notify: (
    origin: string,
    event: 'consentChanged',
    said: { consentId: string; live: boolean },
  ) => Promise<void>;
}

/** The calls of the wallet's own screens about what was shared. */
export function createSharingCalls({ wallet, changed, notify }: SharingParts) {
  return {
    async consents(): Promise<ConsentView[]> {
      return ownConsents(await wallet.session());
    },
    /** @param withGiven what its recipient gave of it, as a delegate, ends too */
    async endConsent(consentId: string, recipient: string, withGiven = false): Promise<void> {
      const end = withGiven ? endDelegate : undefined;
      const { receipt } = await endForGood(await wallet.session(), { consentId, recipient }, undefined, end);
      changed();
      if (receipt !== undefined) await notify(receipt.origin, 'consentChanged', { consentId, live: false });
    },
    /** Narrows a consent, or gives it another end. */
    async changeConsent(consentId: string, recipient: string, terms: ChangedTerms): Promise<void> {
      const session = await wallet.session();
      // First, so that nothing gives again what is being narrowed.
      await forgetYes(session, { recipient });
      const changedTo = await changeConsent(session, { consentId, recipient }, terms);
      changed();
      const origin = changedTo?.receipt?.origin;
      if (changedTo === undefined || origin === undefined) return;
      if (changedTo.consentId !== consentId) await notify(origin, 'consentChanged', { consentId, live: false });
      await notify(origin, 'consentChanged', { consentId: changedTo.consentId, live: changedTo.live.length > 0 });
    },
    /** Everybody to whom something was given, the newest first. */
    async readers(): Promise<KnownReader[]> {
      const consents = (await ownConsents(await wallet.session())).toReversed();
      const names = namesIn(consents.toReversed());
      return [...new Set(consents.map(({ recipient }) => recipient))].map((one) => {
        const name = names.get(one);
        return { address: one, ...(name !== undefined && { name }) };
      });
    },
    /** What the registry knows of somebody. */
    async reader(of: string): Promise<RecipientTrust> {
      const session = await wallet.session();
      return recipientTrust(session, session.storage, of, Promise.resolve({ origin: BY_PATIENT }));
    },
    /** Who asks for access and waits. */
    async openRequests(): Promise<readonly OpenRequest[]> {
      return openRequests(await wallet.session());
    },
    /** Asks a patient for leave to read. */
    async askForAccess(asked: AskedAccess): Promise<void> {
      await askForAccess(await wallet.session(), asked);
    },
    async declineRequest(who: string, block: number): Promise<void> {
      await declineRequest(await wallet.session(), who, block);
      changed();
    },
    /** Gives somebody access that nobody asked for. */
    async share({ what, ...terms }: OwnShare): Promise<ConsentView> {
      const session = await wallet.session();
      const now = Math.floor(session.now() / 1000);
      const until = endAhead(terms.until, now);
      const decision = { ...terms, until, origin: BY_PATIENT, rights: ['read'] as const };
      const consent =
        what.kind === 'picked'
          ? await sharePicked(session, what, decision)
          : (await giveConsent(session, { ...decision, sections: what.sections })).consent;
      void wallet.sync();
      changed();
      return consent;
    },
    /** What one member sees; undefined for a consent that is none. */
    async seenBy(consentId: string, recipient: string): Promise<SeenView | undefined> {
      const session = await wallet.session();
      const isIt = (c: ConsentView) =>
        c.consentId === consentId && c.recipient.toLowerCase() === recipient.toLowerCase();
      const consent = (await ownConsents(session)).findLast(isIt);
      if (consent === undefined) return undefined;
      const items = await seenBy(session, consent, MOST_SEEN + 1);
      return { consent, items: items.slice(0, MOST_SEEN), more: items.length > MOST_SEEN };
    },
  };
}
