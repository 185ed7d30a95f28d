const DAY_MS = 86_400_000;

/** Days since 1970, UTC. @param ms milliseconds since the epoch */
export const dayOf = (ms: number): number => Math.floor(ms / DAY_MS);

/** Seconds until the next day begins. @param ms milliseconds since the epoch */
export const untilTomorrow = (ms: number): number => Math.ceil(((dayOf(ms) + 1) * DAY_MS - ms) / 1000);
