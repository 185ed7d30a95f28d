import { expect, type Locator, type Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { PromptWindow } from './prompt-window.ts';

/** The desk of somebody who lets others in: the hospital's, or the registrar's. */
export class OfficePage {
  readonly page: Page;
  readonly #browser: WalletBrowser;

  private constructor(page: Page, browser: WalletBrowser) {
    this.page = page;
    this.#browser = browser;
  }

  /** Connects and signs in. @param seen given the prompt for the sign-in before it is approved */
  static async open(browser: WalletBrowser, url: string, seen?: (prompt: PromptWindow) => Promise<void>) {
    const page = await browser.newPage();
    await page.goto(url);
    const office = new OfficePage(page, browser);
    await (await office.asks('Connect your health wallet')).approve();
    const prompt = await office.asks('Sign in');
    await seen?.(prompt);
    await prompt.approve();
    await expect(page.getByText('Signed in with account')).toBeVisible();
    return office;
  }

  /** Presses a button that has the wallet ask. */
  asks(button: string): Promise<PromptWindow> {
    return PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: button, exact: true }).click(),
    );
  }

  /** Invites somebody. @returns the link for them */
  async invite(name: string, role: string, speciality: string): Promise<string> {
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    await this.page.getByLabel('Role').selectOption(role);
    await this.page.getByLabel('Speciality').fill(speciality);
    await this.page.getByLabel('Licence number').fill('RC-4711');
    await this.page.getByLabel('Valid until').fill('2099-12-31');
    await this.page.getByRole('button', { name: 'Make an invitation' }).click();
    await expect(this.page.getByRole('heading', { name: `An invitation for ${name}` })).toBeVisible();
    // Only then has the form let go of what was written, and takes the next one.
    await expect(this.page.getByLabel('Name', { exact: true })).toHaveValue('');
    return this.page.getByTestId('link').inputValue();
  }

  /** One of those who are listed. */
  listed(name: string): Locator {
    return this.page.getByTestId(/^(staff-member|organization)$/).filter({ hasText: name });
  }

  async says(text: string): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: text })).toBeVisible({ timeout: 60_000 });
  }
}
