import { LANE } from '../messaging/lane.ts';
import type { LaneHost } from '../messaging/lane-host.ts';

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

/** Opens the offscreen document if it is not open. @returns whether it had to be opened */
async function ensureOffscreen(): Promise<boolean> {
  const documentUrls = [chrome.runtime.getURL(PAGE)];
  const open = await chrome.runtime.getContexts({ contextTypes: ['OFFSCREEN_DOCUMENT'], documentUrls });
  if (open.length > 0) return false;
  creating ??= chrome.offscreen
    .createDocument({
      url: PAGE,
      reasons: ['WORKERS'],
      justification: 'Keeps and seals health records where work may outlive the service worker.',
    })
    .finally(() => (creating = undefined));
  await creating;
  return true;
}

async function handOver(lane: string, port: MessagePort): Promise<void> {
  await ensureOffscreen();
  const clients = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  const host = clients.find((c) => new URL(c.url).pathname === `/${PAGE}`);
  if (host === undefined) throw new Error('the offscreen document is not there');
  host.postMessage(lane, [port]);
}

/** Passes ports that the wallet's own pages send to the storage host. To be called at the top level of the worker. */
export function brokerLanes(): void {
  scope.addEventListener('message', ({ data, ports }) => {
    const [port] = ports;
    if (data === LANE && port !== undefined) void handOver(LANE, port);
  });
}

/** Chromium's host: a document of its own, since the service worker dies after 30 s in the middle of its work. */
export const offscreenHost: LaneHost = { open: ensureOffscreen, connect: handOver };
