import type { Readable } from 'node:stream';
import { ManagerError } from '../errors.ts';

/** What is still read of a body after it was refused. */
const DISCARD_BYTES = 64 * 2 ** 20;

/** How a body must come. */
export interface Pace {
  /** Longest body. */
  readonly maxBytes: number;
  /** Below it, and beyond the grace, a sender is cut off. The time that we take ourselves does not count. */
  readonly minBytesPerSecond: number;
  /** What a sender may be silent for, all in all, besides the time that its bytes are given. */
  readonly graceMs: number;
}

/**
 * The chunks of a request body, up to a length and in a time that goes by its length. Leaving early keeps the connection open, so
 * that the refusal can be answered.
 *
 * @param body the request
 * @param onBytes told the length of each chunk
 * @throws ManagerError `too-large`; `too-slow`, after which nothing more can be read of it
 */
export async function* readBody(
  body: Readable,
  { maxBytes, minBytesPerSecond, graceMs }: Pace,
  onBytes: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  const chunks = (body.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let [total, waited, isSlow] = [0, 0, false];
  try {
    for (;;) {
      const began = performance.now();
      const next = await within(chunks.next(), graceMs + (1_000 * total) / minBytesPerSecond - waited);
      waited += performance.now() - began;
      isSlow = next === undefined;
      if (next === undefined) throw new ManagerError('too-slow', 'The body comes too slowly. Send it again, faster.');
      if (next.done) return;
      total += next.value.length;
      onBytes(next.value.length);
      if (total > maxBytes) throw tooLarge(maxBytes);
      yield next.value;
    }
  } finally {
    // It would wait for the chunk that does not come.
    if (!isSlow) await chunks.return?.();
  }
}

/** @returns undefined where it takes longer */
async function within<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, ms));
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
    work.catch(() => undefined); // the connection is cut later
  }
}

/** The refusal of a body longer than `maxBytes`. */
export function tooLarge(maxBytes: number): ManagerError {
  return new ManagerError('too-large', `The body is longer than ${maxBytes} bytes. Send its roots in several.`);
}

/**
 * Reads and drops the rest of a refused body: many clients look at the answer only once they have sent everything.
 * One that sends much more is cut off.
 */
export function discardBody(body: Readable): void {
  let dropped = 0;
  body.on('data', (chunk: Uint8Array) => {
    dropped += chunk.length;
    if (dropped > DISCARD_BYTES) body.destroy();
  });
  // A client that goes away now is no error to anyone.
  body.on('error', () => undefined);
  body.resume();
}
