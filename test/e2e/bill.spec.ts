import { parseEther } from 'ethers';
import { expect, test } from './fixtures.ts';
import { operate } from './support/chain.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a doctor writes a bill, the patient pays it once, both see it paid, and the doctor draws it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const chain = operate(stack);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');

  // 1. The doctor writes a bill of two lines. What is no amount is said beside it; what the lines are together is seen.
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await doctor.page.getByTestId('patients').getByRole('link').first().click({ timeout: 90_000 });
  await doctor.page.getByLabel('What do you want to add?').selectOption('A bill');
  const form = doctor.page.getByTestId('form');
  await form.getByLabel('What it is for', { exact: true }).fill('Visit on a Sunday');
  await form.getByLabel('How much, in ether').fill('a lot');
  await form.getByLabel('What else it is for').fill('X-ray of the hand');
  await form.getByLabel('How much for that, in ether').fill('0.005');
  await form.getByRole('button', { name: 'Add to this record' }).click();
  await expect(form).toContainText('Give an amount in ether, such as 0.02.');
  await form.getByLabel('How much, in ether').fill('0,02');
  await expect(form).toContainText('Together 0.025 ETH');
  await lookAt(doctor.page, 'writing a bill');
  await form.getByRole('button', { name: 'Add to this record' }).click();
  await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });

  // 2. The patient sees what is owed and to whom. Without the ether for it, it is said how much is missing.
  const { page } = patient;
  await page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Bill' }).click({ timeout: 90_000 });
  const card = page.getByTestId('bill');
  await expect(card).toContainText('Bill, to be paid', { timeout: 60_000 });
  await expect(card).toContainText('0.025 ETH, to ');
  await expect(card).toContainText('About €62.50, by this health network’s own rate of 1 Nov 2026.');
  await expect(card).toContainText('Doctor, vouched for by Riverside Clinic');
  await lookAt(page, 'a bill');
  await card.getByRole('button', { name: 'Pay' }).click();
  await expect(card).toContainText('Your account has too little for this and its fee');
  await lookAt(page, 'a bill with too little');
  await card.getByRole('button', { name: 'Back' }).click();

  // 3. With it, it is said once more what is paid to whom for what, and what the fee can be at most.
  const account = await patient.accountNumberAside();
  await chain.fund(account, parseEther('1'));
  const url = page.url();
  await page.goto(url);
  await page.reload();
  await card.getByRole('button', { name: 'Pay' }).click({ timeout: 60_000 });
  await expect(card).toContainText('for Visit on a Sunday and X-ray of the hand');
  await expect(card).toContainText('the fee of the health network is at most');
  await lookAt(page, 'paying a bill');
  const second = await patients.context.newPage();
  await second.goto(url);
  const there = second.getByTestId('bill');
  await there.getByRole('button', { name: 'Pay' }).click({ timeout: 60_000 });
  await expect(there.getByRole('button', { name: /^Yes, pay/ })).toBeVisible({ timeout: 60_000 });
  await page.bringToFront();
  await card.getByRole('button', { name: 'Yes, pay 0.025 ETH' }).click();
  await expect(card).toContainText('Bill, paid', { timeout: 60_000 });
  await expect(card).toContainText('Paid on');
  await lookAt(page, 'a bill that is paid');
  // In the other window nothing more is paid.
  await second.bringToFront();
  await expect(there).toContainText('Bill, paid', { timeout: 60_000 });
  await expect(there.getByRole('button', { name: /^Yes, pay/ })).toHaveCount(0);
  await second.close();
  expect(parseEther('1') - (await chain.balanceOf(account))).toBeLessThan(parseEther('0.03'));
  await patient.go('Payments');
  const paid = page.getByTestId('transactions').getByRole('listitem');
  await expect(paid).toHaveCount(1);
  await expect(paid).toContainText('Bill paid: 0.025 ETH to');
  await lookAt(page, 'payments with a bill');

  // 4. The doctor sees that it is paid, and draws it.
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await doctor.page
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Test results/ })
    .click({ timeout: 90_000 });
  await doctor.page.getByTestId('records').getByRole('link', { name: /Bill/ }).click({ timeout: 60_000 });
  await expect(doctor.page.getByTestId('bill')).toContainText('Bill, paid', { timeout: 60_000 });
  await expect(doctor.page.getByTestId('bill')).toContainText('You ask for 0.025 ETH.');
  await lookAt(doctor.page, 'a bill that was paid, as the doctor sees it');
  const payee = await doctor.accountNumber();
  await chain.fund(payee, parseEther('0.1'));
  await doctor.go('Payments');
  const owed = doctor.page.getByTestId('owed');
  await expect(owed).toContainText('0.025 ETH is kept for you', { timeout: 60_000 });
  await owed.getByRole('button', { name: 'Draw it to my account' }).click();
  await expect(owed).toContainText('a fee of at most');
  await lookAt(doctor.page, 'drawing what is owed');
  await owed.getByRole('button', { name: 'Draw it to my account' }).click();
  await expect(owed).toHaveCount(0, { timeout: 60_000 });
  await expect(doctor.page.getByTestId('transactions')).toContainText('Drawn to your account');
  expect(await chain.balanceOf(payee)).toBeGreaterThan(parseEther('0.12'));
  chain.stop();
});
