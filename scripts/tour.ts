import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright';
import { CheckInPage } from '../test/e2e/pages/check-in.ts';
import { DeskPage } from '../test/e2e/pages/desk.ts';
import { WalletApp } from '../test/e2e/pages/wallet-app.ts';
import { beginToChoose, chooseDrug, formFor, member, openGiven } from '../test/e2e/support/care.ts';
import { bundleFile } from '../test/fixtures/bundle.ts';
import { launchBrowser } from './lib/browser.ts';
import { OUTPUT } from './lib/paths.ts';
import { startStack } from './lib/stack.ts';

const TOUR = join(OUTPUT, 'tour');

/** Walks through the main job, and a prescription's whole life, in three real browsers and leaves a picture of each step in `.output/tour/`. */
export async function tour(): Promise<void> {
  await rm(TOUR, { recursive: true, force: true });
  await mkdir(TOUR, { recursive: true });
  const stack = await startStack();
  const browser = () => launchBrowser({ extensionDir: stack.extensionDir });
  const [patients, doctors, pharmacies] = [await browser(), await browser(), await browser()];
  let count = 0;
  const step = async (page: Page, name: string): Promise<void> => {
    count += 1;
    const file = `${String(count).padStart(2, '0')}-${name.toLowerCase().replaceAll(/[^a-z]+/g, '-')}.png`;
    await page.screenshot({ path: join(TOUR, file), fullPage: true });
    console.log(`  ${file}`);
  };
  console.log('The tour, as pictures in .output/tour/:');

  const patient = await WalletApp.open(patients);
  await patient.page.getByRole('heading', { level: 1 }).waitFor();
  await step(patient.page, 'The patient starts');
  await patient.createWallet();
  await step(patient.page, 'The wallet is ready');
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');
  await patient.chooseFile(bundleFile());
  await patient.page.getByTestId('report').waitFor();
  await step(patient.page, 'What the file holds');
  await patient.page.getByRole('button', { name: 'Add to my record' }).click();
  await patient.page.getByRole('link', { name: 'See my record' }).click();
  await patient.waitUntilRecorded();
  await step(patient.page, 'Sealed copied and recorded');
  await patient.page.getByRole('link', { name: /Medicines/ }).click();
  await patient.page.getByRole('link', { name: /Lisinopril/ }).click();
  await patient.page.getByTestId('provenance').waitFor();
  await step(patient.page, 'One record and where it comes from');

  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Amara Okafor');
  await step(desk.page, 'The doctor signs in at the desk');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  const connect = await checkIn.connect();
  await connect.page.getByRole('button', { name: 'Approve' }).waitFor();
  await step(connect.page, 'The clinic asks for the account');
  await connect.approve();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  await checkIn.page.getByRole('checkbox', { name: 'Mental health' }).check();
  await step(checkIn.page, 'The check in page');
  const prompt = await checkIn.askToShare();
  await prompt.page.getByRole('button', { name: 'Approve' }).waitFor();
  await step(prompt.page, 'The prompt');
  await prompt.approve();
  await checkIn.says('Shared');
  await step(checkIn.page, 'Shared');

  await desk.refresh();
  await desk.openRecord('Haemoglobin A1c');
  await desk.page.getByTestId('provenance').waitFor();
  await step(desk.page, 'The doctor reads what was shared');
  await desk.addResult('Potassium', '4.1', 'mmol/L');
  await desk.says('Result added');
  await step(desk.page, 'The doctor adds a result');
  await patient.go('Home');
  await patient.page.getByRole('heading', { name: 'New in your record' }).waitFor();
  await step(patient.page, 'The result arrives');

  const { app: pharmacist, account } = await member(pharmacies, stack, 'Corner Pharmacy', 'pharmacist');
  const form = await formFor(doctor, 'Prescription');
  await chooseDrug(doctor, 'ibupro', 'Ibuprofen');
  await step(doctor.page, 'The doctor prescribes');
  await form.getByRole('button', { name: 'Prescribe' }).click();
  await doctor.page.getByTestId('orders').waitFor({ timeout: 120_000 });
  await patient.page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Ibuprofen' }).click({ timeout: 90_000 });
  await patient.page.getByTestId('order').waitFor();
  await step(patient.page, 'The prescription');
  await beginToChoose(patient, 'Choose a pharmacy', account);
  await patient.page.getByRole('button', { name: 'Look at it once more' }).click();
  await step(patient.page, 'The patient chooses a pharmacy');
  await patient.page.getByRole('button', { name: 'Yes, choose them' }).click();
  await patient.page.getByText('may do it now').waitFor({ timeout: 120_000 });
  await openGiven(pharmacist, /Ibuprofen/);
  await pharmacist.page.getByRole('button', { name: 'Fill it' }).click({ timeout: 60_000 });
  await step(pharmacist.page, 'The pharmacist fills it');
  await pharmacist.page.getByRole('button', { name: 'Note that it was handed out' }).click();
  await pharmacist.page.getByText('Prescription, filled').waitFor({ timeout: 120_000 });
  await step(pharmacist.page, 'It is filled and cannot be filled again');

  await patient.page.bringToFront();
  await patient.go('Activity');
  await patient.page
    .getByText(/opened \d items? in Medicines/)
    .first()
    .waitFor();
  await step(patient.page, 'What happened and who opened it');
  await patient.go('Settings');
  await patient.page.getByTestId('keepers').waitFor();
  await step(patient.page, 'Who keeps the keys');
  await patient.go('Sharing');
  const clinic = patient.page.getByTestId('consents').getByRole('listitem').filter({ hasText: 'Dr Amara Okafor' });
  await clinic.getByRole('button', { name: 'Stop sharing' }).click();
  await step(patient.page, 'Stop sharing');
  await clinic.getByRole('button', { name: 'Stop sharing' }).click();
  await clinic.getByText('Ended').waitFor();
  await desk.openRecord('Lisinopril');
  await desk.says('This patient has ended access or never gave it.');
  await step(desk.page, 'Nothing opens any more');

  await Promise.all([patients, doctors, pharmacies].map((one) => one.close()));
  await stack.stop();
  console.log(`${count} pictures. The tour is over.`);
}
