import * as v from 'valibot';
import type { RecordItem } from '../core/catalogue/model.ts';
import { changeConsent, type ChangedTerms } from '../core/wallet/change-consent.ts';
import { seenBy } from '../core/wallet/seen-by.ts';
import { ownConsents, type ConsentView } from '../core/wallet/sharing.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { section, text } from './ui-arguments.ts';
import { endForGood, forgetYes } from './site-permissions.ts';

/** Items that are shown of what somebody sees. */
const MOST_SEEN = 1_000;

/** Arguments of the calls of {@link createSharingCalls}. */
export const SHARING_ARGUMENTS = {
  consents: v.tuple([]),
  endConsent: v.tuple([text, text]),
  changeConsent: v.tuple([
    text,
    text,
    v.object({ sections: v.pipe(v.array(section), v.minLength(1)), until: v.pipe(v.number(), v.safeInteger()) }),
  ]),
  seenBy: v.tuple([text, text]),
} as const;

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
    async endConsent(consentId: string, recipient: string): Promise<void> {
      const { receipt } = await endForGood(await wallet.session(), { consentId, recipient });
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
