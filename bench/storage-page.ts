import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type CDPSession, type Page } from 'playwright';
import { servePage } from '../scripts/lib/bundle-page.ts';
import { findChromium } from '../scripts/lib/chromium.ts';
import { ROOT } from '../scripts/lib/paths.ts';
import { within } from '../scripts/lib/patience.ts';

export interface StoragePage {
  readonly page: Page;
  /** Of the browser, not of the page. */
  readonly cdp: CDPSession;
  close(): Promise<void>;
}

/**
 * A page of its own with the wallet's storage modules in it, in a browser with a profile on disk: a private window would keep
 * IndexedDB in memory, and flatter every number.
 */
export async function openStoragePage(): Promise<StoragePage> {
  const served = await servePage(join(ROOT, 'bench/page/main.ts'));
  const profile = await mkdtemp(join(tmpdir(), 'salus-bench-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: findChromium(),
    args: ['--headless=new', '--no-sandbox', '--disable-background-networking', '--no-first-run'],
  });
  const page = await context.newPage();
  await page.goto(served.url);
  await page.waitForFunction(() => 'bench' in window);
  await within(
    ROUND_MS,
    'the bench page to be ready',
    page.evaluate(() => window.bench.ready()),
  );
  const browser = context.browser();
  if (browser === null) throw new Error('the browser gives no session');
  return {
    page,
    cdp: await browser.newBrowserCDPSession(),
    async close() {
      await within(ROUND_MS, 'the browser to close', context.close());
      await served.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Longest that one round may take. */
const ROUND_MS = 300_000;

/**
 * The same call of the bench page several times.
 * @param what what is measured
 */
export async function rounds<T>(count: number, what: string, round: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await within(ROUND_MS, `${what}, round ${i + 1}`, round()));
  return results;
}
