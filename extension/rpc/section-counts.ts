import type { RecordItem } from '../core/records/book.ts';
import { SECTIONS, SENSITIVE, type Section } from '../core/records/sections.ts';

export interface SectionCount {
  readonly section: Section;
  readonly count: number;
  readonly newest?: string;
  readonly sensitive: boolean;
}

/** Counts items by section, in the order of the screen. */
export function countSections(items: readonly RecordItem[]): SectionCount[] {
  const bySection = Map.groupBy(items, (i) => i.section);
  return SECTIONS.filter((s) => bySection.has(s)).map((section) => {
    const list = bySection.get(section) ?? [];
    const newest = list
      .map((i) => i.date ?? '')
      .sort()
      .at(-1);
    return { section, count: list.length, ...(newest && { newest }), sensitive: SENSITIVE.has(section) };
  });
}
