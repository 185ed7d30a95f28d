import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import type { DeskPage } from './pages/desk.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { chooseFor, member } from './support/care.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';

const NEXT_YEAR = `${new Date().getFullYear() + 1}-03-31`;

/** Presses what has the wallet ask, and says yes there. */
async function confirmed(browser: WalletBrowser, desk: DeskPage, button: Locator): Promise<void> {
  await desk.page.bringToFront();
  const prompt = await PromptWindow.during(browser.context, () => button.click());
  await prompt.approve();
}

/** Opens what was given to somebody to be carried out, once their wallet has it. */
async function opened(desk: DeskPage, title: string): Promise<Locator> {
  await desk.page.bringToFront();
  await expect(async () => {
    await desk.refresh();
    await expect(desk.record(title)).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 120_000 });
  await desk.openRecord(title);
  return desk.page.getByTestId('carry-out');
}

test('a doctor prescribes and orders at the clinic’s desk, and a pharmacist and a lab carry it out at theirs, once', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const [patients, doctors, pharmacies, labs] = [
    await newBrowser(),
    await newBrowser(),
    await newBrowser(),
    await newBrowser(),
  ];
  const { patient, desk } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  await expect(async () => {
    await desk.refresh();
    await expect(desk.records().first()).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 90_000 });
  const order = desk.page.getByTestId('order-form');

  await test.step('the doctor prescribes, and the pharmacist whom the patient chose hands it out', async () => {
    const pharmacy = await member(pharmacies, stack, 'Corner Pharmacy', 'pharmacist');
    await order.getByLabel('Medicine', { exact: true }).fill('Ibuprofen');
    await order.getByLabel('Valid until').fill(NEXT_YEAR);
    await order.getByLabel('How it is taken').fill('One tablet after meals');
    await lookAt(desk.page, 'desk a doctor prescribes');
    await confirmed(doctors, desk, order.getByRole('button', { name: 'Prescribe it' }));
    await desk.says('Prescribed.');
    await chooseFor(patient, 'Ibuprofen', 'Choose a pharmacy', pharmacy.account);

    const form = await opened(pharmacy.desk, 'Ibuprofen');
    await expect(form).toContainText('1 of 1 left', { timeout: 60_000 });
    await form.getByLabel('How much was handed out').fill('20');
    await form.getByLabel('Unit').fill('tablets');
    await lookAt(pharmacy.desk.page, 'desk a pharmacist hands out');
    await confirmed(pharmacies, pharmacy.desk, form.getByRole('button', { name: 'Hand it out' }));
    await pharmacy.desk.says('Handed out.');
    await pharmacy.desk.openRecord('Ibuprofen');
    await expect(pharmacy.desk.page.getByTestId('opened-record').first()).toBeVisible({ timeout: 60_000 });
    await expect(form).toHaveCount(0);
  });

  await test.step('the doctor orders a test, and the lab whom the patient chose reports', async () => {
    const lab = await member(labs, stack, 'Riverside Laboratory', 'lab');
    await order.getByLabel(/^What/).selectOption('A test');
    await order.getByLabel('Test', { exact: true }).fill('Potassium in blood');
    await order.getByLabel('Valid until').fill(NEXT_YEAR);
    await confirmed(doctors, desk, order.getByRole('button', { name: 'Order it' }));
    await desk.says('Ordered.');
    await chooseFor(patient, 'Potassium in blood', 'Choose a lab', lab.account);

    const form = await opened(lab.desk, 'Potassium in blood');
    await form.getByLabel('What was found').fill('4.1');
    await form.getByLabel('Unit').fill('mmol/L');
    await form.getByLabel('What it means').fill('As expected');
    await lookAt(lab.desk.page, 'desk a lab reports');
    await confirmed(labs, lab.desk, form.getByRole('button', { name: 'Report it' }));
    await lab.desk.says('Reported.');
  });

  await test.step('the patient has all of it', async () => {
    const { page } = patient;
    await page.bringToFront();
    await patient.go('Home');
    await expect(patient.arrived().getByRole('link', { name: 'Ibuprofen' })).toHaveCount(2, { timeout: 90_000 });
    await expect(patient.arrived().getByRole('link', { name: 'Potassium in blood' })).toHaveCount(2, {
      timeout: 90_000,
    });
  });
});
