import { AbiCoder, keccak256 } from 'ethers';
import { toHex } from '../bytes.ts';

/** Id of an entry, as the registry computes it. */
export const recordId = (entry: {
  readonly patient: string;
  readonly author: string;
  readonly folder: number;
  readonly cid: Uint8Array;
  readonly commitment: Uint8Array;
}): string => {
  const { patient, author, folder, cid, commitment } = entry;
  const types = ['address', 'address', 'uint48', 'bytes32', 'bytes32'];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [patient, author, folder, toHex(cid), toHex(commitment)]));
};

/** Head of a folder without records. */
export const NO_HEAD = `0x${'00'.repeat(20)}`;

/** Head after one more record, as the registry chains them: the first 20 bytes of keccak256(head ‖ 12 zeros ‖ id). */
export const nextHead = (head: string, id: string): string =>
  keccak256(`${head.padEnd(66, '0')}${id.slice(2)}`).slice(0, 42);

/** Head of a folder from its records, oldest first: equals the registry's when no log was withheld. */
export const headOf = (records: readonly { readonly id: string }[]): string =>
  records.reduce((head, { id }) => nextHead(head, id), NO_HEAD);
