import { parseEther } from 'ethers';
import type { Locator } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { formFor } from './support/care.ts';
import { operate } from './support/chain.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

/** A day and a time of it, as a form takes them. */
interface Time {
  readonly day: string;
  readonly clock: string;
}
const inDays = (days: number, clock: string): Time => ({
  day: new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10),
  clock,
});

async function fillTime(form: Locator, which: string, { day, clock }: Time): Promise<void> {
  const [year = '', month = '', date = ''] = day.split('-');
  const group = form.locator(`[data-field=day${which}]`);
  await group.getByLabel('Day').fill(String(Number(date)));
  await group.getByLabel('Month').selectOption(month);
  await group.getByLabel('Year').fill(year);
  await form.locator(`[data-field=clock${which}] input`).fill(clock);
}

/** Offers one time, with a deposit. */
async function offer(doctor: WalletApp, title: string, time: Time): Promise<void> {
  const form = await formFor(doctor, 'Times for an appointment');
  await form.getByLabel('Title').fill(title);
  await fillTime(form, '1', time);
  await form.getByLabel('Deposit, in ether').fill('0.05');
  await form.getByRole('button', { name: 'Add to this record' }).click();
  await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });
}

/** The visit of a title, in the record of the doctor's only patient. */
async function visitAt({ page }: WalletApp, title: RegExp): Promise<Locator> {
  await page.bringToFront();
  await page.reload();
  await page
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Test results/ })
    .click({ timeout: 90_000 });
  await page.getByTestId('records').getByRole('link', { name: title }).click({ timeout: 60_000 });
  return page.getByTestId('visit');
}

test('a doctor offers times, the patient books one with a deposit and cancels, books another, and the doctor gives it back', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const chain = operate(stack);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const { page } = patient;
  await chain.fund(await patient.accountNumber(), parseEther('1'));

  // 1. The doctor offers two times for a visit, with a deposit.
  const form = await formFor(doctor, 'Times for an appointment');
  await form.getByLabel('Title').fill('Check-up');
  await fillTime(form, '1', inDays(5, '09:00'));
  await form.getByLabel('Second time: at').fill('11:30');
  await form.getByRole('button', { name: 'Add to this record' }).click();
  await expect(form).toContainText('Fill this in.');
  await fillTime(form, '2', inDays(6, '11:30'));
  await form.getByLabel('Deposit, in ether').fill('0.05');
  await lookAt(doctor.page, 'offering times for an appointment');
  await form.getByRole('button', { name: 'Add to this record' }).click();
  await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });

  // 2. The patient sees who offers what, chooses a time, is told what is paid in and until when it comes back, and books.
  const card = page.getByTestId('visit');
  await openArrived('Check-up');
  await expect(card).toContainText('Appointment, to be chosen', { timeout: 60_000 });
  await expect(card).toContainText('You pay a deposit of 0.05 ETH when you choose one.');
  await expect(card.getByRole('radio')).toHaveCount(2);
  await expect(card.getByRole('button', { name: 'Book this time' })).toBeDisabled();
  await lookAt(page, 'times for an appointment');
  await card.getByRole('radio').nth(1).check();
  await card.getByRole('button', { name: 'Book this time' }).click();
  await expect(card).toContainText('You pay a deposit of 0.05 ETH to be kept for');
  await lookAt(page, 'booking an appointment');
  await card.getByRole('button', { name: 'Yes: Book this time' }).click();
  await expect(card).toContainText('Appointment, booked', { timeout: 60_000 });
  await expect(card).toContainText('0.05 ETH is kept by the health network. Cancel until');
  await lookAt(page, 'an appointment that is booked');

  // 3. The doctor sees it, among what is booked and in the record.
  await doctor.page.bringToFront();
  await doctor.go('Patients');
  await doctor.page.reload();
  const booked = doctor.page.getByTestId('booked');
  await expect(booked.getByRole('listitem')).toHaveCount(1, { timeout: 90_000 });
  await expect(booked).toContainText('0.05 ETH');
  await lookAt(doctor.page, 'what is booked with a doctor');

  // 4. The patient cancels in time, and gets the deposit back.
  await page.bringToFront();
  await card.getByRole('button', { name: 'Cancel the appointment' }).click();
  await expect(card).toContainText('the deposit goes back to the patient');
  await card.getByRole('button', { name: 'Yes: Cancel the appointment' }).click();
  await expect(card).toContainText('Appointment, settled', { timeout: 60_000 });
  await expect(card).toContainText('The deposit of 0.05 ETH went back to the patient.');
  await lookAt(page, 'an appointment that was cancelled');
  await card.getByRole('link', { name: 'Draw your part under Payments' }).click();
  await expect(page.getByTestId('owed')).toContainText('0.05 ETH is kept for you', { timeout: 60_000 });
  await expect(page.getByTestId('transactions')).toContainText('Appointment cancelled');
  await expect(page.getByTestId('transactions')).toContainText('Deposit paid in for an appointment: 0.05 ETH');

  // 5. Another is booked; what was free for others before is not offered twice.
  await offer(doctor, 'Blood pressure', inDays(5, '09:00'));
  await openArrived('Blood pressure');
  await card.getByRole('radio').first().check({ timeout: 60_000 });
  await card.getByRole('button', { name: 'Book this time' }).click();
  await card.getByRole('button', { name: 'Yes: Book this time' }).click();
  await expect(card).toContainText('Appointment, booked', { timeout: 60_000 });

  // 6. The doctor cannot come, and gives the deposit back from the record.
  const theirs = await visitAt(doctor, /Blood pressure/);
  await expect(theirs).toContainText('The patient may cancel until', { timeout: 60_000 });
  await chain.fund(await doctor.accountNumberAside(), parseEther('0.1'));
  await theirs.getByRole('button', { name: 'Cancel and give the deposit back' }).click();
  await lookAt(doctor.page, 'a doctor cancels an appointment');
  await theirs.getByRole('button', { name: 'Yes: Cancel and give the deposit back' }).click();
  await expect(theirs).toContainText('Appointment, settled', { timeout: 60_000 });
  chain.stop();

  async function openArrived(title: string): Promise<void> {
    await page.bringToFront();
    await patient.go('Home');
    await patient.arrived().getByRole('link', { name: title }).click({ timeout: 90_000 });
  }
});

test('a deposit that the two do not agree about is divided by whoever the registrar named', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const chain = operate(stack);
  const [patients, doctors, others] = [await newBrowser(), await newBrowser(), await newBrowser()];
  const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const { page } = patient;
  const arbiter = await WalletApp.open(others);
  await arbiter.createWallet('provider');
  const account = await arbiter.accountNumber();
  await chain.nameArbiter(account);
  for (const app of [patient, doctor]) await chain.fund(await app.accountNumberAside(), parseEther('1'));
  await chain.fund(account, parseEther('1'));

  // 1. A visit begins in some minutes. The patient books it.
  const begins = Math.ceil(Date.now() / 60_000) * 60_000 + 180_000;
  const [day = '', clock = ''] = new Date(begins).toISOString().slice(0, 16).split('T');
  await offer(doctor, 'Check-up', { day, clock });
  await page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Check-up' }).click({ timeout: 90_000 });
  const card = page.getByTestId('visit');
  await card.getByRole('radio').first().check({ timeout: 60_000 });
  await expect(card).toContainText('It is so soon that it cannot be cancelled for free.');
  await card.getByRole('button', { name: 'Book this time' }).click();
  await card.getByRole('button', { name: 'Yes: Book this time' }).click();
  await expect(card).toContainText('Appointment, booked', { timeout: 60_000 });
  expect(Date.now(), 'booked before it began').toBeLessThan(begins);
  await expect
    .poll(() => Date.now(), { message: 'waited for the visit to begin', timeout: 240_000 })
    .toBeGreaterThan(begins + 2_000);

  // 2. The doctor asks for the deposit; the patient says that it did not take place.
  const theirs = await visitAt(doctor, /Check-up/);
  await theirs.getByRole('button', { name: 'It took place, or nobody came: ask for the deposit' }).click();
  await theirs.getByRole('button', { name: /^Yes: / }).click();
  await expect(theirs).toContainText('You ask for the deposit.', { timeout: 60_000 });
  await page.bringToFront();
  await page.reload();
  await expect(card).toContainText('and asks for the deposit. If you say nothing until', { timeout: 60_000 });
  await lookAt(page, 'a deposit is asked for');
  await card.getByRole('button', { name: 'I disagree' }).click();
  await card.getByRole('button', { name: 'Yes: I disagree' }).click();
  await expect(card).toContainText('Appointment, not agreed', { timeout: 60_000 });

  // 3. Whoever was named sees what it is about, and divides it once.
  await arbiter.page.bringToFront();
  await arbiter.go('Payments');
  const dispute = arbiter.page.getByTestId('dispute');
  await expect(dispute).toContainText('You decide about the deposit of 0.05 ETH', { timeout: 60_000 });
  await dispute.getByRole('radio', { name: /^25/ }).check();
  await lookAt(arbiter.page, 'dividing a deposit');
  await dispute.getByRole('button', { name: 'Divide it so' }).click();
  await expect(dispute).toContainText('0.0125 ETH goes to');
  await dispute.getByRole('button', { name: 'Yes, divide it so' }).click();
  await expect(dispute).toHaveCount(0, { timeout: 60_000 });
  await expect(arbiter.page.getByTestId('transactions')).toContainText('Deposit of an appointment divided');
  await page.bringToFront();
  await page.reload();
  await expect(card).toContainText('0.0125 ETH of the deposit went to', { timeout: 60_000 });
  await expect(card).toContainText('and 0.0375 ETH to the patient');
  chain.stop();
});
