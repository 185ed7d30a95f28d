import { AbiCoder, keccak256 } from 'ethers';
import type { OrderPlace } from './signed-orders.ts';

/** Id that the contract gives an order: keccak256 of its ABI-encoded place, 0x hex. */
export const orderId = ({ patient, doctor, folder, commitment }: OrderPlace): string =>
  keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ['address', 'address', 'uint48', 'bytes32'],
      [patient, doctor, folder, commitment],
    ),
  );
