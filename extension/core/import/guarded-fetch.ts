import { concat, fromUtf8, type Bytes } from '../bytes.ts';
import { SalusError } from '../errors.ts';
import type { Fetch } from '../fetch.ts';

/** Within what one host is asked. */
export interface Guard {
  readonly fetch: Fetch;
  /** Nobody else is asked. */
  readonly origin: string;
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes have come of this answer. */
  readonly onBytes?: (bytes: number) => void;
  /** A host that sends nothing for so long does not answer. */
  readonly stallMs?: number;
}

export interface Question {
  readonly url: string;
  /** Sent as JSON; without it nothing but the address is. */
  readonly json?: unknown;
  /** Media types that the answer may have. What does not say its type is looked at all the same. */
  readonly types: readonly string[];
  /** Bytes of the answer. */
  readonly most: number;
}

export interface HostAnswer {
  readonly status: number;
  readonly text: string;
}

const STALL_MS = 30_000;

const unreachable = () => new SalusError('host-unreachable', 'The place that this leads to does not answer.');
const elsewhere = () =>
  new SalusError('host-elsewhere', 'This leads on to another place than it says. Nothing was fetched there.');
const unexpected = () => new SalusError('host-unexpected', 'This place gave something else than what was asked for.');

/**
 * Asks one host one thing, with nothing of the person in it: no cookies, no referrer, nothing kept, and no way to anybody else.
 * @throws SalusError `host-elsewhere`, `host-unreachable`, `host-unexpected`, `too-large`; the reason of the guard's signal
 */
export async function askHost({ url, json, types, most }: Question, guard: Guard): Promise<HostAnswer> {
  if (new URL(url).origin !== guard.origin) throw elsewhere();
  guard.signal?.throwIfAborted();
  const stalled = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const heard = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => stalled.abort(), guard.stallMs ?? STALL_MS);
  };
  heard();
  try {
    const response = await guard.fetch(url, {
      ...(json !== undefined && {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(json),
      }),
      // A redirect may lead anywhere.
      redirect: 'manual',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      cache: 'no-store',
      signal: guard.signal ? AbortSignal.any([guard.signal, stalled.signal]) : stalled.signal,
    });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) throw elsewhere();
    const type = response.headers.get('content-type')?.split(';')[0]?.trim().toLowerCase();
    if (response.ok && type !== undefined && !types.includes(type)) throw unexpected();
    const bytes = await bodyOf(response, most, (size) => {
      heard();
      guard.onBytes?.(size);
    });
    return { status: response.status, text: textIn(bytes) };
  } catch (error) {
    guard.signal?.throwIfAborted();
    throw error instanceof SalusError ? error : unreachable();
  } finally {
    clearTimeout(timer);
  }
}

async function bodyOf(response: Response, most: number, onBytes: (size: number) => void): Promise<Bytes> {
  const parts: Bytes[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) return concat(...parts);
    size += value.byteLength;
    if (size > most) {
      await reader?.cancel();
      throw new SalusError('too-large', 'This leads to more than can be taken in.', { fetched: 1 });
    }
    onBytes(size);
    parts.push(value);
  }
}

function textIn(bytes: Bytes): string {
  try {
    return fromUtf8(bytes);
  } catch {
    throw unexpected();
  }
}
