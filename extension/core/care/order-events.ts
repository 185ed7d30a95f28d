import * as v from 'valibot';
import { LogSchema } from '../chain/answers.ts';
import type { Place } from '../chain/events.ts';
import { OrderKind, ordersInterface } from './orders-abi.ts';

/** A doctor ordered something. Commitments and ids are 0x hex. */
export interface Ordered extends Place {
  readonly kind: 'ordered';
  readonly id: string;
  readonly patient: string;
  readonly doctor: string;
  readonly order: OrderKind;
  readonly folder: number;
  readonly until: number;
  readonly times: number;
  readonly commitment: string;
}

/** Somebody carried an order out, its doctor took it back, or its patient placed it. */
export interface OrderChanged extends Place {
  readonly kind: 'fulfilled' | 'order-cancelled' | 'order-placed';
  readonly id: string;
  readonly patient: string;
  /** Of one that was carried out. */
  readonly by?: string;
  readonly result?: string;
  /** How often it still can be. */
  readonly left?: number;
  /** Of one that was taken back: the order that took its place. */
  readonly supersededBy?: string;
  /** Of one that was placed: the folder; 0 for its own. */
  readonly where?: number;
}

export type OrderEvent = Ordered | OrderChanged;

/** Topic of one of the events of `CareOrders`. */
export const orderTopicOf = (event: string): string => ordersInterface.getEvent(event)?.topicHash ?? '';

const isKind = (kind: number): kind is OrderKind => kind === OrderKind.Prescription || kind === OrderKind.Test;
const nonZero = (hex: string): string | undefined => (/^0x0*$/.test(hex) ? undefined : hex);

/** The event that a node's answer holds, or undefined for one that is in no form the contract has: it spoils no other. */
export function toOrderEvent(answer: unknown): OrderEvent | undefined {
  const parsed = v.safeParse(LogSchema, answer);
  if (!parsed.success || parsed.output.removed) return undefined;
  const { address, topics, data, blockNumber, blockHash, logIndex, transactionHash } = parsed.output;
  const place = { registry: address, block: blockNumber, blockHash, index: logIndex, transaction: transactionHash };
  try {
    const log = ordersInterface.parseLog({ topics, data });
    if (log === null) return undefined;
    const a = log.args;
    const of = { ...place, id: String(a['id']), patient: String(a['patient']) };
    switch (log.name) {
      case 'Ordered': {
        const order = Number(a['kind']);
        if (!isKind(order)) return undefined;
        return {
          ...of,
          kind: 'ordered',
          order,
          doctor: String(a['doctor']),
          folder: Number(a['folder']),
          until: Number(a['until']),
          times: Number(a['times']),
          commitment: String(a['commitment']),
        };
      }
      case 'Fulfilled': {
        const [by, result, left] = [String(a['by']), String(a['result']), Number(a['left'])];
        return { ...of, kind: 'fulfilled', by, result, left };
      }
      case 'Cancelled': {
        const supersededBy = nonZero(String(a['supersededBy']));
        return { ...of, kind: 'order-cancelled', ...(supersededBy !== undefined && { supersededBy }) };
      }
      case 'Placed':
        return { ...of, kind: 'order-placed', where: Number(a['where']) };
      default:
        return undefined;
    }
  } catch {
    return undefined; // topics and data that do not fit together
  }
}
