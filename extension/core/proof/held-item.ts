import { toBase64, toHex } from '../bytes.ts';
import type { ProvenItem } from '../records/entry-reader.ts';
import { MOST_BYTES_WITHIN } from './limits.ts';
import type { HeldItem } from './proof-file.ts';

/** What was read of an item, as a proof has it. @param root the commitment on the chain (hex) */
export const heldItem = ({ bytes, digest, leafSalt, leaf, path }: ProvenItem, root: string): HeldItem => ({
  ...(bytes.byteLength <= MOST_BYTES_WITHIN && { bytes: toBase64(bytes) }),
  digest: toHex(digest),
  leafSalt: toHex(leafSalt),
  leaf: toHex(leaf),
  path: path.map(({ side, hash }) => ({ side, hash: toHex(hash) })),
  root: root.toLowerCase(),
});
