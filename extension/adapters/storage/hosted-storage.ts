import type { StoragePort } from '../../core/wallet/ports.ts';
import { LANE, openLane } from '../messaging/lane.ts';
import type { LaneHost } from '../messaging/lane-host.ts';

/** The storage host, as the background calls it. Opens it when needed, and again if it was lost. */
export function hostedStorage(host: LaneHost, managers: readonly string[]): StoragePort {
  let lane: Promise<StoragePort> | undefined;
  const connect = async (): Promise<StoragePort> => {
    const { port1, port2 } = new MessageChannel();
    await host.connect(LANE, port2);
    const opened = openLane<StoragePort>(port1) as unknown as StoragePort;
    await opened.setManagers(managers);
    return opened;
  };
  return new Proxy({} as StoragePort, {
    get: (_, method) =>
      method === 'then'
        ? undefined
        : async (...args: unknown[]) => {
            if (await host.open()) lane = undefined;
            lane ??= connect().catch((error: unknown) => {
              lane = undefined;
              throw error;
            });
            const calls = (await lane) as unknown as Record<string, (...values: unknown[]) => Promise<unknown>>;
            return calls[String(method)]?.(...args);
          },
  });
}
