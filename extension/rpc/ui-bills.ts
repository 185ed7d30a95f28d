import * as v from 'valibot';
import { billOfItem, quoteBill, sendBill, type BillAct, type BillView } from '../core/wallet/bills.ts';
import { draw, owed, quoteDraw, type Owed } from '../core/wallet/owed.ts';
import type { Quote } from '../core/wallet/paying.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import { text, wei } from './ui-arguments.ts';

const act = v.picklist(['pay', 'takeBack']);

/** Arguments of the calls of {@link createBillCalls}. */
export const BILL_ARGUMENTS = {
  bill: v.tuple([text, text]),
  quoteBill: v.tuple([text, text, act]),
  sendBill: v.tuple([v.object({ patient: text, item: text, act }), v.object({ id: text, fee: wei })]),
  owed: v.tuple([]),
  quoteDraw: v.tuple([]),
  draw: v.tuple([wei]),
} as const;

/** The calls of the wallet's own screens about bills. */
export function createBillCalls({ wallet, changed }: { readonly wallet: Wallet; readonly changed: () => void }) {
  return {
    /** The bill that an item is, and how it stands. */
    async bill(patient: string, id: string): Promise<BillView | 'unsound' | undefined> {
      return billOfItem(await wallet.session(), patient, id);
    },
    async quoteBill(patient: string, id: string, what: BillAct): Promise<Quote> {
      return quoteBill(await wallet.session(), patient, id, what);
    },
    /** Pays a bill, or takes one back. @param shown what the person said yes to */
    async sendBill(
      of: v.InferOutput<typeof BILL_ARGUMENTS.sendBill>[0],
      shown: v.InferOutput<typeof BILL_ARGUMENTS.sendBill>[1],
    ): Promise<void> {
      await sendBill(await wallet.session(), of, shown);
      changed();
    },
    async owed(): Promise<Owed> {
      return owed(await wallet.session());
    },
    async quoteDraw(): Promise<Quote> {
      return quoteDraw(await wallet.session());
    },
    /** Draws what this account is owed. @param fee what the person said yes to */
    async draw(fee: string): Promise<void> {
      await draw(await wallet.session(), fee);
      changed();
    },
  };
}
