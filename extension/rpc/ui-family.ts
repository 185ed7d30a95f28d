import * as v from 'valibot';
import { PURPOSES } from '../core/consent/purposes.ts';
import { BY_PATIENT } from '../core/consent/receipt.ts';
import { SalusError } from '../core/errors.ts';
import { endDelegate, giveInPlace, type InPlace } from '../core/wallet/delegates.ts';
import { giveConsent } from '../core/wallet/give-consent.ts';
import { ownConsents, type ConsentView } from '../core/wallet/sharing.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { forgetYes } from './site-permissions.ts';
import { account, calledName, folderKind, LONGEST_SECONDS, section, text } from './ui-arguments.ts';

const reason = v.pipe(v.string(), v.trim(), v.maxLength(300));
const until = v.pipe(v.number(), v.safeInteger());

/** Arguments of the calls of {@link createFamilyCalls}. */
export const FAMILY_ARGUMENTS = {
  nameDelegate: v.tuple([
    v.object({
      recipient: account,
      recipientName: v.pipe(calledName, v.minLength(1)),
      principalName: v.optional(calledName),
      sections: v.pipe(v.array(section), v.minLength(1)),
      share: v.boolean(),
      reason,
      until,
    }),
  ]),
  endDelegate: v.tuple([text, text]),
  givenInPlace: v.tuple([]),
  seenInPlace: v.tuple([v.pipe(v.number(), v.safeInteger())]),
  giveInPlace: v.tuple([
    v.object({
      patient: account,
      recipient: account,
      recipientName: v.optional(calledName),
      sections: v.pipe(v.array(folderKind), v.minLength(1)),
      purpose: v.picklist(PURPOSES),
      reason,
      until,
    }),
  ]),
} as const;

/** Somebody of the family, or who cares, and what they may do. */
export type NamedDelegate = v.InferOutput<typeof FAMILY_ARGUMENTS.nameDelegate>[0];

/** The calls of the wallet's own screens about family and carers: the patient's, and the delegate's. */
export function createFamilyCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    /** @throws SalusError `bad-request` without an end within a year */
    async nameDelegate({ share, ...named }: NamedDelegate): Promise<void> {
      const session = await wallet.session();
      const now = Math.floor(session.now() / 1000);
      if (named.until <= now || named.until > now + LONGEST_SECONDS) {
        throw new SalusError('bad-request', 'Choose an end that lies ahead, within a year.');
      }
      const what = { ...named, origin: BY_PATIENT, purpose: 'FAMRQT', rights: ['read'] } as const;
      await giveConsent(session, { ...what, ...(share && { passOn: ['TREAT'] }) });
      void wallet.sync();
      changed();
    },
    /** Ends a delegate and what the delegate gave of it. */
    async endDelegate(consentId: string, recipient: string): Promise<void> {
      const session = await wallet.session();
      // First, so that nothing gives again what is being ended.
      await forgetYes(session, { recipient });
      await endDelegate(session, { consentId, recipient }).finally(changed);
    },
    /** What delegates gave in the person's place, that stands and was not looked at. */
    async givenInPlace(): Promise<readonly ConsentView[]> {
      const session = await wallet.session();
      const { seenInPlace } = await session.state.read();
      return (await ownConsents(session)).filter(
        ({ by, live, block }) => by !== undefined && live.length > 0 && block > seenInPlace,
      );
    },
    /** The person has seen what was given up to a block. */
    async seenInPlace(block: number): Promise<void> {
      const { state } = await wallet.session();
      await state.update((s) => ({ ...s, seenInPlace: Math.max(s.seenInPlace, block) }));
      changed();
    },
    /** Gives access in a patient's place. */
    async giveInPlace(wish: InPlace): Promise<void> {
      await giveInPlace(await wallet.session(), wish).finally(changed);
      void wallet.sync();
    },
  };
}
