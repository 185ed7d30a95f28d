import { expect, type BrowserContext, type Locator, type Page } from '@playwright/test';
import { until } from '../../../scripts/lib/patience.ts';
import { PASSWORD } from './wallet-app.ts';

const promptsOf = (context: BrowserContext): Page[] =>
  context.pages().filter((page) => page.url().includes('/consent.html'));
/** Prompts that a test has seen. */
const met = new WeakSet<Page>();

/** The window in which the wallet asks the person. */
export class PromptWindow {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Waits for the next prompt to open while `cause` makes a page ask. */
  static async during(context: BrowserContext, cause: () => Promise<unknown>): Promise<PromptWindow> {
    for (const page of promptsOf(context)) met.add(page);
    await cause();
    return PromptWindow.next(context);
  }

  /** The next prompt, also one that is open already and that no test has seen yet. */
  static async next(context: BrowserContext): Promise<PromptWindow> {
    const opened = () => Promise.resolve(promptsOf(context).find((page) => !met.has(page)));
    const page = await until('a prompt to open', opened, { ms: 20_000, pause: 20 });
    met.add(page);
    // Asked of the page itself: a window that opens by itself may have loaded before the driver listened for that.
    await page.waitForFunction(() => document.readyState === 'complete');
    // The size the wallet opens it in, whatever the other pages of this browser have.
    await page.setViewportSize({ width: 460, height: 760 });
    return new PromptWindow(page);
  }

  async unlock(): Promise<void> {
    await this.page.getByLabel('Password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Unlock' }).click();
  }

  async tick(section: string, on = true): Promise<void> {
    await this.page.getByRole('checkbox', { name: section }).setChecked(on);
  }

  /** The text that is to be signed, as it is shown. */
  async signedText(): Promise<string | null> {
    return this.page.getByTestId('signed').getByRole('paragraph').textContent();
  }

  /** Types the site's name where nobody vouches for it. */
  async typeSite(host: string): Promise<void> {
    await this.page.getByLabel('Name of the site').fill(host);
  }

  /** Brings all of it on the screen, which is part of what enables Approve. */
  async readToTheEnd(): Promise<void> {
    await this.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
    await expect(this.page.getByText('Read to the end to approve.')).toHaveCount(0);
  }

  async approve(): Promise<void> {
    const button = this.page.getByRole('button', { name: 'Approve' });
    await expect(button).toBeVisible();
    await this.readToTheEnd();
    await expect(button).toBeEnabled();
    const closed = this.page.waitForEvent('close', { timeout: 60_000 });
    await this.#press(button);
    await closed;
  }

  async reject(): Promise<void> {
    const closed = this.page.waitForEvent('close');
    await this.#press(this.page.getByRole('button', { name: 'Reject', exact: true }));
    await closed;
  }

  /** The window may be gone before its click is reported as done. */
  async #press(button: Locator): Promise<void> {
    await button.click().catch((error: unknown) => {
      if (!this.page.isClosed()) throw error;
    });
  }
}
