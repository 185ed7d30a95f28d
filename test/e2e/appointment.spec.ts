import { parseEther } from 'ethers';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { operate } from './support/chain.ts';
import { atTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

/** A day so many days from now, as a form takes it. */
const dayIn = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

test('a doctor offers times, the patient books one with a deposit and cancels, books another, and the doctor gives it back', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const chain = operate(stack);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await atTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  const { page } = patient;
  await chain.fund(await patient.accountNumber(), parseEther('1'));

  // 1. The doctor offers two times for a visit, with a deposit.
  await offer('Check-up', true);

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
  await doctor.page.bringToFront();
  await offer('Blood pressure', false);
  await openArrived('Blood pressure');
  await card.getByRole('radio').first().check({ timeout: 60_000 });
  await card.getByRole('button', { name: 'Book this time' }).click();
  await card.getByRole('button', { name: 'Yes: Book this time' }).click();
  await expect(card).toContainText('Appointment, booked', { timeout: 60_000 });

  // 6. The doctor cannot come, and gives the deposit back from the record.
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await doctor.page
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Test results/ })
    .click({ timeout: 90_000 });
  await doctor.page
    .getByTestId('records')
    .getByRole('link', { name: /Blood pressure/ })
    .click({ timeout: 60_000 });
  const theirs = doctor.page.getByTestId('visit');
  await expect(theirs).toContainText('The patient may cancel until', { timeout: 60_000 });
  await chain.fund(await accountOfDoctor(), parseEther('0.1'));
  await theirs.getByRole('button', { name: 'Cancel and give the deposit back' }).click();
  await lookAt(doctor.page, 'a doctor cancels an appointment');
  await theirs.getByRole('button', { name: 'Yes: Cancel and give the deposit back' }).click();
  await expect(theirs).toContainText('Appointment, settled', { timeout: 60_000 });
  chain.stop();

  async function accountOfDoctor(): Promise<string> {
    const at = doctor.page.url();
    const number = await doctor.accountNumber();
    await doctor.page.goto(at);
    return number;
  }

  async function offer(title: string, isFirst: boolean): Promise<void> {
    await doctor.page.bringToFront();
    if (!isFirst) await doctor.go('Patients');
    await doctor.page.reload();
    await doctor.page.getByTestId('patients').getByRole('link').first().click({ timeout: 90_000 });
    await doctor.page.getByLabel('What do you want to add?').selectOption('Times for an appointment');
    const form = doctor.page.getByTestId('form');
    await form.getByLabel('Title').fill(title);
    await fillDay('day1', dayIn(5));
    await form.getByLabel('First time: at').fill('09:00');
    if (isFirst) {
      await form.getByLabel('Second time: at').fill('11:30');
      await form.getByRole('button', { name: 'Add to this record' }).click();
      await expect(form).toContainText('Fill this in.');
      await fillDay('day2', dayIn(6));
    }
    await form.getByLabel('Deposit, in ether').fill('0.05');
    if (isFirst) await lookAt(doctor.page, 'offering times for an appointment');
    await form.getByRole('button', { name: 'Add to this record' }).click();
    await expect(doctor.page.getByText('It is added.')).toBeVisible({ timeout: 120_000 });

    async function fillDay(field: string, day: string): Promise<void> {
      const [year = '', month = '', date = ''] = day.split('-');
      const group = form.locator(`[data-field=${field}]`);
      await group.getByLabel('Day').fill(String(Number(date)));
      await group.getByLabel('Month').selectOption(month);
      await group.getByLabel('Year').fill(year);
    }
  }

  async function openArrived(title: string): Promise<void> {
    await page.bringToFront();
    await patient.go('Home');
    await patient.arrived().getByRole('link', { name: title }).click({ timeout: 90_000 });
  }
});
