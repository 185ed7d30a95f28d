import type { MessageBoxPort, StoragePort } from '../../core/wallet/ports.ts';
import { LANE, MESSAGES_LANE, openLane } from '../messaging/lane.ts';

const PAGE = 'offscreen.html';

/** The part of a service worker's global scope that is used here. */
interface WorkerScope {
  readonly clients: {
    matchAll(options: {
      includeUncontrolled: boolean;
      type: 'all';
    }): Promise<{ readonly url: string; postMessage(message: unknown, transfer: Transferable[]): void }[]>;
  };
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
}
const scope = globalThis as unknown as WorkerScope;

let creating: Promise<void> | undefined;
/** How often it had to be opened: lanes into an earlier one lead nowhere. */
let openings = 0;

/** Whose data it is to keep: that of the network in use. */
let place = '';

/** Opens the offscreen document if it is not open; one for another network is closed. @returns which opening it is */
async function ensureOffscreen(): Promise<number> {
  const url = place === '' ? PAGE : `${PAGE}?place=${encodeURIComponent(place)}`;
  const [open] = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'] });
  if (open?.documentUrl === chrome.runtime.getURL(url)) return openings;
  if (open !== undefined && creating === undefined) await chrome.offscreen.closeDocument();
  creating ??= chrome.offscreen
    .createDocument({
      url,
      reasons: ['WORKERS'],
      justification: 'Keeps and seals health records where work may outlive the service worker.',
    })
    .finally(() => {
      creating = undefined;
      openings++;
    });
  await creating;
  return openings;
}

async function handOver(name: string, port: MessagePort): Promise<void> {
  await ensureOffscreen();
  const clients = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  const host = clients.find((c) => new URL(c.url).pathname === `/${PAGE}`);
  if (host === undefined) throw new Error('the offscreen document is not there');
  host.postMessage(name, [port]);
}

/** Passes ports that the wallet's own pages send to the storage host. To be called at the top level of the worker. */
export function brokerLanes(): void {
  scope.addEventListener('message', ({ data, ports }) => {
    const [port] = ports;
    if (data === LANE && port !== undefined) void handOver(LANE, port);
  });
}

/** One of the services of the offscreen document, as the service worker calls it. Opened when needed, and again if it was lost. */
function offscreenService<T extends object>(name: string, prepare: (service: T) => Promise<void>): T {
  let lane: Promise<T> | undefined;
  let into: number | undefined;
  const connect = async (): Promise<T> => {
    const { port1, port2 } = new MessageChannel();
    await handOver(name, port2);
    const opened = openLane<T>(port1) as T;
    await prepare(opened);
    return opened;
  };
  return new Proxy({} as T, {
    get: (_, method) =>
      method === 'then'
        ? undefined
        : async (...args: unknown[]) => {
            const opening = await ensureOffscreen();
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

/** The storage host. @param where whose data it is to keep from now on: a network's key, or empty for the build's own */
export function offscreenStorage(managers: readonly string[], where: string): StoragePort {
  place = where;
  return offscreenService<StoragePort>(LANE, (storage) => storage.setManagers(managers));
}

/** The message box. */
export const offscreenMessages = (): MessageBoxPort =>
  offscreenService<MessageBoxPort>(MESSAGES_LANE, () => Promise.resolve());
