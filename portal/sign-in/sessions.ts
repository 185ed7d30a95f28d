import { createHash, randomBytes } from 'node:crypto';

/** Seconds after which an account signs in again. */
export const SESSION_SECONDS = 8 * 3_600;
/** Sessions at once; the oldest gives way. */
const MOST_SESSIONS = 10_000;

interface Session {
  readonly address: string;
  /** Unix seconds. */
  readonly until: number;
}

/**
 * Accounts that proved themselves. A session says which account it is and nothing of what that may do: the registry is asked each time.
 * In memory, by the digests of the tokens, so that what is read out of it signs in nobody.
 */
export class Sessions {
  readonly #open = new Map<string, Session>();

  /** @param now Unix seconds @returns the token, 256 random bits */
  begin(address: string, now: number): string {
    for (const [digest, { until }] of this.#open) {
      if (until > now && this.#open.size < MOST_SESSIONS) break;
      this.#open.delete(digest);
    }
    const token = randomBytes(32).toString('base64url');
    this.#open.set(digestOf(token), { address, until: now + SESSION_SECONDS });
    return token;
  }

  /** The account of a session that is not over. */
  addressOf(token: string, now: number): string | undefined {
    const session = this.#open.get(digestOf(token));
    return session !== undefined && session.until > now ? session.address : undefined;
  }

  end(token: string): void {
    this.#open.delete(digestOf(token));
  }
}

const digestOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
