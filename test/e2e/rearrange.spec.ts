import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { atTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

/** What is listed, without when and where. */
const titlesIn = async (wallet: WalletApp) =>
  (await wallet.recordTitles()).map((text) => text.split('\n')[0] ?? '').toSorted();

test('a patient erases one thing of many and moves another; readers have neither any more, and words bring back the rest', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, desk, words } = await atTheClinic(patients, doctors, stack, 'Dr Ines Moll');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  await desk.refresh();
  for (const title of ['Lisinopril', 'Metformin', 'Atorvastatin']) await expect(desk.record(title)).toBeVisible();

  // 1. Erased: what it takes away is said before.
  const { page } = patient;
  await page.bringToFront();
  const before = await titlesIn(patient);
  await page.getByRole('link', { name: /Metformin/ }).click();
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Erase this for good?' })).toBeFocused();
  await lookAt(page, 'erase');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByTestId('erase')).toBeHidden();
  await page.getByRole('button', { name: 'Erase', exact: true }).click();
  await page.getByRole('button', { name: 'Erase for good' }).click();
  await expect(page.getByRole('heading', { name: 'Records', level: 1 })).toBeVisible();
  const after = before.filter((title) => !title.includes('Metformin'));
  expect(await titlesIn(patient)).toEqual(after);

  // 2. Moved to where nobody is given anything by default, with what comes later and is like it.
  await page.getByRole('link', { name: /Lisinopril/ }).click();
  await page.getByRole('button', { name: 'Move to another section' }).click();
  const where = page.getByRole('combobox', { name: 'Where does this belong?' });
  await expect(where).toBeFocused();
  await where.selectOption('Mental health');
  await page.getByRole('checkbox', { name: 'Put what is like it there too' }).check();
  await lookAt(page, 'move');
  await page.getByRole('button', { name: 'Move it' }).click();
  await expect(page.getByText('It is under Mental health now.')).toBeVisible();
  await expect(page.getByText(/Mental health ·/)).toBeVisible();
  await expect(page.getByTestId('provenance')).toBeVisible();
  expect(await titlesIn(patient)).toEqual(after);

  // 3. Readers have neither any more, and those who keep copies say so.
  await patient.go('Home');
  await patient.waitUntilRecorded();
  await page.goto(page.url().replace(/#.*$/, '#/hidden'));
  await expect(page.getByTestId('erasures')).toContainText('confirmed by 3 of 3', { timeout: 90_000 });
  await expect(page.getByTestId('erasures').getByRole('listitem')).toHaveCount(1);
  await lookAt(page, 'erased');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Save the confirmations' }).click(),
  ]);
  expect(saved.suggestedFilename()).toBe('erased.json');
  await patient.go('Activity');
  await expect(page.getByTestId('activity')).toContainText('You erased something from your record');
  await desk.page.bringToFront();
  await expect(async () => {
    await desk.refresh();
    await expect(desk.record('Metformin')).toBeHidden({ timeout: 2_000 });
    await expect(desk.record('Lisinopril')).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await expect(desk.record('Atorvastatin')).toBeVisible();

  // 4. Words alone bring back what is left, where it was put.
  const again = await WalletApp.open(await newBrowser());
  await again.restore(words);
  await expect.poll(() => titlesIn(again), { timeout: 90_000, intervals: [2_000] }).toEqual(after);
  await again.page.getByRole('link', { name: /Lisinopril/ }).click();
  await expect(again.page.getByText(/Mental health ·/)).toBeVisible();
});
