import { wallet } from '../../adapters/messaging/ui-client.ts';
import { listMembers } from '../../core/directory/find.ts';
import { rowsOf } from '../../core/directory/load.ts';
import type { RecipientTrust } from '../../core/wallet/trust.ts';
import { shortAddress } from './format.ts';
import { readerName } from './reader-name.ts';
import { roleName, t } from './text.ts';

/** A member as a screen tells of them. */
export interface MemberTold {
  readonly trust: RecipientTrust;
  /** By their public profile as it is now; else see {@link namesOf}. */
  readonly called: string;
}

/** What some accounts are called, by their lower case; what nobody knows a name of is not in it. */
export type Names = ReadonlyMap<string, string>;

/**
 * As members call themselves in the directory that is kept here; else as whoever was there called them when something was shared with
 * them: see {@link readerName}. What a delegate said gives way to what the person or a site did.
 */
export async function namesOf(): Promise<Names> {
  const [kept, consents] = await Promise.all([wallet.directory(), wallet.consents()]);
  const named = consents.filter(({ receipt }) => receipt?.recipientName !== undefined);
  const inOrder = [...named.filter(({ by }) => by !== undefined), ...named.filter(({ by }) => by === undefined)];
  const asShared = inOrder.map((one): [string, string] => [one.recipient.toLowerCase(), readerName(one)]);
  const byThemselves = listMembers(rowsOf(kept), Date.now() / 1000).flatMap(({ address, name }): [string, string][] =>
    name === undefined ? [] : [[address.toLowerCase(), name]],
  );
  return new Map([...asShared, ...byThemselves]);
}

/** A name, or the short form of the account. */
export const nameIn = (names: Names, address: string): string =>
  names.get(address.toLowerCase()) ?? shortAddress(address);

/** What the registry says of some members now, and how they are called. */
export async function tellMembers(addresses: readonly string[]): Promise<readonly MemberTold[]> {
  if (addresses.length === 0) return [];
  const [names, ...trusts] = await Promise.all([namesOf(), ...addresses.map((one) => wallet.reader(one))]);
  return trusts.map((trust, i) => ({ trust, called: trust.name ?? nameIn(names, addresses[i] ?? '') }));
}

/** What somebody is, and who vouches for them. */
export const roleAndVoucher = ({ trust: { role, vouchedBy: by } }: Pick<MemberTold, 'trust'>): string =>
  by ? t('prompt.vouched', [roleName(role), by.name ?? shortAddress(by.address)]) : roleName(role);
