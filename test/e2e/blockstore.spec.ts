import { chromium, expect, test as base, type BrowserContext, type Page } from '@playwright/test';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { servePage, type ServedPage } from '../../scripts/lib/bundle-page.ts';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { ROOT } from '../../scripts/lib/paths.ts';

const MIB = 1_048_576;
const SUPPORT = join(ROOT, 'test/e2e/support');

interface TestFixtures {
  /** A browser with an empty profile on disk. */
  readonly browserContext: BrowserContext;
  /** Opens the page with the block store in it; always the same origin. */
  readonly openStore: () => Promise<Page>;
}
interface WorkerFixtures {
  readonly served: ServedPage;
}

const test = base.extend<TestFixtures, WorkerFixtures>({
  served: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
    async ({}, use) => {
      const alias = { 'aegir/chai': join(SUPPORT, 'aegir-chai.ts') };
      const served = await servePage(join(SUPPORT, 'blockstore-page.ts'), alias);
      await use(served);
      await served.close();
    },
    { scope: 'worker' },
  ],
  // eslint-disable-next-line no-empty-pattern -- as above
  browserContext: async ({}, use) => {
    const profile = await mkdtemp(join(tmpdir(), 'salus-store-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: findChromium(),
      args: ['--headless=new', '--no-sandbox'],
    });
    await use(context);
    await context.close();
    await rm(profile, { recursive: true, force: true });
  },
  openStore: ({ browserContext, served }, use) =>
    use(async () => {
      const page = await browserContext.newPage();
      await page.goto(served.url);
      await page.waitForFunction(() => 'store' in window);
      return page;
    }),
});

test('passes the public block store suite', async ({ openStore }) => {
  const page = await openStore();
  const { passes, failures } = await page.evaluate(() => window.store.runPublicSuite());
  expect(failures).toEqual([]);
  expect(passes).toBeGreaterThan(0);
});

test('stores no neighbouring byte', async ({ openStore }) => {
  const page = await openStore();
  for (const length of [100, 3 * 65_536]) {
    const { views, keys, values, markers } = await page.evaluate((n) => window.store.storeView(n), length);
    expect(values).toBeGreaterThan(0);
    expect(markers).toBe(0);
    expect(new Set(views)).toEqual(new Set(length === 100 ? [100] : [100, length]));
    expect(new Set(keys)).toEqual(new Set([34]));
  }
});

test('leaves nothing of an import that was stopped', async ({ openStore }) => {
  const page = await openStore();
  await page.evaluate(() => window.store.abandon(40));
  const { blocks, ...visible } = await page.evaluate(() => window.store.counts());
  expect(blocks).toBeGreaterThan(0);
  expect(visible).toEqual({ pins: 0, outbox: 0 });
  expect(await page.evaluate(() => window.store.collect())).toBe(blocks);
  expect(await page.evaluate(() => window.store.counts())).toEqual({ blocks: 0, pins: 0, outbox: 0 });
});

test('leaves nothing of an import whose page was killed, and keeps what was committed', async ({
  browserContext,
  openStore,
}) => {
  const page = await openStore();
  expect(await page.evaluate(() => window.store.keep(20))).toEqual({ unhandled: 0 });
  page.evaluate(() => window.store.neverDone()).catch(() => undefined); // ends with its page
  const watcher = await openStore();
  await expect.poll(async () => (await watcher.evaluate(() => window.store.counts())).blocks).toBeGreaterThan(40);
  const cdp = await browserContext.newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  cdp.send('Page.crash').catch(() => undefined); // nobody is left to answer
  await crashed;
  expect(await watcher.evaluate(() => window.store.collect())).toBeGreaterThan(0);
  expect(await watcher.evaluate(() => window.store.counts())).toEqual({ blocks: 20, pins: 1, outbox: 1 });
  expect(await watcher.evaluate(() => window.store.wholePins())).toBe(true);
});

test('says that there is no room, and shows nothing of what did not fit', async ({
  browserContext,
  openStore,
  served,
}) => {
  const page = await openStore();
  const cdp = await browserContext.newCDPSession(page);
  const origin = new URL(served.url).origin;
  // Before anything is stored: the browser remembers for a while how much room it found.
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 24 * MIB });
  expect(await page.evaluate(() => window.store.keep(2))).toEqual({ unhandled: 0 });
  // Once in the commit itself, and once while blocks are being written.
  for (const blocks of [23, 64]) {
    expect(await page.evaluate((n) => window.store.keep(n), blocks)).toEqual({ error: 'storage-full', unhandled: 0 });
    expect(await page.evaluate(() => window.store.counts())).toMatchObject({ pins: 1, outbox: 1 });
    await page.evaluate(() => window.store.collect());
  }
  expect(await page.evaluate(() => window.store.counts())).toEqual({ blocks: 2, pins: 1, outbox: 1 });
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  expect(await page.evaluate(() => window.store.keep(30))).toEqual({ unhandled: 0 });
});
