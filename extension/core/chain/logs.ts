import { toOrderEvent, type OrderEvent } from '../care/order-events.ts';
import { toEvent, type RegistryEvent } from './events.ts';
import { LogWindows, type AskNode } from './log-windows.ts';

/** What a follower of a health network is told of. */
export type ChainEvent = RegistryEvent | OrderEvent;

/** Reads what happened in registries, and in the orders of a network: each contract has its own events, whatever a log looks like. */
export class LogReader extends LogWindows<ChainEvent> {
  /** @param orders address of the network's care orders, where it has them */
  constructor(ask: AskNode, registries: readonly string[], orders?: string) {
    const isOrders = (address: string) => address === orders?.toLowerCase();
    super(ask, orders === undefined ? registries : [...registries, orders], (log) => {
      const event = toEvent(log) ?? toOrderEvent(log);
      if (event === undefined) return undefined;
      return isOrders(event.registry) === isOrderEvent(event) ? event : undefined;
    });
  }
}

const ORDER_EVENTS: readonly string[] = [
  'ordered',
  'fulfilled',
  'order-cancelled',
  'order-placed',
] satisfies OrderEvent['kind'][];
export const isOrderEvent = (event: ChainEvent): event is OrderEvent => ORDER_EVENTS.includes(event.kind);
