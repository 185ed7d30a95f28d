import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { SitePage } from '../pages/site-page.ts';
import { WalletApp } from '../pages/wallet-app.ts';
import type { Site } from './site.ts';

/** A patient with an unlocked wallet on a site's page. */
export async function patientAt(portal: Site, newBrowser: () => Promise<WalletBrowser>) {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const site = await SitePage.open(browser, portal);
  return { browser, app, site };
}
