/** A moment in Unix seconds, with its time of day. */
export const momentText = (seconds: number, locale?: string): string =>
  new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' }).format(new Date(seconds * 1000));
