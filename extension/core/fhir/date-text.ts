/**
 * A FHIR date or dateTime in the person's language: as precise as it was written, never more.
 *
 * @param date `2026`, `2026-05`, `2026-05-01`, or with a time and zone
 * @param withTime also the time of day, as it was where it was written
 * @returns empty for none; the text itself when it is no date
 */
export function dateText(date: string | undefined, locale?: string, withTime = false): string {
  if (date === undefined) return '';
  const [, year = '', month, day, clock] = /^(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T(\d\d:\d\d))?/.exec(date) ?? [];
  if (year === '' || !isCalendar(year, month, day) || /^\d{5}/.test(date)) return date;
  // 24:00 is the beginning of the day after (ISO 8601).
  const time = withTime && clock !== undefined && clock !== '00:00' && clock <= '23:59' ? clock : undefined;
  const options: Intl.DateTimeFormatOptions = {
    year: 'numeric',
    ...(month && { month: 'short' }),
    ...(day && { day: 'numeric' }),
    ...(time && { hour: 'numeric', minute: '2-digit' }),
  };
  // The date as it was written, in the zone it was written in.
  const utc = new Date(`${year}-${month ?? '01'}-${day ?? '01'}T${time ?? '00:00'}:00Z`);
  return new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }).format(utc);
}

/** Whether a calendar has that day. */
export function isCalendar(year: string, month = '01', day = '01'): boolean {
  const date = new Date(`${year}-${month}-${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.getUTCDate() === Number(day);
}
