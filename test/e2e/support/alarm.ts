import type { Page } from '@playwright/test';

/**
 * Lets the wallet's alarm ring now, which otherwise does so every half minute: the same alarm, by the same way, as if its time had come.
 * @param page one of the wallet's own pages
 */
export const ringAlarm = (page: Page): Promise<void> =>
  page.evaluate(() => chrome.alarms.create('sync', { when: Date.now(), periodInMinutes: 0.5 }));
