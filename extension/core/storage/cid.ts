import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { equal, sha256, type Bytes } from '../bytes.ts';

const SHA2_256 = 0x12;
export const RAW = 0x55;
export const DAG_PB = 0x70;
export const DAG_CBOR = dagCbor.code;

/** CIDv1 with SHA-256 of `bytes`, hashed by the platform. */
export async function cidOf(codec: number, bytes: Uint8Array): Promise<CID> {
  return CID.createV1(codec, Digest.create(SHA2_256, await sha256(bytes)));
}

/** The CID of a dag-cbor object from the digest that the chain holds. */
export const cidFromDigest = (digest: Uint8Array): CID => CID.createV1(DAG_CBOR, Digest.create(SHA2_256, digest));

/** The 32-byte digest inside a CID, as the chain stores it. */
export const digestOf = (cid: CID): Bytes => Uint8Array.from(cid.multihash.digest);

/** Whether `bytes` are what `cid` names. */
export async function matches(cid: CID, bytes: Uint8Array): Promise<boolean> {
  return cid.multihash.code === SHA2_256 && equal(await sha256(bytes), cid.multihash.digest);
}
