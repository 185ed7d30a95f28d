import * as dagCbor from '@ipld/dag-cbor';
import { varint } from 'multiformats';
import type { CID } from 'multiformats/cid';

/** Header of a CARv1 with one root. */
export function encodeCarHeader(root: CID): Uint8Array {
  return withLength([dagCbor.encode({ version: 1, roots: [root] })]);
}

/** Section of a CARv1 that holds one block. */
export function encodeCarBlock(cid: CID, bytes: Uint8Array): Uint8Array {
  return withLength([cid.bytes, bytes]);
}

function withLength(parts: Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const prefix = varint.encodeTo(length, new Uint8Array(varint.encodingLength(length)));
  return Buffer.concat([prefix, ...parts]);
}
