import type { Network } from '../core/network/descriptor.ts';
import type { MessageBoxPort, StoragePort } from '../core/wallet/ports.ts';
import type { LaneHost } from './messaging/lane-host.ts';
import { LANE, MESSAGES_LANE, openLane } from './messaging/lane.ts';

/** One of the host's services, as the background calls it. Opened when needed, and again if it was lost. */
function hosted<T extends object>(host: LaneHost, name: string, prepare: (service: T) => Promise<void>): T {
  let lane: Promise<T> | undefined;
  let into: number | undefined;
  const connect = async (): Promise<T> => {
    const { port1, port2 } = new MessageChannel();
    await host.connect(name, port2);
    const opened = openLane<T>(port1) as T;
    await prepare(opened);
    return opened;
  };
  return new Proxy({} as T, {
    get: (_, method) =>
      method === 'then'
        ? undefined
        : async (...args: unknown[]) => {
            const opening = await host.open();
            if (opening !== into) lane = undefined;
            into = opening;
            lane ??= connect().catch((error: unknown) => {
              lane = undefined;
              throw error;
            });
            const calls = (await lane) as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
            return calls[String(method)]?.(...args);
          },
  });
}

export const hostedStorage = (host: LaneHost, { managers, durableAt }: Network): StoragePort =>
  hosted<StoragePort>(host, LANE, (storage) => storage.setManagers(managers, durableAt));

export const hostedMessages = (host: LaneHost): MessageBoxPort =>
  hosted<MessageBoxPort>(host, MESSAGES_LANE, () => Promise.resolve());
