import type { Account } from '../../core/wallet/accounts.ts';
import { number } from './format.ts';
import { t } from './text.ts';

/** What an account is called: by the person, or by its place. */
export const accountName = ({ index, name }: Account): string => name ?? t('accounts.unnamed', [number(index + 1)]);
