import { visible } from '../../core/signing/visible.ts';
import { isNamedByPatient, type ConsentView } from '../../core/wallet/sharing.ts';
import { shortAddress } from './format.ts';
import { t } from './text.ts';

/** Who gave something in the person's place, by the person's own word for them. */
export function delegateName(consents: readonly ConsentView[], by: string): string {
  const isTheirs = ({ recipient }: ConsentView) => recipient.toLowerCase() === by.toLowerCase();
  const name = consents.findLast((one) => isTheirs(one) && isNamedByPatient(one))?.receipt?.recipientName;
  return name === undefined ? shortAddress(by) : visible(name);
}

/** Who was given something: what a site, or a delegate, called them is said to be that. */
export function readerName(consent: Pick<ConsentView, 'receipt' | 'recipient' | 'by'>): string {
  const name = consent.receipt?.recipientName;
  if (name === undefined) return shortAddress(consent.recipient);
  if (consent.by !== undefined) return t('family.calledSo', [visible(name)]);
  return isNamedByPatient(consent) ? visible(name) : t('app.siteName', [name]);
}
