import type { Section } from '../../core/records/sections.ts';
import type { MessageBoxPort, StoragePort } from '../../core/wallet/ports.ts';
import type { Session } from '../../core/wallet/session.ts';
import type { SiteTrust } from '../../core/wallet/trust.ts';
import type { Approval } from '../approvals.ts';

/** What every kind of prompt may use. */
export interface PromptParts {
  readonly storage: StoragePort;
  readonly messages: MessageBoxPort;
  /** Tells pages of a site what changed. */
  readonly notify: (origin: string, event: string, data: unknown) => Promise<void>;
}

/** One request before the person, in the wallet as it is unlocked now. */
export interface Asked {
  readonly approval: Approval;
  readonly session: Session;
}

/** What the person chose, or was shown; each kind looks at its own. */
export interface PromptChoice {
  readonly sections?: readonly Section[];
  /** Unix seconds. */
  readonly until?: number;
  /** Not to be asked the same again until then. */
  readonly remember?: boolean;
  /** What the reader is to see the person as. */
  readonly name?: string;
  /** Of a transaction, in wei: the most that was shown. */
  readonly fee?: string;
}

/** How one kind of request is shown, and what a yes to it does. Nothing is decrypted for a site before that yes. */
export interface PromptKind<View> {
  /** @param site what the registry knows of the site; being looked up meanwhile */
  view(asked: Asked, site: Promise<SiteTrust>): Promise<View>;
  /** @returns the answer to the page */
  carryOut(asked: Asked, choice: PromptChoice): Promise<unknown>;
}
