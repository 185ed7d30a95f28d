import type { Runtime } from 'webextension-polyfill';
import { browser } from '../../adapters/browser/api.ts';
import { packError } from '../../adapters/messaging/lane.ts';
import { brokerLanes } from '../../adapters/storage/offscreen.ts';
import { callUiApi } from '../../rpc/ui-api.ts';
import { compose, type Background } from './compose.ts';
import { notifyEveryone, notifySite, notifyUi } from './events.ts';
import { servePage } from './provider-port.ts';

const SYNC_ALARM = 'sync';

const isOurs = (url: string | undefined): boolean => url?.startsWith(browser.runtime.getURL('/')) ?? false;

/**
 * From one network to another: what waits is rejected, the account's kind goes along, and pages are told. Sites were connected in
 * the network they asked in.
 */
async function goOver(from: Promise<Background>, begin: () => Promise<Background>): Promise<Background> {
  const before = await from;
  await before.approvals.rejectAll();
  const left = await before.wallet.session().then(({ state }) => state.read());
  const after = await begin();
  const { state } = await after.wallet.session();
  await state.update((s) => ({ ...s, kind: left.kind, wordsConfirmed: left.wordsConfirmed || s.wordsConfirmed }));
  before.wallet.dispose();
  await notifyEveryone('chainChanged', after.server.chainId);
  for (const { origin } of left.sites) await notifySite(origin, 'accountsChanged', await after.server.accounts(origin));
  notifyUi();
  void after.wallet.sync();
  return after;
}

/**
 * Registers every listener at once, before anything is awaited: a worker that is woken by an event must already be listening.
 * What they do waits for `ready`.
 */
export function startBackground(): void {
  let ready: Promise<Background> = compose(changeNetwork);
  const withBackground = (work: (background: Background) => Promise<unknown>): void => {
    ready.then(work).catch(() => undefined); // shows in the wallet's status; nobody waits for it
  };

  /** Begins anew with the network that was chosen. What waited was asked of the other one. */
  function changeNetwork(): void {
    const before = ready;
    ready = goOver(before, () => compose(changeNetwork));
  }

  brokerLanes();

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'provider') servePage(port, () => ready);
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
