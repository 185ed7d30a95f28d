import { readFile } from 'node:fs/promises';
import { unzipSync } from 'fflate';
import { parse } from 'valibot';
import { ResearchManifestSchema } from '../../extension/core/deident/manifest.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { pdfOf } from '../fixtures/pdf.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

const PDF = pdfOf('Discharge letter');
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

test('a patient looks at what would leave for research, saves it, and sees later to whom it went', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.importFile({ name: 'Mira Sandoval.pdf', mimeType: 'application/pdf', buffer: PDF });
  const { page } = app;
  await app.go('Records');
  await page.getByRole('link', { name: 'Take your record with you' }).click();
  await page.getByRole('link', { name: 'For research, without who you are' }).click();

  // 1. Nothing that is sensitive is chosen for the person.
  await expect(page.getByRole('checkbox', { name: 'Mental health' })).not.toBeChecked();
  await page.getByRole('checkbox', { name: 'About you' }).check();
  await page.getByRole('checkbox', { name: 'Documents' }).check();
  await page.getByLabel('Who gets it').fill('Northgate cohort');
  await page.getByLabel('What for').fill('A study of diabetes');
  await lookAt(page, 'research');
  await page.getByRole('button', { name: 'Look at what would leave' }).click();

  // 2. Exactly what would leave, before it does.
  const preview = page.getByTestId('research-preview');
  await expect(preview).toBeVisible();
  const items = Number(await preview.getAttribute('data-items'));
  expect(items).toBeGreaterThan(3);
  await expect(page.getByTestId('research-left')).toContainText('1 file or letter');
  const what = page.getByTestId('research-what');
  for (const summary of await what.locator('> details > summary').all()) await summary.click();
  await expect(what).toContainText('Metformin');
  await expect(what).not.toContainText('Sandoval');
  await lookAt(page, 'research preview');

  // 3. What is in the file, as another program finds it.
  await page.evaluate(() => void ((window as { showSaveFilePicker?: unknown }).showSaveFilePicker = undefined));
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toBe('research-data.zip');
  await expect(page.getByTestId('research-done')).toBeVisible();
  await lookAt(page, 'research done');
  const files = unzipSync(await readFile(await download.path()));
  const all = Object.values(files).map(text).join('\n');
  for (const no of ['Sandoval', 'Mira', '1984-03-09', '2025-09-01', 'Northgate', 'depressive', '00000000-0000-4000'])
    expect(all).not.toContain(no);
  const manifest = parse(ResearchManifestSchema, JSON.parse(text(files['manifest.json'])));
  expect(Object.values(manifest.resources).reduce((n, one) => n + one, 0)).toBe(items);
  expect(manifest.anonymity.k).toBeNull();
  expect(text(files['Patient.ndjson'])).toMatch(/"birthDate":"198[34]"/);
  expect(text(files['MedicationStatement.ndjson'])).toContain('A10BA02');

  // 4. The wallet remembers to whom and what for, over a reload, and of another file.
  await app.go('Sharing');
  const left = page.getByTestId('research-files').locator('> li');
  await expect(left).toHaveCount(1);
  await expect(left).toContainText('Northgate cohort');
  await expect(left).toContainText('A study of diabetes');
  await lookAt(page, 'research files');
  await page.reload();
  await expect(left).toHaveCount(1);
});

test('a file for research that is stopped, or that a lock overtakes, is none, and is in no list', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile());
  const { page } = app;
  const look = async () => {
    await page.goto(`${page.url().split('#')[0]}#/research`);
    await page.getByLabel('Who gets it').fill('Northgate cohort');
    await page.getByLabel('What for').fill('A study');
    await page.getByRole('button', { name: 'Look at what would leave' }).click();
    await expect(page.getByTestId('research-preview')).toBeVisible();
  };
  /** A disk that never takes anything. */
  const fullStop = () =>
    page.evaluate(() => {
      const handle = {
        name: 'out.zip',
        createWritable: () =>
          Promise.resolve({
            write: () => new Promise(() => undefined),
            close: () => Promise.resolve(),
            abort: () => Promise.resolve(),
          }),
        remove: () => Promise.resolve(void ((window as { removed?: boolean }).removed = true)),
      };
      (window as unknown as { showSaveFilePicker: unknown }).showSaveFilePicker = () => Promise.resolve(handle);
    });
  const removed = () => page.evaluate(() => (window as { removed?: boolean }).removed === true);

  await look();
  await fullStop();
  await page.getByRole('button', { name: 'Save the file' }).click();
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('This was stopped. No whole file was saved')).toBeVisible();
  expect(await removed()).toBe(true);
  await app.go('Sharing');
  await expect(page.getByTestId('given-links')).toBeAttached();
  await expect(page.getByTestId('research-files')).toHaveCount(0);

  // What was looked at is gone with the lock.
  await look();
  await app.lock();
  await app.unlock();
  await expect(page.getByLabel('Who gets it')).toHaveValue('');
  await expect(page.getByTestId('research-preview')).toHaveCount(0);
});
