import * as v from 'valibot';
import { SalusError } from '../errors.ts';
import { noRoom, type SessionStore, type VaultSlot } from './slots.ts';

const FREE_TRIES = 3;
const LONGEST_DELAY_MS = 5 * 60_000;

const CountSchema = v.object({ failed: v.number(), notBefore: v.number() });
type Count = v.InferOutput<typeof CountSchema>;
/** Where they are counted in session storage while the disk takes nothing. */
const IN_SESSION = 'attempts';
/** Milliseconds to wait after this many. */
const delayAfter = (failed: number): number =>
  failed < FREE_TRIES ? 0 : Math.min(LONGEST_DELAY_MS, 1000 * 2 ** (failed - FREE_TRIES));

/** How often the password was tried in vain; kept across restarts, so that restarting does not reset the delay. */
export class Tries {
  readonly #kept: VaultSlot;
  readonly #session: SessionStore;
  /** Milliseconds since the epoch. */
  readonly #now: () => number;
  #last: Promise<void> = Promise.resolve();

  constructor(kept: VaultSlot, session: SessionStore, now: () => number) {
    this.#kept = kept;
    this.#session = session;
    this.#now = now;
  }

  /**
   * Counts a try as one that failed, before it is made: killing the worker in the middle does not give a free one, nor does making
   * several at once. @throws SalusError `too-many-attempts` (detail.seconds to wait)
   */
  begin(): Promise<void> {
    const next = this.#last.then(async () => {
      const { failed, notBefore } = await this.#read();
      const wait = notBefore - this.#now();
      if (wait > 0) {
        throw new SalusError('too-many-attempts', 'Wait before trying again.', { seconds: Math.ceil(wait / 1000) });
      }
      await this.#count(failed + 1);
    });
    this.#last = next.catch(() => undefined);
    return next;
  }

  /** The last one did not fail. */
  forget(): Promise<void> {
    return this.#keep({ failed: 0, notBefore: 0 });
  }

  /** So many failed, the last one now. */
  async #count(failed: number): Promise<Count> {
    const count = { failed, notBefore: this.#now() + delayAfter(failed) };
    await this.#keep(count);
    return count;
  }

  /** Of a clock that was ahead when they were counted, and is not any more, the delay counts from now on. */
  async #read(): Promise<Count> {
    const newer = v.safeParse(CountSchema, await this.#session.get(IN_SESSION));
    const parsed = newer.success ? newer : v.safeParse(CountSchema, await this.#kept.read().catch(() => undefined));
    const { failed, notBefore } = parsed.success ? parsed.output : { failed: 0, notBefore: 0 };
    if (notBefore - this.#now() <= delayAfter(failed)) return { failed, notBefore };
    return this.#count(failed);
  }

  /** On a full disk they are counted until the browser closes: what can be read must not depend on room to write. */
  async #keep(count: Count): Promise<void> {
    try {
      await this.#kept.write(count);
      await this.#session.remove(IN_SESSION);
    } catch {
      await this.#session.set(IN_SESSION, count).catch(() => {
        throw noRoom();
      });
    }
  }
}
