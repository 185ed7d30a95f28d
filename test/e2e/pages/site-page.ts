import type { Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import type { Site } from '../support/site.ts';
import { PromptWindow } from './prompt-window.ts';

/** What came of a request: a result, or an error as EIP-1193 describes it. */
export interface Answer {
  readonly result?: unknown;
  readonly code?: number;
  readonly message?: string;
  /** `data.reason`: the word that a program acts on. */
  readonly reason?: string;
}

interface PageWindow {
  readonly salus: {
    request(args: unknown): Promise<unknown>;
    on(event: string, listener: (data: unknown) => void): void;
  };
  heard?: unknown[];
}

/** A page that calls the wallet as any portal may. */
export class SitePage {
  readonly page: Page;
  readonly #browser: WalletBrowser;
  readonly #site: Pick<Site, 'origin' | 'host'>;

  constructor(page: Page, browser: WalletBrowser, site: Pick<Site, 'origin' | 'host'>) {
    this.page = page;
    this.#browser = browser;
    this.#site = site;
  }

  static async open(browser: WalletBrowser, site: Pick<Site, 'origin' | 'host'>, path = '/'): Promise<SitePage> {
    const page = await browser.newPage();
    await page.goto(`${site.origin}${path}`);
    return new SitePage(page, browser, site);
  }

  request(method: string, params?: unknown): Promise<Answer> {
    return this.page.evaluate(
      async ([name, value]): Promise<Answer> => {
        const { salus } = window as unknown as PageWindow;
        try {
          return { result: await salus.request({ method: name, ...(value !== undefined && { params: value }) }) };
        } catch (error) {
          const { code, message, data } = error as { code: number; message: string; data?: { reason?: string } };
          return { code, message, ...(data?.reason !== undefined && { reason: data.reason }) };
        }
      },
      [method, params] as const,
    );
  }

  /** Makes a request that brings up a prompt. `answer` settles when the wallet answers the page. */
  async ask(method: string, params?: unknown): Promise<{ prompt: PromptWindow; answer: Promise<Answer> }> {
    let answer: Promise<Answer> | undefined;
    const prompt = await PromptWindow.during(this.#browser.context, () => {
      answer = this.request(method, params);
      return Promise.resolve();
    });
    if (answer === undefined) throw new Error('nothing was asked');
    return { prompt, answer };
  }

  /** Goes through connecting. @returns the account the page got */
  async connect(): Promise<string> {
    const { prompt, answer } = await this.ask('eth_requestAccounts');
    await prompt.typeSite(this.#site.host);
    await prompt.approve();
    const { result } = await answer;
    const [account] = result as string[];
    if (account === undefined) throw new Error('the wallet gave no account');
    return account;
  }

  /** Starts to note what the wallet tells the page of its own accord. */
  async listen(event: string): Promise<void> {
    await this.page.evaluate((name) => {
      const page = window as unknown as PageWindow;
      page.heard ??= [];
      page.salus.on(name, (data) => page.heard?.push(data));
    }, event);
  }

  /** What was heard since {@link listen}. */
  heard(): Promise<unknown[]> {
    return this.page.evaluate(() => (window as unknown as PageWindow).heard ?? []);
  }

  openPrompts(): number {
    return this.#browser.context.pages().filter((p) => p.url().includes('/consent.html')).length;
  }
}
