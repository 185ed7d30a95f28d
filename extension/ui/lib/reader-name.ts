import type { ConsentView } from '../../core/wallet/sharing.ts';
import { shortAddress } from './format.ts';
import { t } from './text.ts';

/** Who was given something: what a site called them is said to be that. */
export const readerName = ({ receipt, recipient }: Pick<ConsentView, 'receipt' | 'recipient'>): string =>
  receipt?.recipientName === undefined ? shortAddress(recipient) : t('app.siteName', [receipt.recipientName]);
