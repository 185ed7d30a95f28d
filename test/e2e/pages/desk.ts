import { expect, type Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { invite, type Invited } from '../../../scripts/lib/invite.ts';
import { PromptWindow } from './prompt-window.ts';

/** The doctor's desk of the clinic's portal, in the doctor's browser. */
export class DeskPage {
  readonly page: Page;
  readonly #browser: WalletBrowser;

  constructor(page: Page, browser: WalletBrowser) {
    this.page = page;
    this.#browser = browser;
  }

  /** @param where the portal, or the link of an invitation */
  static async open(browser: WalletBrowser, where: string): Promise<DeskPage> {
    const page = await browser.newPage();
    await page.goto(where.includes('/join#') ? where : `${where}/desk`);
    return new DeskPage(page, browser);
  }

  async connect(): Promise<void> {
    const prompt = await PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Connect your health wallet' }).click(),
    );
    await prompt.approve();
  }

  /** Takes up an invitation of the clinic, and signs in by it. */
  async signIn(name: string, work: Invited['work'] = 'doctor'): Promise<void> {
    const { origin } = new URL(this.page.url());
    await this.joinBy(await invite(origin, { name, work }));
    await this.page.goto(`${origin}/desk`);
    await expect(this.page.getByTestId('doctor')).toHaveText(name, { timeout: 60_000 });
    // The first look at the list is also when the wallet registers the doctor's key.
    await this.refresh();
  }

  /** Opens the link of an invitation, and joins with the account that the site sees. */
  async joinBy(link: string): Promise<void> {
    await this.page.goto(link);
    const prompt = await PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Sign in and join' }).click(),
    );
    await prompt.approve();
    await expect(this.page.getByTestId('joined')).toBeVisible({ timeout: 60_000 });
  }

  async refresh(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Refresh' });
    await expect(button).toBeEnabled({ timeout: 60_000 });
    await button.click();
    await expect(button).toBeEnabled({ timeout: 60_000 });
  }

  records() {
    return this.page.getByTestId('record');
  }

  /** The first record whose title has this in it. */
  record(title: string) {
    return this.records().filter({ hasText: title }).first();
  }

  async openRecord(title: string): Promise<void> {
    await this.record(title).getByRole('button').first().click();
  }

  /** Fills in a result and sends it off: the wallet asks. */
  async askToAddResult(test: string, value: string, unit: string): Promise<PromptWindow> {
    await this.page.getByLabel('Test name').fill(test);
    await this.page.getByLabel('Value').fill(value);
    await this.page.getByLabel('Unit').fill(unit);
    return PromptWindow.during(this.#browser.context, () =>
      this.page.getByRole('button', { name: 'Add result' }).click(),
    );
  }

  async addResult(test: string, value: string, unit: string): Promise<void> {
    await (await this.askToAddResult(test, value, unit)).approve();
  }

  async says(text: string | RegExp): Promise<void> {
    await expect(this.page.getByRole('status').filter({ hasText: text })).toBeVisible({ timeout: 60_000 });
  }
}
