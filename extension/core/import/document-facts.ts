/** What a document’s own content says of it. */
export interface DocumentFacts {
  readonly title?: string;
  /** FHIR date. */
  readonly date?: string;
}

/** A day that there is, as FHIR writes it. */
export function isoDay(year: string, month: string, day: string): string | undefined {
  const text = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.valueOf()) && date.toISOString().startsWith(text) && Number(year) > 1800 ? text : undefined;
}
