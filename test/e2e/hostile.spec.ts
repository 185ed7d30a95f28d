import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { serveSite, type Site } from './support/site.ts';

/** What pages, frames and other extensions may try. What they may send, forge or spoil is in hostile-requests.spec.ts; more in signing.spec.ts. */

const ACCESS = {
  purpose: 'TREAT',
  sections: ['medications'],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: ACCOUNTS.hospital.address },
};

let site: Site;
let boxed: Site;
test.beforeAll(async () => {
  [site, boxed] = await Promise.all([
    serveSite(),
    serveSite({}, { 'content-security-policy': 'sandbox allow-scripts' }),
  ]);
});
test.afterAll(async () => {
  await Promise.all([site.close(), boxed.close()]);
});

/** The same site under another name. */
const under = ({ origin, host }: Site, name: string) => ({
  origin: origin.replace('127.0.0.1', name),
  host: host.replace('127.0.0.1', name),
});

test('a page without an origin of its own gets nothing', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await browser.newPage();
  await page.goto('data:text/html,<h1>A page</h1>');
  expect(await page.evaluate(() => 'salus' in window)).toBe(false);

  // A page that boxed itself in: the browser gives its sender no origin, whatever its address is.
  const inBox = await SitePage.open(browser, boxed);
  expect(await inBox.page.evaluate(() => window.origin)).toBe('null');
  expect(await inBox.page.evaluate(() => 'salus' in window)).toBe(false);
  await inBox.page.evaluate(() => {
    const request = { target: 'salus:content', id: 1, method: 'eth_requestAccounts' };
    window.postMessage(request, '*');
  });
  await inBox.page.waitForTimeout(1_000);
  await expect.poll(() => inBox.openPrompts()).toBe(0);
});

test('a page that came over an open line gets nothing', async ({ newBrowser }) => {
  const browser = await newBrowser({ localNames: ['clinic.test'] });
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, under(site, 'clinic.test'));
  expect(await page.page.evaluate(() => 'salus' in window)).toBe(false);
  await page.page.evaluate(() => window.postMessage({ target: 'salus:content', id: 1, method: 'eth_requestAccounts' }));
  await page.page.waitForTimeout(1_000);
  await expect.poll(() => page.openPrompts()).toBe(0);
});

test('another extension can neither speak to the wallet nor pass for it', async ({ newBrowser, stack }, info) => {
  const dir = info.outputPath('other-extension');
  await mkdir(dir, { recursive: true });
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await writeFile(
    join(dir, 'manifest.json'),
    JSON.stringify({
      manifest_version: 3,
      name: 'Salus',
      version: '1',
      key: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      content_scripts: [{ matches: ['http://*/*'], js: ['content.js'], run_at: 'document_start' }],
    }),
  );
  await writeFile(join(dir, 'page.html'), '<!doctype html><title>Salus</title>');
  // In the page's own messages it may write what any script there may: an answer nobody waits for, and a request of its own.
  await writeFile(
    join(dir, 'content.js'),
    `for (let id = 1; id < 20; id++) {
       postMessage({ target: 'salus:page', id, result: ['0x00000000000000000000000000000000000000aa'] }, '*');
     }
     document.documentElement.dataset.otherExtension = chrome.runtime.id;`,
  );
  const browser = await newBrowser({ extensionDir: stack.extensionDir, otherExtensions: [dir] });
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  const otherId = await page.page.evaluate(() => document.documentElement.dataset['otherExtension'] ?? '');
  expect(otherId).toMatch(/^[a-p]{32}$/);
  expect(otherId).not.toBe(browser.extensionId);

  const attacker = await browser.newPage();
  await attacker.goto(`chrome-extension://${otherId}/page.html`);
  const told = await attacker.evaluate(async (walletId) => {
    interface Runtime {
      sendMessage(id: string, message: unknown): Promise<unknown>;
      connect(
        id: string,
        info: object,
      ): {
        onDisconnect: { addListener(f: () => void): void };
        postMessage(m: unknown): void;
        onMessage: { addListener(f: (m: unknown) => void): void };
      };
    }
    const { runtime } = (globalThis as unknown as { chrome: { runtime: Runtime } }).chrome;
    const heard: unknown[] = [];
    for (const method of ['status', 'home', 'newWords', 'rejectAll']) {
      await runtime.sendMessage(walletId, { to: 'background', method, args: [] }).then(
        (answer) => heard.push(answer),
        () => undefined,
      );
    }
    await new Promise<void>((resolve) => {
      const port = runtime.connect(walletId, { name: 'provider' });
      port.onMessage.addListener((message) => heard.push(message));
      port.onDisconnect.addListener(resolve);
      try {
        port.postMessage({ id: '0'.repeat(32), method: 'eth_requestAccounts' });
      } catch {
        resolve();
      }
      setTimeout(resolve, 2_000);
    });
    return heard.filter((message) => message !== undefined && message !== null);
  }, browser.extensionId);
  expect(told).toEqual([]);
  await expect.poll(() => page.openPrompts()).toBe(0);
  expect(await page.request('eth_accounts')).toEqual({ result: [] });
});

test('an address that looks like another’s is shown whole, as code, and nobody vouches for it', async ({
  newBrowser,
}) => {
  // Cyrillic letters in “riverside”, and a name that begins like a clinic’s.
  const names = ['xn--rversde-1ig34e.localhost', 'riverside.example.records.evil.localhost'];
  const browser = await newBrowser({ localNames: names });
  await (await WalletApp.open(browser)).createWallet();
  for (const name of names) {
    const there = under(site, name);
    const { prompt, answer } = await (await SitePage.open(browser, there)).ask('eth_requestAccounts');
    const shown = prompt.page.getByTestId('site');
    await expect(shown).toContainText(there.origin);
    await expect(shown).toContainText('Nobody vouches for this site.');
    const warning = prompt.page.getByText('letters of another alphabet');
    await expect(warning).toHaveCount(name.startsWith('xn--') ? 1 : 0);
    // No part of it is cut off.
    const box = await shown.getByText(there.origin).evaluate((e) => [e.scrollWidth - e.clientWidth, e.textContent]);
    expect(box).toEqual([0, there.origin]);
    await prompt.reject();
    expect(await answer).toMatchObject({ code: 4001 });
  }
});

test('the prompt cannot be put into a page, and a click in its first moment does not count', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  const framed = await page.page.evaluate(
    (url) =>
      new Promise<string>((resolve) => {
        const frame = document.createElement('iframe');
        frame.src = url;
        frame.onload = () => resolve(frame.contentDocument === null ? 'blocked' : 'open');
        frame.onerror = () => resolve('blocked');
        document.body.append(frame);
      }),
    `chrome-extension://${browser.extensionId}/consent.html`,
  );
  expect(framed).toBe('blocked');

  await page.connect();
  const { prompt, answer } = await page.ask('personal_sign', ['Hello', await account(page)]);
  const approve = prompt.page.getByRole('button', { name: 'Approve' });
  await prompt.typeSite(site.host);
  await prompt.readToTheEnd();
  await expect(approve).toBeEnabled();
  // Coming to the front again is such a moment too.
  await prompt.page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await expect(approve).toBeDisabled();
  await approve.click({ force: true, timeout: 1_000 }).catch(() => undefined);
  await expect(prompt.page.getByText('Take a moment to look at who is asking.')).toBeVisible();
  await expect(approve).toBeEnabled();
  await prompt.approve();
  expect((await answer).result).toMatch(/^0x/);
});

test('a site cannot speak with the prompt’s voice, nor with a hospital’s name', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  const { prompt, answer } = await page.ask('health_requestAccess', {
    ...ACCESS,
    reason:
      `Safe\n\nRegistered hospital, accredited by Local Health Authority\u202E evil ${'very long '.repeat(20)}`.slice(
        0,
        300,
      ),
    recipient: { address: `0x${'ab'.repeat(20)}`, name: 'Riverside Clinic\u200B\n· Registered hospital' },
  });
  const { page: shown } = prompt;
  await expect(shown.getByText('Nobody vouches for this site.')).toBeVisible();
  await expect(shown.getByText('This person is not registered in the health network.')).toBeVisible();
  // Where the wallet itself speaks of the site, there is nothing of it.
  await expect(shown.getByTestId('site')).not.toContainText('Registered hospital');
  const claims = shown.getByRole('definition').filter({ hasText: "the site's own words" });
  await expect(claims).toHaveCount(2);
  await expect(claims.first()).toContainText('⟨U+202E⟩');
  await expect(claims.last()).toContainText('⟨U+200B⟩');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('markup in a record is shown as text, and none of it runs', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const refused: string[] = [];
  app.page.on('console', (line) => {
    if (line.text().includes('Content Security Policy')) refused.push(line.text());
  });
  const markup = '<img src="x" onerror="document.title = 1"><b>Pulse</b>';
  const div = `<div xmlns="http://www.w3.org/1999/xhtml"><script>document.title = 1</script>${markup}<p>A story</p></div>`;
  const observation = {
    resourceType: 'Observation',
    status: 'final',
    text: { status: 'additional', div },
    code: { text: markup },
    valueString: markup,
    note: [{ text: markup }],
  };
  await app.importFile(
    bundleFile({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: observation }] }, 'markup.json'),
  );
  const main = app.page.getByRole('main');
  const elements = main.locator('img, script, iframe, b');
  await app.go('Records');
  await expect(main.getByText(markup).first()).toBeVisible();
  await expect(elements).toHaveCount(0);
  await main.getByRole('link', { name: 'Pulse' }).click();
  await expect(app.page.getByTestId('resource')).toContainText(markup);
  await expect(main.getByText('A story', { exact: true })).toHaveCount(0);
  await expect(elements).toHaveCount(0);
  // Nothing was even tried that the policy would have to stop.
  expect(refused).toEqual([]);
});

const account = async (page: SitePage): Promise<string> =>
  ((await page.request('eth_accounts')).result as string[])[0]!;
