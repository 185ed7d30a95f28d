import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { expect, test } from './fixtures.ts';
import { beginToChoose, chooseDrug, member, openGiven } from './support/care.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a doctor prescribes, the patient chooses a pharmacy, and the pharmacist fills it once', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const [patients, doctors, pharmacies] = [await newBrowser(), await newBrowser(), await newBrowser()];
  const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const { app: pharmacist, account: pharmacy } = await member(pharmacies, stack, 'Corner Pharmacy', 'pharmacist');

  // 1. The doctor prescribes: what the patient is allergic to is said first.
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await doctor.page.getByTestId('patients').getByRole('link').first().click();
  const section = doctor.page.getByTestId('shared-sections').getByRole('button', { name: /^Allergies/ });
  await section.click();
  await expect(doctor.page.getByTestId('records')).toContainText('Allergy to penicillin');
  await doctor.page.getByLabel('What do you want to add?').selectOption('Prescription');
  const form = doctor.page.getByTestId('form');
  await chooseDrug(doctor, 'amoxi', 'Amoxicillin');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(doctor.page.getByTestId('warnings')).toContainText('the patient is allergic to');
  await lookAt(doctor.page, 'prescribing');
  await chooseDrug(doctor, 'ibupro', 'Ibuprofen');
  await form.getByLabel('How often it can be filled').selectOption('2 times');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });
  await expect(doctor.page.getByTestId('orders')).toContainText('Prescription, can be filled', { timeout: 60_000 });

  // 2. The patient sees what was prescribed and how often it can be filled, and chooses who fills it.
  const { page } = patient;
  await page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Ibuprofen' }).click({ timeout: 60_000 });
  await expect(page.getByTestId('order')).toContainText('Can be filled 2 more times of 2 in all');
  await lookAt(page, 'a prescription');
  // Somebody who is no pharmacist is not taken for one.
  await beginToChoose(patient, 'Choose a pharmacy', ACCOUNTS.colleague.address);
  await expect(page.getByText('This is no pharmacist of the health network.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look at it once more' })).toBeDisabled();
  await page.getByLabel('Code or account number', { exact: true }).fill(pharmacy);
  await expect(page.getByTestId('reader')).toContainText('Pharmacist, vouched for by Riverside Clinic');
  await lookAt(page, 'choosing a pharmacy');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await expect(page.getByTestId('confirm')).toContainText('They see “Ibuprofen” and nothing else');
  await lookAt(page, 'choosing a pharmacy, once more');
  await page.getByTestId('confirm').getByRole('button', { name: 'Yes, choose them' }).click();
  await expect(page.getByTestId('order')).toContainText('may do it now', { timeout: 120_000 });

  // 3. The pharmacist sees that one thing, fills it, and can do so once more.
  await pharmacist.page.bringToFront();
  await pharmacist.go('Patients');
  await expect(pharmacist.page.getByTestId('orders')).toContainText('Prescription, can be filled', { timeout: 90_000 });
  await expect(pharmacist.page.getByTestId('orders')).toContainText('Mira Sandoval');
  await lookAt(pharmacist.page, 'what a pharmacy has to fill');
  await openGiven(pharmacist, /Ibuprofen/);
  await pharmacist.page.getByRole('button', { name: 'Fill it' }).click({ timeout: 60_000 });
  const dispense = pharmacist.page.getByTestId('form');
  await dispense.getByLabel('How much is handed out').fill('20');
  await dispense.getByLabel('Of what (tablets, packs, ml)').fill('tablets');
  await dispense.getByLabel('What it costs, in ether').fill('0.004');
  await expect(dispense).toContainText('A bill for it is written with it.');
  await lookAt(pharmacist.page, 'filling a prescription');
  await dispense.getByRole('button', { name: 'Note that it was handed out' }).click();
  await expect(pharmacist.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });
  await pharmacist.page.reload();
  await expect(pharmacist.page.getByTestId('order')).toContainText('Can be filled once more of 2', { timeout: 60_000 });

  // 4. It is in the patient's record and on the public log; the doctor sees what came of it.
  await page.bringToFront();
  await patient.go('Home');
  await expect(patient.arrived()).toContainText('Ibuprofen', { timeout: 90_000 });
  await patient.arrived().getByRole('link', { name: 'Bill' }).click({ timeout: 90_000 });
  await expect(page.getByTestId('bill')).toContainText('0.004 ETH, to ', { timeout: 60_000 });
  await expect(page.getByTestId('bill')).toContainText('Pharmacist, vouched for by Riverside Clinic');
  await page.goto(page.url().replace(/#.*$|$/, '#/chain'));
  await expect(page.getByRole('main')).toContainText('filled a prescription', { timeout: 60_000 });
  await lookAt(page, 'a prescription on the public log');
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await expect(doctor.page.getByTestId('orders')).toContainText('Filled by', { timeout: 90_000 });

  // 5. The doctor writes it anew: the new one takes the place of the old one, which can no longer be filled.
  await doctor.page
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Medicines/ })
    .click();
  // What was handed out has a day, what was prescribed has none.
  const ibuprofen = doctor.page.getByTestId('records').getByRole('link', { name: /Ibuprofen/ });
  await expect(ibuprofen).toHaveCount(2, { timeout: 60_000 });
  await ibuprofen.last().click();
  await doctor.page.getByRole('button', { name: 'Write it anew' }).click({ timeout: 60_000 });
  await expect(form.getByLabel('How often it can be filled')).toHaveValue('2');
  await form.getByLabel('How often it can be filled').selectOption('3 times');
  await lookAt(doctor.page, 'writing a prescription anew');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });
  await doctor.page.reload();
  await expect(doctor.page.getByTestId('order')).toContainText('Prescription, taken back', { timeout: 90_000 });
});
