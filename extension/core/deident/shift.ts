/** Most days that dates are moved back by: so far that nobody can tell the day, so little that a year stays a year or the next. */
const MOST_DAYS = 365;
const READ_BYTES = 6;

/** Days by which the dates of one account are moved back, 1 to 365. @param key 32 bytes, for this alone */
export const shiftDays = (key: Uint8Array): number =>
  1 + (key.slice(0, READ_BYTES).reduce((n, byte) => n * 256 + byte, 0) % MOST_DAYS);
