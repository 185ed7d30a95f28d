import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { unzipSync } from 'fflate';
import { parse } from 'valibot';
import { ManifestSchema } from '../../extension/core/export/manifest.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { pdfOf } from '../fixtures/pdf.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

const PDF = pdfOf('Discharge letter');
const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const lines = (bytes: Uint8Array | undefined): { resourceType: string; status?: string }[] =>
  text(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { resourceType: string });

/** A disk that is slow, as the page meets it: a real file of its own, written once the test lets it. */
declare global {
  interface Window {
    disk: { open(): void; removed: boolean; read(): Promise<number[]> };
  }
}
function slowDisk(page: Page): Promise<void> {
  return page.evaluate(async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const root = await navigator.storage.getDirectory();
    const handle = await root.getFileHandle('out.zip', { create: true });
    window.disk = {
      open,
      removed: false,
      read: async () => [...new Uint8Array(await (await handle.getFile()).arrayBuffer())],
    };
    (window as unknown as { showSaveFilePicker: unknown }).showSaveFilePicker = async () => {
      const real = await handle.createWritable();
      return {
        name: 'out.zip',
        createWritable: () => ({
          write: async (bytes: Uint8Array<ArrayBuffer>) => (await gate, real.write(bytes)),
          close: () => real.close(),
          abort: () => real.abort(),
        }),
        remove: () => Promise.resolve(void (window.disk.removed = true)),
      };
    };
  });
}
/** A browser in which a page may not choose where a file goes. */
const withoutPicker = (page: Page) =>
  page.evaluate(() => void ((window as { showSaveFilePicker?: unknown }).showSaveFilePicker = undefined));

/** Title and section of everything that is listed. */
const listing = async (app: WalletApp) =>
  (await app.listed()).map(({ title, section }) => `${section}: ${title}`).sort();

const openTakeOut = async (app: WalletApp) => {
  await app.go('Records');
  await app.page.getByRole('link', { name: 'Take your record with you' }).click();
  await expect(app.page.getByRole('checkbox').first()).toBeVisible();
};

test('a patient takes everything out in one file, which an empty wallet reads again', async ({ newBrowser, stack }) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const patient = await WalletApp.open(patients);
  await patient.createWallet();
  const { page } = patient;
  await (await WalletApp.open(doctors)).createWallet('provider');
  const { taken } = await patient.importFile(bundleFile());
  await patient.importFile({ name: 'Mira Sandoval.pdf', mimeType: 'application/pdf', buffer: PDF });
  await patient.waitUntilRecorded();

  // A permission is given, and something is opened.
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Amara Okafor');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  await desk.refresh();
  await desk.openRecord('Lisinopril');
  await patient.go('Activity');
  await expect(page.getByTestId('activity').getByText('opened').first()).toBeVisible({ timeout: 60_000 });
  const before = await listing(patient);
  expect(before).toHaveLength(taken + 1);

  await patient.go('Settings');
  await page.getByRole('link', { name: 'Take your record with you' }).click();
  await expect(page.getByText('Whoever has this file can read all of it.')).toBeVisible();
  for (const box of await page.getByRole('checkbox').all()) await expect(box).toBeChecked();
  await expect(page.getByText('Mental health').locator('..')).toContainText('Sensitive');
  await page.getByRole('textbox').fill('Dr Varga, Northgate');
  await lookAt(page, 'take out');
  await withoutPicker(page);
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^salus-record-\d{4}-\d\d-\d\d\.zip$/);
  const done = page.getByTestId('taken-out');
  await expect(done).toHaveAttribute('data-items', String(taken + 1));
  await expect(done).toHaveAttribute('data-left', '0');
  await lookAt(page, 'taken out');

  // What is in it, as another program finds it.
  const path = await download.path();
  const files = unzipSync(await readFile(path));
  const manifest = parse(ManifestSchema, JSON.parse(text(files['manifest.json'])));
  expect(manifest.for).toBe('Dr Varga, Northgate');
  expect(manifest.account).toMatch(/^did:pkh:eip155:\d+:0x[0-9a-fA-F]{40}$/);
  for (const { name, bytes, sha256 } of manifest.files) {
    const file = files[name]!;
    expect([name, file.byteLength, createHash('sha256').update(file).digest('hex')]).toEqual([name, bytes, sha256]);
  }
  expect(Object.keys(files)).toHaveLength(manifest.files.length + 1);
  expect(Object.keys(files).join()).not.toContain('Sandoval');
  expect(lines(files['record.ndjson'])).toHaveLength(taken);
  expect(Buffer.from(files['files/000001.pdf']!).equals(PDF)).toBe(true);
  expect((JSON.parse(text(files['record.json'])) as { entry: unknown[] }).entry).toHaveLength(taken + 1);
  expect(lines(files['consents.ndjson'])).toMatchObject([{ resourceType: 'Consent', status: 'active' }]);
  expect(lines(files['openings.ndjson'])[0]).toMatchObject({ resourceType: 'AuditEvent' });
  expect(lines(files['provenance.ndjson'])).toHaveLength(manifest.entries.length);
  expect(text(files['README.txt'])).toContain('For: Dr Varga, Northgate');

  // Another person's machine: an empty wallet reads it, once.
  const other = await WalletApp.open(await newBrowser());
  await other.createWallet();
  const zip = { name: 'salus-record.zip', mimeType: 'application/zip', buffer: await readFile(path) };
  const counts = await other.importFile(zip, async () => {
    await expect(other.page.getByText('It was taken out of a Salus wallet.')).toBeVisible();
    await lookAt(other.page, 'taken out added');
  });
  expect(counts).toEqual({ total: taken + 1, taken: taken + 1, skipped: 0 });
  await other.go('Home');
  await other.waitUntilRecorded();
  expect(await listing(other)).toEqual(before);
});

test('what is taken out is stopped by the person, and by the lock, and then no file is left', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.importFile({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: PDF });
  const { page } = app;

  await openTakeOut(app);
  await slowDisk(page);
  await page.getByRole('button', { name: 'Save the file' }).click();
  await expect(page.getByTestId('taking-out')).toBeVisible();
  await lookAt(page, 'taking out');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('This was stopped. No whole file was saved')).toBeVisible();
  expect(await page.evaluate(() => [window.disk.removed])).toEqual([true]);
  expect(await page.evaluate(() => window.disk.read())).toEqual([]);

  // It locks in the middle.
  await slowDisk(page);
  await page.getByRole('button', { name: 'Save the file' }).click();
  await expect(page.getByTestId('taking-out')).toBeVisible();
  await app.lock();
  await expect.poll(() => page.evaluate(() => window.disk.removed)).toBe(true);
  expect(await page.evaluate(() => window.disk.read())).toEqual([]);
  await app.unlock();
  await expect(page.getByText('Last time this was stopped before the end.')).toBeVisible();
  await lookAt(page, 'taking out stopped');

  // To its end, straight to the place that was chosen; without what was unticked.
  await slowDisk(page);
  await page.getByRole('checkbox', { name: 'Mental health' }).uncheck();
  await page.evaluate(() => window.disk.open());
  await page.getByRole('button', { name: 'Save the file' }).click();
  await expect(page.getByTestId('taken-out')).toBeVisible();
  const files = unzipSync(Uint8Array.from(await page.evaluate(() => window.disk.read())));
  const manifest = parse(ManifestSchema, JSON.parse(text(files['manifest.json'])));
  expect(manifest.entries.map(({ section }) => section)).not.toContain('mental-health');
  expect(text(files['record.ndjson'])).not.toContain('depress');
  expect(await page.evaluate(() => window.disk.removed)).toBe(false);
});
