import * as v from 'valibot';
import type { Runtime } from 'webextension-polyfill';
import { browser } from '../../adapters/browser/api.ts';
import { tellAlarms } from '../../adapters/browser/alarms.ts';
import { awakeWhile } from '../../adapters/browser/awake.ts';
import { beginRemoval, finishRemoval } from '../../adapters/browser/removal.ts';
import { closeStorageToPages } from '../../adapters/browser/stores.ts';
import { packError } from '../../adapters/messaging/channel.ts';
import { brokerChannels } from '../../adapters/storage/offscreen.ts';
import { callUiApi } from '../../rpc/ui-api.ts';
import { compose, type Background } from './compose.ts';
import { notifySite, notifyUi } from './events.ts';
import { servePage } from './provider-port.ts';

const SYNC_ALARM = 'sync';

const isOurs = (url: string | undefined): boolean => url?.startsWith(browser.runtime.getURL('/')) ?? false;

/** A file as the wallet's own pages hand it over in Firefox, whose messages carry Files; in Chromium it goes over a channel. */
const FileMessageSchema = v.object({ to: v.literal('storage'), file: v.instance(File), job: v.optional(v.string()) });
/** What they read of an entry that was opened for them, in the same way. */
const ReadMessageSchema = v.union([
  v.strictObject({ to: v.literal('storage'), next: v.string() }),
  v.strictObject({ to: v.literal('storage'), close: v.string() }),
]);

/** What one of the wallet's own pages asks. @returns undefined for a message that is not for the background */
function answerOf(message: unknown, ready: Promise<Background>): Promise<unknown> | undefined {
  const { to, method, args } = (message ?? {}) as { to?: unknown; method?: unknown; args?: unknown };
  if (to === 'background') return ready.then(({ ui }) => callUiApi(ui, String(method), args));
  return import.meta.env.FIREFOX && to === 'storage' ? hostAnswer(message, ready) : undefined;
}

function hostAnswer(message: unknown, ready: Promise<Background>): Promise<unknown> | undefined {
  const reading = v.safeParse(ReadMessageSchema, message);
  if (reading.success) {
    const asked = reading.output;
    return ready.then(({ storage }): Promise<unknown> =>
      'next' in asked ? storage.nextParts(asked.next) : storage.closeItems(asked.close),
    );
  }
  const handedOver = v.safeParse(FileMessageSchema, message);
  if (!handedOver.success) return undefined;
  const { file, job } = handedOver.output;
  return ready.then(({ storage }) => storage.stage(file, file.name, file.name, { job }));
}

/**
 * From one network to another: what waits is rejected, the account's kind goes along, and sites are told. Sites were connected in
 * the network they asked in: those of the one left lose the account, those of the other have it again. No other page learns of it.
 */
async function goOver(from: Promise<Background>, begin: () => Promise<Background>): Promise<Background> {
  const before = await from;
  await before.approvals.end();
  const left = await before.wallet.session().then(({ state }) => state.read());
  const after = await begin();
  const { state } = await after.wallet.session();
  const entered = await state.update((s) => ({
    ...s,
    kind: left.kind,
    wordsConfirmed: left.wordsConfirmed || s.wordsConfirmed,
  }));
  const origins = [...new Set([...left.sites, ...entered.sites].map(({ origin }) => origin))];
  const seen = await Promise.all(origins.map((origin) => before.server.chainIdFor(origin)));
  before.wallet.dispose();
  for (const [i, origin] of origins.entries()) {
    const chainId = await after.server.chainIdFor(origin);
    if (chainId !== seen[i]) await notifySite(origin, 'chainChanged', chainId);
    await notifySite(origin, 'accountsChanged', await after.server.accounts(origin));
  }
  notifyUi();
  void after.wallet.sync();
  return after;
}

/**
 * Registers every listener at once, before anything is awaited: a worker that is woken by an event must already be listening.
 * What they do waits for `ready`.
 */
export function startBackground(): void {
  const anew = { onNetwork: changeNetwork, remove };
  /** What was being removed when the browser was closed comes before everything. */
  const begin = () => finishRemoval().then(() => compose(anew));
  let ready: Promise<Background> = begin();
  const withBackground = (work: (background: Background) => Promise<unknown>): void => {
    awakeWhile(ready.then(work)).catch(() => undefined); // shows in the wallet's status; nobody waits for it
  };

  /** Begins anew with the network that was chosen. What waited was asked of the other one. */
  function changeNetwork(): void {
    const before = ready;
    // Whatever fails on the way: the next request finds the network that was chosen.
    ready = goOver(before, () => compose(anew)).catch(() => compose(anew));
  }

  async function remove(): Promise<void> {
    const before = await ready;
    await beginRemoval();
    // Whatever cannot be ended: what it kept is taken away under it.
    ready = before
      .end()
      .catch(() => undefined)
      .then(begin);
    await ready;
    tellAlarms(0);
    notifyUi();
  }

  if (!import.meta.env.FIREFOX) brokerChannels(() => ready);

  browser.runtime.onConnect.addListener((port) => {
    if (port.name === 'provider') servePage(port, () => ready);
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
    ready = ready.catch(begin); // what could not be begun is tried again
    withBackground(async ({ wallet, approvals }) => {
      await wallet.enforceDeadline();
      await approvals.expire();
      await ((await wallet.isUnlocked()) ? wallet.sync() : approvals.forgetAnswers());
    });
  });

  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === 'install') void browser.tabs.create({ url: browser.runtime.getURL('/app.html') });
  });

  closeStorageToPages().catch(() => undefined); // as it was before: no content script looks into it

  withBackground(async ({ wallet }) => {
    await browser.alarms.create(SYNC_ALARM, { periodInMinutes: 0.5 });
    await wallet.enforceDeadline();
  });
}
