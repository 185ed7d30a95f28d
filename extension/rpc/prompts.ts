import type { NetworksPort } from '../core/wallet/ports.ts';
import type { Session } from '../core/wallet/session.ts';
import { siteTrust, type SiteTrust } from '../core/wallet/trust.ts';
import type { Wallet } from '../core/wallet/wallet.ts';
import type { AccessRequest } from './params/health.ts';
import type { Account } from '../core/wallet/accounts.ts';
import { EXPIRES_MS, type Approval } from './approvals.ts';
import { accessPrompt, answerFromRemembered, type AccessView } from './prompts/access.ts';
import { connectPrompt, type ConnectView } from './prompts/connect.ts';
import type { PromptChoice, PromptKind, PromptParts } from './prompts/kind.ts';
import { decryptPrompt, messageKeyPrompt, type DecryptView, type MessageKeyView } from './prompts/messages.ts';
import { networkPrompt, type NetworkView } from './prompts/network.ts';
import { offerPrompt, writePrompt, type OfferView, type WriteView } from './prompts/records.ts';
import { signPrompt, type SignView } from './prompts/sign.ts';
import { transactionPrompt, type TransactionView } from './prompts/transaction.ts';
import { tellingChain } from './site-network.ts';

type KindView =
  | ConnectView
  | AccessView
  | OfferView
  | WriteView
  | SignView
  | MessageKeyView
  | DecryptView
  | TransactionView
  | NetworkView;

/** What the prompt shows of one request. */
export type PromptView = {
  readonly id: string;
  readonly site: SiteTrust;
  readonly expiresAt: number;
  /** Which of several accounts it is about. */
  readonly asAccount?: Account;
  /** Name of the health network that says all of it, where the person added that themselves. */
  readonly addedNetwork?: string;
} & KindView;

/** Shows requests to the person, and carries out what was approved. */
export function createPrompts({
  wallet,
  networks,
  ...given
}: { readonly wallet: Wallet; readonly networks: NetworksPort } & PromptParts) {
  const parts: PromptParts = { ...given, notify: tellingChain(networks, given.notify) };
  const kinds: { readonly [K in Approval['kind']]: PromptKind<Extract<KindView, { kind: K }>> } = {
    connect: connectPrompt(parts),
    access: accessPrompt(parts, () => wallet.sync()),
    offer: offerPrompt(() => wallet.sync()),
    write: writePrompt(parts, () => wallet.sync()),
    sign: signPrompt(parts),
    messageKey: messageKeyPrompt(parts),
    decrypt: decryptPrompt(parts),
    transaction: transactionPrompt(parts),
    network: networkPrompt(networks),
  };
  const warm = new Map<string, Promise<PromptView>>();

  const carryOut = async (approval: Approval, choice: PromptChoice): Promise<unknown> =>
    kinds[approval.kind].carryOut({ approval, session: await wallet.session(approval.unlock) }, choice);

  const compute = async (approval: Approval): Promise<PromptView> => {
    const session = await wallet.session();
    const lookingUp = siteTrust(session, parts.storage, approval.origin);
    const asAccount = await wallet.oneOfSeveral();
    const added = networks.isBuiltIn ? {} : { addedNetwork: networks.current.name };
    const [site, shown] = await Promise.all([
      lookingUp,
      kinds[approval.kind].view({ approval, session }, lookingUp) as Promise<KindView>,
    ]);
    return {
      id: approval.id,
      site,
      expiresAt: approval.createdAt + EXPIRES_MS,
      ...(asAccount && { asAccount }),
      ...added,
      ...shown,
    };
  };

  /** Begins to make ready what a request will show, while its window opens. A locked wallet makes nothing ready. */
  const prepare = (approval: Approval): void => {
    const view = compute(approval);
    view.catch(() => warm.delete(approval.id)); // the window asks again, and shows what is wrong
    warm.set(approval.id, view);
  };

  const view = (approval: Approval): Promise<PromptView> => {
    const ready = warm.get(approval.id);
    warm.delete(approval.id);
    return ready?.catch(() => compute(approval)) ?? compute(approval);
  };

  /** Answers a request for access without asking, where the person said so; undefined where they are to be asked. */
  const standing = (session: Session, origin: string, request: AccessRequest): Promise<unknown> =>
    answerFromRemembered(parts, session, origin, request);

  return { view, prepare, carryOut, standing };
}

export type Prompts = ReturnType<typeof createPrompts>;
