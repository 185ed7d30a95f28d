import { CarBlockIterator } from '@ipld/car';
import type { CID } from 'multiformats/cid';
import { own } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { matches } from '../../core/storage/cid.ts';
import { ask } from './ask-gateway.ts';

const TIMEOUT_MS = 15_000;
/** Up to this an entry is read back whole after an upload; of a larger one, random blocks are. */
export const WHOLE_BYTES = 32 * 1_048_576;
/** Bytes of an answer that holds a tree: more than of any that is read back whole. */
const MOST_CAR_BYTES = 2 * WHOLE_BYTES;

/** One block from one manager's trustless gateway, checked. @throws SalusError `block-missing`, `block-damaged` */
export async function fetchBlock(manager: string, cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const missing = () => new SalusError('block-missing', 'A part of this record could not be fetched. Try again later.');
  let response: Response;
  try {
    response = await ask(manager, cid, 'raw', signal ? AbortSignal.any([signal, timeout]) : timeout);
  } catch {
    signal?.throwIfAborted();
    throw missing();
  }
  if (!response.ok) throw missing();
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!(await matches(cid, bytes))) {
    throw new SalusError('block-damaged', 'A manager gave back something else than was stored with it.');
  }
  return own(bytes);
}

/** Managers in turn, from a random one on. */
function fromAnyOn(managers: readonly string[]): string[] {
  const first = (crypto.getRandomValues(new Uint8Array(1))[0] ?? 0) % Math.max(managers.length, 1);
  return [...managers.slice(first), ...managers.slice(0, first)];
}

/** Asks the managers in turn; a manager that is down or lies only costs a moment. */
export async function fetchFromAny(managers: readonly string[], cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
  let damaged: unknown;
  for (const manager of fromAnyOn(managers)) {
    try {
      return await fetchBlock(manager, cid, signal);
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SalusError && error.code === 'block-damaged') damaged = error;
    }
  }
  if (damaged instanceof SalusError) throw damaged;
  throw new SalusError('block-missing', 'No manager could give this part of the record. Try again later.');
}

/** What lies under a root, in one answer of the first manager that gives some of it; see {@link fetchTree}. */
export async function fetchTreeFromAny(
  managers: readonly string[],
  root: CID,
): Promise<ReadonlyMap<string, Uint8Array>> {
  for (const manager of fromAnyOn(managers)) {
    const found = await fetchTree(manager, root, AbortSignal.timeout(TIMEOUT_MS));
    if (found.size > 0) return found;
  }
  return new Map();
}

/**
 * What lies under a root, in one answer of a manager; each block checked.
 * @returns blocks by CID; fewer than there are where the manager leaves some out, gives something else or ends, or they are too many
 */
export async function fetchTree(
  manager: string,
  root: CID,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  try {
    const { ok, body } = await ask(manager, root, 'car', signal);
    if (!ok || body === null) return found;
    for await (const { cid, bytes } of await CarBlockIterator.fromIterable(atMost(body))) {
      if (await matches(cid, bytes)) found.set(cid.toString(), own(bytes));
    }
  } catch {
    return found; // what it gave until then is as good as any
  }
  return found;
}

/** Ends, and lets go of the line, where the bytes are too many. */
async function* atMost(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > MOST_CAR_BYTES) return;
    yield chunk;
  }
}
