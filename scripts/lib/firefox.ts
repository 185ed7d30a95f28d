import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { until } from './patience.ts';

const NAMES = ['firefox-esr', 'firefox'];
const ELSEWHERE = ['/snap/bin/firefox', '/Applications/Firefox.app/Contents/MacOS/firefox'];

const say = (text: string) => console.log(`[setup] ${text}`);

function present(): string | undefined {
  const onPath = (process.env['PATH'] ?? '').split(delimiter).flatMap((dir) => NAMES.map((name) => join(dir, name)));
  const named = process.env['SALUS_FIREFOX'];
  return [named, ...onPath, ...ELSEWHERE].find((path) => path !== undefined && path !== '' && existsSync(path));
}

/** The oldest Firefox that takes the extension, as its manifest says. */
const LEAST = 153;

function version(path: string): number {
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8', timeout: 30_000 });
  return Number(/Firefox (\d+)/.exec(stdout)?.[1] ?? 0);
}

/** A Firefox that takes the extension: one that is there, else the system's package. @returns undefined when there is none */
export function findFirefox(): string | undefined {
  if (present() === undefined && process.platform === 'linux' && process.getuid?.() === 0) {
    say('No Firefox here. Installing it as a system package.');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', 'firefox-esr'], { stdio: 'ignore', env });
  }
  const found = present();
  if (found === undefined) {
    say('No Firefox could be had. Install one (for example `apt install firefox-esr`), or name it in SALUS_FIREFOX.');
    return undefined;
  }
  if (version(found) >= LEAST) return found;
  say(`${found} is older than Firefox ${LEAST}, the oldest that takes the extension.`);
  return undefined;
}

const EXTENSION = 'wallet@salus.health';
/** Firefox gives an extension another address in every profile; the tests fix it. */
const ADDRESS = '3f2b8c1e-5a47-4d0c-9e6b-7c1d2e3f4a5b';

export interface FirefoxOptions {
  /** Folder with the extension built for Firefox. */
  readonly extensionDir: string;
  readonly executablePath: string;
  readonly preferences?: Readonly<Record<string, unknown>>;
}

/** A Firefox with the extension in it and a profile of its own, driven by WebDriver BiDi. */
export interface Firefox {
  /** The wallet's app, which opens by itself when the extension is installed. */
  readonly app: Page;
  open(url: string): Promise<Page>;
  /** The first page of the wallet whose path this is, once it is open. */
  ownPage(path: string): Promise<Page>;
  /** Resolves when a page is closed. */
  gone(page: Page): Promise<void>;
  /** Suspends the extension's background page, as Firefox does when nothing happened for 30 s. */
  suspend(): Promise<void>;
  /** Takes the extension away, as a person does who switches it off. */
  removeExtension(): Promise<void>;
  close(): Promise<void>;
}

/** Asked of the page itself: of the wallet's own pages the driver is told neither where they are nor that they closed. */
const addressOf = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => location.href).catch(() => undefined); // it is gone, or on its way to another place

async function pageAt(browser: Browser, url: string): Promise<Page | undefined> {
  for (const page of await browser.pages()) if ((await addressOf(page))?.startsWith(url) === true) return page;
  return undefined;
}

/** The parts of a privileged page of Firefox that are used here. */
interface Privileged {
  readonly WebExtensionPolicy: {
    getByID(id: string): { readonly extension: { terminateBackground(options: object): Promise<void> } };
  };
}

export async function launchFirefox(options: FirefoxOptions): Promise<Firefox> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: options.executablePath,
    // The wallet's own pages are the extension's, which a driver may touch only with this.
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [EXTENSION]: ADDRESS }),
      ...options.preferences,
    },
  });
  await browser.installExtension(options.extensionDir);
  const ownPage = (path: string) =>
    until(`${path} to open`, () => pageAt(browser, `moz-extension://${ADDRESS}/${path}`));
  const open = async (url: string) => {
    const page = await browser.newPage();
    await page.goto(url);
    return page;
  };
  return {
    app: await ownPage('app.html'),
    open,
    ownPage,
    async gone(page) {
      await until('a page to close', async () => ((await addressOf(page)) === undefined ? true : undefined));
    },
    async suspend() {
      const privileged = await browser.newPage();
      void privileged.goto('about:config').catch(() => undefined); // of such pages the driver never hears that they are there
      await until('about:config to open', () => pageAt(browser, 'about:config'));
      await privileged.evaluate(async (id) => {
        const { WebExtensionPolicy } = globalThis as unknown as Privileged;
        await WebExtensionPolicy.getByID(id).extension.terminateBackground({ ignoreDevToolsAttached: true });
      }, EXTENSION);
      await privileged.close();
    },
    removeExtension: () => browser.uninstallExtension(EXTENSION),
    close: () => browser.close(),
  };
}
