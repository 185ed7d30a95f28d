import * as v from 'valibot';
import type { Runtime } from 'webextension-polyfill';
import { browser } from '../../adapters/browser/api.ts';
import { awakeWhile } from '../../adapters/browser/awake.ts';
import { packError } from '../../adapters/messaging/lane.ts';
import { brokerLanes } from '../../adapters/storage/offscreen.ts';
import { callUiApi } from '../../rpc/ui-api.ts';
import { compose, type Background } from './compose.ts';
import { servePage } from './provider-port.ts';

const SYNC_ALARM = 'sync';

const isOurs = (url: string | undefined): boolean => url?.startsWith(browser.runtime.getURL('/')) ?? false;

/** A file as the wallet's own pages hand it over in Firefox, whose messages carry Files; in Chromium it goes over a lane. */
const FileMessageSchema = v.object({ to: v.literal('storage'), file: v.instance(File) });

/** What one of the wallet's own pages asks. @returns undefined for a message that is not for the background */
function answerOf(message: unknown, ready: Promise<Background>): Promise<unknown> | undefined {
  const { to, method, args } = (message ?? {}) as { to?: unknown; method?: unknown; args?: unknown };
  if (to === 'background') return ready.then(({ ui }) => callUiApi(ui, String(method), args));
  const handedOver = import.meta.env.FIREFOX ? v.safeParse(FileMessageSchema, message) : undefined;
  if (!handedOver?.success) return undefined;
  const { file } = handedOver.output;
  return ready.then(({ storage }) => storage.stage(file, file.name, file.name));
}

/**
 * Registers every listener at once, before anything is awaited: a worker that is woken by an event must already be listening.
 * What they do waits for `ready`.
 */
export function startBackground(): void {
  const ready: Promise<Background> = compose();
  const withBackground = (work: (background: Background) => Promise<unknown>): void => {
    awakeWhile(ready.then(work)).catch(() => undefined); // shows in the wallet's status; nobody waits for it
  };

  if (!import.meta.env.FIREFOX) brokerLanes();

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'provider') servePage(port, ready);
  });

  browser.runtime.onMessage.addListener((message: unknown, sender: Runtime.MessageSender) => {
    const answer = isOurs(sender.url) ? answerOf(message, ready) : undefined;
    if (answer === undefined) return undefined;
    return awakeWhile(answer)
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
