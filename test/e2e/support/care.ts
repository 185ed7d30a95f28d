import { expect, test } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { DESK_WORDS } from '../../../scripts/lib/chain.ts';
import type { Stack } from '../../../scripts/lib/stack.ts';
import { bundleFile } from '../../fixtures/bundle.ts';
import { CheckInPage } from '../pages/check-in.ts';
import { DeskPage } from '../pages/desk.ts';
import { OfficePage } from '../pages/office.ts';
import { WalletApp } from '../pages/wallet-app.ts';

/** Somebody whom the clinic vouches for, in a browser of their own, at its desk, and their account number. */
export async function member(browser: WalletBrowser, stack: Stack, name: string, work: 'pharmacist' | 'lab') {
  const app = await WalletApp.open(browser);
  await app.createWallet('provider');
  const desk = await DeskPage.open(browser, stack.portalUrl);
  await desk.connect();
  await desk.signIn(name, work);
  return { app, desk, account: await app.accountNumber() };
}

/** Somebody makes a wallet for their work, and joins by the hospital’s link, in their own browser. */
export async function joins(browser: WalletBrowser, link: string, name: string) {
  const app = await WalletApp.open(browser);
  await app.createWallet('provider');
  const desk = await DeskPage.open(browser, link);
  await desk.connect();
  await desk.joinBy(link);
  await desk.page.goto(`${new URL(link).origin}/desk`);
  await expect(desk.page.getByTestId('doctor')).toHaveText(name, { timeout: 60_000 });
  // The first look at the list is also when the wallet registers its key.
  await desk.refresh();
  return { app, account: await app.accountNumber() };
}

/** The form of something, in the record of the doctor's only patient. */
export async function formFor({ page }: WalletApp, what: string) {
  await page.bringToFront();
  await page.goto(page.url().replace(/#.*$|$/, '#/'));
  await page.reload();
  await page.getByTestId('patients').getByRole('link').first().click({ timeout: 90_000 });
  await page.getByLabel('What do you want to add?').selectOption(what);
  return page.getByTestId('form');
}

/** Chooses a medicine of the directory in a form. */
export async function chooseDrug({ page }: WalletApp, typed: string, name: string): Promise<void> {
  const drug = page.getByTestId('form').getByRole('combobox', { name: 'Medicine', exact: false }).first();
  await drug.fill('');
  await drug.fill(typed);
  await page.getByRole('option', { name, exact: true }).click();
}

/** Goes to whom an order that has just arrived is to be given, and gives an account number. */
export async function beginToChoose({ page }: WalletApp, link: string, account: string): Promise<void> {
  await page.getByRole('link', { name: link }).click();
  await page.getByRole('radio', { name: 'By their code or account number' }).check();
  await page.getByLabel('Code or account number', { exact: true }).fill(account);
  await page.getByTestId('reader').waitFor();
}

/** The one thing that was given to somebody to be carried out, on the screen. */
export async function openGiven(app: WalletApp, title: RegExp): Promise<void> {
  await app.page.bringToFront();
  await app.go('Patients');
  await app.page.getByTestId('patients').getByRole('link').first().click({ timeout: 90_000 });
  await app.page
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Chosen records/ })
    .click();
  await app.page.getByTestId('records').getByRole('link', { name: title }).click({ timeout: 60_000 });
}

/** A doctor prescribes ibuprofen, to be filled so often as a choice of the form says. The doctor may write to the patient's medicines. */
export async function prescribeIbuprofen(doctor: WalletApp, fills: string): Promise<void> {
  const form = await formFor(doctor, 'Prescription');
  await chooseDrug(doctor, 'ibupro', 'Ibuprofen');
  await form.getByLabel('How often it can be filled').selectOption(fills);
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await expect(doctor.page.getByTestId('orders')).toContainText('Prescription, can be filled', { timeout: 120_000 });
}

/** The patient chooses who carries out what was just ordered for them. */
export async function chooseFor(patient: WalletApp, title: string, link: string, account: string): Promise<void> {
  const { page } = patient;
  await page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: title }).click({ timeout: 60_000 });
  await beginToChoose(patient, link, account);
  await expect(page.getByTestId('reader')).toContainText('vouched for by Riverside Clinic');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Yes, choose them' }).click();
  await expect(page.getByTestId('order')).toContainText('may do it now', { timeout: 120_000 });
}

/**
 * A story begins: the hospital invites a doctor and somebody else, who join; a patient registers and lets the doctor read and add.
 * @param browsers one for each of the four
 * @param other whom else the hospital invites, as what
 */
export async function begun(
  stack: Stack,
  browsers: Readonly<Record<'administrators' | 'doctors' | 'others' | 'patients', WalletBrowser>>,
  other: { readonly name: string; readonly work: string },
) {
  const { doctor, link } = await test.step('the hospital invites, and the doctor joins', async () => {
    await (await WalletApp.open(browsers.administrators)).restore(DESK_WORDS.administrator.split(' '));
    const office = await OfficePage.open(browsers.administrators, `${stack.portalUrl}/hospital`);
    const forDoctor = await office.invite('Dr Noor Aziz', 'Doctor', 'General practice');
    const forOther = await office.invite(other.name, other.work, '');
    return { doctor: (await joins(browsers.doctors, forDoctor, 'Dr Noor Aziz')).app, link: forOther };
  });
  const patient = await test.step('the patient registers, and lets the doctor read and add', async () => {
    const app = await WalletApp.open(browsers.patients);
    await app.createWallet();
    await app.importFile(bundleFile());
    await app.waitUntilRecorded();
    const checkIn = await CheckInPage.open(browsers.patients, stack.portalUrl);
    await (await checkIn.connect()).approve();
    await expect(checkIn.page.getByTestId('doctor')).toHaveText('Dr Noor Aziz');
    await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
    await (await checkIn.askToShare()).approve();
    await checkIn.says('Shared');
    return app;
  });
  const { app, account } = await joins(browsers.others, link, other.name);
  return { doctor, patient, app, account };
}
