import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import type { Stack } from '../../../scripts/lib/stack.ts';
import { bundleFile } from '../../fixtures/bundle.ts';
import { CheckInPage } from '../pages/check-in.ts';
import { DeskPage } from '../pages/desk.ts';
import { WalletApp } from '../pages/wallet-app.ts';

/** A patient whose record is on the chain, and a doctor whom the clinic of the network let in, each in a browser. */
export async function atTheClinic(patients: WalletBrowser, doctors: WalletBrowser, stack: Stack, doctorsName: string) {
  const patient = await WalletApp.open(patients);
  const words = await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn(doctorsName);
  return { patient, doctor, desk, words };
}

/** The same, once the patient shared what the clinic's page asks for, and let the doctor add to it. */
export const writableAtTheClinic = (...given: Parameters<typeof atTheClinic>) =>
  sharing(given, (checkIn) => checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check());

/** The same, once the patient shared what the clinic's page asks for. */
export const sharedAtTheClinic = (...given: Parameters<typeof atTheClinic>) => sharing(given, () => Promise.resolve());

async function sharing(given: Parameters<typeof atTheClinic>, before: (checkIn: CheckInPage) => Promise<void>) {
  const [patients, , stack] = given;
  const met = await atTheClinic(...given);
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await before(checkIn);
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  return { ...met, checkIn };
}
