import * as v from 'valibot';
import { fromBase64, randomId, toBase64, type Bytes } from '../bytes.ts';
import type { SessionStore, VaultSlot } from './slots.ts';

/** Minutes without the person, after which the wallet locks itself: what they may choose. */
export const AUTO_LOCK_MINUTES = [5, 15, 30, 60] as const;
export const AutoLockSchema = v.picklist(AUTO_LOCK_MINUTES);
export type AutoLock = v.InferOutput<typeof AutoLockSchema>;
/** Unless they chose another; also in place of what cannot be read. */
const USUAL: AutoLock = 15;

const KEY = 'vault';
/** `id` names one unlocking, from the password to the lock. */
const SessionSchema = v.object({ key: v.string(), deadline: v.number(), id: v.string() });

export interface Open {
  /** The vault's data key. */
  readonly key: Bytes;
  readonly id: string;
}

/** The key of an open vault, in session storage until the auto-lock deadline: an absolute time that is checked on every use. */
export class Unlocking {
  readonly #session: SessionStore;
  readonly #minutes: VaultSlot;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;

  constructor(session: SessionStore, minutes: VaultSlot, now: () => number) {
    this.#session = session;
    this.#minutes = minutes;
    this.#now = now;
  }

  async begin(key: Uint8Array, id = randomId(), minutes?: AutoLock): Promise<void> {
    const deadline = this.#now() + 60_000 * (minutes ?? (await this.minutes()));
    await this.#session.set(KEY, { key: toBase64(key), deadline, id });
  }

  end(): Promise<void> {
    return this.#session.remove(KEY);
  }

  /** Undefined while locked. */
  async current(): Promise<Open | undefined> {
    const parsed = v.safeParse(SessionSchema, await this.#session.get(KEY));
    if (!parsed.success) return undefined;
    const { key, deadline, id } = parsed.output;
    const left = deadline - this.#now();
    // A deadline that no clock as it is now could have set is over too.
    if (left <= 0 || left > 2 * 60_000 * (await this.minutes())) {
      await this.end();
      return undefined;
    }
    return { key: fromBase64(key), id };
  }

  async minutes(): Promise<AutoLock> {
    const parsed = v.safeParse(AutoLockSchema, await this.#minutes.read().catch(() => undefined));
    return parsed.success ? parsed.output : USUAL;
  }

  /** The new time counts from now on. A shorter one holds before it is kept: nothing in between may make it longer. */
  async choose(minutes: AutoLock, { key, id }: Open): Promise<void> {
    if (minutes < (await this.minutes())) await this.begin(key, id, minutes);
    await this.#minutes.write(minutes);
    await this.begin(key, id);
  }
}
