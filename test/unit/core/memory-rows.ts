import type { Bytes } from '../../../extension/core/bytes.ts';
import type { RowStore } from '../../../extension/core/catalogue/rows.ts';

/** Sealed rows in memory. */
export class MemoryRows implements RowStore {
  readonly rows = new Map<string, Bytes>();
  /** Writes so far. */
  writes = 0;

  get(names: readonly string[]): Promise<(Bytes | undefined)[]> {
    return Promise.resolve(names.map((name) => this.rows.get(name)));
  }

  write(changes: ReadonlyMap<string, Bytes | undefined>): Promise<void> {
    this.writes++;
    for (const [name, value] of changes) {
      if (value === undefined) this.rows.delete(name);
      else this.rows.set(name, value);
    }
    return Promise.resolve();
  }

  clear(): Promise<void> {
    this.rows.clear();
    return Promise.resolve();
  }
}
