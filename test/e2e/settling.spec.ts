import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { newEntropy, toWords } from '../../extension/core/keys/mnemonic.ts';
import { expect, test } from './fixtures.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { ringAlarm } from './support/alarm.ts';
import { killBrowser, stopWorker } from './support/kill.ts';
import { serve, serveSite, type Site } from './support/site.ts';
import { damageVault, overwrite, stored } from './support/storage.ts';

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

test('a page that is written anew has its provider announced again, and every request settles, also one from before', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  const { result: chainId } = await page.request('eth_chainId');
  await askAndKeep(page.page, 'eth_accounts');
  const announced = await page.page.evaluate(async () => {
    const heard: unknown[] = [];
    document.open();
    window.addEventListener('eip6963:announceProvider', (event) => heard.push((event as CustomEvent).detail));
    document.write('<!doctype html><title>Anew</title><h1>Written anew</h1>');
    document.close();
    await new Promise((resolve) => setTimeout(resolve, 100));
    const unasked = heard.length;
    window.dispatchEvent(new Event('eip6963:requestProvider'));
    return [unasked > 0, heard.length > unasked];
  });
  expect(announced).toEqual([true, true]);
  expect(await page.page.evaluate(() => Reflect.get(window, 'kept') as Promise<unknown>)).toEqual([]);
  expect(await page.request('eth_chainId')).toEqual({ result: chainId });
  await page.page.evaluate(() => document.write('<p>And once more</p>')); // opens it again by itself
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('documents that are no pages get no provider', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const kinds = ['application/json', 'text/plain', 'application/xml', 'image/svg+xml', 'text/html'];
  const xml = '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>';
  const served = await serve((request, response) => {
    response.setHeader('content-type', kinds[Number(request.url?.slice(1))] ?? 'text/html');
    response.end(request.url === '/0' ? '{"resourceType":"Bundle"}' : xml);
  });
  try {
    const page = await browser.context.newPage();
    const found: string[] = [];
    for (const [i, kind] of kinds.entries()) {
      await page.goto(`${served.origin}/${i}`);
      if (await page.evaluate(() => 'salus' in window)) found.push(kind);
    }
    expect(found).toEqual(['text/html']);
  } finally {
    await served.close();
  }
});

/** Asks in such a way that the answer stays in the page. */
const askAndKeep = (page: Page, method: string): Promise<void> =>
  page.evaluate((name) => {
    interface Kept {
      readonly salus: { request(args: object): Promise<unknown> };
      kept?: Promise<unknown>;
      persisted?: boolean;
    }
    const kept = window as unknown as Kept;
    window.addEventListener('pageshow', ({ persisted }) => (kept.persisted = persisted));
    kept.kept = kept.salus.request({ method: name }).catch(({ code }: { code: number }) => ({ code }));
  }, method);

/** Goes back to a page that noted what it asked for. It must come out of the cache as it was left. */
async function comeBack(page: Page): Promise<void> {
  await page.goBack({ waitUntil: 'commit' }); // it was loaded long ago
  await expect.poll(() => page.evaluate(() => Reflect.get(window, 'persisted') as unknown)).toBe(true);
}

test('a page that went away, and came back out of the browser’s cache, is told no and may ask again', async ({
  newBrowser,
}) => {
  const browser = await newBrowser({ backForwardCache: true });
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site());
  const prompt = await PromptWindow.during(browser.context, () => askAndKeep(page.page, 'eth_requestAccounts'));
  await prompt.typeSite(site().host);
  const closed = prompt.page.waitForEvent('close');
  await page.page.goto(sites[1]!.origin);
  await closed;

  // A page of the same site, opened meanwhile, got nothing of it.
  const tab = await SitePage.open(browser, site());
  expect(await tab.request('eth_accounts')).toEqual({ result: [] });

  await comeBack(page.page);
  expect(await page.page.evaluate(() => Reflect.get(window, 'kept') as unknown)).toEqual({ code: 4001 });
  await expect.poll(() => page.openPrompts()).toBe(0);
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
  expect(await page.connect()).toMatch(/^0x[0-9a-f]{40}$/);
});

test('a page out of the browser’s cache hears nothing of what was agreed while it was away, until it asks', async ({
  newBrowser,
}) => {
  const browser = await newBrowser({ backForwardCache: true });
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  await askAndKeep(page.page, 'eth_accounts');
  await page.listen('accountsChanged');
  await page.page.goto(sites[1]!.origin);
  const tab = await SitePage.open(browser, site());
  const account = await tab.connect();
  await comeBack(page.page);
  expect(await page.heard()).toEqual([]);
  expect(await page.request('eth_accounts')).toEqual({ result: [account] });
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
  await expect.poll(() => page.openPrompts()).toBe(0);
});

test('a wallet that locks itself during a prompt takes the prompt away', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const closed = prompt.page.waitForEvent('close', { timeout: 60_000 });
  const open = (await stored(app.page, 'session', 'vault')) as object;
  await overwrite(app.page, 'session', 'vault', { ...open, deadline: Date.now() - 1 });
  await ringAlarm(app.page);
  expect(await answer).toMatchObject({ code: 4001 });
  await closed;
  await app.unlock();
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
});

test('a request that was let in by a password ends with the next lock', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  await app.lock();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  await prompt.unlock();
  await prompt.typeSite(site().host);
  const closed = prompt.page.waitForEvent('close');
  await app.lock();
  expect(await answer).toMatchObject({ code: 4001 });
  await closed;
  await app.unlock();
  await expect(app.page.getByRole('navigation')).toBeVisible();
  expect(await stored(app.page, 'session', 'approvals')).toMatchObject({ pending: [] });
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
});

test('a yes in a prompt that was left open over lock and unlock is refused', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  const id = new URL(prompt.page.url()).hash.slice(1);
  // The same prompt in a tab, which the wallet does not close.
  const left = new PromptWindow(await browser.open(`consent.html#${id}`));
  await left.typeSite(site().host);
  await app.lock();
  expect(await answer).toMatchObject({ code: 4001 });
  await app.unlock();
  await left.page.bringToFront();
  await expect(left.page.getByText('This request is no longer waiting.')).toBeVisible();
  // What its button would have sent.
  const reply = await left.page.evaluate(
    (of) => chrome.runtime.sendMessage<object, unknown>({ to: 'background', method: 'approve', args: [of, {}] }),
    id,
  );
  expect(reply).toMatchObject({ error: { code: 'not-waiting' } });
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
});

test('after other words took the place of a damaged wallet, nothing that waited is given, and no site is connected', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const known = await SitePage.open(browser, site());
  const before = await known.connect();
  const unknown = await SitePage.open(browser, sites[1]!);
  const [signing, connecting] = [
    await known.ask('personal_sign', ['Hello', before]),
    await unknown.ask('eth_requestAccounts'),
  ];
  await damageVault(app.page);
  await app.page.reload();
  await app.page.getByRole('button', { name: 'Use my recovery words' }).click();
  await app.enterWords(toWords(newEntropy()));
  await app.choosePassword();

  expect(await signing.answer).toMatchObject({ code: 4001 });
  expect(await connecting.answer).toMatchObject({ code: 4001 });
  await expect.poll(() => known.openPrompts()).toBe(0);
  for (const page of [known, unknown]) expect(await page.request('eth_accounts')).toEqual({ result: [] });
  expect(await known.request('personal_sign', ['Hello', before])).toMatchObject({ code: 4100 });
  const after = await known.connect();
  expect(after).not.toBe(before);
  expect(after).toBe((await app.accountNumber()).toLowerCase());
});

test('a browser that was killed with a prompt open starts locked, with no prompt, and the page asks anew', async ({
  newBrowser,
  stack,
}) => {
  const profileDir = await mkdtemp(join(stack.dir, 'profile-'));
  const browser = await newBrowser({ profileDir });
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await (await SitePage.open(browser, sites[1]!)).connect();
  const { prompt, answer } = await (await SitePage.open(browser, site())).ask('eth_requestAccounts');
  const left = answer.catch(() => undefined); // the page that waited for it is no more
  await prompt.typeSite(site().host);

  await killBrowser(browser, profileDir);
  await left;

  const again = await newBrowser({ profileDir });
  const opened = await WalletApp.open(again);
  await expect(opened.page.getByRole('heading', { name: 'Unlock Salus' })).toBeVisible();
  expect(await stored(opened.page, 'session', 'approvals')).toBeUndefined();
  const [page, known] = [await SitePage.open(again, site()), await SitePage.open(again, sites[1]!)];
  await expect.poll(() => page.openPrompts()).toBe(0);
  for (const one of [page, known]) expect(await one.request('eth_accounts')).toEqual({ result: [] });
  await opened.unlock();
  await expect(opened.page.getByRole('navigation')).toBeVisible();
  await expect.poll(() => page.openPrompts()).toBe(0);
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
  expect(await known.request('eth_accounts')).toEqual({ result: [account] });
  expect(await page.connect()).toBe(account);
});

test('switching the extension off and on under a page settles what it waits for with 4900', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site());
  const { answer } = await page.ask('eth_requestAccounts');
  // The app's own page goes with it.
  await app.page.evaluate(() => chrome.runtime.reload()).catch(() => undefined);
  expect(await answer).toMatchObject({ code: 4900 });
  expect(await page.request('eth_chainId')).toMatchObject({ code: 4900 });
});

test('two tabs of one site that ask at once are shown one prompt, and both learn what came of it', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const tabs = [await SitePage.open(browser, site()), await SitePage.open(browser, site())];
  for (const tab of tabs) await tab.listen('accountsChanged');
  const answers: Promise<{ from: SitePage; answer: Awaited<ReturnType<SitePage['request']>> }>[] = [];
  const prompt = await PromptWindow.during(browser.context, () => {
    for (const from of tabs) answers.push(from.request('eth_requestAccounts').then((answer) => ({ from, answer })));
    return Promise.resolve();
  });
  const refused = await Promise.race(answers);
  expect(refused.answer).toMatchObject({ code: -32005, reason: 'already-pending' });
  expect(tabs[0]!.openPrompts()).toBe(1);
  await prompt.typeSite(site().host);
  await prompt.approve();
  const all = await Promise.all(answers);
  const [account] = all.find(({ from }) => from !== refused.from)!.answer.result as string[];
  expect(account).toMatch(/^0x[0-9a-f]{40}$/);
  for (const tab of tabs) {
    await expect.poll(() => tab.heard()).toEqual([[account]]);
    expect(await tab.request('eth_requestAccounts')).toEqual({ result: [account] });
  }
});

test('two tabs of one site that ask for different things at once are answered each for its own', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const [one, two] = [await SitePage.open(browser, site()), await SitePage.open(browser, site())];
  const account = await one.connect();
  const signing = await one.ask('personal_sign', ['Hello', account]);
  const keying = await two.ask('eth_getEncryptionPublicKey', [account]);
  await signing.prompt.reject();
  expect(await signing.answer).toMatchObject({ code: 4001 });
  await keying.prompt.typeSite(site().host);
  await keying.prompt.approve();
  expect(await keying.answer).toEqual({ result: expect.stringMatching(/^[0-9A-Za-z+/]{43}=$/) as unknown });
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
  await expect.poll(() => page.openPrompts()).toBe(0);

  const other = await SitePage.open(browser, sites[1]!);
  const { prompt, answer } = await other.ask('eth_requestAccounts');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});
