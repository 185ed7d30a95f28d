import { randomBytes } from 'node:crypto';

/** Seconds within which a text is to be signed. */
export const NONCE_SECONDS = 300;
/** Nonces that wait at once: whoever asks for more pushes out the oldest, and fills no memory. */
const MOST_WAITING = 10_000;

/** Numbers that are good for one sign-in each. In memory: after a restart a person signs once more. */
export class Nonces {
  /** Until when each is good, in Unix seconds; the oldest first. */
  readonly #waiting = new Map<string, number>();

  /** @param now Unix seconds @returns 128 random bits in letters and digits */
  draw(now: number): string {
    for (const [nonce, until] of this.#waiting) {
      if (until > now && this.#waiting.size < MOST_WAITING) break;
      this.#waiting.delete(nonce);
    }
    const nonce = randomBytes(16).toString('hex');
    this.#waiting.set(nonce, now + NONCE_SECONDS);
    return nonce;
  }

  /** Uses one up, also where it is over. @returns whether it was drawn here, is not used yet, and not over */
  use(nonce: string, now: number): boolean {
    const until = this.#waiting.get(nonce);
    this.#waiting.delete(nonce);
    return until !== undefined && until > now;
  }
}
