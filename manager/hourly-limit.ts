const HOUR_MS = 3_600_000;

/** What happened in one second, and how often. `at` in milliseconds. */
interface Event {
  readonly at: number;
  amount: number;
}

/** Counts events per key in the last hour. In memory: a restart forgives, which costs a sponsor one more hour's allowance. */
export class HourlyLimit {
  readonly #perHour: number;
  readonly #now: () => number;
  readonly #events = new Map<string, Event[]>();

  /**
   * @param perHour events allowed per key
   * @param now milliseconds; for tests
   */
  constructor(perHour: number, now: () => number = Date.now) {
    this.#perHour = perHour;
    this.#now = now;
  }

  /** Seconds until `key` may act again, as many times as `amount`; 0 when it may now. */
  wait(key: string, amount = 1): number {
    const recent = this.#recent(key);
    let over = recent.reduce((sum, event) => sum + event.amount, amount) - this.#perHour;
    if (over <= 0) return 0;
    const last = recent.find((event) => (over -= event.amount) <= 0) ?? recent.at(-1);
    return Math.max(1, Math.ceil(((last?.at ?? this.#now()) + HOUR_MS - this.#now()) / 1000));
  }

  /** Counts events of `key`. */
  count(key: string, amount = 1): void {
    // Keys are accounts of members, or signers whose signature cost a transaction: sweeping all of them now and then is cheap.
    if (this.#events.size > 10_000) for (const known of this.#events.keys()) this.#recent(known);
    const recent = this.#recent(key);
    const newest = recent.at(-1);
    // One for each second at most, so that whoever acts all the time does not fill the memory.
    if (newest !== undefined && newest.at > this.#now() - 1_000) newest.amount += amount;
    else this.#events.set(key, [...recent, { at: this.#now(), amount }]);
  }

  #recent(key: string): Event[] {
    const recent = (this.#events.get(key) ?? []).filter(({ at }) => at > this.#now() - HOUR_MS);
    if (recent.length === 0) this.#events.delete(key);
    return recent;
  }
}
