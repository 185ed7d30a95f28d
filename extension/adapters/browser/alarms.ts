import { browser } from './api.ts';

const ID = 'openings';

/**
 * Tells the person that somebody was refused, or opened their record as an emergency: a number on the wallet's button, and a
 * notification, which says nothing of whom or what. Never throws.
 * @param count 0 where they have seen all
 */
export function tellAlarms(count: number): void {
  void show(count).catch(() => undefined); // the list has it all the same
}

async function show(count: number): Promise<void> {
  const before = await browser.action.getBadgeText({});
  const text = count === 0 ? '' : String(count);
  if (text === before) return;
  await browser.action.setBadgeText({ text });
  if (count === 0) {
    await browser.notifications.clear(ID);
    return;
  }
  await browser.notifications.create(ID, {
    type: 'basic',
    iconUrl: browser.runtime.getURL('/icon/128.png'),
    title: browser.i18n.getMessage('extName'),
    message: browser.i18n.getMessage('alarms'),
  });
}
