/** Something that reads rows: what is stored, or a draft over it. */
export interface RowReader {
  get<T>(name: string): Promise<T | undefined>;
  getAll<T>(names: readonly string[]): Promise<(T | undefined)[]>;
}

/** A draft, as the lists change it. */
export interface RowWriter extends RowReader {
  put(name: string, value: unknown): void;
  delete(name: string): void;
}

type Element<T> = readonly [key: string, value: T];

interface Leaf {
  readonly id: number;
  /** Smallest key it may hold. */
  readonly first: string;
  readonly size: number;
}

interface Directory {
  readonly leaves: readonly Leaf[];
  readonly next: number;
}

/** Elements of a leaf before it is parted. */
const MOST = 128;
const EMPTY: Directory = { leaves: [], next: 0 };

export interface Page<T> {
  readonly items: readonly T[];
  /** To go on from: pass it as `before`. Absent at the end. */
  readonly next?: string;
}

/**
 * A list in the order of its keys, in leaves of at most 128 elements under one directory: to read a page or to change an element
 * takes the directory and a leaf, however long the list is.
 */
export class SortedList<T> {
  /** Of its rows. */
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Elements from the largest key on, or from below `before`. @param prefix only those whose keys begin with it */
  async page(
    rows: RowReader,
    limit: number,
    {
      before,
      prefix = '',
      where,
    }: { before?: string | undefined; prefix?: string; where?: (value: T) => boolean } = {},
  ): Promise<Page<T>> {
    const { leaves } = (await rows.get<Directory>(this.name)) ?? EMPTY;
    const items: T[] = [];
    let last: string | undefined;
    for (let i = indexOf(leaves, before ?? `${prefix}\uffff`); i >= 0; i--) {
      const leaf = leaves[i];
      const elements = leaf && (await this.#leaf(rows, leaf.id));
      for (const [key, value] of (elements ?? []).toReversed()) {
        if (before !== undefined && key >= before) continue;
        if (!key.startsWith(prefix)) {
          if (key < prefix) return { items };
          continue;
        }
        if (where && !where(value)) continue;
        if (items.length === limit) return { items, ...(last !== undefined && { next: last }) };
        items.push(value);
        last = key;
      }
    }
    return { items };
  }

  /** All of them, the largest key first. */
  async all(rows: RowReader, prefix = ''): Promise<readonly T[]> {
    return (await this.page(rows, Infinity, { prefix })).items;
  }

  async find(rows: RowReader, key: string): Promise<T | undefined> {
    const { leaves } = (await rows.get<Directory>(this.name)) ?? EMPTY;
    const leaf = leaves[indexOf(leaves, key)];
    if (leaf === undefined) return undefined;
    return (await this.#leaf(rows, leaf.id)).find(([k]) => k === key)?.[1];
  }

  async size(rows: RowReader): Promise<number> {
    const { leaves } = (await rows.get<Directory>(this.name)) ?? EMPTY;
    return leaves.reduce((n, leaf) => n + leaf.size, 0);
  }

  /** Puts elements in their places; one with a key that is there takes its place. An undefined value takes the element out. */
  async change(rows: RowWriter, changes: ReadonlyMap<string, T | undefined>): Promise<void> {
    if (changes.size === 0) return;
    const directory = (await rows.get<Directory>(this.name)) ?? EMPTY;
    let { next } = directory;
    const leaves: Leaf[] = directory.leaves.length > 0 ? [...directory.leaves] : [{ id: next++, first: '', size: 0 }];
    const byLeaf = Map.groupBy([...changes].sort(byKey), ([key]) => leaves[indexOf(leaves, key)] as Leaf);
    const before = await rows.getAll<readonly Element<T>[]>([...byLeaf.keys()].map(({ id }) => this.#leafName(id)));
    for (const [n, [leaf, some]] of [...byLeaf].entries()) {
      const merged = merge(before[n] ?? [], some);
      const parts = part(merged);
      const replaced = parts.map((elements, i): Leaf => {
        const id = i === 0 ? leaf.id : next++;
        rows.put(this.#leafName(id), elements);
        return { id, first: i === 0 ? leaf.first : (elements[0]?.[0] ?? ''), size: elements.length };
      });
      const at = leaves.indexOf(leaf);
      // An empty leaf goes, unless it is the one that takes the smallest keys.
      if (merged.length === 0 && at > 0) {
        rows.delete(this.#leafName(leaf.id));
        leaves.splice(at, 1);
      } else leaves.splice(at, 1, ...replaced);
    }
    rows.put(this.name, { leaves, next } satisfies Directory);
  }

  async #leaf(rows: RowReader, id: number): Promise<readonly Element<T>[]> {
    return (await rows.get<readonly Element<T>[]>(this.#leafName(id))) ?? [];
  }

  #leafName(id: number): string {
    return `${this.name}/${id}`;
  }
}

const byKey = <T>([a]: Element<T>, [b]: Element<T>): number => (a < b ? -1 : a > b ? 1 : 0);

/** The last leaf that begins at or before a key. */
function indexOf(leaves: readonly Leaf[], key: string): number {
  let low = 0;
  let high = leaves.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((leaves[middle]?.first ?? '') <= key) low = middle;
    else high = middle - 1;
  }
  return high < 0 ? -1 : low;
}

function merge<T>(elements: readonly Element<T>[], changes: readonly Element<T | undefined>[]): Element<T>[] {
  const all = new Map<string, T | undefined>(elements);
  for (const [key, value] of changes) all.set(key, value);
  return [...all].filter((e): e is [string, T] => e[1] !== undefined).sort(byKey);
}

/** As few parts as hold them, alike in size and each with room for more. */
function part<T>(elements: readonly T[]): T[][] {
  if (elements.length <= MOST) return [[...elements]];
  const count = Math.ceil(elements.length / ((MOST * 3) / 4));
  const size = Math.ceil(elements.length / count);
  return Array.from({ length: Math.ceil(elements.length / size) }, (_, i) => elements.slice(i * size, (i + 1) * size));
}
