import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
test.beforeAll(async () => {
  site = await serveSite();
});
test.afterAll(() => site.close());

test('several accounts have records and sites of their own, and a site hears when another is in use', async ({
  newBrowser,
}) => {
  test.setTimeout(240_000);
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  const { page } = app;
  const words = await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const portal = await SitePage.open(browser, site);
  await portal.listen('accountsChanged');
  const first = await portal.connect();
  await expect.poll(() => portal.heard()).toEqual([[first]]);

  // What waits for the person was asked of the account that is left.
  const asked = await portal.ask('personal_sign', ['0x6869', first]);
  await app.addAccount('Leo', 'My own health record');
  expect(await asked.answer).toMatchObject({ code: 4001 });
  await app.go('Home');
  await expect(page.getByText('There is nothing here yet.')).toBeVisible();
  await expect.poll(() => portal.heard()).toEqual([[first], []]);
  expect(await portal.request('eth_accounts')).toEqual({ result: [] });

  const connecting = await portal.ask('eth_requestAccounts');
  await expect(connecting.prompt.page.getByText('For your account “Leo”')).toBeVisible();
  await lookAt(connecting.prompt.page, 'prompt connect one of several');
  await connecting.prompt.typeSite(site.host);
  await connecting.prompt.approve();
  const [second] = (await connecting.answer).result as string[];
  expect(second).not.toBe(first);

  await page.getByTestId('account').selectOption({ label: 'Account 1' });
  // What is asked while the account changes is asked of nobody.
  await expect(page.getByTestId('account')).toBeEnabled();
  await expect.poll(() => portal.heard()).toEqual([[first], [], [second], [first]]);
  expect(await portal.request('eth_accounts')).toEqual({ result: [first] });
  await app.go('Home');
  await expect(page.getByRole('link', { name: /Allergies/ })).toBeVisible();
  await lookAt(page, 'home one of several accounts');

  await app.go('Settings');
  await lookAt(page, 'settings accounts');
  const leo = page.getByTestId('accounts').getByRole('listitem').filter({ hasText: 'Leo' });
  await leo.getByRole('button', { name: 'Rename' }).click();
  await page.getByLabel('Name of the account').fill('Leo, 8 years');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByTestId('account')).toContainText('Leo, 8 years');
  await leo.getByRole('button', { name: 'Remove' }).click();
  await lookAt(page, 'settings remove account');
  await page.getByRole('button', { name: 'Remove from this browser' }).click();
  await expect(leo).toHaveCount(0);
  await expect(page.getByTestId('account')).toHaveCount(0);

  // The words bring both back.
  const blank = await WalletApp.open(await newBrowser());
  await blank.restore(words);
  await expect(blank.page.getByTestId('account').locator('option')).toHaveText(['Account 1', 'Account 2']);
});

test('of restored words that the health network does not know, the person says what they are for', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.createWallet('provider'); // nobody vouches for them
  const blank = await WalletApp.open(await newBrowser());
  await blank.restore(words);
  const { page } = blank;
  await expect(page.getByRole('heading', { name: 'What do you use this account for?' })).toBeVisible();
  await lookAt(page, 'what an account is for');
  await page.getByRole('radio', { name: 'My work in health care' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText('No patient shares anything with you now.')).toBeVisible();
});
