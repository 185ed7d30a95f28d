import { STORAGE_CHANNEL } from '../messaging/channel.ts';
import type { ChannelHost } from '../messaging/channel-host.ts';

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
/** How often it had to be opened: channels into an earlier one lead nowhere. */
let openings = 0;

/** Whose data it is to keep: that of the network in use. */
let place = '';

let looking: Promise<number> | undefined;

/**
 * Opens the offscreen document if it is not open; one for another network is closed. Calls that are made together share one look,
 * which is a question to the browser. @returns which opening it is
 */
function ensureOffscreen(): Promise<number> {
  if (looking !== undefined) return looking;
  const look = lookForOffscreen().finally(() => {
    if (looking === look) looking = undefined;
  });
  looking = look;
  return look;
}

async function lookForOffscreen(): Promise<number> {
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

async function handOver(channel: string, port: MessagePort): Promise<void> {
  await ensureOffscreen();
  const clients = await scope.clients.matchAll({ includeUncontrolled: true, type: 'all' });
  const host = clients.find((c) => new URL(c.url).pathname === `/${PAGE}`);
  if (host === undefined) throw new Error('the offscreen document is not there');
  host.postMessage(channel, [port]);
}

/**
 * Passes ports that the wallet's own pages send to the storage host. To be called at the top level of the worker.
 * @param ready settles once it is known whose data the host is to keep
 */
export function brokerChannels(ready: () => Promise<unknown>): void {
  scope.addEventListener('message', ({ data, ports }) => {
    const [port] = ports;
    if (data === STORAGE_CHANNEL && port !== undefined) void ready().then(() => handOver(STORAGE_CHANNEL, port));
  });
}

/** Chromium's host: a document of its own, since the service worker dies after 30 s in the middle of its work. */
export const offscreenHost: ChannelHost = {
  keepFor(where) {
    if (where !== place) looking = undefined;
    place = where;
  },
  open: ensureOffscreen,
  connect: handOver,
  async close() {
    looking = undefined;
    await chrome.offscreen.closeDocument().catch(() => undefined); // it was not open
  },
};
