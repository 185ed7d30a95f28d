import { Interface } from 'ethers';

/**
 * The part of `CareOrders` that the wallet and the managers call, as human-readable ABI. `test/contracts` asserts that every fragment
 * here exists, unchanged, in the compiled artifact.
 */
export const ORDERS_ABI = [
  'function orderFor(address doctor, uint8 kind, tuple(address patient, uint48 folder, bytes32 commitment, uint40 until, uint8 times, bytes32 replaces) draft, uint192 nonceKey, uint256 deadline, bytes signature) returns (bytes32)',
  'function placeFor(address patient, address doctor, uint48 folder, bytes32 commitment, uint48 where, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function fulfilFor(address by, uint8 kind, tuple(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 result) result, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function cancelFor(address doctor, address patient, uint48 folder, bytes32 commitment, uint192 nonceKey, uint256 deadline, bytes signature)',
  'function orders(bytes32 id) view returns (uint8 kind, address doctor, uint40 until, uint8 left)',
  'function placedIn(bytes32 id) view returns (uint48)',
  'function nonces(address owner, uint192 key) view returns (uint256)',
  'function multicall(bytes[] data) returns (bytes[])',
  'event Ordered(bytes32 indexed id, address indexed patient, address indexed doctor, uint8 kind, uint48 folder, uint40 until, uint8 times, bytes32 commitment)',
  'event Fulfilled(bytes32 indexed id, address indexed patient, address indexed by, uint8 left, bytes32 result)',
  'event Cancelled(bytes32 indexed id, address indexed patient, bytes32 indexed supersededBy)',
  'event Placed(bytes32 indexed id, address indexed patient, uint48 where)',
  'error NotAllowed(address by)',
  'error NoConsent(address patient, address by)',
  'error BadOrder()',
  'error NotOpen(bytes32 id)',
  'error Expired(uint256 deadline)',
  'error BadSignature(address signer)',
] as const;

export const ordersInterface = /*#__PURE__*/ new Interface(ORDERS_ABI);

/** Order and numbers of `Kind` in `contracts/interfaces/ICareOrders.sol`. */
export const OrderKind = { None: 0, Prescription: 1, Test: 2 } as const;
export type OrderKind = (typeof OrderKind)[keyof typeof OrderKind];
