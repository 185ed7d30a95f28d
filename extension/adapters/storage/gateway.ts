import type { CID } from 'multiformats/cid';
import { own } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { matches } from '../../core/storage/cid.ts';

const TIMEOUT_MS = 15_000;

/** One block from one manager's trustless gateway, checked. @throws SalusError `block-missing`, `block-damaged` */
export async function fetchBlock(manager: string, cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const missing = () => new SalusError('block-missing', 'A part of this record could not be fetched. Try again later.');
  let response: Response;
  try {
    response = await fetch(`${manager}/ipfs/${cid.toString()}?format=raw`, {
      headers: { accept: 'application/vnd.ipld.raw' },
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
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

/** Asks the managers in turn, from a random one on; a manager that is down or lies only costs a moment. */
export async function fetchFromAny(managers: readonly string[], cid: CID, signal?: AbortSignal): Promise<Uint8Array> {
  const first = crypto.getRandomValues(new Uint8Array(1))[0] ?? 0;
  let damaged: unknown;
  for (let i = 0; i < managers.length; i++) {
    const manager = managers[(first + i) % managers.length];
    if (manager === undefined) continue;
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
