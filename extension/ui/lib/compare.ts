import type { RecordItem } from '../../core/catalogue/model.ts';

export interface Compared {
  readonly key: string;
  /** One of both, for its name. */
  readonly name: RecordItem;
  readonly before?: RecordItem | undefined;
  readonly after?: RecordItem | undefined;
}

const dayOf = ({ date = '' }: RecordItem): string => date.slice(0, 10);
const keyOf = ({ code, title }: RecordItem): string => code ?? title.toLowerCase();

/** Days on which something was measured, the newest first. */
export const daysOf = (items: readonly RecordItem[]): string[] =>
  [...new Set(items.map(dayOf).filter((day) => day.length === 10))].sort().reverse();

/** What was measured on one of two days, the newest of each day. What was measured on both comes first. @param items newest first */
export function compared(items: readonly RecordItem[], first: string, second: string): Compared[] {
  const on = (day: string) => {
    const found = new Map<string, RecordItem>();
    for (const item of items) if (dayOf(item) === day && !found.has(keyOf(item))) found.set(keyOf(item), item);
    return found;
  };
  const [before, after] = [on(first), on(second)];
  const keys = [...new Set([...before.keys(), ...after.keys()])];
  const rows = keys.flatMap((key) => {
    const [one, other] = [before.get(key), after.get(key)];
    const name = other ?? one;
    return name === undefined ? [] : [{ key, name, before: one, after: other }];
  });
  const both = ({ before: a, after: b }: Compared) => (a && b ? 0 : 1);
  return rows.sort((a, b) => both(a) - both(b) || (a.name.title < b.name.title ? -1 : 1));
}
