import { browser } from './api.ts';

/** Where the content scripts run. In Firefox the person may take this away, or not give it; Chromium does not count it as a permission. */
const SITES = { origins: ['http://*/*', 'https://*/*'] };

/** Whether web pages can see the wallet. */
export const hasSiteAccess = (): Promise<boolean> => browser.permissions.contains(SITES);

/** Has Firefox ask the person. To be called at a click. @returns whether they said yes */
export const askForSiteAccess = (): Promise<boolean> => browser.permissions.request(SITES);
