import * as v from 'valibot';
import { ManagerError } from '../errors.ts';

/** Longest answer that is read, in bytes: a block of the longest kind, and some. */
const MOST_BYTES = 65 * 2 ** 20;

/** What an HTTP service answered. */
export interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
}

/** What is said of storage elsewhere that gives no usable answer. */
export const storageUnavailable = (): ManagerError =>
  new ManagerError(
    'storage-unavailable',
    'The storage behind this manager does not answer as it should. Try again later.',
  );

/**
 * Asks a service that keeps blocks or pins.
 * @param ms longest that the whole answer may take, in milliseconds
 * @throws ManagerError `storage-unavailable`, whatever the reason: it may hold the address, and what was asked for
 */
export async function askService(url: URL, init: RequestInit, ms: number): Promise<Answer> {
  try {
    const response = await fetch(url, { ...init, redirect: 'error', signal: AbortSignal.timeout(ms) });
    return { status: response.status, body: await readBytes(response) };
  } catch {
    throw storageUnavailable();
  }
}

/** An answer in JSON. @throws ManagerError `storage-unavailable` where it is none, or of another form */
export function parseAnswer<T>(schema: v.GenericSchema<unknown, T>, text: string): T {
  try {
    return v.parse(schema, JSON.parse(text));
  } catch {
    throw storageUnavailable();
  }
}

/** @param path below the service's address, which may have one itself */
export function urlOf(service: string, path: string, query: Readonly<Record<string, string>> = {}): URL {
  const url = new URL(path, service.endsWith('/') ? service : `${service}/`);
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

export const textOf = ({ body }: Answer): string => new TextDecoder().decode(body);

async function readBytes(response: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of response.body ?? []) {
    length += part.length;
    if (length > MOST_BYTES) throw new RangeError('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts);
}
