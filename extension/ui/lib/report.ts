import type { RecordItem } from '../../core/catalogue/model.ts';
import type { Page } from '../../core/catalogue/sorted-list.ts';
import { holdsNow } from '../../core/fhir/present/status.ts';
import type { Section } from '../../core/records/sections.ts';

/** Items of one section that are printed: what is left out is said. */
const MOST_PRINTED = 300;

/** What a doctor asks for first: nothing that is sensitive, and no letters. */
const ASKED_FIRST: ReadonlySet<Section> = new Set([
  'allergies',
  'medications',
  'problems',
  'results',
  'vitals',
  'immunizations',
  'procedures',
]);
/** Whether a section is printed unless the person says otherwise. */
export const isPrintedByDefault = (section: Section): boolean => ASKED_FIRST.has(section);

/** A FHIR date some years before a day. */
export const yearsBefore = (day: Date, years: number): string =>
  `${String(day.getFullYear() - years)}${day.toISOString().slice(4, 10)}`;

export interface ReportPart {
  readonly section: Section;
  /** What holds before what is over, each the newest first. */
  readonly items: readonly RecordItem[];
  readonly more: boolean;
}

/**
 * What is printed of a section.
 * @param pages gives one page of it
 * @param since a FHIR date: what is older is left out, what has no date is not
 */
export async function reportPart(
  section: Section,
  pages: (before?: string) => Promise<Page<RecordItem>>,
  since = '',
): Promise<ReportPart> {
  const items: RecordItem[] = [];
  let page = await pages();
  for (;;) {
    for (const item of page.items) if (item.date === undefined || item.date >= since) items.push(item);
    if (page.next === undefined || items.length > MOST_PRINTED) break;
    page = await pages(page.next);
  }
  const [now = [], over = []] = [true, false].map((holds) => items.filter(({ status }) => holdsNow(status) === holds));
  return {
    section,
    items: [...now, ...over].slice(0, MOST_PRINTED),
    more: items.length > MOST_PRINTED,
  };
}
