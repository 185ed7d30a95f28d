import * as v from 'valibot';
import { PURPOSES } from '../core/consent/purposes.ts';
import { giveInPlace, type InPlace } from '../core/wallet/delegates.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { account, calledName, folderKind } from './ui-arguments.ts';

const whole = v.pipe(v.number(), v.safeInteger());

/** Arguments of the calls of {@link createFamilyCalls}. */
export const FAMILY_ARGUMENTS = {
  seenInPlace: v.tuple([v.optional(whole)]),
  giveInPlace: v.tuple([
    v.object({
      patient: account,
      recipient: account,
      recipientName: v.optional(calledName),
      sections: v.pipe(v.array(folderKind), v.minLength(1)),
      purpose: v.picklist(PURPOSES),
      reason: v.pipe(v.string(), v.trim(), v.maxLength(300)),
      until: whole,
    }),
  ]),
} as const;

/** The calls of the wallet's own screens about what is given in a patient's place: the delegate's, and the patient's. */
export function createFamilyCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    /**
     * @param block up to which the person has seen what delegates gave in their place; only asked where it is left out
     * @returns up to which they have
     */
    async seenInPlace(block?: number): Promise<number> {
      const { state } = await wallet.session();
      if (block === undefined) return (await state.read()).seenInPlace;
      await state.update((s) => ({ ...s, seenInPlace: block }));
      changed();
      return block;
    },
    /** Gives access in a patient's place. */
    async giveInPlace(wish: InPlace): Promise<void> {
      await giveInPlace(await wallet.session(), wish).finally(changed);
      void wallet.sync();
    },
  };
}
