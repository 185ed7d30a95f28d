import { ManagerError } from './errors.ts';

/** Lets so many of each key at the same time, and has some more wait. */
export class Turns {
  readonly #atOnce: number;
  readonly #mostWaiting: number;
  readonly #keys = new Map<string, { running: number; readonly waiting: (() => void)[] }>();

  constructor(atOnce: number, mostWaiting: number) {
    this.#atOnce = atOnce;
    this.#mostWaiting = mostWaiting;
  }

  /** @throws ManagerError `busy` where too many wait already */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const state = this.#keys.get(key) ?? { running: 0, waiting: [] };
    this.#keys.set(key, state);
    if (state.running >= this.#atOnce) {
      if (state.waiting.length >= this.#mostWaiting)
        throw new ManagerError('busy', 'Too much is asked at the same time. Ask again shortly.', { retryAfter: 1 });
      await new Promise<void>((resolve) => state.waiting.push(resolve));
    } else {
      state.running += 1;
    }
    try {
      return await work();
    } finally {
      // Its place goes to the next, if there is one.
      const next = state.waiting.shift();
      if (next) next();
      else if (--state.running === 0) this.#keys.delete(key);
    }
  }
}
