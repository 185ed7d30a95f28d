import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Page } from '@playwright/test';
import { bundleFile } from '../fixtures/bundle.ts';
import { pdfOf } from '../fixtures/pdf.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, WalletApp } from './pages/wallet-app.ts';
import { extensionWith, isMember, recordsOnChain } from './support/network.ts';
import { startProxy } from './support/proxy.ts';
import { Scanner } from './support/scan.ts';
import { lookAt } from './support/screens.ts';
import { keptIn } from './support/storage.ts';

const OWN = 'seven quiet lanterns drift';

/** A browser in which a page may not choose where a file goes. */
const withoutPicker = (page: Page) =>
  page.evaluate(() => void ((window as { showSaveFilePicker?: unknown }).showSaveFilePicker = undefined));

/** Names of all blocks that are here and are what their names say, in hex. */
const blocksIn = (page: Page): Promise<string[]> =>
  page.evaluate(async () => {
    const done = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error ?? new Error('the database does not answer'));
      });
    const db = await done(indexedDB.open('salus'));
    const store = db.transaction('blocks').objectStore('blocks');
    const [keys, values] = await Promise.all([
      done(store.getAllKeys()),
      done(store.getAll() as IDBRequest<Uint8Array<ArrayBuffer>[]>),
    ]);
    db.close();
    const hex = (bytes: Uint8Array) => [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    const names = keys.map((key) => hex(new Uint8Array(key as ArrayBuffer).slice(2)));
    const hashes = await Promise.all(
      values.map(async (one) => hex(new Uint8Array(await crypto.subtle.digest('SHA-256', one)))),
    );
    return names.filter((name, i) => name === hashes[i]).sort();
  });

async function goToBackup(app: WalletApp): Promise<void> {
  await app.go('Settings');
  await app.page.getByRole('link', { name: 'Open safety settings' }).click();
  await app.page.getByRole('link', { name: 'Make a backup' }).click();
  await expect(app.page.getByRole('heading', { level: 1, name: 'Backup' })).toBeVisible();
}

/** Goes on from the choice of what opens it. @returns the file */
async function saveBackup(page: Page): Promise<Buffer> {
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Continue' }).click();
  await withoutPicker(page);
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save the file' }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toMatch(/^salus-backup-\d{4}-\d\d-\d\d\.salus$/);
  await expect(page.getByTestId('backed-up')).toHaveAttribute('data-left', '0');
  return readFile((await download.path()) ?? '');
}

const chooseBackup = (page: Page, buffer: Buffer) =>
  page.getByTestId('backup-file').setInputFiles({ name: 'backup.salus', mimeType: 'application/octet-stream', buffer });

/** What a wallet that is not there has left here. */
const leftOvers = async (page: Page) => {
  const { blocks, rows } = await keptIn(page);
  const keys = Object.keys(await page.evaluate(() => chrome.storage.local.get(null)));
  return { blocks, rows: rows.length, keys: keys.filter((key) => /^(accounts|state:|networks|restoring)/.test(key)) };
};

test('a backup with a password of its own brings a record back without a network, and what was nowhere else goes on being saved', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  const words = await app.createWallet();
  const account = await app.accountNumber();
  await expect.poll(() => isMember(stack, account), { timeout: 60_000 }).toBe(true);
  const node = await startProxy(stack.network.rpcUrl);
  const extensionDir = await extensionWith(stack, { rpcUrl: node.url });
  await Promise.all(stack.managers.map((m) => m.service.kill()));
  const blank = await WalletApp.open(await newBrowser({ extensionDir }));
  const other = blank.page;
  try {
    await app.importFile(bundleFile());
    await app.importFile({ name: 'letter.pdf', mimeType: 'application/pdf', buffer: pdfOf('Discharge letter') });
    const titles = await app.recordTitles();
    const before = await blocksIn(page);
    expect(before.length).toBeGreaterThan(1);

    await goToBackup(app);
    await lookAt(page, 'backup');
    await page.getByRole('checkbox').check();
    await page.getByLabel('Password of the backup').fill(OWN);
    await page.getByLabel('Repeat the password').fill(OWN);
    await lookAt(page, 'backup own password');
    const file = await saveBackup(page);
    await lookAt(page, 'backup made');
    // Who finds the file alone reads nothing: neither record nor words, nor whose it is.
    const scanner = new Scanner({
      title: 'Haemoglobin',
      name: 'Sandoval',
      words: words.slice(0, 3).join(' '),
      account: account.slice(2),
      lower: account.slice(2).toLowerCase(),
      own: OWN,
    });
    expect(scanner.find(file)).toEqual([]);

    node.down = true;
    await other.getByRole('button', { name: 'I have a backup file' }).click();
    await lookAt(other, 'backup choose');
    await chooseBackup(other, file);
    await lookAt(other, 'backup open');
    await other.getByLabel('Password of the backup').last().fill('not the password of it');
    await other.getByRole('button', { name: 'Continue' }).click();
    await expect(other.getByText('That is not the password.')).toBeVisible({ timeout: 30_000 });
    await other.getByLabel('Password of the backup').last().fill(OWN);
    await other.getByRole('button', { name: 'Continue' }).click();
    await expect(other.getByText('This backup is whole.')).toBeVisible({ timeout: 30_000 });
    await lookAt(other, 'backup found');
    expect(await leftOvers(other)).toEqual({ blocks: 0, rows: 0, keys: [] });
    await blank.choosePassword();
    expect(await blank.recordTitles()).toEqual(titles);
    await other.getByRole('link', { name: 'Haemoglobin A1c' }).click();
    await expect(other.getByTestId('resource')).toContainText('6.8 %');
    await lookAt(other, 'backup brought back');
    expect(await blank.accountNumber()).toBe(account);
    expect(await blocksIn(other)).toEqual(before);
    expect((await leftOvers(other)).keys).not.toContain('restoring');
    expect(await recordsOnChain(stack, account)).toEqual([]);
    await page.close();
  } finally {
    node.down = false;
    await Promise.all(stack.managers.map((m) => m.restart()));
  }
  await blank.go('Home');
  await other.reload();
  await blank.waitUntilRecorded();
  expect((await recordsOnChain(stack, account)).length).toBeGreaterThan(0);
  await node.close();
});

test('a backup that was cut, changed, or is of another wallet leaves nothing, nor does one that was stopped in the middle; the whole one opens by the words', async ({
  newBrowser,
}) => {
  test.setTimeout(300_000);
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  const words = await app.createWallet();
  await app.importFile(bundleFile());
  const large = Buffer.concat([pdfOf('Scan'), randomBytes(3_000_000)]);
  await app.importFile({ name: 'scan.pdf', mimeType: 'application/pdf', buffer: large });
  await app.waitUntilRecorded();
  const titles = await app.recordTitles();
  const before = await blocksIn(page);
  await goToBackup(app);
  const file = await saveBackup(page);
  expect(file.length).toBeGreaterThan(3_000_000);

  const blank = await WalletApp.open(await newBrowser());
  const other = blank.page;
  const nothing = { blocks: 0, rows: 0, keys: [] };
  await other.getByRole('button', { name: 'I have a backup file' }).click();
  const open = async (by: readonly string[]) => {
    await other.getByRole('textbox', { name: 'Recovery words' }).fill(by.join(' '));
    await other.getByRole('button', { name: 'Continue' }).click();
  };
  await chooseBackup(other, Buffer.from('something else'));
  await expect(other.getByText('This file is no backup of Salus.')).toBeVisible();
  await chooseBackup(other, Buffer.concat([file.subarray(0, 8), Buffer.of(0, 9), file.subarray(10)]));
  await expect(other.getByText('A newer Salus made this backup.')).toBeVisible();
  await chooseBackup(other, file.subarray(0, 2_000_000));
  await open(`${'abandon '.repeat(23)}art`.split(' '));
  await expect(other.getByText('These words do not open this backup')).toBeVisible();
  await open(words);
  await expect(other.getByText('This backup was cut or changed')).toBeVisible({ timeout: 30_000 });
  await lookAt(other, 'backup cut');
  const changed = Buffer.from(file);
  changed[2_500_000] = changed[2_500_000]! ^ 1;
  await other.getByRole('button', { name: 'Choose another file' }).click();
  await chooseBackup(other, changed);
  await open(words);
  await expect(other.getByText('This backup was cut or changed')).toBeVisible({ timeout: 30_000 });
  expect(await leftOvers(other)).toEqual(nothing);

  // The page is closed in the middle of bringing it back.
  await chooseBackup(other, file);
  await open(words);
  await expect(other.getByText('This backup is whole.')).toBeVisible({ timeout: 30_000 });
  await other.evaluate(() => {
    let left = 3;
    const read = Blob.prototype.arrayBuffer;
    Blob.prototype.arrayBuffer = function () {
      return left-- > 0 ? read.call(this) : new Promise(() => undefined);
    };
  });
  await other.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await other.getByLabel('Repeat the password').fill(PASSWORD);
  await other.getByRole('button', { name: 'Create my wallet' }).click();
  await expect.poll(async () => (await leftOvers(other)).keys, { timeout: 30_000 }).toContain('restoring');
  await other.waitForTimeout(1_000);
  await other.reload();
  await expect(other.getByRole('button', { name: 'I have a backup file' })).toBeVisible();
  await expect.poll(() => leftOvers(other), { timeout: 30_000 }).toEqual(nothing);

  // And once more, to the end.
  await other.getByRole('button', { name: 'I have a backup file' }).click();
  await chooseBackup(other, file);
  await open(words);
  await expect(other.getByText('This backup is whole.')).toBeVisible({ timeout: 30_000 });
  await blank.choosePassword();
  expect(await blank.recordTitles()).toEqual(titles);
  expect(await blocksIn(other)).toEqual(before);
});
