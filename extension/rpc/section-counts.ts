import type { Summary } from '../core/catalogue/model.ts';
import { NEVER_TICKED, SECTIONS, SENSITIVE, type Section } from '../core/records/sections.ts';

export interface SectionCount {
  readonly section: Section;
  readonly count: number;
  readonly newest?: string;
  readonly sensitive: boolean;
  /** Whether it is ticked before the person says so. */
  readonly ticked: boolean;
}

export const countOf = ({ sections }: Summary, section: Section): SectionCount => ({
  section,
  count: 0,
  ...sections[section],
  sensitive: SENSITIVE.has(section),
  ticked: !NEVER_TICKED.has(section),
});

/** The sections that hold something, in the order of the screen. */
export const countSections = (summary: Summary): SectionCount[] =>
  SECTIONS.map((section) => countOf(summary, section)).filter(({ count }) => count > 0);
