import type { RecordItem } from '../../core/catalogue/model.ts';

/** A visit of one origin: another may call another one so. */
export const visitKey = ({ author, source = '', visit }: RecordItem): string | undefined =>
  visit && [author.toLowerCase(), source, visit].join('\u0000');

export interface TimelineYear {
  /** Four digits; empty for what has no date. */
  readonly year: string;
  /** `visit`: see {@link visitKey}. */
  readonly groups: readonly { readonly visit?: string | undefined; readonly items: readonly RecordItem[] }[];
}

/** Items by the year of their date, those of one visit together. @param items newest first */
export function byYear(items: readonly RecordItem[]): TimelineYear[] {
  const years: { year: string; groups: { visit?: string | undefined; items: RecordItem[] }[] }[] = [];
  for (const item of items) {
    const year = /^\d{4}/.exec(item.date ?? '')?.[0] ?? '';
    let last = years.at(-1);
    if (last?.year !== year) years.push((last = { year, groups: [] }));
    // What belongs to a visit stands with it, also where something else of that day would stand between.
    const visit = visitKey(item);
    const group = visit === undefined ? last.groups.at(-1) : last.groups.find((one) => one.visit === visit);
    if (group !== undefined && group.visit === visit) group.items.push(item);
    else last.groups.push({ visit, items: [item] });
  }
  return years;
}
