import type { AccountKind } from '../../core/wallet/sealed-state.ts';
import type { Session } from '../../core/wallet/session.ts';
import type { PromptKind, PromptParts } from './kind.ts';

export interface ConnectView {
  readonly kind: 'connect';
  /** What a site that sees it sees of it. */
  readonly account: AccountKind;
}

/** Lets a site see the account; one that sees it already hears nothing new. @returns the accounts it sees */
export async function connectSite(
  { notify }: Pick<PromptParts, 'notify'>,
  session: Session,
  origin: string,
): Promise<string[]> {
  const accounts = [session.address.toLowerCase()];
  const { sites } = await session.state.read();
  if (sites.some((site) => site.origin === origin)) return accounts;
  await session.state.update((s) => ({
    ...s,
    sites: [...s.sites.filter((site) => site.origin !== origin), { origin, connectedAt: session.now() }],
  }));
  await notify(origin, 'accountsChanged', accounts);
  return accounts;
}

export const connectPrompt = (parts: PromptParts): PromptKind<ConnectView> => ({
  view: async ({ session }) => ({ kind: 'connect', account: (await session.state.read()).kind ?? 'patient' }),
  carryOut: ({ approval, session }) => connectSite(parts, session, approval.origin),
});
