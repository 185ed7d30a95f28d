import { setTimeout as sleep } from 'node:timers/promises';

const inSeconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/**
 * Waits for a promise, but not for ever.
 * @param what what is waited for, as in "the window to close"
 * @throws Error naming it when the time is over
 */
export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  const over = new AbortController();
  const late = sleep(ms, undefined, { signal: over.signal }).then(() => {
    throw new Error(`waited ${inSeconds(ms)} in vain for ${what}`);
  });
  late.catch(() => undefined); // it ended in time
  try {
    return await Promise.race([promise, late]);
  } finally {
    over.abort();
  }
}

/**
 * Looks again and again until there is something.
 * @param what what is waited for, as in "about:config to open"
 * @param look undefined: not yet
 * @throws Error naming it when the time is over
 */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined>,
  { ms = 60_000, pause = 100 } = {},
): Promise<T> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(pause)) {
    const found = await within(ms, what, look());
    if (found !== undefined) return found;
  }
  throw new Error(`waited ${inSeconds(ms)} in vain for ${what}`);
}
