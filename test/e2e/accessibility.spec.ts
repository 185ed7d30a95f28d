import type { Page } from '@playwright/test';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';
import { damageVault } from './support/storage.ts';

let site: Site;
test.beforeAll(async () => {
  site = await serveSite();
});
test.afterAll(() => site.close());

test('the first run can be gone through by everybody', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  await expect(page.getByRole('button', { name: 'Start a new wallet' })).toBeVisible();
  await lookAt(page, 'start');
  await page.getByRole('button', { name: 'I have recovery words' }).click();
  await app.enterWords(['one', 'two']);
  await expect(page.getByRole('alert')).toBeVisible();
  await lookAt(page, 'enter words');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: 'Start a new wallet' }).click();
  await expect(page.getByTestId('words').getByRole('listitem')).toHaveCount(24);
  await lookAt(page, 'words');
  await page.reload();
  const words = await app.seeWords();
  await lookAt(page, 'check words');
  await app.answerWordCheck((place) => words[place - 1]);
  await expect(page.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
  await lookAt(page, 'password');
});

test('the screens of a record can be used by everybody', async ({ newBrowser }) => {
  test.setTimeout(400_000);
  const patients = await newBrowser();
  const app = await WalletApp.open(patients);
  const { page } = app;
  await app.createWallet();
  await expect(page.getByText('There is nothing here yet.')).toBeVisible();
  await lookAt(page, 'home empty');
  const popup = await patients.open('popup.html');
  await expect(popup.getByText('No requests are waiting.')).toBeVisible();
  await lookAt(popup, 'popup');

  await app.chooseFile({ name: 'a.json', mimeType: 'application/json', buffer: Buffer.alloc(0) });
  await expect(page.getByRole('alert')).toBeVisible();
  await lookAt(page, 'import refused');
  await app.importFile(bundleFile(), () => lookAt(page, 'import report'));
  await app.waitUntilRecorded();
  await lookAt(page, 'home');
  await app.chooseFile(bundleFile());
  await page.getByText('10 entries will not be added').click();
  await lookAt(page, 'import nothing new');
  await app.go('Records');
  await page.getByRole('link', { name: 'Haemoglobin A1c' }).waitFor();
  await lookAt(page, 'records');
  await page.getByLabel('Search your record').fill('haemo');
  await expect(page.getByText('1 entry found')).toBeVisible();
  await lookAt(page, 'records found');
  await page.getByLabel('Search your record').fill('nothing like it');
  await expect(page.getByText('Nothing in your record fits.')).toBeVisible();
  await page.getByLabel('Search your record').fill('');
  await page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
  await page.getByText('Technical details').click();
  await lookAt(page, 'record');
});

test('the screens of sharing, settings and the lock can be used by everybody', async ({ newBrowser, stack }) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const app = await WalletApp.open(patients);
  const { page } = app;
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');
  await expect(doctor.page.getByText('No patient shares anything with you now.')).toBeVisible();
  await lookAt(doctor.page, 'patients empty');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Noor Aziz');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  const prompt = await checkIn.askToShare();
  await expect(prompt.page.getByText('Dr Noor Aziz')).toBeVisible();
  await prompt.approve();
  await checkIn.says('Shared');
  await app.go('Sharing');
  await expect(page.getByRole('heading', { name: 'Dr Noor Aziz' })).toBeVisible();
  await lookAt(page, 'sharing');
  await page.getByRole('button', { name: 'Stop sharing' }).click();
  await lookAt(page, 'sharing confirm');
  await app.go('Activity');
  await expect(page.getByTestId('activity').getByRole('listitem').first()).toBeVisible();
  await lookAt(page, 'activity');
  await app.go('Settings');
  await lookAt(page, 'settings');
  await doctor.page.reload();
  await expect(doctor.page.getByTestId('patients')).toBeVisible();
  await lookAt(doctor.page, 'patients');
  await doctor.page.getByTestId('patients').getByRole('link').first().click();
  await doctor.page.getByTestId('shared-sections').getByRole('button').first().click();
  await expect(doctor.page.getByTestId('records')).toBeVisible();
  await lookAt(doctor.page, 'a patient in view');

  await app.lock();
  await app.unlock('not my password');
  await expect(page.getByRole('alert')).toBeVisible();
  await lookAt(page, 'unlock');
  // A wallet that looks in between mends the one from the other; then both are spoiled again.
  await expect(async () => {
    await damageVault(page);
    await page.reload();
    await expect(page.getByRole('button', { name: 'Use my recovery words' })).toBeVisible({ timeout: 5_000 });
  }).toPass();
  await lookAt(page, 'damaged');
});

test('every kind of prompt can be used by everybody', async ({ newBrowser, stack }) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const app = await WalletApp.open(patients);
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  await (await WalletApp.open(doctors)).createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Ida Varga');

  const stranger = await SitePage.open(patients, site);
  const unknown = await stranger.ask('eth_requestAccounts');
  await expect(unknown.prompt.page.getByText('Nobody vouches for this site.')).toBeVisible();
  await lookAt(unknown.prompt.page, 'prompt connect unknown site');
  await unknown.prompt.reject();
  await unknown.answer;

  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  const connect = await checkIn.connect();
  await expect(connect.page.getByText('Registered hospital')).toBeVisible();
  await lookAt(connect.page, 'prompt connect');
  await connect.approve();
  const offer = await checkIn.offerRecord();
  await expect(offer.page.getByTestId('report')).toBeVisible();
  await lookAt(offer.page, 'prompt offer');
  await offer.reject();
  for (const box of await checkIn.page.getByRole('checkbox').all()) await box.check();
  const access = await checkIn.askToShare();
  await expect(access.page.getByText('Dr Ida Varga')).toBeVisible();
  await lookAt(access.page, 'prompt access');
  await access.approve();
  await checkIn.says('Shared');

  await desk.refresh();
  const write = await desk.askToAddResult('Potassium', '4.1', 'mmol/L');
  await expect(write.page.getByTestId('report')).toBeVisible();
  await lookAt(write.page, 'prompt write');
  await write.approve();
});

/** Presses Tab until `role` with `name` has the focus, and the focus can be seen. */
async function tabTo(page: Page, role: 'button' | 'textbox', name: string): Promise<void> {
  const target = page.getByRole(role, { name });
  for (let presses = 0; presses < 30; presses++) {
    await page.keyboard.press('Tab');
    if (await target.evaluate((element) => element === document.activeElement)) break;
  }
  await expect(target).toBeFocused();
  const outline = await target.evaluate((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return { shown: outlineStyle !== 'none', width: parseFloat(outlineWidth) };
  });
  expect(outline.shown).toBe(true);
  expect(outline.width).toBeGreaterThanOrEqual(2);
}

/** The window may be gone before the key comes up again. */
const pressEnter = (page: Page) => page.keyboard.press('Enter').catch(() => undefined);

test('a prompt is answered with the keyboard alone, and the focus can always be seen', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const stranger = await SitePage.open(browser, site);
  const answered = async (press: (page: Page) => Promise<void>) => {
    const { prompt, answer } = await stranger.ask('eth_requestAccounts');
    await expect(prompt.page.getByRole('button', { name: 'Reject', exact: true })).toBeVisible();
    const closed = prompt.page.waitForEvent('close');
    await press(prompt.page);
    await closed;
    return answer;
  };
  const rejected = await answered(async (page) => {
    await tabTo(page, 'button', 'Reject');
    await pressEnter(page);
  });
  expect(rejected).toMatchObject({ code: 4001 });

  const approved = await answered(async (page) => {
    await tabTo(page, 'textbox', 'Name of the site');
    await page.keyboard.type(site.host);
    await tabTo(page, 'button', 'Approve');
    await expect(page.getByRole('button', { name: 'Approve' })).toBeEnabled();
    await pressEnter(page);
  });
  expect(approved.result).toHaveLength(1);
});
