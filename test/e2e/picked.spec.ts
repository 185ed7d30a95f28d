import { expect, test } from './fixtures.ts';
import { sharedAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a patient shares one record with a doctor, and its later ones, and undoes a share at once', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, desk } = await sharedAtTheClinic(patients, doctors, stack, 'Dr Ada Picker');
  const { page } = patient;
  await page.bringToFront();
  await patient.stopSharing();

  // 1. From a record: this one, with somebody known, and new ones like it.
  await patient.go('Records');
  await page.getByRole('searchbox').fill('metformin');
  await page.getByTestId('records').getByRole('link').first().click();
  await page.getByRole('link', { name: 'Share this' }).click();
  await expect(page.getByTestId('picked')).toContainText('Metformin');
  await page.getByRole('radio', { name: /Dr Ada Picker/ }).check();
  await expect(page.getByTestId('reader')).toContainText('vouched for by');
  await page.getByLabel('A few words for them').fill('Is this the right dose?');
  await lookAt(page, 'share one record');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await expect(page.getByTestId('confirm')).toContainText('1 record');
  await lookAt(page, 'share confirm');
  await page.getByTestId('confirm').getByRole('button', { name: 'Share' }).click();
  const consent = page.getByTestId('consents').getByRole('listitem').first();
  await expect(consent).toContainText('Chosen records', { timeout: 60_000 });
  await expect(consent).toContainText('shared by you');
  await consent.getByRole('link', { name: 'What they see' }).click();
  await expect(page.getByTestId('records').getByRole('listitem')).toHaveCount(1, { timeout: 60_000 });
  await lookAt(page, 'what they see of chosen records');

  // 2. The doctor has it, and nothing else, at the hospital's own desk.
  await desk.page.bringToFront();
  await expect(async () => {
    await desk.refresh();
    await expect(desk.record('Metformin')).toBeVisible({ timeout: 2_000 });
  }).toPass({ timeout: 90_000 });
  await expect(desk.records()).toHaveCount(1);
  await desk.openRecord('Metformin');
  await expect(desk.page.getByText(/Metformin/).first()).toBeVisible();

  // 3. Whole sections by what is often shared together, and back at once.
  await page.bringToFront();
  await patient.go('Sharing');
  await page.getByRole('link', { name: 'Share something' }).click();
  await page.getByRole('button', { name: 'For a second opinion' }).click();
  await expect(page.getByRole('checkbox', { name: /Medicines/ })).toBeChecked();
  await expect(page.getByRole('checkbox', { name: /Mental health/ })).not.toBeChecked();
  await page.getByRole('radio', { name: /Dr Ada Picker/ }).check();
  await lookAt(page, 'share sections');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Share' }).click();
  await expect(consent).toContainText('Medicines', { timeout: 60_000 });
  await lookAt(page, 'sharing with undo');
  await consent.getByRole('button', { name: 'Undo' }).click();
  await expect(consent).toContainText('Ended', { timeout: 60_000 });
  await desk.page.bringToFront();
  await desk.refresh();
  await expect(desk.records()).toHaveCount(1);
});
