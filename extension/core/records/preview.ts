import { describe, mainValue } from '../fhir/describe.ts';
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
  /** What it says: a result, a dose, or that it does not hold. */
  readonly value?: string;
}

/** At most `most` units, with a sign that there is more, and hidden characters written out. */
const shown = (text: string, most: number): string => visible(text.length > most ? `${clip(text, most - 1)}…` : text);

/** @param resource from `parseShown`, whose numbers are as they were written */
export function previewOf(resource: Resource, section: Section): PreviewItem {
  const { title, date } = describe(resource);
  const value = mainValue(resource);
  return {
    section,
    type: resource.resourceType,
    title: shown(title, TEXT_LIMITS.title),
    ...(date !== undefined && { date: shown(date, TEXT_LIMITS.date) }),
    ...(value !== undefined && { value: shown(value, MOST_VALUE) }),
  };
}
