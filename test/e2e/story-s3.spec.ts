import { expect, test } from './fixtures.ts';
import { begun, chooseFor, formFor, openGiven } from './support/care.ts';
import { lookAt } from './support/screens.ts';

test('a hospital lets a doctor and a lab in; a doctor orders a test, the lab that the patient chooses reports, and both read it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const browsers = {
    administrators: await newBrowser(),
    doctors: await newBrowser(),
    others: await newBrowser(),
    patients: await newBrowser(),
  };
  const {
    doctor,
    patient,
    app: lab,
    account,
  } = await begun(stack, browsers, { name: 'Riverside Laboratory', work: 'Laboratory' });
  await test.step('the doctor orders, and the patient chooses the lab', async () => {
    const form = await formFor(doctor, 'Order a test');
    await form.getByRole('combobox', { name: 'Test' }).fill('Potassium in blood');
    await form.getByRole('button', { name: 'Order the test' }).click();
    await expect(doctor.page.getByTestId('orders')).toContainText('Test, not done yet', { timeout: 120_000 });
    await chooseFor(patient, 'Potassium in blood', 'Choose a lab', account);
  });

  await test.step('the lab answers it, once', async () => {
    await openGiven(lab, /Potassium in blood/);
    await lab.page.getByRole('button', { name: 'Write the result' }).click({ timeout: 60_000 });
    const report = lab.page.getByTestId('form');
    await report.getByLabel('Value', { exact: false }).first().fill('4.1');
    await report.getByLabel('Unit').fill('mmol/L');
    await report.getByRole('button', { name: 'Send the result' }).click();
    await expect(lab.page.getByTestId('order')).toContainText('Test, done', { timeout: 120_000 });
    await expect(lab.page.getByRole('button', { name: 'Write the result' })).toHaveCount(0);
  });

  await test.step('the patient reads it, and the doctor who ordered it', async () => {
    const { page } = patient;
    await page.bringToFront();
    await patient.go('Home');
    const arrived = patient.arrived().getByRole('link', { name: 'Potassium in blood' });
    await expect(arrived).toHaveCount(2, { timeout: 90_000 });
    await arrived.first().click();
    await expect(page.getByRole('main')).toContainText('4.1 mmol/L', { timeout: 60_000 });
    await expect(page.getByTestId('provenance')).toContainText(/Lab/);
    await lookAt(page, 'story what a lab found');
    await doctor.page.bringToFront();
    await doctor.page.reload();
    await expect(doctor.page.getByTestId('orders')).toContainText('Answered by', { timeout: 90_000 });
  });
});
