import { createHash } from 'node:crypto';
import { CID } from 'multiformats/cid';

/** Multicodec codes of the blocks a manager keeps. */
export const RAW = 0x55;
export const DAG_PB = 0x70;
export const DAG_CBOR = 0x71;

/** Multihash code of what is the bytes themselves. */
export const IDENTITY = 0x00;
const SHA2_256 = 0x12;
const KEPT = new Set<number>([RAW, DAG_PB, DAG_CBOR]);

/** Whether a manager can hold the block of this CID: raw, dag-pb or dag-cbor under SHA2-256. */
export function isKept(cid: CID): boolean {
  return KEPT.has(cid.code) && cid.multihash.code === SHA2_256 && cid.multihash.digest.length === 32;
}

/** Whether `bytes` are what `cid` names; false for any hash but SHA2-256. */
export function matches(cid: CID, bytes: Uint8Array): boolean {
  return cid.multihash.code === SHA2_256 && createHash('sha256').update(bytes).digest().equals(cid.multihash.digest);
}

/** Reads a CID from its text (base32 or base58btc); undefined when it is none. */
export function parseCid(text: string): CID | undefined {
  try {
    return CID.parse(text);
  } catch {
    return undefined;
  }
}
