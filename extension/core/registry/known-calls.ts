import { Interface } from 'ethers';
import type { Network } from '../network/descriptor.ts';
import { versionsOf } from '../network/descriptor.ts';
import type { SignedField } from '../signing/typed-data.ts';

/** Contracts of a health network that a site may have the wallet call. */
export type KnownContract = 'registry' | 'orders' | 'payments';

/**
 * Calls that the wallet can put into words, and that a site may therefore ask for. What gives or takes consent, or writes
 * records, is not among them: that goes through the `health_` methods. `test/contracts` asserts that every fragment is real.
 */
export const KNOWN_CALLS: Record<KnownContract, readonly string[]> = {
  registry: [
    'function enrol(address who, uint8 role)',
    'function suspend(address who)',
    'function restore(address who)',
    'function remove(address who)',
    'function setProfile(bytes32 digest)',
    'function setOrigin(bytes32 origin, bool ours)',
    'function clearStrikes(address who)',
  ],
  orders: [
    'function prescribe(address patient, uint48 folder, bytes32 commitment, uint40 until, uint8 fills, bytes32 replaces)',
    'function orderTest(address patient, uint48 folder, bytes32 commitment, uint40 until, bytes32 replaces)',
    'function dispense(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 receipt)',
    'function reportTest(address patient, address doctor, uint48 folder, bytes32 commitment, bytes32 report)',
    'function place(address doctor, uint48 folder, bytes32 commitment, uint48 where)',
    'function cancel(address patient, uint48 folder, bytes32 commitment)',
  ],
  payments: [
    'function payBill(address payee, bytes32 commitment)',
    'function withdrawBill(uint256 amount, bytes32 commitment)',
    'function book(address provider, uint40 startsAt, uint40 freeUntil, bytes32 commitment)',
    'function release(bytes32 id)',
    'function cancel(bytes32 id)',
    'function claim(bytes32 id)',
    'function dispute(bytes32 id)',
    'function settle(bytes32 id)',
    'function split(bytes32 id, uint96 toProvider)',
    'function setArbiter(address hospital, address arbiter)',
    'function withdraw(address to)',
  ],
};

/** What a transaction would do, as far as the wallet knows. */
export type CallMeaning =
  /** Nothing but ether. */
  | { readonly kind: 'transfer' }
  | {
      readonly kind: 'known';
      readonly contract: KnownContract;
      readonly name: string;
      readonly fields: readonly SignedField[];
    }
  /** To a contract of the network, but none of the calls a site may ask for. */
  | { readonly kind: 'forbidden' }
  | { readonly kind: 'unknown' };

const same = (a: string | undefined, b: string): boolean => a?.toLowerCase() === b.toLowerCase();

/** @param data calldata in hex. */
export function meaningOf(network: Network, to: string, data: string): CallMeaning {
  const contract = contractAt(network, to);
  if (contract === undefined) return { kind: data === '0x' ? 'transfer' : 'unknown' };
  const abi = new Interface(KNOWN_CALLS[contract]);
  const parsed = parse(abi, data);
  // Encoded again, it must be the same: bytes that nobody looks at would be signed without being shown.
  if (parsed === null || abi.encodeFunctionData(parsed.fragment, parsed.args) !== data.toLowerCase()) {
    return { kind: 'forbidden' };
  }
  const fields = parsed.fragment.inputs.map(({ name, type }, i) => ({
    path: name,
    type,
    value: String(parsed.args[i]),
  }));
  return { kind: 'known', contract, name: parsed.name, fields };
}

function contractAt(network: Network, to: string): KnownContract | undefined {
  if (versionsOf(network).some(({ registry }) => same(registry, to))) return 'registry';
  if (same(network.orders, to)) return 'orders';
  return same(network.payments, to) ? 'payments' : undefined;
}

function parse(abi: Interface, data: string) {
  try {
    return abi.parseTransaction({ data });
  } catch {
    return null;
  }
}
