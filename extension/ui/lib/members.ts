import { wallet } from '../../adapters/messaging/ui-client.ts';
import { listMembers } from '../../core/directory/find.ts';
import { rowsOf } from '../../core/directory/load.ts';
import type { RecipientTrust } from '../../core/wallet/trust.ts';
import { shortAddress } from './format.ts';
import { roleName, t } from './text.ts';

/** A member as a screen tells of them. */
export interface MemberTold {
  readonly trust: RecipientTrust;
  /** As they call themselves, where the directory that is kept here has it; else the short form of their account. */
  readonly called: string;
}

/** What the registry says of some members now, and how they are called. */
export async function tellMembers(addresses: readonly string[]): Promise<readonly MemberTold[]> {
  if (addresses.length === 0) return [];
  const [kept, ...trusts] = await Promise.all([wallet.directory(), ...addresses.map((one) => wallet.reader(one))]);
  const names = new Map(listMembers(rowsOf(kept), Date.now() / 1000).map(({ address, name }) => [address, name]));
  return trusts.map((trust, i) => {
    const address = addresses[i] ?? '';
    return { trust, called: names.get(address.toLowerCase()) ?? shortAddress(address) };
  });
}

/** What somebody is, and who vouches for them. */
export const roleAndVoucher = ({ trust: { role, vouchedBy: by } }: Pick<MemberTold, 'trust'>): string =>
  by ? t('prompt.vouched', [roleName(role), by.name ?? shortAddress(by.address)]) : roleName(role);
