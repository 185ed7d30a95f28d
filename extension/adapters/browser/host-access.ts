import { browser } from './api.ts';

/** All of a host’s addresses, as browsers name them; its port is no part of that. */
const of = (origin: string) => {
  const { protocol, hostname } = new URL(origin);
  return { origins: [`${protocol}//${hostname}/*`] };
};

/**
 * Whether this host may be asked although it does not let every page ask it (CORS). In Chromium that comes with the content scripts,
 * which run everywhere; in Firefox the person may have taken it away.
 */
export const hasHostAccess = (origin: string): Promise<boolean> => browser.permissions.contains(of(origin));

/** Has Firefox ask the person. To be called at a click. @returns whether they said yes */
export const askForHostAccess = (origin: string): Promise<boolean> => browser.permissions.request(of(origin));

/** Gives back what was given for one fetch. */
export async function endHostAccess(origin: string): Promise<void> {
  await browser.permissions.remove(of(origin)).catch(() => undefined); // what came with the extension stays
}
