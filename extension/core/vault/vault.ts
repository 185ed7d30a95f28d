import * as v from 'valibot';
import { fromBase64, randomId, sha256, toBase64, utf8, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError } from '../errors.ts';
import { CURRENT_KDF, deriveKey } from './kdf.ts';
import { openVault, parseVault, sealVault, type VaultContent, type VaultFile } from './vault-file.ts';

/** Two places that fail independently. `read` gives what is stored there, unparsed; undefined when nothing is. */
export interface VaultSlot {
  read(): Promise<unknown>;
  /** `undefined` removes what is there. */
  write(value: unknown): Promise<void>;
}

/** Small values that survive a worker's death but not the browser's (`storage.session`). */
export interface SessionStore {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

export interface VaultParts {
  readonly primary: VaultSlot;
  readonly copy: VaultSlot;
  /** Failed attempts; kept across restarts so that restarting does not reset the delay. */
  readonly attempts: VaultSlot;
  readonly session: SessionStore;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

export type VaultState = 'none' | 'locked' | 'unlocked' | 'damaged';

const LEAST_PASSWORD = 10;
export const AUTO_LOCK_MS = 15 * 60_000;
const FREE_ATTEMPTS = 3;
const LONGEST_DELAY_MS = 5 * 60_000;

const AttemptsSchema = v.object({ failed: v.number(), notBefore: v.number() });
type Attempts = v.InferOutput<typeof AttemptsSchema>;
/** Where they are counted in session storage while the disk takes nothing. */
const ATTEMPTS = 'attempts';
/** Milliseconds to wait after this many. */
const delayAfter = (failed: number): number =>
  failed < FREE_ATTEMPTS ? 0 : Math.min(LONGEST_DELAY_MS, 1000 * 2 ** (failed - FREE_ATTEMPTS));
const noRoom = () =>
  new SalusError('storage-full', 'The wallet could not be saved: make room on this computer and try again.');
/** `id` names one unlocking, from the password to the lock. */
const SessionSchema = v.object({ key: v.string(), deadline: v.number(), id: v.string() });
/** The file is stored as text: a store may reorder the keys of an object, and then its checksum would not hold. */
const StoredSchema = v.object({ file: v.string(), check: v.string() });

/** A checksum beside the file tells damage from a wrong password. It covers ciphertext only. */
const checksum = async (file: string): Promise<string> => toBase64(await sha256(utf8(file)));

/**
 * The vault: holds the entropy of the recovery words, encrypted under the password. The password is never kept; the derived
 * key lives in session storage until the auto-lock deadline, an absolute time that is checked on every use.
 */
export class Vault {
  readonly #parts: VaultParts;
  #last: Promise<void> = Promise.resolve();

  constructor(parts: VaultParts) {
    this.#parts = parts;
  }

  /** @throws SalusError `storage-full` where a place cannot be read and the other holds nothing good: nobody knows what there is */
  async state(): Promise<VaultState> {
    try {
      await this.#load();
    } catch (error) {
      if (isSalusError(error, 'vault-missing')) return 'none';
      if (isSalusError(error, 'storage-full')) throw error;
      return 'damaged';
    }
    return (await this.#sessionKey()) === undefined ? 'locked' : 'unlocked';
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
    const content = { entropy: toBase64(entropy), createdAt: Math.floor(this.#parts.now() / 1000) };
    const { file, key } = await sealVault(content, password, CURRENT_KDF);
    await this.#store(file);
    await this.#keepAttempts({ failed: 0, notBefore: 0 });
    await this.#open(key);
  }

  /**
   * @throws SalusError `wrong-password`, `too-many-attempts` (detail.seconds to wait), `vault-damaged`, `vault-missing`
   */
  async unlock(password: string): Promise<void> {
    const attempts = await this.#attempts();
    const wait = attempts.notBefore - this.#parts.now();
    if (wait > 0) {
      throw new SalusError('too-many-attempts', 'Wait before trying again.', { seconds: Math.ceil(wait / 1000) });
    }
    const file = await this.#load();
    // Counted before it is tried, so that killing the worker in the middle does not give a free try.
    await this.#countFailure(attempts.failed + 1);
    const key = await deriveKey(password, fromBase64(file.salt), file.kdf);
    const content = await openVault(file, key);
    if (content === undefined) throw new SalusError('wrong-password', 'That is not the password of this wallet.');
    await this.#keepAttempts({ failed: 0, notBefore: 0 });
    await this.#open(await this.#upgraded(file, content, password, key));
  }

  lock(): Promise<void> {
    return this.#inTurn(() => this.#close());
  }

  /** The entropy, while unlocked. @throws SalusError `vault-locked` */
  async entropy(): Promise<Bytes> {
    const locked = () => new SalusError('vault-locked', 'The wallet is locked.');
    const key = await this.#sessionKey();
    // Nothing is removed here: an unlock that runs beside this call may have stored its key meanwhile.
    if (key === undefined) throw locked();
    const content = await openVault(await this.#load(), key);
    if (content === undefined) {
      await this.lock();
      throw locked();
    }
    return fromBase64(content.entropy);
  }

  /** Begins another unlocking with the same key: what was begun in the one before is over. Does nothing while locked. */
  renew(): Promise<void> {
    return this.#inTurn(async () => {
      const open = await this.#opened();
      if (open !== undefined) await this.#open(open.key);
    });
  }

  /** Names the present unlocking; another after every lock, and after {@link renew}. Undefined while locked. */
  async unlockId(): Promise<string | undefined> {
    return (await this.#opened())?.id;
  }

  /** The person did something: the deadline moves. Does nothing while locked. */
  touch(): Promise<void> {
    return this.#inTurn(async () => {
      const open = await this.#opened();
      if (open !== undefined) await this.#open(open.key, open.id);
    });
  }

  #close(): Promise<void> {
    return this.#parts.session.remove('vault');
  }

  /** One after the other: a deadline moved while the wallet is being locked would open it again. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #open(key: Uint8Array, id = randomId()): Promise<void> {
    const deadline = this.#parts.now() + AUTO_LOCK_MS;
    await this.#parts.session.set('vault', { key: toBase64(key), deadline, id });
  }

  async #sessionKey(): Promise<Bytes | undefined> {
    return (await this.#opened())?.key;
  }

  async #opened(): Promise<{ key: Bytes; id: string } | undefined> {
    const parsed = v.safeParse(SessionSchema, await this.#parts.session.get('vault'));
    if (!parsed.success) return undefined;
    // A deadline that no clock as it is now could have set is over too.
    const left = parsed.output.deadline - this.#parts.now();
    if (left <= 0 || left > 2 * AUTO_LOCK_MS) {
      await this.#close();
      return undefined;
    }
    return { key: fromBase64(parsed.output.key), id: parsed.output.id };
  }

  /** Of a clock that was ahead when they were counted, and is not any more, the delay counts from now on. */
  async #attempts(): Promise<Attempts> {
    const newer = v.safeParse(AttemptsSchema, await this.#parts.session.get(ATTEMPTS));
    const parsed = newer.success
      ? newer
      : v.safeParse(AttemptsSchema, await this.#parts.attempts.read().catch(() => undefined));
    const { failed, notBefore } = parsed.success ? parsed.output : { failed: 0, notBefore: 0 };
    if (notBefore - this.#parts.now() <= delayAfter(failed)) return { failed, notBefore };
    return this.#countFailure(failed);
  }

  async #countFailure(failed: number): Promise<Attempts> {
    const attempts = { failed, notBefore: this.#parts.now() + delayAfter(failed) };
    await this.#keepAttempts(attempts);
    return attempts;
  }

  /** On a full disk they are counted until the browser closes: what can be read must not depend on room to write. */
  async #keepAttempts(attempts: Attempts): Promise<void> {
    try {
      await this.#parts.attempts.write(attempts);
      await this.#parts.session.remove(ATTEMPTS);
    } catch {
      await this.#parts.session.set(ATTEMPTS, attempts).catch(() => {
        throw noRoom();
      });
    }
  }

  /** Re-encrypts under today's parameters when the vault is older than they are. */
  async #upgraded(file: VaultFile, content: VaultContent, password: string, key: Bytes): Promise<Bytes> {
    if (file.kdf.memory >= CURRENT_KDF.memory && file.kdf.passes >= CURRENT_KDF.passes) return key;
    const next = await sealVault(content, password, CURRENT_KDF);
    try {
      await this.#store(next.file);
      return next.key;
    } catch {
      // There is no room for it now; next time, perhaps. What is there opens under its own settings.
      const { salt, kdf } = await this.#load();
      return salt === file.salt ? key : deriveKey(password, fromBase64(salt), kdf);
    }
  }

  /** Writes whole or leaves what was: the new file is read back from each place before the other is touched. */
  async #store(file: VaultFile): Promise<void> {
    const before = await this.#parts.primary.read();
    const text = JSON.stringify(file);
    const stored = { file: text, check: await checksum(text) };
    try {
      await writeAndCheck(this.#parts.primary, stored);
      await writeAndCheck(this.#parts.copy, stored);
    } catch (error) {
      await this.#parts.primary.write(before).catch(() => undefined); // either of the two is whole
      throw isSalusError(error) ? error : noRoom();
    }
  }

  /** The vault from whichever place holds it undamaged; mends the other place. */
  async #load(): Promise<VaultFile> {
    const slots = [this.#parts.primary, this.#parts.copy];
    const stored = await Promise.all(slots.map((slot) => slot.read().catch(() => UNREADABLE)));
    const files = await Promise.all(stored.map(undamaged));
    const good = files.findIndex((f) => f !== undefined);
    const file = files[good];
    if (file === undefined) {
      if (stored.includes(UNREADABLE)) throw noRoom();
      if (stored.every((s) => s === undefined)) {
        throw new SalusError('vault-missing', 'There is no wallet in this browser.');
      }
      return parseVault(undefined); // throws vault-damaged
    }
    if (files[1 - good] === undefined && stored[1 - good] !== UNREADABLE) {
      await slots[1 - good]?.write(stored[good]).catch(() => undefined); // mended when there is room
    }
    return file;
  }
}

/** In place of what a slot holds that could not be read: a database may not even open on a full disk. */
const UNREADABLE = Symbol('unreadable');

async function undamaged(stored: unknown): Promise<VaultFile | undefined> {
  const parsed = v.safeParse(StoredSchema, stored);
  if (!parsed.success) return undefined;
  try {
    const { file, check } = parsed.output;
    return (await checksum(file)) === check ? parseVault(JSON.parse(file)) : undefined;
  } catch {
    return undefined;
  }
}

async function writeAndCheck(slot: VaultSlot, value: v.InferOutput<typeof StoredSchema>): Promise<void> {
  await slot.write(value);
  const written = v.safeParse(StoredSchema, await slot.read());
  if (!written.success || written.output.file !== value.file || written.output.check !== value.check)
    throw new Error('not written');
}

function requirePassword(password: string): void {
  if ([...password].length < LEAST_PASSWORD) {
    throw new SalusError('weak-password', `Choose a password of at least ${LEAST_PASSWORD} characters.`, {
      least: LEAST_PASSWORD,
    });
  }
}
