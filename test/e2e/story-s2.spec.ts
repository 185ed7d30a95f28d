import { parseEther } from 'ethers';
import { expect, test } from './fixtures.ts';
import { operate } from './support/chain.ts';
import { begun, chooseFor, formFor, openGiven, prescribeIbuprofen } from './support/care.ts';
import { lookAt } from './support/screens.ts';

test('a hospital lets a doctor and a pharmacist in; a patient shares, is prescribed something, has it filled, and pays for it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const chain = operate(stack);
  const browsers = {
    administrators: await newBrowser(),
    doctors: await newBrowser(),
    others: await newBrowser(),
    patients: await newBrowser(),
  };
  const {
    doctor,
    patient,
    app: pharmacist,
    account: payee,
  } = await begun(stack, browsers, { name: 'Corner Pharmacy', work: 'Pharmacist' });
  await test.step('the doctor prescribes, and the patient chooses the pharmacy', async () => {
    await prescribeIbuprofen(doctor, 'once');
    await chooseFor(patient, 'Ibuprofen', 'Choose a pharmacy', payee);
  });

  await test.step('the pharmacist fills it, once', async () => {
    await openGiven(pharmacist, /Ibuprofen/);
    const { page } = pharmacist;
    await page.getByRole('button', { name: 'Fill it' }).click({ timeout: 60_000 });
    await page.getByTestId('form').getByRole('button', { name: 'Note that it was handed out' }).click();
    await expect(page.getByTestId('order')).toContainText('Prescription, filled', { timeout: 120_000 });
    await expect(page.getByRole('button', { name: 'Fill it' })).toHaveCount(0);
    await lookAt(page, 'story a prescription that is filled');
  });

  await test.step('the pharmacist writes the bill', async () => {
    const form = await formFor(pharmacist, 'A bill');
    await form.getByLabel('What it is for', { exact: true }).fill('Ibuprofen, 20 tablets');
    await form.getByLabel('How much, in ether').fill('0.01');
    await form.getByRole('button', { name: 'Add to this record' }).click();
    await expect(pharmacist.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });
  });

  await test.step('the patient sees what was filled, pays the bill, and has the receipt', async () => {
    const { page } = patient;
    await chain.fund(await patient.accountNumber(), parseEther('1'));
    await page.bringToFront();
    await patient.go('Home');
    const bill = patient.arrived().getByRole('link', { name: 'Bill' });
    await expect(bill).toBeVisible({ timeout: 90_000 });
    await expect(patient.arrived().getByRole('link', { name: 'Ibuprofen' })).toHaveCount(2);
    await bill.click();
    const card = page.getByTestId('bill');
    await expect(card).toContainText('Pharmacist, vouched for by Riverside Clinic', { timeout: 60_000 });
    await card.getByRole('button', { name: 'Pay' }).click();
    await card.getByRole('button', { name: 'Yes, pay 0.01 ETH' }).click({ timeout: 60_000 });
    await expect(card).toContainText('Paid on', { timeout: 90_000 });
    await lookAt(page, 'story the receipt of a patient');
    await patient.go('Payments');
    await expect(page.getByTestId('transactions')).toContainText('Bill paid: 0.01 ETH to');
  });

  await test.step('the pharmacist is paid, draws it, and has the receipt', async () => {
    await chain.fund(payee, parseEther('0.1'));
    const { page } = pharmacist;
    await page.bringToFront();
    await pharmacist.go('Payments');
    const owed = page.getByTestId('owed');
    await expect(owed).toContainText('0.01 ETH is kept for you', { timeout: 60_000 });
    await owed.getByRole('button', { name: 'Draw it to my account' }).click();
    await expect(owed).toContainText('a fee of at most');
    await owed.getByRole('button', { name: 'Draw it to my account' }).click();
    await expect(page.getByTestId('transactions')).toContainText('Drawn to your account', { timeout: 60_000 });
    await lookAt(page, 'story the receipt of a pharmacist');
  });
  chain.stop();
});
