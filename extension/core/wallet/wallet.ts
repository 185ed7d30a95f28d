import type { CatalogueState } from '../catalogue/catalogue.ts';
import { SalusError, unlessForLater, type ErrorCode } from '../errors.ts';
import { planFault, type GuardianPlan, type Guardians } from '../guardians/plan.ts';
import { Keyring } from '../keys/keyring.ts';
import { Role } from '../registry/abi.ts';
import { isDurable, type LedgerRow } from '../storage/ledger.ts';
import type { PasskeyProof, Vault, VaultState } from '../vault/vault.ts';
import { MOST_ACCOUNTS, nextIndex, sealedAccounts, type Account, type AccountList } from './accounts.ts';
import { settleCare } from './care.ts';
import { checkCopies } from './check-copies.ts';
import { keepHere } from './keep-here.ts';
import { alarmsOf, watchOpenings } from './alarms.ts';
import { deliverShares } from './deal.ts';
import { forgetOutdated } from './erase-shares.ts';
import { placeOrders } from './orders.ts';
import { drainOutbox, ensureMembership } from './outbox.ts';
import type { StateSlot } from './ports.ts';
import type { AccountKind, UndoneAct } from './sealed-state.ts';
import type { SealedValue } from './sealed-value.ts';
import { fillSelections } from './selections.ts';
import { Session, type SessionParts } from './session.ts';
import { settleActs } from './unsettled.ts';
import { trackWithdrawals, withdrawDue } from './withdraw.ts';

export interface WalletParts extends SessionParts {
  readonly vault: Vault;
  /** Where the list of this wallet's accounts is kept. */
  readonly accountsSlot: StateSlot;
  /** Called when the wallet was locked, unlocked, or something it shows may have changed. */
  readonly onChange: () => void;
  /** Takes away what other networks than the one in use keep under an account's alias. */
  readonly forgetAlias?: (alias: string) => Promise<void>;
  /** Called when what is known of the chain was brought up to date. */
  readonly onSynced?: (session: Session) => Promise<void>;
  /** How many openings were refused, or made as an emergency, since the person last looked. */
  readonly onAlarms: (count: number) => void;
}

export interface WalletStatus {
  readonly vault: VaultState;
  /** Only while unlocked. */
  readonly address?: string;
  /** Absent where neither the registry nor the person has said it. */
  readonly kind?: AccountKind;
  /** All of this wallet. */
  readonly accounts?: readonly Account[];
  /** Index of the one in use. */
  readonly account?: number;
  readonly wordsConfirmed?: boolean;
  /** Why copies or the chain are behind, if they are. */
  readonly syncProblem?: ErrorCode;
  readonly syncing: boolean;
  /** What a reorganisation undid, until the person has seen it. */
  readonly undone?: readonly UndoneAct[];
  /** How current what is shown is. */
  readonly known?: CatalogueState;
}

/** What a wallet has of one unlocking, which `unlock` names. */
interface Opened {
  readonly unlock: string | undefined;
  readonly session: Promise<Session>;
  accounts: Promise<AccountList>;
}

/** Accounts in a row that the registry does not know, after which no further are looked for. */
const LOOK_AHEAD = 3;
/** Times that cards were made, which are remembered. */
const MOST_GUARDIANS = 20;

/** The wallet: a vault, and while it is unlocked a {@link Session} of the account in use. */
export class Wallet {
  readonly #parts: WalletParts;
  readonly #accounts: SealedValue<AccountList>;
  #opened: Opened | undefined;
  #sync: Promise<void> | undefined;
  /** The one that follows it. */
  /** What keepers wrote down meanwhile is asked for at once. */
  #justUnlocked = false;
  #syncAgain: Promise<void> | undefined;
  #syncProblem: ErrorCode | undefined;
  /** What the last wake found. */
  #seenAs: VaultState | undefined;

  constructor(parts: WalletParts) {
    this.#parts = parts;
    this.#accounts = sealedAccounts(parts.accountsSlot, () => parts.vault.entropy());
  }

  async status(): Promise<WalletStatus> {
    const vault = await this.#parts.vault.state();
    const syncing = this.#sync !== undefined;
    const problem = this.#syncProblem && { syncProblem: this.#syncProblem };
    if (vault !== 'unlocked') return { vault, syncing, ...problem };
    const session = await this.session();
    const { kind, wordsConfirmed, undone } = await session.state.read();
    const known = await session.catalogue.state();
    const { accounts, inUse } = await this.#accountList();
    const of = { address: session.address, accounts, account: inUse, ...(kind && { kind }) };
    return { vault, ...of, wordsConfirmed, syncing, known, undone, ...problem };
  }

  /**
   * Makes a wallet in this browser from new or restored words and leaves it unlocked.
   * @param kind of a new account; what restored words are, the registry says or the person is asked
   * @param confirmed whether the person is known to have the words (they typed them)
   */
  async create(
    entropy: Uint8Array,
    password: string,
    kind: AccountKind | undefined,
    confirmed: boolean,
  ): Promise<void> {
    await this.#parts.vault.create(entropy, password);
    this.#drop();
    if (kind !== undefined) await this.#changeAccounts((list) => ({ ...list, searched: true }));
    const session = await this.session();
    await session.state.update((s) => ({
      ...s,
      ...(kind && { kind }),
      wordsConfirmed: confirmed || s.wordsConfirmed,
    }));
    this.#parts.onChange();
    void this.sync();
  }

  /** @param by the password, or what a passkey's device gave */
  async unlock(by: string | PasskeyProof): Promise<void> {
    const { vault } = this.#parts;
    await (typeof by === 'string' ? vault.unlock(by) : vault.unlockWith(by));
    this.#justUnlocked = true;
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

  /**
   * The unlocked session of the account in use.
   * @param within the unlocking that it must be of
   * @throws SalusError `vault-locked`; `not-waiting` in another unlocking than that
   */
  async session(within?: string): Promise<Session> {
    const opened = await this.#open();
    if (within !== undefined && within !== opened.unlock) {
      throw new SalusError('not-waiting', 'This request is no longer waiting.');
    }
    return opened.session.catch((error: unknown) => {
      if (this.#opened === opened) this.#drop();
      throw error;
    });
  }

  async #open(): Promise<Opened> {
    const unlock = await this.#parts.vault.unlockId();
    if (unlock === undefined || unlock !== this.#opened?.unlock) {
      this.#drop();
      const accounts = this.#accounts.read();
      this.#opened = { unlock, accounts, session: accounts.then(({ inUse }) => this.#sessionOf(inUse)) };
    }
    return this.#opened;
  }

  /** @throws SalusError `vault-locked` */
  async #sessionOf(index: number): Promise<Session> {
    return new Session(await this.#keyring(index), this.#parts);
  }

  /** To be wiped. @throws SalusError `vault-locked` */
  async #keyring(index: number): Promise<Keyring> {
    const entropy = await this.#parts.vault.entropy();
    try {
      return await Keyring.fromEntropy(entropy, index);
    } finally {
      entropy.fill(0);
    }
  }

  async #accountList(): Promise<AccountList> {
    return (await this.#open()).accounts;
  }

  async #changeAccounts(change: (list: AccountList) => AccountList): Promise<AccountList> {
    const list = await this.#accounts.update(change);
    if (this.#opened !== undefined) this.#opened.accounts = Promise.resolve(list);
    this.#parts.onChange();
    return list;
  }

  /** The account in use, where there are several. */
  async oneOfSeveral(): Promise<Account | undefined> {
    const { accounts, inUse } = await this.#accountList();
    return accounts.length > 1 ? accounts.find((a) => a.index === inUse) : undefined;
  }

  /** Goes over to another account of this wallet. What was going on for the one in use ends. @throws SalusError `not-found` */
  async useAccount(index: number): Promise<void> {
    const { vault } = this.#parts;
    // Before, so that a worker that dies in between leaves nothing that was asked of the one account to the other; and after, so that
    // nothing is that was asked meanwhile.
    await vault.renew();
    await this.#changeAccounts((list) => {
      if (!list.accounts.some((a) => a.index === index)) throw noAccount();
      return { ...list, inUse: index };
    });
    await vault.renew();
    this.#drop();
    this.#parts.onChange();
    void this.sync();
  }

  /** Another account of the same words, which is in use from then on. @throws SalusError `bad-request` where there are enough */
  async addAccount(name: string, kind: AccountKind): Promise<void> {
    let index = 0;
    await this.#changeAccounts((before) => {
      if (before.accounts.length >= MOST_ACCOUNTS) throw new SalusError('bad-request', 'There are enough accounts.');
      index = nextIndex(before);
      return { ...before, accounts: [...before.accounts, { index, name }] };
    });
    const keyring = await this.#keyring(index);
    const { state } = new Session(keyring, this.#parts);
    await state.update((s) => ({ ...s, kind, wordsConfirmed: true }));
    keyring.wipe();
    await this.useAccount(index);
  }

  async renameAccount(index: number, name: string): Promise<void> {
    await this.#changeAccounts((list) => ({
      ...list,
      accounts: list.accounts.map((a) => (a.index === index ? { ...a, name } : a)),
    }));
  }

  /**
   * Takes an account out of this browser, with everything that is kept of it here, in all networks. The recovery words bring it back.
   * @throws SalusError `bad-request` for the one in use; `not-saved` while something of it is only here
   */
  async removeAccount(index: number): Promise<void> {
    const { accounts, inUse } = await this.#accountList();
    if (!accounts.some((a) => a.index === index)) throw noAccount();
    if (index === inUse) throw new SalusError('bad-request', 'This account is in use.');
    const { storage, catalogueStore, stateSlot } = this.#parts;
    const { alias, address } = await this.#who(index);
    const rows = await storage.openRows(address);
    const { durableAt } = this.#parts.clients[0].network;
    const isOnlyHere = (row: LedgerRow) =>
      row.author === address && (!isDurable(row, durableAt) || (row.kind === 'entry' && row.anchor === undefined));
    if (rows.some(isOnlyHere) || (await storage.unsaved(address)) > 0) {
      throw new SalusError(
        'not-saved',
        'Something of this account is only in this browser. Use it until all is saved.',
      );
    }
    const others = await Promise.all(
      accounts.filter((a) => a.index !== index).map(async (a) => (await this.#who(a.index)).address),
    );
    await catalogueStore(alias).clear();
    await stateSlot(alias).write(undefined);
    await this.#parts.forgetAlias?.(alias);
    await storage.forget(address, others);
    await this.#changeAccounts((list) => ({ ...list, accounts: list.accounts.filter((a) => a.index !== index) }));
  }

  /** Who was given cards, newest first. @throws SalusError `vault-locked` */
  async guardians(): Promise<readonly Guardians[]> {
    return (await this.#accountList()).guardians;
  }

  /** Remembers who is given cards. @throws SalusError `bad-request` for a plan by which none are made; `storage-full` */
  async keepGuardians(plan: GuardianPlan): Promise<void> {
    if (planFault(plan) !== undefined) throw new SalusError('bad-request', 'No cards are made like this.');
    const now: Guardians = { ...plan, at: Math.floor(this.#parts.now() / 1000) };
    await this.#changeAccounts((list) => ({ ...list, guardians: [now, ...list.guardians].slice(0, MOST_GUARDIANS) }));
  }

  async #who(index: number): Promise<{ alias: string; address: string }> {
    const keyring = await this.#keyring(index);
    const { alias, address } = keyring;
    keyring.wipe();
    return { alias, address };
  }

  /** Once for restored words: which further accounts the registry knows of them. */
  async #findAccounts({ client }: Session): Promise<void> {
    const { accounts, searched } = await this.#accountList();
    if (searched) return;
    const known = new Set(accounts.map((a) => a.index));
    const found: Account[] = [];
    let index = 0;
    for (let unknown = 0; unknown < LOOK_AHEAD && known.size + found.length < MOST_ACCOUNTS; index++) {
      if (known.has(index)) continue;
      const { address } = await this.#who(index);
      const isMember = (await client.member(address)).role !== Role.None;
      if (isMember) found.push({ index });
      unknown = isMember ? 0 : unknown + 1;
    }
    await this.#changeAccounts((list) => ({ ...list, accounts: [...list.accounts, ...found], searched: true }));
  }

  /** What the person says of an account that the registry does not know. */
  async setKind(kind: AccountKind): Promise<void> {
    const { state } = await this.session();
    await state.update((s) => ({ ...s, kind }));
    this.#parts.onChange();
    void this.sync();
  }

  async isUnlocked(): Promise<boolean> {
    return (await this.#parts.vault.state()) === 'unlocked';
  }

  touch(): Promise<void> {
    return this.#parts.vault.touch();
  }

  /**
   * Brings membership, copies and the chain up to date. One at a time; a call during one waits for another that follows it. Never
   * throws: what is behind shows in {@link status} and is tried again by the next alarm.
   */
  sync(): Promise<void> {
    if (this.#sync !== undefined) {
      this.#syncAgain ??= this.#sync.then(() => {
        this.#syncAgain = undefined;
        return this.sync();
      });
      return this.#syncAgain;
    }
    this.#sync = this.#syncOnce().finally(() => {
      this.#sync = undefined;
      this.#parts.onChange();
    });
    return this.#sync;
  }

  async #syncOnce(): Promise<void> {
    try {
      const session = await this.session();
      await session.catalogue.sync();
      this.#parts.onChange();
      await this.#parts.onSynced?.(session).catch(unlessForLater);
      // What the chain tells is told at once, whoever else answers.
      const told = await alarmsOf(session);
      if (told > 0) this.#parts.onAlarms(told);
      await ensureMembership(session);
      await this.#findAccounts(session);
      await settleActs(session);
      await deliverShares(session);
      await forgetOutdated(session);
      await trackWithdrawals(session);
      await settleCare(session);
      await drainOutbox(session);
      if (await fillSelections(session)) await drainOutbox(session);
      await placeOrders(session);
      const withdrawing = withdrawDue(session);
      await withdrawing.catch(() => undefined); // thrown once the rest is done
      const alarms = await watchOpenings(session, this.#justUnlocked);
      this.#justUnlocked = false;
      if (alarms !== undefined) this.#parts.onAlarms(alarms);
      // What the person does comes before what can wait.
      await keepHere(session, () => this.#syncAgain === undefined);
      await withdrawing;
      if (((await checkCopies(session))?.lost ?? 0) > 0) await drainOutbox(session);
      this.#syncProblem = undefined;
    } catch (error) {
      const code = error instanceof SalusError ? error.code : undefined;
      // What is repeated until it is there needs nobody to look for it.
      if (code === 'outcome-unknown') this.#syncProblem = 'managers-unreachable';
      else this.#syncProblem = code === 'vault-locked' ? undefined : code;
    }
  }

  /** Lets go of the keys in memory; the vault stays as it is. For a wallet that another takes the place of. */
  dispose(): void {
    this.#drop();
  }

  #drop(): void {
    this.#opened?.session.then((session) => session.wipe()).catch(() => undefined); // it never opened: there is nothing to wipe
    this.#opened?.accounts.catch(() => undefined);
    this.#opened = undefined;
  }
}

const noAccount = () => new SalusError('not-found', 'This wallet has no such account.');
