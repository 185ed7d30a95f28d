import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { findChromium } from '../../scripts/lib/chromium.ts';
import { OUTPUT } from '../../scripts/lib/paths.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { printed } from './support/printed.ts';
import { lookAt } from './support/screens.ts';

const picture = (page: Page, name: string) =>
  page.screenshot({ path: join(OUTPUT, 'screens', `${name}.png`), fullPage: true });

test('somebody without a wallet opens a health link in their browser, reads and prints it, until the patient ends it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.go('Sharing');
  await patient.page.getByRole('link', { name: 'Give a link' }).click();
  await patient.page.getByLabel('Who is it for').fill('Dr Weber');
  const passcode = await patient.page.getByLabel('Passcode', { exact: true }).inputValue();
  // Membership is recorded while the wallet syncs: a link before that is refused, and what was typed stays.
  await expect(async () => {
    await patient.page.getByRole('button', { name: 'Make the link' }).click({ timeout: 5_000 });
    await expect(patient.page.getByTestId('made-link')).toBeVisible({ timeout: 8_000 });
  }).toPass({ timeout: 60_000 });
  await expect(patient.page.getByTestId('made-link')).toContainText(new URL(stack.portalUrl).host);
  const link = await patient.page.getByTestId('link-text').innerText();
  expect(link.startsWith(`${stack.portalUrl}/link#shlink:/`)).toBe(true);

  const browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox'] });
  const asked: string[] = [];
  const context = await browser.newContext({ acceptDownloads: true, viewport: { width: 1_100, height: 850 } });
  context.on('request', (request) => asked.push(request.url()));
  const page = await context.newPage();
  const heading = page.getByRole('heading', { level: 1 });

  // 1. What is no link, or no whole one, is told as that.
  await page.goto(`${stack.portalUrl}/link`);
  for (const no of ['hello', link.slice(0, -40)]) {
    await page.getByLabel('Health link').fill(no);
    await page.getByRole('button', { name: 'Look at this link' }).click();
    await expect(page.getByTestId('status')).toContainText('not a health link, or a part of it is missing');
  }
  await lookAt(page, 'open link damaged');

  // 2. The link as it was sent: the address has nothing of it once it is read.
  await page.goto(link);
  await expect(page.getByTestId('link')).toContainText('Can be opened until');
  expect(page.url()).toBe(`${stack.portalUrl}/link`);
  await lookAt(page, 'open link');
  await page.getByLabel('Who are you?').fill('Front desk, Weber');
  await page.getByLabel('Passcode').fill(passcode === '000000' ? '111111' : '000000');
  await page.getByRole('button', { name: 'Open the summary' }).click();
  await expect(page.getByTestId('status')).toContainText('You can try 4 more times.');
  await lookAt(page, 'open link wrong passcode');
  await page.getByLabel('Passcode').fill(passcode);
  await page.getByRole('button', { name: 'Open the summary' }).click();

  // 3. The summary, in plain words.
  await expect(heading).toHaveText('Health summary for Dr Weber');
  const summary = page.getByTestId('summary');
  for (const said of ['Mira Sandoval', 'Metformin', 'Allergy to penicillin']) await expect(summary).toContainText(said);
  await expect(summary).not.toContainText('Moderate depressive episode');
  await lookAt(page, 'open link summary');
  await page.emulateMedia({ media: 'print' });
  await picture(page, 'open-link-summary.print');
  await page.emulateMedia({ media: null });
  const paper = await printed(page);
  expect(paper).toContain('Mira Sandoval');
  expect(paper).toContain('Metformin');
  expect(paper).not.toContain('Save the file');
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  const saved = await saving;
  expect(saved.suggestedFilename()).toBe('health-summary.json');
  const bundle = JSON.parse(await readFile(await saved.path(), 'utf8')) as { type: string };
  expect(bundle.type).toBe('document');
  await page.getByRole('button', { name: 'Close it' }).click();
  await expect(heading).toHaveText('Open a health link');
  await expect(page.getByLabel('Health link')).toHaveValue('');

  // 4. Nobody but the portal and the link's keeper was asked, and nobody was sent the key.
  const payload = link.split('shlink:/')[1] ?? '';
  const { key, url } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { key: string; url: string };
  expect(new Set(asked.filter((one) => one.startsWith('http')).map((one) => new URL(one).origin))).toEqual(
    new Set([stack.portalUrl, new URL(url).origin]),
  );
  expect(asked.join('\n')).not.toContain(key);
  expect(asked.join('\n')).not.toContain(payload.slice(0, 60));

  // 5. The patient sees who opened it, and ends it.
  await patient.go('Sharing');
  const given = patient.page.getByTestId('given-links').locator('> li').first();
  await expect(given).toContainText('Front desk, Weber');
  await given.getByRole('button', { name: 'End this link' }).click();
  await given.getByRole('button', { name: 'End this link' }).click();
  await expect(given).toContainText('Ended');
  await page.getByLabel('Health link').fill(link);
  await page.getByRole('button', { name: 'Look at this link' }).click();
  await page.getByLabel('Who are you?').fill('Front desk, Weber');
  await page.getByLabel('Passcode').fill(passcode);
  await page.getByRole('button', { name: 'Open the summary' }).click();
  await expect(page.getByTestId('status')).toContainText('This link leads to nothing any more.');
  await expect(page.getByLabel('Passcode')).toHaveCount(0);
  await lookAt(page, 'open link over');
  await browser.close();
});
