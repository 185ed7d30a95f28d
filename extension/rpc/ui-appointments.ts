import * as v from 'valibot';
import { quoteVisit, sendVisit, visitOfItem, type VisitAct, type VisitView } from '../core/wallet/appointments.ts';
import { disputesOf, quoteDivision, sendDivision, type Dispute } from '../core/wallet/disputes.ts';
import type { Quote } from '../core/wallet/paying.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { text, wei } from './ui-arguments.ts';

const ACTS = ['book', 'release', 'cancel', 'claim', 'dispute', 'settle'] as const satisfies readonly VisitAct[];
const deed = v.object({
  patient: text,
  item: text,
  act: v.picklist(ACTS),
  startsAt: v.optional(v.pipe(v.number(), v.safeInteger(), v.minValue(0))),
});

const division = v.object({ id: text, toProvider: wei });
/** Appointments that are asked about at once. */
const MOST_DISPUTES = 200;

/** Arguments of the calls of {@link createAppointmentCalls}. */
export const APPOINTMENT_ARGUMENTS = {
  visit: v.tuple([text, text]),
  quoteVisit: v.tuple([deed]),
  sendVisit: v.tuple([deed, v.object({ id: text, fee: wei })]),
  disputes: v.tuple([v.pipe(v.array(text), v.maxLength(MOST_DISPUTES))]),
  quoteDivision: v.tuple([division]),
  sendDivision: v.tuple([division, wei]),
} as const;

/** The calls of the wallet's own screens about appointments. */
export function createAppointmentCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    /** The visit that an item offers, and how it stands. */
    async visit(patient: string, id: string): Promise<VisitView | 'unsound' | undefined> {
      return visitOfItem(await wallet.session(), patient, id);
    },
    async quoteVisit(what: v.InferOutput<typeof deed>): Promise<Quote> {
      return quoteVisit(await wallet.session(), what);
    },
    /** @param shown what the person said yes to */
    async sendVisit(
      what: v.InferOutput<typeof deed>,
      shown: v.InferOutput<typeof APPOINTMENT_ARGUMENTS.sendVisit>[1],
    ): Promise<void> {
      await sendVisit(await wallet.session(), what, shown);
      changed();
    },
    /** Those of some appointments about whose deposit this account decides. */
    async disputes(ids: readonly string[]): Promise<Dispute[]> {
      return disputesOf(await wallet.session(), ids);
    },
    async quoteDivision(what: v.InferOutput<typeof division>): Promise<Quote> {
      return quoteDivision(await wallet.session(), what);
    },
    /** @param fee what the person said yes to */
    async sendDivision(what: v.InferOutput<typeof division>, fee: string): Promise<void> {
      await sendDivision(await wallet.session(), what, fee);
      changed();
    },
  };
}
