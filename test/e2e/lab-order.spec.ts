import { expect, test } from './fixtures.ts';
import { beginToChoose, formFor, member } from './support/care.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a doctor orders a test, the patient chooses a lab, and what it found is in the record with its range', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const [patients, doctors, labs] = [await newBrowser(), await newBrowser(), await newBrowser()];
  const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const { app: lab, account: laboratory } = await member(labs, stack, 'Riverside Laboratory', 'lab');

  // 1. The doctor orders it.
  const form = await formFor(doctor, 'Order a test');
  await form.getByRole('combobox', { name: 'Test' }).fill('Potassium in blood');
  await form.getByLabel('What for').fill('Before the new medicine');
  await form.getByRole('button', { name: 'Order the test' }).click();
  await expect(doctor.page.getByTestId('orders')).toContainText('Test, not done yet', { timeout: 120_000 });

  // 2. The patient chooses who is to do it.
  const { page } = patient;
  await page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Potassium in blood' }).click({ timeout: 60_000 });
  await expect(page.getByTestId('order')).toContainText('Test, not done yet');
  await beginToChoose(patient, 'Choose a lab', laboratory);
  await expect(page.getByTestId('reader')).toContainText('vouched for by Riverside Clinic');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Yes, choose them' }).click();
  await expect(page.getByTestId('order')).toContainText('may do it now', { timeout: 120_000 });

  // 3. The lab sees that one order, offers to write nothing but what labs write, and answers it once.
  await lab.page.bringToFront();
  await lab.go('Patients');
  const patientLink = lab.page.getByTestId('patients').getByRole('link', { name: /Mira Sandoval/ });
  await patientLink.click({ timeout: 90_000 });
  const offered = await lab.page.getByLabel('What do you want to add?').locator('option').allInnerTexts();
  expect(offered).not.toContain('Prescription');
  expect(offered).not.toContain('Order a test');
  const shared = lab.page.getByTestId('shared-sections');
  const records = lab.page.getByTestId('records');
  await expect(async () => {
    await shared.getByRole('button', { name: /^Chosen records/ }).click();
    await expect(records.getByRole('listitem')).toHaveCount(1, { timeout: 5_000 });
  }).toPass({ timeout: 90_000 });
  await records.getByRole('link', { name: /Potassium in blood/ }).click();
  await lab.page.getByRole('button', { name: 'Write the result' }).click({ timeout: 60_000 });
  const report = lab.page.getByTestId('form');
  await report.getByLabel('Value', { exact: false }).first().fill('4.1');
  await report.getByLabel('Unit').fill('mmol/L');
  await report.getByLabel('Usual range: from').fill('3.5');
  await report.getByLabel('Usual range: to').fill('5.1');
  await report.getByLabel('What it means').fill('As it should be.');
  await lookAt(lab.page, 'answering an order');
  await report.getByRole('button', { name: 'Send the result' }).click();
  await expect(lab.page.getByTestId('order')).toContainText('Test, done', { timeout: 120_000 });
  await expect(lab.page.getByRole('button', { name: 'Write the result' })).toBeHidden();

  // 4. The patient reads it, with its range and whose order it answers.
  await page.bringToFront();
  await patient.go('Home');
  const arrived = patient.arrived().getByRole('link', { name: 'Potassium in blood' });
  await expect(arrived).toHaveCount(2, { timeout: 90_000 });
  await arrived.first().click();
  await expect(page.getByRole('main')).toContainText('4.1 mmol/L', { timeout: 60_000 });
  await expect(page.getByRole('main')).toContainText('3.5');
  await expect(page.getByRole('main')).toContainText('As it should be.');
  await expect(page.getByTestId('provenance')).toContainText(/Lab/);
  await lookAt(page, 'what the lab found');
});
