import type { Readable } from 'node:stream';
import { ManagerError } from './errors.ts';

/** What is still read of a body after it was refused. */
const DISCARD_BYTES = 64 * 2 ** 20;

/**
 * The chunks of a request body, up to a length. Leaving early keeps the connection open, so that the refusal can be answered.
 *
 * @param body the request
 * @param maxBytes longest body
 * @param onBytes told the length of each chunk
 * @throws ManagerError `too-large`
 */
export async function* readBody(
  body: Readable,
  maxBytes: number,
  onBytes: (length: number) => void,
): AsyncGenerator<Uint8Array> {
  let total = 0;
  const chunks: AsyncIterable<Uint8Array> = body.iterator({ destroyOnReturn: false });
  for await (const chunk of chunks) {
    total += chunk.length;
    onBytes(chunk.length);
    if (total > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
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
