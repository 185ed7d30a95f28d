import { toBase64, toHex } from '../bytes.ts';
import type { ProvenItem } from '../records/entry-reader.ts';
import type { HeldItem } from './proof-file.ts';

/** Bytes of an item that stand in a proof itself; what is larger stands in a file beside it. */
export const MOST_BYTES_WITHIN = 8 * 1_048_576;

/** What was read of an item, as a proof has it. @param root the commitment on the chain (hex) */
export const heldItem = ({ bytes, digest, leafSalt, leaf, path }: ProvenItem, root: string): HeldItem => ({
  ...(bytes.byteLength <= MOST_BYTES_WITHIN && { bytes: toBase64(bytes) }),
  digest: toHex(digest),
  leafSalt: toHex(leafSalt),
  leaf: toHex(leaf),
  path: path.map(({ side, hash }) => ({ side, hash: toHex(hash) })),
  root: root.toLowerCase(),
});
