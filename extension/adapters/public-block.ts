import type { CID } from 'multiformats/cid';
import { own, type Bytes } from '../core/bytes.ts';
import { SalusError } from '../core/errors.ts';
import { matches } from '../core/storage/cid.ts';
import { ask } from './storage/ask-gateway.ts';

/** A manager that takes longer is passed over. */
const TIMEOUT_MS = 8_000;

/**
 * A small block that anybody may see, from the first manager that gives it. Of an answer that is longer than it may be no more than that
 * is read.
 * @param most bytes
 * @throws SalusError `block-missing` where no manager gives it; what `signal` was aborted with
 */
export async function fetchPublicBlock(
  managers: readonly string[],
  cid: CID,
  most: number,
  signal: AbortSignal,
): Promise<Bytes> {
  for (const manager of managers) {
    signal.throwIfAborted();
    const bytes = await oneManager(manager, cid, most, signal).catch(() => undefined); // down: the next may have it
    if (bytes !== undefined && (await matches(cid, bytes))) return bytes;
  }
  signal.throwIfAborted();
  throw new SalusError('block-missing', 'No manager could give this. Try again later.');
}

async function oneManager(manager: string, cid: CID, most: number, signal: AbortSignal): Promise<Bytes | undefined> {
  const inTime = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const { ok, body } = await ask(manager, cid, 'raw', inTime);
  if (body === null) return undefined;
  const reader = body.getReader();
  try {
    return ok ? await readAtMost(reader, most) : undefined;
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

async function readAtMost(reader: ReadableStreamDefaultReader<Uint8Array>, most: number): Promise<Bytes | undefined> {
  const all = new Uint8Array(most);
  let size = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    if (size + next.value.length > most) return undefined;
    all.set(next.value, size);
    size += next.value.length;
  }
  return own(all.slice(0, size));
}
