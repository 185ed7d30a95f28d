import { toEvent, type RegistryEvent } from './events.ts';
import { LogWindows, type AskNode } from './log-windows.ts';

/** Reads what happened in registries. */
export class LogReader extends LogWindows<RegistryEvent> {
  constructor(ask: AskNode, registries: readonly string[]) {
    super(ask, registries, toEvent);
  }
}
