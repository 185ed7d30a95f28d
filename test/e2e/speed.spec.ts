import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

test('a patient has the network measured, and sees what it is to keep beside it', async ({ newBrowser }) => {
  test.setTimeout(300_000);
  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  const { page } = patient;

  // 1. With nothing in the record yet, it says so.
  await patient.go('Settings');
  await page.getByRole('link', { name: 'How quick the network is' }).click();
  await page.getByRole('button', { name: 'Measure now' }).click();
  await expect(page.getByText('There is nothing here yet that could be opened.')).toBeVisible({ timeout: 60_000 });

  // 2. With a record, each line says what it took, and whether that is kept.
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  await patient.go('Settings');
  await page.getByRole('link', { name: 'How quick the network is' }).click();
  await page.getByRole('button', { name: 'Measure now' }).click();
  const lines = page.getByTestId('speed').getByRole('listitem');
  await expect(lines).toHaveCount(4, { timeout: 120_000 });
  await expect(page.getByRole('button', { name: 'Measure now' })).toBeVisible({ timeout: 120_000 });
  for (const line of await lines.all()) {
    expect(Number(await line.getAttribute('data-median'))).toBeGreaterThan(0);
    await expect(line).toContainText(': kept.');
  }
  await expect(page.getByTestId('pace')).toContainText('recorded for good at once');
  const throughput = page.getByTestId('throughput');
  expect(Number(await throughput.getAttribute('data-records'))).toBeGreaterThan(0);
  expect(Number(await throughput.getAttribute('data-per-hour'))).toBeGreaterThan(10_000);
  await lookAt(page, 'how quick the network is');
});
