import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { FORM_KINDS } from '../../extension/core/forms/form.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { CLINIC_BUNDLE, last } from '../fixtures/clinic.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import type { PromptWindow } from './pages/prompt-window.ts';
import { PASSWORD, WalletApp } from './pages/wallet-app.ts';
import { speakPseudo, untranslated } from './support/pseudo-locale.ts';
import { fitsInWidth, lookAt } from './support/screens.ts';

/** Is called on each screen with its name. */
type Look = (page: Page, name: string) => Promise<void>;

const primaryOf = (page: Page) => page.locator('button.primary');
const go = async (page: Page, path: string): Promise<void> => {
  await page.goto(page.url().replace(/#.*$|$/, `#/${path}`));
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
};

/** The first run without a word of any language. */
async function createWallet(page: Page, look: Look): Promise<void> {
  const primary = primaryOf(page);
  await expect(primary).toBeVisible();
  await look(page, 'start');
  await primary.click();
  const items = page.getByTestId('words').getByRole('listitem');
  await expect(items).toHaveCount(24);
  const words = (await items.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, '').trim());
  await look(page, 'words');
  await primary.click();
  await expect(page.getByRole('combobox')).toHaveCount(3);
  await look(page, 'check-words');
  for (const label of await page.locator('label:has(select)').all()) {
    const place = Number(/\d+/.exec(await label.locator('strong').innerText())?.[0]);
    await label.locator('select').selectOption(words[place - 1] ?? '');
  }
  await primary.click();
  const passwords = page.locator('input[type=password]');
  await expect(passwords).toHaveCount(2);
  await passwords.nth(0).fill(PASSWORD);
  await passwords.nth(1).fill('something else');
  await primary.click();
  await expect(page.getByRole('alert')).toBeVisible();
  await look(page, 'password');
  for (const input of await passwords.all()) await input.fill(PASSWORD);
  await primary.click();
  await expect(page.getByRole('navigation')).toBeVisible();
}

/** Adds a record of some years from a file. */
async function importRecord(page: Page, look: Look): Promise<void> {
  await go(page, 'import');
  await look(page, 'import');
  await page.locator('input[type=file]').setInputFiles(bundleFile(CLINIC_BUNDLE, 'clinic.json'));
  await expect(page.getByTestId('report')).toBeVisible();
  await look(page, 'import-report');
  await primaryOf(page).click();
  const toRecord = page.locator('main a.button.primary');
  await expect(toRecord).toBeVisible({ timeout: 60_000 });
  await look(page, 'imported');
  await toRecord.click();
  await expect(page.getByTestId('now-medicines')).toBeVisible();
}

/** What is asked of a table and of a link before something is taken from them. */
async function bringIn(page: Page, look: Look): Promise<void> {
  const table = 'When,Kilos,Sugar\n03/04/2025,70.5,101\n05/04/2025,70.1,99\n';
  await go(page, 'import');
  await page
    .locator('input[type=file]')
    .setInputFiles({ name: 'diary.csv', mimeType: 'text/csv', buffer: Buffer.from(table) });
  const columns = page.getByTestId('columns');
  await expect(columns).toBeVisible();
  await columns.locator('button').first().click();
  await expect(columns.getByRole('alert').first()).toBeVisible();
  await look(page, 'import-columns');
  const link = { url: 'https://shl.example/manifest', key: 'x'.repeat(43), flag: 'LP', label: '5' };
  await go(page, 'add');
  await page.locator('#link').fill(`shlink:/${Buffer.from(JSON.stringify(link)).toString('base64url')}`);
  await page.locator('#link').press('Enter');
  await expect(page.getByTestId('health-link')).toBeVisible();
  await primaryOf(page).click();
  await expect(page.getByTestId('health-link').getByRole('alert')).toBeVisible();
  await look(page, 'add-link');
}

/** What is in the record: the timeline, its filters, a search, a result over time, a letter, and two days compared. */
async function lookThrough(page: Page, look: Look): Promise<void> {
  const main = page.locator('main');
  const records = main.getByTestId('records');
  await go(page, 'records');
  await expect(main.getByTestId('timeline').locator('.visit')).toBeVisible();
  await main.locator('summary').first().click();
  await look(page, 'records');
  await main.locator('#filter-year').selectOption(String(last));
  await main.locator('#filter-state').selectOption('past');
  await expect(records).toHaveCount(0);
  await look(page, 'records-none');
  await main.locator('#filter-state').selectOption('');
  await main.locator('#filter-year').selectOption('');
  await main.getByRole('searchbox').fill('potassium');
  await expect(records.getByRole('listitem')).toHaveCount(3);
  await look(page, 'records-found');
  await records.getByRole('link').first().click();
  const trend = main.getByTestId('trend');
  await expect(trend.locator('canvas')).toBeVisible();
  for (const summary of await main.locator('summary').all()) await summary.click();
  await expect(trend.getByRole('row')).toHaveCount(4);
  await look(page, 'record-trend');
  await go(page, 'compare');
  await expect(main.getByTestId('compared').getByRole('row')).toHaveCount(3);
  await look(page, 'compare');
  await go(page, 'records/documents');
  await records.getByRole('link').first().click();
  const letter = main.getByTestId('attachment');
  await letter.locator('button.primary').click();
  await expect(letter.getByTestId('pdf')).toContainText('Discharged in good health');
  await look(page, 'record-letter');
}

/** What a person adds, corrects, notes and hides, and is told of it. */
async function addByHand(page: Page, look: Look): Promise<void> {
  const main = page.locator('main');
  const saved = () => expect(main.locator('a.button.primary')).toBeVisible({ timeout: 60_000 });
  await go(page, 'add');
  await look(page, 'add');
  for (const kind of FORM_KINDS) {
    await go(page, `by-hand/${kind}`);
    await look(page, `form-${kind}`);
  }
  await go(page, 'by-hand/allergy');
  const substance = main.locator('[data-field=substance]');
  await primaryOf(page).click();
  await expect(substance.locator('.fault')).toBeVisible();
  await look(page, 'form-fault');
  await substance.locator('input').fill('penic');
  await expect(substance.getByRole('option').first()).toBeVisible();
  await look(page, 'form-suggestions');
  await substance.locator('input').press('ArrowDown');
  await substance.locator('input').press('Enter');
  await primaryOf(page).click();
  await saved();
  await look(page, 'form-saved');
  await go(page, 'by-hand/medicine');
  await main.locator('[data-field=drug] input').fill('Amoxicillin');
  await main.locator('[data-field=drug] input').press('Escape');
  await main.locator('[data-field=often] select').selectOption('twiceADay');
  await primaryOf(page).click();
  await expect(main.getByTestId('warnings')).toBeVisible();
  await look(page, 'form-warning');
  await main.locator('[role=alert] button').click();
  await saved();
  await go(page, '');
  await expect(main.getByTestId('warnings')).toBeVisible();
  await look(page, 'home-warnings');

  await main.getByTestId('now-medicines').getByRole('link').filter({ hasText: 'Amoxicillin' }).click();
  const beside = main.getByTestId('beside');
  const correct = beside.locator('a.button');
  await expect(correct).toBeVisible();
  const href = (await correct.getAttribute('href')) ?? '';
  await beside.locator('.row button').first().click();
  await look(page, 'record-say-more');
  await beside.locator('textarea').fill('Twice, with food.');
  await primaryOf(page).click();
  await expect(beside.getByTestId('marks')).toBeVisible();
  for (const [nth, asked] of [
    [2, 'move'],
    [3, 'erase'],
  ] as const) {
    await beside.locator('.row button').nth(nth).click();
    await expect(beside.getByTestId(asked)).toBeVisible();
    await look(page, `record-${asked}`);
    await beside.getByTestId(asked).locator('.row button').last().click();
  }
  await beside.locator('.row button').nth(1).click();
  await expect(beside.locator('.notice')).toBeVisible();
  await look(page, 'record-hidden');
  await go(page, 'hidden');
  await expect(main.getByTestId('records').getByRole('listitem')).toHaveCount(1);
  await look(page, 'hidden');
  await go(page, href.slice('#/'.length));
  await expect(main.getByTestId('form')).toBeVisible();
  await look(page, 'form-correct');
}

/** The screens of one person. */
async function walk(page: Page, look: Look): Promise<void> {
  await createWallet(page, look);
  await look(page, 'home-empty');
  await importRecord(page, look);
  await look(page, 'home');
  await bringIn(page, look);
  await lookThrough(page, look);
  await go(page, 'report');
  await expect(page.getByTestId('doctor-report').getByRole('row').first()).toBeVisible();
  await look(page, 'report');
  await addByHand(page, look);
  for (const path of ['sharing', 'emergency', 'activity', 'payments', 'settings', 'unopened']) {
    await go(page, path);
    await expect(page.locator('main [role=status]')).toHaveCount(0);
    await look(page, path);
  }
  await atTheDoor(page, look);
}

/** How the wallet is opened and taken away: every form of it, and the locked screen. */
async function atTheDoor(page: Page, look: Look): Promise<void> {
  await go(page, 'safety');
  await expect(page.locator('main select')).toBeVisible();
  for (const section of await page.locator('main section').all()) {
    const button = section.locator('button');
    if ((await button.count()) > 0) await button.first().click();
  }
  await expect(page.locator('main .notice.good')).toBeVisible();
  await look(page, 'safety');
  await page.locator('header button.plain').click();
  const passwords = page.locator('input[type=password]');
  await expect(passwords).toHaveCount(1);
  await passwords.fill('not my password');
  await primaryOf(page).click();
  await expect(page.getByRole('alert')).toBeVisible();
  await look(page, 'unlock');
  await page.locator('main button.link').click();
  await expect(page.locator('main .notice.good')).toBeVisible();
  await look(page, 'forgot');
}

/** Answers a prompt as a person does who reads it to its end. */
async function approve({ page }: PromptWindow): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expect(primaryOf(page)).toBeEnabled();
  const closed = page.waitForEvent('close', { timeout: 60_000 });
  await primaryOf(page)
    .click()
    .catch((error: unknown) => {
      if (!page.isClosed()) throw error;
    });
  await closed;
}

/** What sites ask, and what comes of it; the doctor's browser speaks English. */
async function meet(patients: WalletBrowser, doctors: WalletBrowser, stack: Stack, look: Look): Promise<void> {
  const nothing = () => Promise.resolve();
  const page = await patients.open('app.html');
  await createWallet(page, nothing);
  await importRecord(page, nothing);
  await (await WalletApp.open(doctors)).createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Noor Aziz');

  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  const connect = await checkIn.connect();
  await expect(connect.page.getByRole('heading', { level: 1 })).toBeVisible();
  await look(connect.page, 'prompt-connect');
  await approve(connect);
  const offer = await checkIn.offerRecord();
  await expect(offer.page.getByTestId('report')).toBeVisible();
  await look(offer.page, 'prompt-offer');
  const popup = await patients.open('popup.html');
  await expect(popup.locator('li')).toHaveCount(1);
  await look(popup, 'popup');
  await offer.page.locator('footer button.choice:not(.primary)').click().catch(nothing);
  await checkIn.page.getByRole('checkbox', { name: 'Test results' }).check();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  const access = await checkIn.askToShare();
  await expect(access.page.getByText('Dr Noor Aziz')).toBeVisible();
  await look(access.page, 'prompt-access');
  await approve(access);
  await checkIn.says('Shared');
  await desk.refresh();
  await desk.addResult('Potassium', '4.1', 'mmol/L');
  await desk.says('Result added');
  await go(page, '');
  const arrivals = page.getByTestId('arrivals');
  await expect(arrivals.getByRole('listitem')).toHaveCount(1, { timeout: 60_000 });
  await arrivals.getByRole('group').getByRole('button').nth(1).click();
  await look(page, 'home-arrived');
  await go(page, 'sharing');
  await expect(page.getByTestId('consents').getByRole('listitem')).toHaveCount(1);
  await page.getByTestId('consents').locator('a.button + button').click();
  await look(page, 'sharing-confirm');
  await go(page, 'share');
  await page.locator('main input[type=radio][value^="0x"]').check();
  await expect(page.getByTestId('reader')).toBeVisible();
  await look(page, 'share');
  await page.locator('main input[type=radio][value="picked"]').check();
  await page.getByTestId('found').getByRole('button').first().click();
  await look(page, 'share-picked');
  await primaryOf(page).click();
  await look(page, 'share-confirm');
  for (const view of ['chain', 'guardians', 'backup']) {
    await go(page, view);
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await look(page, view);
  }
  await go(page, 'activity');
  await expect(page.getByTestId('activity').getByText('Dr Noor Aziz').first()).toBeVisible();
  await look(page, 'activity-shared');
}

/** Whether all is of the catalogue, and has room where a screen is narrow. */
const lookForOthers: Look = (page, name) =>
  test.step(name, async () => {
    expect.soft(await page.evaluate(untranslated), name).toEqual([]);
    const size = page.viewportSize() ?? { width: 1_100, height: 850 };
    await page.setViewportSize({ width: 320, height: 720 });
    await fitsInWidth(page);
    await page.setViewportSize(size);
  });

test('every text of every screen is of the catalogue, and there is room for longer ones', async ({
  newBrowser,
  stack,
}) => {
  const extensionDir = await speakPseudo(stack.extensionDir, join(stack.dir, 'pseudo'));
  const page = await (await newBrowser({ extensionDir })).open('app.html');
  await expect(page.getByRole('heading')).toHaveText(/^\[Ý/);
  await walk(page, lookForOthers);
  await meet(await newBrowser({ extensionDir }), await newBrowser(), stack, lookForOthers);
});

test('in Arabic, everything reads from the right and can be used by everybody', async ({ newBrowser, stack }) => {
  test.setTimeout(800_000);
  const lookFromRight: Look = (page, name) => lookAt(page, `ar ${name}`);
  const page = await (await newBrowser({ locale: 'ar' })).open('app.html');
  await expect(page.locator('html')).toHaveAttribute('dir', 'rtl');
  await expect(page.locator('html')).toHaveAttribute('lang', 'ar');
  await walk(page, lookFromRight);
  await meet(await newBrowser({ locale: 'ar' }), await newBrowser(), stack, lookFromRight);
});

test('in Spanish, the words are Spanish', async ({ newBrowser }) => {
  const page = await (await newBrowser({ locale: 'es' })).open('app.html');
  await expect(page.getByRole('heading', { name: 'Su historia clínica, en sus manos' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
});
