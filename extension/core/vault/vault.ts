import { fromBase64, random, toBase64, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError } from '../errors.ts';
import { CURRENT_KDF, type DeriveKey } from './kdf.ts';
import { VaultPlaces } from './places.ts';
import { noRoom, type SessionStore, type VaultSlot } from './slots.ts';
import { Tries } from './tries.ts';
import { Unlocking, type AutoLock, type Open } from './unlocking.ts';
import {
  MOST_PASSKEYS,
  openByPasskey,
  openByPassword,
  openContent,
  parseVault,
  passkeyKey,
  passwordSlot,
  sealVault,
  type Passkey,
  type PasswordSlot,
  type VaultContent,
  type VaultFile,
} from './vault-file.ts';

export interface VaultParts {
  /** Two places that fail independently. */
  readonly primary: VaultSlot;
  readonly copy: VaultSlot;
  /** Failed attempts; kept across restarts so that restarting does not reset the delay. */
  readonly attempts: VaultSlot;
  /** Minutes of the auto-lock. */
  readonly autoLock: VaultSlot;
  readonly session: SessionStore;
  readonly deriveKey: DeriveKey;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type VaultState = 'none' | 'locked' | 'unlocked' | 'damaged';

/** A passkey's credential, base64, and the 32 bytes that its device gave for the salt. */
export interface PasskeyProof {
  readonly id: string;
  readonly secret: Uint8Array;
}
export type NewPasskey = PasskeyProof & Pick<Passkey, 'salt' | 'name'>;

const LEAST_PASSWORD = 10;

const locked = () => new SalusError('vault-locked', 'The wallet is locked.');
const wrongPassword = () => new SalusError('wrong-password', 'That is not the password of this wallet.');

/** What a vault gave to the right password. */
interface Tried {
  readonly file: VaultFile;
  readonly content: VaultContent;
  readonly dataKey: Bytes;
}

/**
 * The vault: holds the entropy of the recovery words under a data key, and that under the password and under each passkey. Neither
 * password nor passkey is kept; the data key lives in session storage until the auto-lock deadline.
 */
export class Vault {
  readonly #parts: VaultParts;
  readonly #places: VaultPlaces;
  readonly #tries: Tries;
  readonly #unlocking: Unlocking;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: VaultParts) {
    this.#parts = parts;
    this.#places = new VaultPlaces(parts.primary, parts.copy);
    this.#tries = new Tries(parts.attempts, parts.session, parts.now);
    this.#unlocking = new Unlocking(parts.session, parts.autoLock, parts.now);
  }

  /** @throws SalusError `storage-full` where a place cannot be read and the other holds nothing good: nobody knows what there is */
  async state(): Promise<VaultState> {
    try {
      await this.#places.load();
    } catch (error) {
      if (isSalusError(error, 'vault-missing')) return 'none';
      if (isSalusError(error, 'storage-full')) throw error;
      return 'damaged';
    }
    return (await this.#unlocking.current()) === undefined ? 'locked' : 'unlocked';
  }

  /**
   * Makes the vault and leaves it unlocked.
   * @throws SalusError `vault-exists` while an undamaged vault is there, `weak-password`
   */
  async create(entropy: Uint8Array, password: string): Promise<void> {
    const state = await this.state();
    if (state === 'locked' || state === 'unlocked') {
      throw new SalusError('vault-exists', 'There is already a wallet in this browser.');
    }
    requirePassword(password);
    const createdAt = Math.floor(this.#parts.now() / 1000);
    const content = { entropy: toBase64(entropy), createdAt, passkeys: [] };
    const dataKey = random(32);
    await this.#places.store(await sealVault(content, dataKey, await this.#slotOf(password, dataKey)));
    await this.#tries.forget();
    await this.#unlocking.begin(dataKey);
  }

  /**
   * @throws SalusError `wrong-password`, `too-many-attempts` (detail.seconds to wait), `vault-damaged`, `vault-missing`
   */
  async unlock(password: string): Promise<void> {
    const tried = await this.#try(password);
    await this.#unlocking.begin(tried.dataKey);
    await this.#upgrade(tried, password);
  }

  /** Is no try of the password: 32 random bytes are guessed by nobody. @throws SalusError `wrong-passkey`, `vault-damaged`, `vault-missing` */
  async unlockWith({ id, secret }: PasskeyProof): Promise<void> {
    const file = await this.#places.load();
    const dataKey = await openByPasskey(file, id, secret);
    if (dataKey === undefined || (await openContent(file, dataKey)) === undefined) {
      throw new SalusError('wrong-passkey', 'This device does not open this wallet.');
    }
    await this.#unlocking.begin(dataKey);
  }

  lock(): Promise<void> {
    return this.#inTurn(() => this.#unlocking.end());
  }

  /** The entropy, while unlocked. @throws SalusError `vault-locked` */
  async entropy(): Promise<Bytes> {
    return fromBase64((await this.#opened()).entropy);
  }

  /** Begins another unlocking with the same key: what was begun in the one before is over. Does nothing while locked. */
  renew(): Promise<void> {
    return this.#inTurn(async () => {
      const open = await this.#unlocking.current();
      if (open !== undefined) await this.#unlocking.begin(open.key);
    });
  }

  /** Names the present unlocking; another after every lock, and after {@link renew}. Undefined while locked. */
  async unlockId(): Promise<string | undefined> {
    return (await this.#unlocking.current())?.id;
  }

  /** The person did something: the deadline moves. Does nothing while locked. */
  touch(): Promise<void> {
    return this.#inTurn(async () => {
      const open = await this.#unlocking.current();
      if (open !== undefined) await this.#unlocking.begin(open.key, open.id);
    });
  }

  /** The entropy again, for somebody who is at an open wallet and knows its password. Counts as a try. @throws as {@link unlock}; `vault-locked` */
  async reveal(password: string): Promise<Bytes> {
    await this.#mustBeOpen();
    const { content } = await this.#try(password);
    await this.#mustBeOpen();
    return fromBase64(content.entropy);
  }

  /**
   * Puts another password in the place of the old one, and another data key in the place of the old one: what the old password
   * gave opens nothing that is written from now on. Passkeys and the present unlocking stay. Counts as a try.
   * @throws SalusError as {@link unlock}; `vault-locked`, `weak-password`, `storage-full`: then the old password holds
   */
  async changePassword(old: string, password: string): Promise<void> {
    await this.#mustBeOpen();
    requirePassword(password);
    const { dataKey } = await this.#try(old);
    const next = random(32);
    const slot = await this.#slotOf(password, next);
    await this.#rewrite(dataKey, (_, content) => ({ content, dataKey: next, password: slot }));
  }

  /** What the device of a passkey must be asked with. @throws SalusError `vault-damaged`, `vault-missing` */
  async passkeys(): Promise<Pick<Passkey, 'id' | 'salt'>[]> {
    return (await this.#places.load()).passkeys.map(({ id, salt }) => ({ id, salt }));
  }

  /** Those that open it, as the person calls them. @throws SalusError `vault-locked` */
  async namedPasskeys(): Promise<Pick<Passkey, 'id' | 'name' | 'at'>[]> {
    return (await this.#opened()).passkeys.map(({ id, name, at }) => ({ id, name, at }));
  }

  /** Counts as a try. @throws SalusError as {@link changePassword}; `bad-request` where there are enough */
  async addPasskey(password: string, { id, salt, name, secret }: NewPasskey): Promise<void> {
    await this.#mustBeOpen();
    const { dataKey } = await this.#try(password);
    const key = toBase64(await passkeyKey(secret));
    const at = Math.floor(this.#parts.now() / 1000);
    await this.#rewrite(dataKey, (file, content) => {
      const others = content.passkeys.filter((one) => one.id !== id);
      if (others.length >= MOST_PASSKEYS) throw new SalusError('bad-request', 'There are enough passkeys.');
      const passkeys = [...others, { id, salt, name, at, key }];
      return { content: { ...content, passkeys }, dataKey, password: file.password };
    });
  }

  /** @throws SalusError `vault-locked`, `storage-full` */
  async removePasskey(id: string): Promise<void> {
    const { key: dataKey } = await this.#mustBeOpen();
    await this.#rewrite(dataKey, (file, content) => {
      const passkeys = content.passkeys.filter((one) => one.id !== id);
      return { content: { ...content, passkeys }, dataKey, password: file.password };
    });
  }

  autoLock(): Promise<AutoLock> {
    return this.#unlocking.minutes();
  }

  /** Holds from now on. @throws SalusError `vault-locked`, `storage-full` */
  chooseAutoLock(minutes: AutoLock): Promise<void> {
    return this.#inTurn(async () => {
      await this.#unlocking.choose(minutes, await this.#mustBeOpen()).catch(() => {
        throw noRoom();
      });
    });
  }

  async #mustBeOpen(): Promise<Open> {
    const open = await this.#unlocking.current();
    if (open === undefined) throw locked();
    return open;
  }

  /** @throws SalusError `vault-locked` */
  async #opened(): Promise<VaultContent> {
    // A vault that does not open may just be getting another key: looked at again when that is done.
    const content = (await this.#content()) ?? (await this.#inTurn(() => this.#content()));
    if (content !== undefined) return content;
    await this.lock();
    throw locked();
  }

  /** Undefined where the vault does not open with the key there is. @throws SalusError `vault-locked` */
  async #content(): Promise<VaultContent | undefined> {
    // Nothing is removed here: an unlock that runs beside this call may have stored its key meanwhile.
    const { key } = await this.#mustBeOpen();
    return openContent(await this.#places.load(), key);
  }

  /** @throws SalusError `wrong-password`, `too-many-attempts`, `vault-damaged`, `vault-missing` */
  async #try(password: string): Promise<Tried> {
    const file = await this.#places.load();
    await this.#tries.begin();
    const { salt, kdf } = file.password;
    const dataKey = await openByPassword(file, await this.#parts.deriveKey(password, fromBase64(salt), kdf));
    const content = dataKey && (await openContent(file, dataKey));
    if (dataKey === undefined || content === undefined) throw wrongPassword();
    await this.#tries.forget();
    return { file, content, dataKey };
  }

  /** With a fresh salt, under today's parameters. */
  async #slotOf(password: string, dataKey: Bytes): Promise<PasswordSlot> {
    const salt = random(16);
    return passwordSlot(dataKey, {
      key: await this.#parts.deriveKey(password, salt, CURRENT_KDF),
      kdf: CURRENT_KDF,
      salt,
    });
  }

  /**
   * Writes the vault anew, whole or not at all. The lock waits for that alone: keys of passwords are derived before.
   * @param dataKey it must open with
   * @throws SalusError `vault-locked`; `wrong-password` where it got another key meanwhile
   */
  #rewrite(
    dataKey: Bytes,
    change: (
      file: VaultFile,
      content: VaultContent,
    ) => { readonly content: VaultContent; readonly dataKey: Bytes; readonly password: PasswordSlot },
  ): Promise<void> {
    return this.#inTurn(async () => {
      const { id } = await this.#mustBeOpen();
      const file = await this.#places.load();
      const content = await openContent(file, dataKey);
      if (content === undefined) throw wrongPassword();
      const next = change(file, content);
      const sealed = await sealVault(next.content, next.dataKey, next.password);
      // What would not open again takes nothing's place.
      if ((await openContent(parseVault(sealed), next.dataKey)) === undefined) {
        throw new SalusError('bad-request', 'This cannot be kept in the vault.');
      }
      await this.#places.store(sealed);
      await this.#unlocking.begin(next.dataKey, id);
    });
  }

  /** Puts the data key under today's parameters when the vault is older than they are. */
  async #upgrade({ file, dataKey }: Tried, typed: string): Promise<void> {
    const { memory, passes } = file.password.kdf;
    if (memory >= CURRENT_KDF.memory && passes >= CURRENT_KDF.passes) return;
    const password = await this.#slotOf(typed, dataKey);
    await this.#rewrite(dataKey, (_, content) => ({ content, dataKey, password })).catch(() => undefined); // no room now; next time, perhaps
  }

  /** One after the other: a deadline moved while the wallet is being locked would open it again. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }
}

function requirePassword(password: string): void {
  if ([...password].length < LEAST_PASSWORD) {
    throw new SalusError('weak-password', `Choose a password of at least ${LEAST_PASSWORD} characters.`, {
      least: LEAST_PASSWORD,
    });
  }
}
