import { unixfs, type UnixFSComponents } from '@helia/unixfs';
import type { CID } from 'multiformats/cid';
import { fetchFromAny } from '../../extension/adapters/storage/gateway.ts';
import { SalusError } from '../../extension/core/errors.ts';
import type { BlockSource } from '../../extension/core/storage/ports.ts';

type ReadOnlyStore = UnixFSComponents['blockstore'];

/** A block store that has nothing of its own: each block is fetched from a manager and checked against its CID. */
function gatewayStore(managers: readonly string[]): ReadOnlyStore {
  return {
    async *get(cid, options) {
      yield await fetchFromAny(managers, cid, options?.signal);
    },
    put: () => Promise.reject(new Error('this store only reads')),
    // Nothing is here before it is asked for.
    has: () => Promise.resolve(false),
  };
}

/**
 * Sealed blocks from the managers' trustless gateways, for a process without a store.
 *
 * @param managers base URLs, asked in turn
 */
export function gatewaySource(managers: readonly string[]): BlockSource {
  const files = unixfs({ blockstore: gatewayStore(managers) });
  return {
    block: (cid: CID, signal?: AbortSignal) => fetchFromAny(managers, cid, signal),
    async *file(cid: CID, signal?: AbortSignal) {
      try {
        yield* files.cat(cid, signal ? { signal } : {});
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof SalusError) throw error;
        throw new SalusError('block-damaged', 'A part of this record is not in the form it should have.');
      }
    },
  };
}
