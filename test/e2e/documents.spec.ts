import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { serve, serveSite, type Site } from './support/site.ts';

/** Notes what is announced to a page from its first script on, and asks for it, as libraries do. */
const NOTE = `
  window.announced = (window.announced ?? 0);
  window.addEventListener('eip6963:announceProvider', ({ detail }) => {
    window.announced++;
    window.provider = detail.provider;
  });
  window.dispatchEvent(new Event('eip6963:requestProvider'));
`;
/** A page that writes itself anew, as frameworks and mail clients do, and asks at once. */
const REWRITTEN = `<!doctype html><title>Before</title><script>
  const html = '<!doctype html><title>After</title><h1>After</h1><script>${NOTE.replaceAll('\n', ' ').replaceAll("'", "\\'")}'
    + 'window.early = window.salus.request({ method: "eth_accounts" });</' + 'script>';
  addEventListener('load', () => {
    document.open();
    document.write(html);
    document.close();
  });
</script>`;

let site: Site;
test.beforeAll(async () => {
  site = await serveSite({ '/rewritten': REWRITTEN });
});
test.afterAll(() => site.close());

const announced = (page: SitePage) => page.page.evaluate(() => Reflect.get(window, 'announced') as number);

/** Puts other content into the document that is open. */
const rewrite = (page: SitePage, html: string) =>
  page.page.evaluate((text) => {
    document.open();
    document.write(text);
    document.close();
  }, html);

test('a page that writes itself anew is answered, and finds the wallet', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site, '/rewritten');
  await expect(page.page.getByRole('heading', { name: 'After' })).toBeVisible();
  expect(await page.page.evaluate(() => Reflect.get(window, 'early') as unknown)).toEqual([]);
  expect(await announced(page)).toBeGreaterThan(0);
  const account = await page.connect();
  expect(await page.request('eth_accounts')).toEqual({ result: [account] });
});

test('a wallet that had answered a page answers it after each document.open, and tells it what happens', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site);
  const account = await page.connect();
  for (const round of [1, 2, 3]) {
    await rewrite(page, `<!doctype html><title>${round}</title><script>${NOTE}</script>`);
    expect(await page.request('eth_accounts'), `round ${round}`).toEqual({ result: [account] });
    await expect.poll(() => announced(page)).toBeGreaterThanOrEqual(round);
  }
  await page.page.evaluate(() => {
    document.open(); // and nothing is ever written
  });
  expect(await page.request('eth_chainId')).toMatchObject({ result: expect.stringMatching(/^0x/) });
  await page.listen('accountsChanged');
  await page.request('wallet_revokePermissions', [{ eth_accounts: {} }]);
  await expect.poll(() => page.heard()).toEqual([[]]);
});

test('a prompt that was open when its page was written anew still brings the page its account', async ({
  newBrowser,
}) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  const { prompt, answer } = await page.ask('eth_requestAccounts');
  await rewrite(page, '<!doctype html><title>While it waits</title>');
  await prompt.typeSite(site.host);
  await prompt.approve();
  expect(await answer).toMatchObject({ result: [expect.stringMatching(/^0x/)] });
});

test('the wallet is put into pages of HTML, and into nothing else', async ({ newBrowser }) => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
  const xhtml = '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>x</title></head><body><p>x</p></body></html>';
  const documents: Readonly<Record<string, readonly [type: string, body: string]>> = {
    '/a.html': ['text/html', '<!doctype html><title>x</title>'],
    '/no-doctype': ['text/html; charset=utf-8', '<p>x'],
    '/a.xhtml': ['application/xhtml+xml', xhtml],
    '/a.xml': ['application/xml', '<note><to>x</to></note>'],
    '/b.xml': ['text/xml', xhtml],
    '/a.rss': ['application/rss+xml', '<rss version="2.0"><channel><title>x</title></channel></rss>'],
    '/a.svg': ['image/svg+xml', svg],
    '/a.json': ['application/json', '{"a":1}'],
    '/fhir': ['application/fhir+json', '{"resourceType":"Basic"}'],
    '/a.txt': ['text/plain', 'x'],
    '/a.js': ['text/javascript', 'x'],
  };
  const files = await serve((request, response) => {
    const [type, body] = documents[request.url ?? ''] ?? ['text/html', ''];
    response.setHeader('content-type', type).end(body);
  });
  try {
    const page = await (await newBrowser()).context.newPage();
    const found: Record<string, boolean> = {};
    for (const path of Object.keys(documents)) {
      // What a browser saves in place of showing is no document at all.
      const shown = await page.goto(files.origin + path).then(
        () => true,
        () => false,
      );
      found[path] = shown && (await page.evaluate(() => 'salus' in window));
    }
    const served = Object.keys(found).filter((path) => found[path]);
    expect(served).toEqual(['/a.html', '/no-doctype', '/a.xhtml']);
  } finally {
    await files.close();
  }
});
