import { expect, test } from './fixtures.ts';
import { sharedAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a patient sees what a doctor sees and when they last looked, narrows it, and gives it another end', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, desk } = await sharedAtTheClinic(patients, doctors, stack, 'Dr Lena Vogt');

  const { page } = patient;
  await page.bringToFront();
  await patient.go('Sharing');
  const consent = page.getByTestId('consents').getByRole('listitem').first();
  await expect(consent).toContainText('not opened yet');
  await desk.page.bringToFront();
  await desk.refresh();
  await expect(desk.record('Metformin')).toBeVisible();

  // 1. When they looked, and what they see: what the desk lists.
  await page.bringToFront();
  await patient.go('Activity');
  await expect(page.getByTestId('activity')).toContainText('opened', { timeout: 60_000 });
  await patient.go('Sharing');
  await expect(consent).toContainText(/last opened .*20\d\d/, { timeout: 60_000 });
  await lookAt(page, 'sharing');
  await consent.getByRole('link', { name: 'What they see' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toContainText('sees');
  await expect(page.getByTestId('records')).toContainText('Metformin');
  await expect(page.getByTestId('records')).not.toContainText('Moderate depressive episode');
  const seen = await page.getByTestId('records').getByRole('listitem').count();
  expect(seen).toBe(await desk.records().count());
  await lookAt(page, 'what they see');

  // 2. One section less, until a day that is chosen.
  await page.getByRole('main').getByRole('link', { name: 'Sharing' }).click();
  await consent.getByRole('button', { name: 'Change' }).click();
  await page.getByRole('checkbox', { name: 'Medicines' }).uncheck();
  await page.getByRole('radio', { name: 'A day I choose' }).check();
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByText('Fill this in.')).toBeVisible();
  await page.getByLabel('Last day').fill('2026-12-24');
  await lookAt(page, 'change sharing');
  await page.getByLabel('Last day').fill(new Date(Date.now() + 20 * 86_400_000).toISOString().slice(0, 10));
  await page.getByRole('button', { name: 'Save the change' }).click();
  await expect(page.getByTestId('change')).toBeHidden({ timeout: 60_000 });
  await expect(consent).not.toContainText('Medicines');
  await expect(consent).toContainText('Allergies');

  // 3. The doctor has it as it is now.
  await desk.page.bringToFront();
  await expect(async () => {
    await desk.refresh();
    await expect(desk.record('Metformin')).toBeHidden({ timeout: 2_000 });
  }).toPass({ timeout: 60_000 });
  await expect(desk.record('penicillin')).toBeVisible();
});
