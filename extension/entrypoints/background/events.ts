import { browser } from '../../adapters/browser/api.ts';

/** Tells the wallet's own pages to look again. */
export function notifyUi(): void {
  browser.runtime.sendMessage({ to: 'ui', event: 'changed' }).catch(() => undefined); // no page is open
}

/** Tells every page of one origin. The content script of each tab compares the origin with its own. */
export async function notifySite(origin: string, event: string, data: unknown): Promise<void> {
  for (const { id } of await browser.tabs.query({})) {
    if (id === undefined) continue;
    await browser.tabs.sendMessage(id, { to: 'provider', origin, event, data }, { frameId: 0 }).catch(() => undefined); // no content script there
  }
}
