import { describe, type Description } from '../fhir/describe.ts';
import type { Measure } from '../fhir/present/measures.ts';
import type { ItemStatus } from '../fhir/present/status.ts';
import type { Resource } from '../fhir/resource.ts';
import { visible } from '../signing/visible.ts';
import { clip, TEXT_LIMITS } from './limits.ts';
import type { Section } from './sections.ts';

/** Most items of an import that are shown one by one before a yes; the rest is counted. */
export const MOST_PREVIEWED = 20;
const MOST_VALUE = 300;

/** One item as a person reads it before they say yes. Hidden characters of its texts are written out. */
export interface PreviewItem {
  readonly section: Section;
  readonly type: string;
  /** Empty where the item has none. */
  readonly title: string;
  /** FHIR date or dateTime, as precise as it was written. */
  readonly date?: string;
  /** Main code as `system|code`. */
  readonly code?: string;
  /** Whether it does not hold. */
  readonly status?: ItemStatus;
  /** What it says in words: a result, a dose. */
  readonly value?: string;
  /** What was measured. */
  readonly measures?: readonly Measure[];
}

/** At most `most` units, with a sign that there is more, and hidden characters written out. */
const shown = (text: string, most: number): string => visible(text.length > most ? `${clip(text, most - 1)}…` : text);

/**
 * @param resource from `parseShown`, whose numbers are as they were written
 * @param said what is known of it from what it refers to
 */
export function previewOf(
  resource: Resource,
  section: Section,
  said: Pick<Description, 'title' | 'code'> = describe(resource),
): PreviewItem {
  const { date, status, value, measures } = describe(resource);
  return {
    section,
    type: resource.resourceType,
    title: shown(said.title, TEXT_LIMITS.title),
    ...(date !== undefined && { date: shown(date, TEXT_LIMITS.date) }),
    ...(said.code !== undefined && { code: shown(said.code, TEXT_LIMITS.code) }),
    ...(status !== undefined && { status }),
    ...(value !== undefined && { value: shown(value, MOST_VALUE) }),
    ...(measures !== undefined && { measures: measures.map(visibleMeasure) }),
  };
}

const visibleMeasure = (measure: Measure): Measure =>
  Object.fromEntries(
    Object.entries<string>({ ...measure }).map(([field, text]) => [field, shown(text, TEXT_LIMITS.measure)]),
  ) as unknown as Measure;
