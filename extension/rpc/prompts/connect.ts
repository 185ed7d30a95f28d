import type { WalletState } from '../../core/wallet/sealed-state.ts';
import type { Session } from '../../core/wallet/session.ts';
import type { PromptKind, PromptParts } from './kind.ts';

export interface ConnectView {
  readonly kind: 'connect';
  readonly account: WalletState['kind'];
}

/** Lets a site see the account. @returns the accounts it sees */
export async function connectSite(
  { notify }: Pick<PromptParts, 'notify'>,
  session: Session,
  origin: string,
): Promise<string[]> {
  await session.state.update((s) => ({
    ...s,
    sites: [...s.sites.filter((site) => site.origin !== origin), { origin, connectedAt: session.now() }],
  }));
  const accounts = [session.address.toLowerCase()];
  await notify(origin, 'accountsChanged', accounts);
  return accounts;
}

export const connectPrompt = (parts: PromptParts): PromptKind<ConnectView> => ({
  view: async ({ session }) => ({ kind: 'connect', account: (await session.state.read()).kind }),
  carryOut: ({ approval, session }) => connectSite(parts, session, approval.origin),
});
