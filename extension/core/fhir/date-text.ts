/**
 * A FHIR date or dateTime in the person's language: as precise as it was written, never more.
 *
 * @param date `2026`, `2026-05`, `2026-05-01`, or with a time and zone
 * @returns empty for none; the text itself when it is no date
 */
export function dateText(date: string | undefined, locale?: string): string {
  if (date === undefined) return '';
  const [, year = '', month, day] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?/.exec(date) ?? [];
  if (year === '' || Number.isNaN(Date.parse(date))) return date;
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    ...(month && { month: 'short' }),
    ...(day && { day: 'numeric' }),
  };
  // The date as it was written, in the zone it was written in.
  const utc = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T00:00:00Z`);
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(utc);
}
