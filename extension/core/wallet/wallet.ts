import type { CatalogueState } from '../catalogue/catalogue.ts';
import { SalusError, type ErrorCode } from '../errors.ts';
import { Keyring } from '../keys/keyring.ts';
import type { Vault, VaultState } from '../vault/vault.ts';
import { keepHere } from './keep-here.ts';
import { drainOutbox, ensureMembership } from './outbox.ts';
import type { WalletState } from './sealed-state.ts';
import { Session, type SessionParts } from './session.ts';

export interface WalletParts extends SessionParts {
  readonly vault: Vault;
  /** Called when the wallet was locked, unlocked, or something it shows may have changed. */
  readonly onChange: () => void;
}

export interface WalletStatus {
  readonly vault: VaultState;
  /** Only while unlocked. */
  readonly address?: string;
  readonly kind?: WalletState['kind'];
  readonly wordsConfirmed?: boolean;
  /** Why copies or the chain are behind, if they are. */
  readonly syncProblem?: ErrorCode;
  readonly syncing: boolean;
  /** How current what is shown is. */
  readonly known?: CatalogueState;
}

/** The wallet: a vault, and while it is unlocked a {@link Session}. */
export class Wallet {
  readonly #parts: WalletParts;
  /** The session of one unlocking, which `unlock` names. */
  #opened: { readonly unlock: string | undefined; readonly session: Promise<Session> } | undefined;
  #sync: Promise<void> | undefined;
  #syncAgain = false;
  #syncProblem: ErrorCode | undefined;
  /** What the last wake found. */
  #seenAs: VaultState | undefined;

  constructor(parts: WalletParts) {
    this.#parts = parts;
  }

  async status(): Promise<WalletStatus> {
    const vault = await this.#parts.vault.state();
    const syncing = this.#sync !== undefined;
    const problem = this.#syncProblem && { syncProblem: this.#syncProblem };
    if (vault !== 'unlocked') return { vault, syncing, ...problem };
    const session = await this.session();
    const { kind, wordsConfirmed } = await session.state.read();
    const known = await session.catalogue.state();
    return { vault, address: session.address, kind, wordsConfirmed, syncing, known, ...problem };
  }

  /**
   * Makes a wallet in this browser from new or restored words and leaves it unlocked.
   * @param confirmed whether the person is known to have the words (they typed them)
   */
  async create(entropy: Uint8Array, password: string, kind: WalletState['kind'], confirmed: boolean): Promise<void> {
    await this.#parts.vault.create(entropy, password);
    this.#drop();
    const session = await this.session();
    await session.state.update((s) => ({ ...s, kind, wordsConfirmed: confirmed || s.wordsConfirmed }));
    this.#parts.onChange();
    void this.sync();
  }

  async unlock(password: string): Promise<void> {
    await this.#parts.vault.unlock(password);
    this.#parts.onChange();
    void this.sync();
  }

  async lock(): Promise<void> {
    await this.#parts.vault.lock();
    this.#drop();
    this.#parts.onChange();
  }

  /** To be called on every wake: locks when the deadline has passed while nobody looked, also when another worker had opened it. */
  async enforceDeadline(): Promise<void> {
    const state = await this.#parts.vault.state();
    if (state !== 'unlocked') this.#drop();
    if (state === this.#seenAs) return;
    this.#seenAs = state;
    this.#parts.onChange();
  }

  /** The unlocked session. @throws SalusError `vault-locked` */
  async session(): Promise<Session> {
    const unlock = await this.#parts.vault.unlockId();
    if (unlock === undefined || unlock !== this.#opened?.unlock) {
      this.#drop();
      this.#opened = { unlock, session: this.#open() };
    }
    const opened = this.#opened;
    return opened.session.catch((error: unknown) => {
      if (this.#opened === opened) this.#drop();
      throw error;
    });
  }

  /** @throws SalusError `vault-locked` */
  async #open(): Promise<Session> {
    const entropy = await this.#parts.vault.entropy();
    const keyring = await Keyring.fromEntropy(entropy);
    entropy.fill(0);
    return new Session(keyring, this.#parts);
  }

  async isUnlocked(): Promise<boolean> {
    return (await this.#parts.vault.state()) === 'unlocked';
  }

  touch(): Promise<void> {
    return this.#parts.vault.touch();
  }

  /**
   * Brings membership, copies and the chain up to date. One at a time; a call during one makes another follow. Never throws:
   * what is behind shows in {@link status} and is tried again by the next alarm.
   */
  sync(): Promise<void> {
    if (this.#sync !== undefined) {
      this.#syncAgain = true;
      return this.#sync;
    }
    this.#sync = this.#syncOnce().finally(() => {
      this.#sync = undefined;
      this.#parts.onChange();
      if (!this.#syncAgain) return;
      this.#syncAgain = false;
      void this.sync();
    });
    return this.#sync;
  }

  async #syncOnce(): Promise<void> {
    try {
      const session = await this.session();
      await session.client.checkChain();
      await session.catalogue.sync();
      this.#parts.onChange();
      await ensureMembership(session);
      await drainOutbox(session);
      await keepHere(session);
      this.#syncProblem = undefined;
    } catch (error) {
      const code = error instanceof SalusError ? error.code : undefined;
      this.#syncProblem = code === 'vault-locked' ? undefined : code;
    }
  }

  /** Lets go of the keys in memory; the vault stays as it is. For a wallet that another takes the place of. */
  dispose(): void {
    this.#drop();
  }

  #drop(): void {
    this.#opened?.session.then((session) => session.wipe()).catch(() => undefined); // it never opened: there is nothing to wipe
    this.#opened = undefined;
  }
}
