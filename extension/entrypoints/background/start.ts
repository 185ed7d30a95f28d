import type { Runtime } from 'webextension-polyfill';
import { browser } from '../../adapters/browser/api.ts';
import { packError } from '../../adapters/messaging/lane.ts';
import { brokerLanes } from '../../adapters/storage/offscreen.ts';
import { callUiApi } from '../../rpc/ui-api.ts';
import { compose, type Background } from './compose.ts';
import { servePage } from './provider-port.ts';

const SYNC_ALARM = 'sync';

const isOurs = (url: string | undefined): boolean => url?.startsWith(browser.runtime.getURL('/')) ?? false;

/**
 * Registers every listener at once, before anything is awaited: a worker that is woken by an event must already be listening.
 * What they do waits for `ready`.
 */
export function startBackground(): void {
  const ready: Promise<Background> = compose();
  const withBackground = (work: (background: Background) => Promise<unknown>): void => {
    ready.then(work).catch(() => undefined); // shows in the wallet's status; nobody waits for it
  };

  brokerLanes();

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'provider') servePage(port, ready);
  });

  browser.runtime.onMessage.addListener((message: unknown, sender: Runtime.MessageSender) => {
    const { to, method, args } = (message ?? {}) as { to?: unknown; method?: unknown; args?: unknown };
    if (to !== 'background' || !isOurs(sender.url)) return undefined;
    return ready
      .then(({ ui }) => callUiApi(ui, String(method), args))
      .then((result) => ({ result }))
      .catch((error: unknown) => ({ error: packError(error) }));
  });

  browser.windows.onRemoved.addListener((windowId) => {
    withBackground(({ approvals }) => approvals.windowClosed(windowId));
  });

  browser.alarms.onAlarm.addListener(({ name }) => {
    if (name !== SYNC_ALARM) return;
    withBackground(async ({ wallet, approvals }) => {
      await wallet.enforceDeadline();
      await approvals.expire();
      if (await wallet.isUnlocked()) await wallet.sync();
    });
  });

  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void browser.tabs.create({ url: browser.runtime.getURL('/app.html') });
  });

  withBackground(async ({ wallet }) => {
    await browser.alarms.create(SYNC_ALARM, { periodInMinutes: 0.5 });
    await wallet.enforceDeadline();
  });
}
