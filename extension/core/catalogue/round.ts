import type { Page } from './sorted-list.ts';

/**
 * Goes round a list in parts, on from where it stopped before: what cannot be done now keeps nothing behind it from its turn. Elements
 * may come and go meanwhile.
 */
export class Round<T> {
  readonly #page: (before: string | undefined) => Promise<Page<T>>;
  #before: string | undefined;

  constructor(page: (before: string | undefined) => Promise<Page<T>>) {
    this.#page = page;
  }

  /** Whether the next part is the first one. */
  get isAtStart(): boolean {
    return this.#before === undefined;
  }

  /** The part whose turn it is. */
  async next(): Promise<readonly T[]> {
    const { items, next } = await this.#page(this.#before);
    this.#before = next;
    return items;
  }
}
