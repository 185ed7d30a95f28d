import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from '@playwright/test';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { largeBundle } from '../fixtures/large-bundle.ts';
import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { killBrowser, stopWorker } from './support/kill.ts';
import { extensionWith, heldBy, isMember, recordsOnChain } from './support/network.ts';
import { claimChain, lieAboutBlocks, startProxy, type Proxy } from './support/proxy.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';
import { keptIn } from './support/storage.ts';

const LARGE = { count: 1_500, noteBytes: 9_000 };
const largeFile = () => bundleFile(largeBundle(LARGE.count, LARGE.noteBytes), 'large.json');
const IN_PROGRESS = /^Encrypting/;

let portal: Site;
const proxies: Proxy[] = [];
const proxyTo = async (target: string): Promise<Proxy> => {
  const proxy = await startProxy(target);
  proxies.push(proxy);
  return proxy;
};

/** A patient's wallet that the registry knows. */
async function aMember(browser: WalletBrowser, stack: Stack) {
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  await expect.poll(() => isMember(stack, account), { timeout: 60_000 }).toBe(true);
  return { app, account };
}

test.beforeAll(async () => {
  portal = await serveSite();
});
test.afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});
test.afterAll(() => portal.close());

const says = (app: WalletApp, text: string): Locator => app.page.getByRole('main').getByText(text).first();

/** Chooses the large file, confirms, and comes back while it is being sealed. */
async function startLargeImport(app: WalletApp): Promise<void> {
  await app.chooseFile(largeFile());
  await app.page.getByRole('button', { name: 'Add to my record' }).click({ timeout: 60_000 });
  await expect(app.page.getByText(IN_PROGRESS)).toBeVisible();
}

test('a prompt that is open when the service worker dies still brings the page its account', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  const site = await SitePage.open(browser, portal);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await prompt.typeSite(portal.host);

  await stopWorker(browser);

  await prompt.approve();
  expect(await answer).toEqual({ result: [account.toLowerCase()] });
  await stopWorker(browser);
  expect(await site.request('eth_accounts')).toEqual({ result: [account.toLowerCase()] });
});

test('a prompt that is closed after the service worker died is still a no', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const site = await SitePage.open(browser, portal);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await stopWorker(browser);
  await prompt.page.close();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('a report may be read for as long as it takes: the service worker’s death in between loses no file', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  await app.chooseFile(bundleFile());
  const add = app.page.getByRole('button', { name: 'Add to my record' });
  await expect(add).toBeVisible();
  await stopWorker(browser);
  await add.click();
  await expect(app.page.getByRole('heading', { name: 'Added to your record' })).toBeVisible();
});

test('an import goes on to its end when the service worker dies in the middle', async ({ newBrowser, stack }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  await startLargeImport(app);

  await stopWorker(browser);

  const added = app.page.getByRole('heading', { name: 'Added to your record' });
  expect(await added.count(), 'the import was still going on').toBe(0);
  await expect(added).toBeVisible({ timeout: 60_000 });
  await app.go('Home');
  await expect(app.page.getByText('1,500 items')).toBeVisible();
  await app.waitUntilRecorded();
  expect(await keptIn(app.page)).toMatchObject({ orphans: 0, missing: 0, rows: { length: 1 } });
  expect(await recordsOnChain(stack, account)).toHaveLength(1);
});

test('an import is wholly there or wholly absent after the browser was killed in the middle', async ({
  newBrowser,
  stack,
}) => {
  const profileDir = await mkdtemp(join(stack.dir, 'profile-'));
  const browser = await newBrowser({ profileDir });
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const before = await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const account = await app.accountNumber();
  const recorded = (await recordsOnChain(stack, account)).length;
  await startLargeImport(app);

  await killBrowser(browser, profileDir);

  const again = await WalletApp.open(await newBrowser({ profileDir }));
  await again.unlock();
  await again.go('Records');
  const items = again.page.getByTestId('records').getByRole('listitem');
  await expect(items.first()).toBeVisible({ timeout: 60_000 });
  expect([before.taken, before.taken + LARGE.count]).toContain(await items.count());
  const whole = (await items.count()) > before.taken;
  await again.go('Home');
  await again.waitUntilRecorded();
  await expect.poll(async () => (await keptIn(again.page)).orphans).toBe(0);
  expect((await keptIn(again.page)).missing).toBe(0);
  expect(await recordsOnChain(stack, account)).toHaveLength(recorded + (whole ? 1 : 0));

  // Nothing that was half done stands in the way of doing it again.
  if (!whole) await again.importFile(largeFile());
  await again.waitUntilRecorded();
});

test('with one manager down an entry is safe at the two others, and the third catches up', async ({
  newBrowser,
  stack,
}) => {
  const { app, account } = await aMember(await newBrowser(), stack);
  const [down] = stack.managers;
  if (down === undefined) throw new Error('the stack has managers');
  await down.service.kill();
  try {
    await app.importFile(bundleFile());
    await app.waitUntilRecorded();
    await expect(app.page.getByTestId('durable')).toHaveText(/^(\d+) of \1$/);
  } finally {
    await down.restart();
  }
  const records = await recordsOnChain(stack, account);
  expect(records.length).toBeGreaterThan(0);
  expect(await heldBy(down.url, records)).toBe(0);
  await app.page.reload(); // what the wallet's alarm does every half minute, opening the app does at once
  await expect.poll(() => heldBy(down.url, records), { timeout: 90_000 }).toBe(records.length);
});

test('a manager that lost what it was to keep is found out, told of, and sent it again', async ({
  newBrowser,
  stack,
}) => {
  const { app, account } = await aMember(await newBrowser(), stack);
  const before = Date.now();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const [forgetful] = stack.managers;
  if (forgetful === undefined) throw new Error('the stack has managers');
  const records = await recordsOnChain(stack, account);
  await expect.poll(() => heldBy(forgetful.url, records), { timeout: 60_000 }).toBe(records.length);

  await app.go('Home');
  const check = app.page.getByRole('button', { name: 'Check the copies now' });
  await check.click();
  await expect(app.page.getByTestId('checked')).toContainText(/(\d+) of \1 copies/, { timeout: 60_000 });
  const blocks = join(forgetful.dataDir, 'blocks');
  for (const name of await readdir(blocks, { recursive: true })) {
    const file = join(blocks, name);
    const about = await stat(file);
    if (about.isFile() && about.mtimeMs >= before) await rm(file);
  }
  expect(await heldBy(forgetful.url, records)).toBe(0);
  await check.click();
  await expect(app.page.getByTestId('copies')).toContainText(/lost/, { timeout: 60_000 });
  await lookAt(app.page, 'copies lost');
  await expect.poll(() => heldBy(forgetful.url, records), { timeout: 90_000 }).toBe(records.length);
  await check.click();
  await expect(app.page.getByTestId('copies')).not.toContainText(/lost/, { timeout: 60_000 });
});

test('with all managers down the record stays here, the wallet says so, and it goes out when they are back', async ({
  newBrowser,
  stack,
}) => {
  const { app, account } = await aMember(await newBrowser(), stack);
  await Promise.all(stack.managers.map((m) => m.service.kill()));
  try {
    const { taken } = await app.importFile(bundleFile());
    await expect(says(app, 'The places that keep copies do not answer. Nothing was lost.')).toBeVisible();
    await expect(app.page.getByTestId('durable')).toHaveText(/^0 of [1-9]/);
    await app.go('Records');
    await expect(app.page.getByTestId('records').getByRole('listitem')).toHaveCount(taken);
    await app.page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
    await expect(app.page.getByTestId('resource')).toContainText('6.8 %');
  } finally {
    await Promise.all(stack.managers.map((m) => m.restart()));
  }
  await app.go('Home');
  await app.page.reload();
  await app.waitUntilRecorded();
  await expect(says(app, 'The places that keep copies do not answer.')).toHaveCount(0);
  expect((await recordsOnChain(stack, account)).length).toBeGreaterThan(0);
});

test('a manager that gives back something else than was stored counts for nothing, and reading goes on without it', async ({
  newBrowser,
  stack,
}) => {
  const [first, ...honest] = stack.network.managers;
  const liar = await proxyTo(first ?? '');
  liar.change = lieAboutBlocks;
  const extensionDir = await extensionWith(stack, { managers: [liar.url, ...honest] });
  const app = await WalletApp.open(await newBrowser({ extensionDir }));
  const words = await app.createWallet();
  const { taken } = await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const { rows } = await keptIn(app.page);
  expect(rows.length).toBeGreaterThan(0);
  for (const row of rows) expect([...row.replicas].sort()).toEqual([...honest].sort());
  expect(liar.passed.some((request) => request.startsWith('GET /ipfs/'))).toBe(true);

  const blank = await WalletApp.open(await newBrowser({ extensionDir }));
  await blank.restore(words);
  await blank.go('Records');
  await expect(blank.page.getByTestId('records').getByRole('listitem')).toHaveCount(taken, { timeout: 60_000 });
  await blank.page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
  await expect(blank.page.getByTestId('resource')).toContainText('6.8 %');
});

test('when the health network’s node is down the wallet says so, keeps everything, and goes on when it is back', async ({
  newBrowser,
  stack,
}) => {
  const node = await proxyTo(stack.network.rpcUrl);
  const extensionDir = await extensionWith(stack, { rpcUrl: node.url });
  const app = await WalletApp.open(await newBrowser({ extensionDir }));
  await app.createWallet();
  const { taken } = await app.importFile(bundleFile());
  await app.waitUntilRecorded();

  node.down = true;
  await app.page.reload();
  await expect(says(app, 'The health network does not answer. Nothing was lost.')).toBeVisible();

  node.down = false;
  await app.page.reload();
  await app.go('Records');
  await expect(app.page.getByTestId('records').getByRole('listitem')).toHaveCount(taken);
  await expect(says(app, 'The health network does not answer.')).toHaveCount(0);
});

test('to a node of another chain the wallet sends nothing, and it says why', async ({ newBrowser, stack }) => {
  const node = await proxyTo(stack.network.rpcUrl);
  const managers = await Promise.all(stack.network.managers.map(proxyTo));
  node.change = claimChain(1);
  const extensionDir = await extensionWith(stack, { rpcUrl: node.url, managers: managers.map((m) => m.url) });
  const app = await WalletApp.open(await newBrowser({ extensionDir }));
  await app.createWallet();
  await app.importFile(bundleFile());
  await expect(says(app, 'The health network answers for another network. Nothing was sent.')).toBeVisible();
  const sent = () => [node, ...managers].flatMap((p) => p.passed).filter((r) => r.startsWith('POST /v1/'));
  expect(sent()).toEqual([]);
  await expect(app.page.getByTestId('anchored')).toHaveText(/^0 of [1-9]/);

  node.change = ({ answer }) => answer;
  await app.page.reload();
  await app.waitUntilRecorded();
  expect(sent().length).toBeGreaterThan(0);
});
