const HOUR_MS = 3_600_000;

/** Counts events per key in the last hour. In memory: a restart forgives, which costs a sponsor one more hour's allowance. */
export class HourlyLimit {
  readonly #perHour: number;
  readonly #now: () => number;
  readonly #events = new Map<string, number[]>();

  /**
   * @param perHour events allowed per key
   * @param now milliseconds; for tests
   */
  constructor(perHour: number, now: () => number = Date.now) {
    this.#perHour = perHour;
    this.#now = now;
  }

  /** Seconds until `key` may act again; 0 when it may now. */
  wait(key: string): number {
    const recent = this.#recent(key);
    if (recent.length < this.#perHour) return 0;
    const oldest = recent[0] ?? this.#now();
    return Math.max(1, Math.ceil((oldest + HOUR_MS - this.#now()) / 1000));
  }

  /** Counts one event of `key`. */
  count(key: string): void {
    // Keys are signers whose signature cost a transaction, so sweeping all of them now and then is cheap.
    if (this.#events.size > 10_000) for (const known of this.#events.keys()) this.#recent(known);
    this.#events.set(key, [...this.#recent(key), this.#now()]);
  }

  #recent(key: string): number[] {
    const recent = (this.#events.get(key) ?? []).filter((at) => at > this.#now() - HOUR_MS);
    if (recent.length === 0) this.#events.delete(key);
    return recent;
  }
}
