import type { CID } from 'multiformats/cid';
import { matches } from './cid.ts';
import { ManagerError } from '../errors.ts';

/**
 * The blocks of uploads, wherever they are. Two CIDs that differ only in codec name one block. What is not on a disk of this machine
 * throws ManagerError `storage-unavailable` where it does not answer as it should.
 */
export interface Blocks {
  /**
   * Stores a block whose bytes the caller has verified. A good copy is left alone, a damaged one replaced.
   * Durable only after {@link keep}.
   * @throws ManagerError `storage-full`
   */
  put(cid: CID, bytes: Uint8Array): Promise<void>;
  /**
   * Reads a block and checks it against its hash.
   *
   * @returns the bytes, or undefined when the block is not here
   * @throws ManagerError `corrupt` when what is here is not what the CID names
   */
  get(cid: CID): Promise<Uint8Array | undefined>;
  /**
   * Waits until these blocks survive a power cut, and nothing below `roots` is deleted any more by who has them.
   * @param roots all below them was put, or is here
   * @param cids what was put
   * @throws ManagerError `incomplete` where something below a root is not here after all
   */
  keep(roots: readonly CID[], cids: readonly CID[]): Promise<void>;
  /** What is below a root need not be kept any more; nothing happens to one that is not kept. */
  release(root: CID): Promise<void>;
  /** Bytes that may still be written. */
  freeBytes(): Promise<number>;
}

/** A block as it was read, checked against its hash. @throws ManagerError `corrupt` */
export function verified(cid: CID, bytes: Uint8Array | undefined): Uint8Array | undefined {
  if (bytes && !matches(cid, bytes)) {
    throw new ManagerError(
      'corrupt',
      'The stored block is damaged. Fetch it elsewhere; its owner can upload it again.',
    );
  }
  return bytes;
}
