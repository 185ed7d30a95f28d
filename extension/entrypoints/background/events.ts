import { browser } from '../../adapters/browser/api.ts';

/** Tells the wallet's own pages to look again. */
export function notifyUi(): void {
  browser.runtime.sendMessage({ to: 'ui', event: 'changed' }).catch(() => undefined); // no page is open
}

/** Tells every page of one origin. The content script of each tab compares the origin with its own. */
export const notifySite = (origin: string, event: string, data: unknown): Promise<void> => tell(origin, event, data);

/** Tells every page something that any page may know. */
export const notifyEveryone = (event: string, data: unknown): Promise<void> => tell('*', event, data);

async function tell(origin: string, event: string, data: unknown): Promise<void> {
  for (const { id } of await browser.tabs.query({})) {
    if (id === undefined) continue;
    await browser.tabs.sendMessage(id, { to: 'provider', origin, event, data }, { frameId: 0 }).catch(() => undefined); // no content script there
  }
}
