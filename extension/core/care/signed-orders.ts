import { ZeroHash, type TypedDataDomain } from 'ethers';
import { signCall, type Signing } from '../registry/signed-calls.ts';
import {
  CANCEL_ORDER_TYPES,
  FULFIL_TYPES,
  ORDER_TYPES,
  ordersDomain,
  PLACE_ORDER_TYPES,
} from '../registry/typed-data.ts';
import { ordersInterface, type OrderKind } from './orders-abi.ts';

/** What is ordered. Commitments are 0x hex. */
export interface Draft {
  readonly kind: OrderKind;
  readonly patient: string;
  readonly folder: number;
  /** Of the entry that holds the MedicationRequest or ServiceRequest, and nothing else. */
  readonly commitment: string;
  /** First Unix second at which it can no longer be carried out. */
  readonly until: number;
  readonly times: number;
  /** Commitment of an own order of the same folder that it supersedes. */
  readonly replaces?: string | undefined;
}

/** What tells an order from every other. */
export interface OrderPlace {
  readonly patient: string;
  readonly doctor: string;
  readonly folder: number;
  readonly commitment: string;
}

/** Nonce keys: acts of different kinds do not wait for one another. */
const NonceKey = { Order: 0n, Place: 1n, Fulfil: 2n, Cancel: 3n } as const;

/** Makes the calldata of the `…For` calls of `CareOrders`, as `SignedCalls` does of the registry's. */
export class SignedOrders {
  readonly #signing: Signing;
  readonly #domain: TypedDataDomain;

  constructor(signing: Signing) {
    const { network, address } = signing.client;
    this.#signing = signing;
    this.#domain = ordersDomain(network.chainId, address);
  }

  order({ kind, replaces = ZeroHash, ...rest }: Draft): Promise<string> {
    const draft = { ...rest, replaces };
    return this.#call('orderFor', ORDER_TYPES, NonceKey.Order, { kind, ...draft }, [kind, draft]);
  }

  /** @param where folder whose consent counts from then on; 0 for the order's own */
  place({ doctor, folder, commitment }: OrderPlace, where: number): Promise<string> {
    const message = { doctor, folder, commitment, where };
    return this.#call('placeFor', PLACE_ORDER_TYPES, NonceKey.Place, message, [doctor, folder, commitment, where]);
  }

  /** @param result commitment of the entry that holds the MedicationDispense or DiagnosticReport */
  fulfil(kind: OrderKind, { patient, doctor, folder, commitment }: OrderPlace, result: string): Promise<string> {
    const of = { patient, doctor, folder, commitment, result };
    return this.#call('fulfilFor', FULFIL_TYPES, NonceKey.Fulfil, { kind, ...of }, [kind, of]);
  }

  cancel({ patient, folder, commitment }: OrderPlace): Promise<string> {
    const message = { patient, folder, commitment };
    return this.#call('cancelFor', CANCEL_ORDER_TYPES, NonceKey.Cancel, message, [patient, folder, commitment]);
  }

  #call(
    name: string,
    types: typeof ORDER_TYPES,
    nonceKey: bigint,
    message: Record<string, unknown>,
    args: readonly unknown[],
  ): Promise<string> {
    const all = [this.#signing.address, ...args];
    return signCall(this.#signing, this.#domain, ordersInterface, { types, nonceKey, message, name, args: all });
  }
}
