import { expect, type Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import type { Site } from '../support/site.ts';
import { PromptWindow } from './prompt-window.ts';

/** MetaMask's public test dapp, as a person uses it. */
export class TestDapp {
  readonly page: Page;
  readonly #browser: WalletBrowser;
  readonly #host: string;

  constructor(page: Page, browser: WalletBrowser, host: string) {
    this.page = page;
    this.#browser = browser;
    this.#host = host;
  }

  /** Opens it and picks the wallet in its list of EIP-6963 providers. */
  static async open(browser: WalletBrowser, site: Site): Promise<TestDapp> {
    const page = await browser.newPage();
    // It asks for fonts, styles and relays elsewhere. This test talks to nobody but this machine.
    await page.route(
      (url) => url.origin !== site.origin,
      (route) => route.abort(),
    );
    await page.routeWebSocket(/./, (socket) => socket.close());
    await page.goto(site.origin);
    const dapp = new TestDapp(page, browser, site.host);
    await page.getByRole('button', { name: 'Use Salus', exact: true }).click();
    await expect(page.locator('#activeProviderName')).toHaveText('Salus');
    return dapp;
  }

  /** Clicks a button by its id. */
  async click(id: string): Promise<void> {
    const button = this.page.locator(`#${id}`);
    await expect(button).toBeEnabled();
    // The dapp's styles come from elsewhere, so its layout is not what its authors see: no pointer is needed to press a button.
    await button.dispatchEvent('click');
  }

  /** Clicks a button that brings up a prompt. */
  ask(id: string): Promise<PromptWindow> {
    return PromptWindow.during(this.#browser.context, () => this.click(id));
  }

  /** Clicks a button that brings up a prompt, and says yes there. */
  async approve(id: string): Promise<void> {
    const prompt = await this.ask(id);
    await expect(prompt.page.getByRole('button', { name: 'Approve' })).toBeVisible();
    const host = prompt.page.getByLabel('Name of the site');
    if (await host.isVisible()) await host.fill(this.#host);
    await prompt.approve();
  }

  /** What the dapp shows in an element. */
  text(id: string) {
    return this.page.locator(`#${id}`);
  }

  async connect(): Promise<void> {
    await this.approve('connectButton');
    await expect(this.text('connectButton')).toHaveText('Connected');
  }
}
