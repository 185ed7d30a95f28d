import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

test('a patient finds a doctor by speciality and shares with them', async ({ newBrowser }) => {
  test.setTimeout(400_000);
  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  const { page } = patient;
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));

  // 1. By what the doctor does; who vouches for her stands beside her name.
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await page.getByLabel('Find a doctor or hospital').fill('cardio');
  const found = page.getByTestId('found-members').locator('label').filter({ hasText: 'Dr Maya Lindqvist' });
  await expect(found).toContainText('Cardiology', { timeout: 60_000 });
  await expect(found).toContainText('Vouched for by Riverside Clinic');
  await page.getByLabel('Find a doctor or hospital').fill('nobody like this');
  await expect(page.getByText('Nobody in the directory fits.')).toBeVisible();
  await page.getByLabel('Find a doctor or hospital').fill('riverside');
  await expect(page.getByTestId('found-members').locator('label').first()).toBeVisible();
  await lookAt(page, 'directory');
  await page.getByLabel('Find a doctor or hospital').fill('lindq');
  await found.getByRole('radio').check();
  await expect(page.getByTestId('reader')).toContainText('Riverside Clinic');

  // 2. She is the one who gets it.
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await expect(page.getByTestId('confirm')).toContainText('Dr Maya Lindqvist');
  await page.getByTestId('confirm').getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByTestId('consents')).toContainText('Dr Maya Lindqvist', { timeout: 120_000 });

  // 3. Looked for again, what is known is there without a network; nobody is told apart by a wrong number.
  await page.context().setOffline(true);
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));
  await page.getByLabel('Find a doctor or hospital').fill('cardio');
  await expect(found).toBeVisible();
  await page.context().setOffline(false);
  expect(await found.getByRole('radio').inputValue()).toBe(ACCOUNTS.colleague.address.toLowerCase());
});
