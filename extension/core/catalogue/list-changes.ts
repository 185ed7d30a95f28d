import type { Draft } from './rows.ts';
import type { SortedList } from './sorted-list.ts';

/** Lists that are changed together, each with what changes in it. */
export class ListChanges {
  readonly #changes = new Map<string, { readonly list: SortedList<unknown>; readonly by: Map<string, unknown> }>();

  put<T>(list: SortedList<T>, key: string, value: T | undefined): void {
    const change = this.#changes.get(list.name) ?? { list, by: new Map<string, unknown>() };
    change.by.set(key, value);
    this.#changes.set(list.name, change);
  }

  async into(draft: Draft): Promise<void> {
    for (const { list, by } of this.#changes.values()) await list.change(draft, by);
    this.#changes.clear();
  }
}
