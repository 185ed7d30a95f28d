import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { stopWorker } from './support/kill.ts';
import { serveSite, type Site } from './support/site.ts';

let sites: Site[];
const site = (): Site => sites[0]!;

test.beforeAll(async () => {
  sites = await Promise.all(Array.from({ length: 10 }, () => serveSite()));
});
test.afterAll(async () => {
  await Promise.all(sites.map((one) => one.close()));
});

test('leaving the page takes its prompt away, and gives nothing', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const left = answer.catch(() => undefined); // the page that waited for it is no more
  const closed = prompt.page.waitForEvent('close');
  await page.page.goto(sites[1]!.origin);
  await closed;
  await left;
  await page.page.goto(site().origin);
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
  // It may ask again at once: nobody refused it.
  const again = await page.ask('eth_requestAccounts');
  await again.prompt.typeSite(site().host);
  await again.prompt.approve();
  expect(await again.answer).toMatchObject({ result: [expect.any(String)] });
});

test('closing the tab takes its prompt away', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const left = answer.catch(() => undefined);
  const closed = prompt.page.waitForEvent('close');
  await page.page.close();
  await closed;
  await left;
});

test('a prompt whose page left while the worker was dead gives nothing when it is approved', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const left = answer.catch(() => undefined);
  await prompt.typeSite(site().host);
  await stopWorker(browser);
  await page.page.goto('about:blank');
  await prompt.approve();
  await left;
  await page.page.goto(site().origin);
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
});

test('locking during a prompt is a no, and unlocking brings nothing back', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const closed = prompt.page.waitForEvent('close');
  await app.lock();
  expect(await answer).toMatchObject({ code: 4001 });
  await closed;
  expect(page.openPrompts()).toBe(0);
});

test('switching the extension off and on under a page settles what it waits for with 4900', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  const { answer } = await page.ask('eth_requestAccounts');
  await app.page.evaluate(() => {
    (globalThis as unknown as { chrome: { runtime: { reload(): void } } }).chrome.runtime.reload();
  });
  expect(await answer).toMatchObject({ code: 4900 });
  expect(await page.request('eth_chainId')).toMatchObject({ code: 4900 });
});

test('ten sites that ask at once each get their own answer, and one word clears the table', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const pages = await Promise.all(sites.map((one) => SitePage.open(browser, one)));
  const asked = [];
  for (const page of pages) asked.push(await page.ask('eth_requestAccounts'));
  const [first, ...others] = asked;
  await first!.prompt.typeSite(site().host);
  await first!.prompt.approve();
  expect(await first!.answer).toMatchObject({ result: [expect.any(String)] });

  const last = others.at(-1)!.prompt.page;
  await last.reload(); // it counted when it opened
  await last.getByRole('button', { name: 'Reject all 9 requests' }).click();
  for (const { answer } of others) expect(await answer).toMatchObject({ code: 4001 });
  // The pages are told first, their windows closed after.
  await expect.poll(() => pages[0]!.openPrompts()).toBe(0);
});

test('a site that was refused three times in a row must pause, and another need not', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  for (let n = 0; n < 3; n++) {
    const { prompt, answer } = await page.ask('eth_requestAccounts');
    if (n === 1) await prompt.page.close();
    else await prompt.reject();
    expect(await answer).toMatchObject({ code: 4001 });
  }
  expect(await page.request('eth_requestAccounts')).toMatchObject({ code: -32005 });
  // Nor does the worker's death, or another tab, make it forgotten.
  await stopWorker(browser);
  const tab = await SitePage.open(browser, site());
  expect(await tab.request('eth_requestAccounts')).toMatchObject({ code: -32005 });
  expect(page.openPrompts()).toBe(0);

  const other = await SitePage.open(browser, sites[1]!);
  const { prompt, answer } = await other.ask('eth_requestAccounts');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});
