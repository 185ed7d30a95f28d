import type { AskKeeper } from '../core/custody/keepers.ts';

const TIMEOUT_MS = 10_000;
/** Longest answer that is read, in bytes: a thousand evaluated elements are a fraction of it. */
const MOST_BYTES = 512 * 1024;

/** Asks keepers over HTTP. */
export const askKeeper: AskKeeper = async (url, path, body, authorization) => {
  try {
    const response = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization !== undefined && { authorization }) },
      body: JSON.stringify(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    const text = await response.text();
    if (text.length > MOST_BYTES) return undefined;
    return { status: response.status, body: JSON.parse(text) as unknown };
  } catch {
    return undefined; // down, slow, or not speaking JSON
  }
};
