import { chromium, type BrowserContext, type Page, type Worker } from 'playwright';
import { findChromium } from './chromium.ts';

export interface BrowserOptions {
  /** Folder with the built extension. */
  readonly extensionDir: string;
  /** Profile folder; empty for one that is thrown away. */
  readonly profileDir?: string;
  readonly headless?: boolean;
  readonly locale?: string;
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { width: number; height: number };
  /** More unpacked extensions beside the wallet. */
  readonly otherExtensions?: readonly string[];
  /** Names of hosts that lead to this machine. */
  readonly localNames?: readonly string[];
  /** Keeps pages for the way back, as a person's browser does and Playwright's does not. */
  readonly backForwardCache?: boolean;
}

/** A Chromium with the extension in it, that talks to nobody but this machine. */
export interface WalletBrowser {
  readonly context: BrowserContext;
  readonly extensionId: string;
  readonly worker: Worker;
  /** Opens one of the wallet's own pages. */
  open(path: string): Promise<Page>;
  close(): Promise<void>;
}

export async function launchBrowser(options: BrowserOptions): Promise<WalletBrowser> {
  const { extensionDir, profileDir = '', headless = true, locale = 'en-GB', colorScheme = 'light' } = options;
  const { otherExtensions = [], localNames = [] } = options;
  const extensions = [extensionDir, ...otherExtensions].join(',');
  const context = await chromium.launchPersistentContext(profileDir, {
    executablePath: findChromium(),
    headless,
    ...(options.backForwardCache && { ignoreDefaultArgs: ['--disable-back-forward-cache'] }),
    // Ending is the caller's: a browser that ends the process by itself would leave the rest running.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    locale,
    colorScheme,
    viewport: options.viewport ?? { width: 1_100, height: 850 },
    args: [
      ...(headless ? ['--headless=new'] : []),
      '--no-sandbox',
      `--disable-extensions-except=${extensions}`,
      `--load-extension=${extensions}`,
      ...(localNames.length > 0
        ? [`--host-resolver-rules=${localNames.map((name) => `MAP ${name} 127.0.0.1`).join(',')}`]
        : []),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      `--lang=${locale}`,
    ],
    env: { ...process.env, LANGUAGE: locale },
  });
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 30_000 }));
  const extensionId = new URL(worker.url()).host;
  return {
    context,
    extensionId,
    worker,
    async open(path) {
      const page = await context.newPage();
      await page.goto(`chrome-extension://${extensionId}/${path}`);
      return page;
    },
    close: () => context.close(),
  };
}
