import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page, type Worker } from 'playwright';
import { findChromium } from './chromium.ts';
import { until } from './patience.ts';

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
  /** What its camera sees: a film as Y4M. Without it there is no camera. */
  readonly camera?: string;
  /** Keeps pages for the way back, as a person's browser does and Playwright's does not. */
  readonly backForwardCache?: boolean;
}

/** A Chromium with the extension in it, that talks to nobody but this machine. */
export interface WalletBrowser {
  readonly context: BrowserContext;
  readonly extensionId: string;
  readonly worker: Worker;
  /**
   * An empty page in a window of its own. A tab behind another is painted once a second only, and what is clicked there, or waits
   * to be painted, takes as long.
   */
  newPage(): Promise<Page>;
  /** Opens one of the wallet's own pages; the app for the first time is the tab that the wallet opens when it is installed. */
  open(path: string): Promise<Page>;
  close(): Promise<void>;
}

/** What the wallet opens when it is installed. */
const WELCOME = 'app.html';
const WINDOW = { ms: 30_000, pause: 20 };

export async function launchBrowser(options: BrowserOptions): Promise<WalletBrowser> {
  const { extensionDir, profileDir = '', headless = true, locale = 'en-GB', colorScheme = 'light' } = options;
  const { otherExtensions = [], localNames = [] } = options;
  const extensions = [extensionDir, ...otherExtensions].join(',');
  let isNew = profileDir === '' || !existsSync(join(profileDir, 'Default'));
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
      ...(options.camera === undefined
        ? []
        : [
            '--use-fake-device-for-media-stream',
            '--use-fake-ui-for-media-stream',
            `--use-file-for-fake-video-capture=${options.camera}`,
          ]),
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
      `--lang=${locale}`,
    ],
    // Where the machine names no encoding, files whose names have other letters than English ones would all be called “download”.
    env: { LANG: 'C.UTF-8', ...process.env, LANGUAGE: locale },
  });
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker', { timeout: 30_000 }));
  const extensionId = new URL(worker.url()).host;
  const newPage = async (): Promise<Page> => {
    const browser = await context.browser()?.newBrowserCDPSession();
    if (browser === undefined) throw new Error('the browser gives no session');
    const url = `about:blank#${randomUUID()}`;
    await browser.send('Target.createTarget', { url, newWindow: true });
    const page = await until(
      'a new window',
      () => Promise.resolve(context.pages().find((p) => p.url() === url)),
      WINDOW,
    );
    await browser.detach();
    return page;
  };
  return {
    context,
    extensionId,
    worker,
    newPage,
    async open(path) {
      const url = `chrome-extension://${extensionId}/${path}`;
      if (isNew && path === WELCOME) {
        isNew = false;
        const opened = () => Promise.resolve(context.pages().find((p) => p.url() === url));
        return until('the app, which opens by itself', opened, WINDOW);
      }
      const page = await newPage();
      await page.goto(url);
      return page;
    },
    close: () => context.close(),
  };
}
