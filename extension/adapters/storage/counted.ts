import type { LedgerCounts } from '../../core/storage/ledger.ts';
import type { Database, StoredRow } from './database.ts';

/** What of a row counts, and the index that it is found by. */
const COUNTED = { entries: 'entry', durable: 'durable', anchored: 'anchored' } as const;
const NAMES = ['entries', 'durable', 'anchored'] as const satisfies (keyof LedgerCounts)[];

/**
 * How many rows of each kind a patient has. The database counts them one by one, which takes longer the more there are: it is asked
 * once, and what is written after that is added and taken away.
 */
export class Counted {
  readonly #db: Database;
  readonly #known = new Map<string, Promise<LedgerCounts>>();
  /** Patients whose rows are being counted. */
  readonly #counting = new Set<string>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** @param patient in lower case */
  of(patient: string): Promise<LedgerCounts> {
    const known = this.#known.get(patient) ?? this.#count(patient);
    this.#known.set(patient, known);
    known.catch(() => this.#known.delete(patient));
    return known;
  }

  /** To be told once a row was written; undefined where there was none, or is none any more. */
  change(before: StoredRow | undefined, after: StoredRow | undefined): void {
    const patient = (after ?? before)?.patient.toLowerCase();
    const known = patient !== undefined && this.#known.get(patient);
    if (!patient || !known) return;
    // It may be in what is being counted already, or not.
    if (this.#counting.has(patient)) return void this.#known.delete(patient);
    const isIn = (row: StoredRow | undefined, name: keyof LedgerCounts) => Number(row?.[COUNTED[name]] !== undefined);
    const counts = known.then((was): LedgerCounts => {
      const [entries, durable, anchored] = NAMES.map((name) => was[name] + isIn(after, name) - isIn(before, name));
      return { entries: entries ?? 0, durable: durable ?? 0, anchored: anchored ?? 0 };
    });
    counts.catch(() => undefined); // told to who asks
    this.#known.set(patient, counts);
  }

  /** So much was written that it is counted anew. */
  forget(): void {
    this.#known.clear();
  }

  async #count(patient: string): Promise<LedgerCounts> {
    this.#counting.add(patient);
    const { store } = this.#db.transaction('outbox');
    const counting = NAMES.map((name) => store.index(COUNTED[name]).count(patient));
    const [entries, durable, anchored] = await Promise.all(counting).finally(() => this.#counting.delete(patient));
    return { entries: entries ?? 0, durable: durable ?? 0, anchored: anchored ?? 0 };
  }
}
