import type { OrderView } from '../../core/wallet/orders.ts';
import { moment, number } from './format.ts';
import { lookUp, t } from './text.ts';

/** How an order stands, in a few words. */
export const orderStanding = ({ kind, standing }: OrderView): string => lookUp(`order.s_${kind}_${standing}`);

/** How often it can still be carried out, and until when. */
export function orderLeft({ kind, times, left, until, standing }: OrderView): string {
  if (kind === 'test') return t('order.untilOnly', [moment(until)]);
  if (standing === 'open' || standing === 'waiting') {
    return t('order.left', left, [number(left), number(times), moment(until)]);
  }
  return t('order.were', times, [number(times), moment(until)]);
}
