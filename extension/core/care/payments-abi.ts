import { AbiCoder, Interface, keccak256 } from 'ethers';

/** The part of `HealthPayments` that the wallet calls by itself. `test/contracts` asserts that it is in the compiled artifact. */
export const PAYMENTS_ABI = [
  'function payBill(address payee, bytes32 commitment) payable returns (bytes32)',
  'function withdrawBill(uint256 amount, bytes32 commitment)',
  'function withdraw(address to)',
  'function book(address provider, uint40 startsAt, uint40 freeUntil, bytes32 commitment) payable returns (bytes32)',
  'function release(bytes32 id)',
  'function cancel(bytes32 id)',
  'function claim(bytes32 id)',
  'function dispute(bytes32 id)',
  'function settle(bytes32 id)',
  'function split(bytes32 id, uint96 toProvider)',
  'function bills(bytes32 id) view returns (uint8)',
  'function appointments(bytes32 id) view returns (address patient, uint96 fee, address provider, uint40 startsAt, uint40 deadline, uint8 state)',
  'function arbiterOf(address hospital) view returns (address)',
  'function balanceOf(address who) view returns (uint256)',
] as const;

export const paymentsInterface = /*#__PURE__*/ new Interface(PAYMENTS_ABI);

/** Order and numbers of `Bill` in `contracts/interfaces/IHealthPayments.sol`. */
export const BillState = { Open: 0, Paid: 1, Withdrawn: 2 } as const;
export type BillState = (typeof BillState)[keyof typeof BillState];

/** What tells a bill from every other: who is owed, how much (wei), and the commitment (0x hex) of the entry that it is in. */
export interface BillPlace {
  readonly payee: string;
  readonly wei: bigint;
  readonly commitment: string;
}

/** Id that the contract gives a bill: keccak256 of its ABI-encoded place, 0x hex. */
export const billId = ({ payee, wei, commitment }: BillPlace): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256', 'bytes32'], [payee, wei, commitment]));

/** Order and numbers of `State` in `contracts/interfaces/IHealthPayments.sol`. */
export const AppointmentState = {
  None: 0,
  Booked: 1,
  ProviderClaims: 2,
  PatientClaims: 3,
  Disputed: 4,
  Settled: 5,
} as const;
export type AppointmentState = (typeof AppointmentState)[keyof typeof AppointmentState];

/** What tells an appointment from every other; `commitment` (0x hex) is of the entry that its offer is in. */
export interface AppointmentPlace {
  readonly patient: string;
  readonly provider: string;
  readonly commitment: string;
}

/** Id that the contract gives an appointment: keccak256 of its ABI-encoded place, 0x hex. */
export const appointmentId = ({ patient, provider, commitment }: AppointmentPlace): string =>
  keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'address', 'bytes32'], [patient, provider, commitment]));
