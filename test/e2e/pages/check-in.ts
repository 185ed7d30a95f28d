import { expect, type Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { PromptWindow } from './prompt-window.ts';

/** The clinic's check-in page, in the patient's browser. */
export class CheckInPage {
  readonly page: Page;
  readonly #browser: WalletBrowser;

  constructor(page: Page, browser: WalletBrowser) {
    this.page = page;
    this.#browser = browser;
  }

  static async open(browser: WalletBrowser, portalUrl: string): Promise<CheckInPage> {
    const page = await browser.newPage();
    await page.goto(`${portalUrl}/check-in`);
    return new CheckInPage(page, browser);
  }

  connect(): Promise<PromptWindow> {
    return PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Connect your health wallet' }).click(),
    );
  }

  askToShare(): Promise<PromptWindow> {
    return PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Ask to share' }).click(),
    );
  }

  offerRecord(): Promise<PromptWindow> {
    return PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Offer my clinic record' }).click(),
    );
  }

  async says(text: string | RegExp): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: text })).toBeVisible({ timeout: 60_000 });
  }
}
