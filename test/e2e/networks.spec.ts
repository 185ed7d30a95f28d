import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { secondNetwork } from './support/network.ts';
import { claimChain, startProxy } from './support/proxy.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
let other: Site;
test.beforeAll(async () => {
  [site, other] = await Promise.all([serveSite(), serveSite()]);
});
test.afterAll(async () => {
  await Promise.all([site.close(), other.close()]);
});

test('another health network is added after a yes, and choosing it takes prompts and accounts away until the person goes back', async ({
  newBrowser,
  stack,
}) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site);
  const account = await page.connect();
  const regional = await secondNetwork(stack);

  const refused = await page.ask('health_addNetwork', regional);
  await expect(refused.prompt.page.getByRole('heading', { name: 'wants to add a health network' })).toBeVisible();
  await expect(refused.prompt.page.getByText('“Regional health network”')).toBeVisible();
  await lookAt(refused.prompt.page, 'prompt network add');
  await refused.prompt.reject();
  expect(await refused.answer).toMatchObject({ code: 4001 });
  await app.go('Settings');
  const networks = app.page.getByTestId('networks').getByRole('listitem');
  await expect(networks).toHaveCount(1);

  const added = await page.ask('health_addNetwork', regional);
  await added.prompt.typeSite(site.host);
  await added.prompt.approve();
  expect(await added.answer).toEqual({ result: null });
  // It is there, not used, and no other site puts its own nodes under that name.
  const evil = { ...regional, managers: [other.origin], durableAt: 1 };
  expect(await page.request('health_addNetwork', evil)).toEqual({ result: null });
  await expect.poll(() => page.openPrompts()).toBe(0);
  expect(await page.request('eth_accounts')).toEqual({ result: [account] });
  await app.page.reload();
  await expect(networks).toHaveCount(2);
  await expect(networks.first()).toContainText('Local health network (in use)');
  await lookAt(app.page, 'settings two networks');

  // Two sites wait for the person when they choose the other network.
  await page.listen('accountsChanged');
  await page.listen('chainChanged');
  const stranger = await SitePage.open(browser, other);
  const [signing, connecting] = [
    await page.ask('personal_sign', ['Hello', account]),
    await stranger.ask('eth_requestAccounts'),
  ];
  await networks.filter({ hasText: 'Regional' }).getByRole('button', { name: 'Use this one' }).click();
  expect(await signing.answer).toMatchObject({ code: 4001 });
  expect(await connecting.answer).toMatchObject({ code: 4001 });
  await expect.poll(() => page.openPrompts()).toBe(0);
  await expect(networks.filter({ hasText: 'Regional' })).toContainText('(in use)');
  // The chain is the same one.
  await expect.poll(() => page.heard()).toEqual([[]]);
  for (const one of [page, stranger]) expect(await one.request('eth_accounts')).toEqual({ result: [] });
  expect(await page.request('personal_sign', ['Hello', account])).toMatchObject({ code: 4100 });
  await app.go('Sharing');
  await expect(app.page.getByText('No site is connected.')).toBeVisible();

  await app.go('Settings');
  await networks.filter({ hasText: 'Local' }).getByRole('button', { name: 'Use this one' }).click();
  await expect.poll(() => page.heard()).toEqual([[], [account]]);
  expect(await page.request('eth_accounts')).toEqual({ result: [account] });
  expect(await stranger.request('eth_accounts')).toEqual({ result: [] });
  await app.go('Sharing');
  await expect(app.page.getByText(site.origin)).toBeVisible();
});

test('a site may ask to go over to a network the wallet has on another chain, and hears of it', async ({
  newBrowser,
  stack,
}) => {
  const node = await startProxy(stack.network.rpcUrl);
  node.change = claimChain(1);
  try {
    const browser = await newBrowser();
    const app = await WalletApp.open(browser);
    await app.createWallet();
    const page = await SitePage.open(browser, site);
    const account = await page.connect();
    const own = `0x${stack.network.chainId.toString(16)}`;
    await page.listen('chainChanged');
    await page.listen('accountsChanged');
    expect(await page.request('wallet_switchEthereumChain', [{ chainId: '0x1' }])).toMatchObject({ code: 4902 });
    const network = { ...stack.network, name: 'Network far away', chainId: 1, rpcUrl: node.url };
    const added = await page.ask('health_addNetwork', network);
    await added.prompt.typeSite(site.host);
    await added.prompt.approve();
    expect(await added.answer).toEqual({ result: null });

    const use = await page.ask('wallet_switchEthereumChain', [{ chainId: '0x1' }]);
    await expect(use.prompt.page.getByRole('heading', { name: 'wants you to go over to' })).toBeVisible();
    await lookAt(use.prompt.page, 'prompt network use');
    await use.prompt.typeSite(site.host);
    await use.prompt.approve();
    expect(await use.answer).toEqual({ result: null });
    // There it is not connected, and learns nothing of the chain until it is.
    await expect.poll(() => page.heard()).toEqual([[]]);
    expect(await page.request('eth_chainId')).toEqual({ result: own });
    await page.connect();
    await expect.poll(() => page.heard()).toEqual([[], '0x1', [account]]);
    expect(await page.request('eth_chainId')).toEqual({ result: '0x1' });

    const back = await page.ask('wallet_switchEthereumChain', [{ chainId: own }]);
    await back.prompt.typeSite(site.host);
    await back.prompt.approve();
    expect(await back.answer).toEqual({ result: null });
    await expect.poll(() => page.heard()).toEqual([[], '0x1', [account], own, [account]]);
    expect(await page.request('eth_chainId')).toEqual({ result: own });
    expect(await page.request('eth_accounts')).toEqual({ result: [account] });
  } finally {
    await node.close();
  }
});

test('a network that does not answer is not added by a yes, and not called before it', async ({
  newBrowser,
  stack,
}) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  await page.connect();
  for (const change of [{ chainId: 1 }, { registry: `0x${'ab'.repeat(20)}` }]) {
    const { prompt, answer } = await page.ask('health_addNetwork', { ...stack.network, ...change });
    await prompt.typeSite(site.host);
    await prompt.readToTheEnd();
    await expect(prompt.page.getByText('Take a moment to look at who is asking.')).toHaveCount(0);
    await prompt.page.getByRole('button', { name: 'Approve' }).click();
    await expect(prompt.page.getByText('The health network does not answer.')).toBeVisible();
    await prompt.page.close();
    expect(await answer).toMatchObject({ code: 4001 });
  }
});

test('an account that is taken out of this browser leaves nothing behind in any network', async ({
  newBrowser,
  stack,
}) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  const { page } = app;
  await app.createWallet();
  const portal = await SitePage.open(browser, site);
  await portal.connect();
  const added = await portal.ask('health_addNetwork', await secondNetwork(stack));
  await added.prompt.typeSite(site.host);
  await added.prompt.approve();
  await added.answer;
  /** Aliases of accounts of which something is kept, each as often as there are things. */
  const kept = () =>
    page.evaluate(async () => {
      const keys = Object.keys(await chrome.storage.local.get(null)).filter((key) => key.startsWith('state:'));
      const names = (await indexedDB.databases()).map(({ name = '' }) => name);
      const catalogues = names.filter((name) => name.startsWith('salus-catalogue:'));
      return [...keys, ...catalogues].map((name) => name.split(':').at(-1) ?? '').toSorted();
    });
  const use = async (network: string) => {
    await app.go('Settings');
    const line = page.getByTestId('networks').getByRole('listitem').filter({ hasText: network });
    await line.getByRole('button', { name: 'Use this one' }).click();
    await expect(line).toContainText('(in use)');
  };
  const [first] = await kept();

  await app.addAccount('Leo', 'My own health record');
  await use('Regional');
  await expect.poll(async () => (await kept()).filter((alias) => alias !== first).length).toBeGreaterThanOrEqual(4);
  await use('Local');
  await page.getByTestId('account').selectOption({ label: 'Account 1' });
  await expect(page.getByTestId('account')).toBeEnabled();
  await app.go('Settings');
  const leo = page.getByTestId('accounts').getByRole('listitem').filter({ hasText: 'Leo' });
  await leo.getByRole('button', { name: 'Remove' }).click();
  await page.getByRole('button', { name: 'Remove from this browser' }).click();
  await expect(leo).toHaveCount(0);
  expect(new Set(await kept())).toEqual(new Set([first]));
});
