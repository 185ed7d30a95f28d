import type { ChainNode } from '../chain/node.ts';
import type { Network } from '../network/descriptor.ts';
import { ContractClient } from '../registry/contract-client.ts';
import { paymentsInterface, type AppointmentState, type BillState } from './payments-abi.ts';

/** An appointment as the chain has it. */
export interface Booking {
  readonly patient: string;
  readonly provider: string;
  /** What is held for it. */
  readonly wei: bigint;
  /** Unix seconds. */
  readonly startsAt: number;
  /** Last Unix second of the state's term: of free cancelling, of disputing, of arbitration. */
  readonly deadline: number;
  readonly state: AppointmentState;
}

/** Asks the payments of a network. */
export class PaymentsClient extends ContractClient {
  /** @param address of the contract */
  constructor(network: Network, address: string, nodes: readonly [ChainNode, ...ChainNode[]]) {
    super(network, address, paymentsInterface, nodes);
  }

  /** How a bill stands; one that nobody knows of is open. */
  async bill(id: string): Promise<BillState> {
    return Number(await this.view<bigint>('bills', id)) as BillState;
  }

  /** Wei that somebody is owed. */
  owed(who: string): Promise<bigint> {
    return this.view<bigint>('balanceOf', who);
  }

  /** How an appointment stands; one that nobody booked has the state `None`. */
  async appointment(id: string): Promise<Booking> {
    const a = await this.view<AppointmentAnswer>('appointments', id);
    return {
      patient: a.patient,
      provider: a.provider,
      wei: a.fee,
      startsAt: Number(a.startsAt),
      deadline: Number(a.deadline),
      state: Number(a.state) as AppointmentState,
    };
  }

  /** Who divides the disputed fees of a hospital and its staff; the zero address for nobody. */
  arbiterOf(hospital: string): Promise<string> {
    return this.view<string>('arbiterOf', hospital);
  }
}

interface AppointmentAnswer extends Record<'fee' | 'startsAt' | 'deadline' | 'state', bigint> {
  readonly patient: string;
  readonly provider: string;
}
