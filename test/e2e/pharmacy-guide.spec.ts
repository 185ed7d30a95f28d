import { join } from 'node:path';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { servePage } from '../../scripts/lib/bundle-page.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { OUTPUT } from '../../scripts/lib/paths.ts';
import { expect, test } from './fixtures.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { chooseFor, member, prescribeIbuprofen } from './support/care.ts';
import { writableAtTheClinic } from './support/clinic.ts';
import { examplesOf } from './support/examples.ts';
import { lookAt } from './support/screens.ts';

interface PageWindow {
  run(name: string, args: unknown[], withClient: boolean): Promise<unknown>;
}
interface OnServer {
  registerOrigin(network: Network, hospitalKey: string, origin: string): Promise<void>;
}

test('the page of the guide shows a pharmacist what to hand out, hands it out once, and writes the bill', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const examples = await examplesOf('docs/PHARMACY.md');
  const served = await servePage(examples.page);
  try {
    const [patients, doctors, pharmacies] = [await newBrowser(), await newBrowser(), await newBrowser()];
    const { patient, doctor } = await writableAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
    const { account } = await member(pharmacies, stack, 'Corner Pharmacy', 'pharmacist');
    await prescribeIbuprofen(doctor, '2 times');
    await chooseFor(patient, 'Ibuprofen', 'Choose a pharmacy', account);

    const page = await pharmacies.newPage();
    await page.goto(served.url);
    await page.evaluate(() => (window as unknown as PageWindow).run('openPharmacy', [], false));
    const shows = page.getByRole('button', { name: 'Show prescriptions' });
    const status = page.getByRole('status');
    const prompted = (name: string) =>
      PromptWindow.during(pharmacies.context, () => page.getByRole('button', { name }).click());

    await test.step('a page that no hospital calls its own sees nothing', async () => {
      const prompt = await prompted('Show prescriptions');
      await prompt.typeSite(new URL(served.url).host);
      await prompt.approve();
      await expect(status).toHaveText('There is nothing to hand out.', { timeout: 60_000 });
    });
    await test.step('the hospital registers the page', async () => {
      const modules = (await Promise.all(examples.server.map((file) => import(file)))) as object[];
      const { registerOrigin } = Object.assign({}, ...modules) as OnServer;
      await registerOrigin(stack.network, ACCOUNTS.hospital.privateKey, new URL(served.url).origin);
    });
    await test.step('what the patient chose this pharmacy for is listed, and nothing else', async () => {
      // The wallet keeps the registry's word on whose a site is for a minute.
      await expect(async () => {
        await shows.click();
        await expect(status).toHaveText('To hand out: 1', { timeout: 10_000 });
      }).toPass({ timeout: 120_000 });
      await expect(page.getByRole('listitem')).toHaveCount(1);
      await expect(page.getByRole('listitem')).toContainText(/Ibuprofen.*2 of 2 left, until/);
      await page.screenshot({ path: join(OUTPUT, 'screens', 'the-pharmacy-of-the-guide.light.png') });
    });
    await test.step('a pharmacist who says no hands out nothing', async () => {
      await (await prompted('Hand out')).reject();
      await expect(status).toHaveText('Not handed out', { timeout: 60_000 });
    });
    await test.step('the pharmacist sees what is filled, and says yes', async () => {
      const prompt = await prompted('Hand out');
      await expect(prompt.page.getByText('With your yes “Ibuprofen” is filled once.')).toBeVisible({ timeout: 30_000 });
      await expect(prompt.page.getByText('Can be filled 2 more times of 2 in all')).toBeVisible();
      await lookAt(prompt.page, 'prompt fill a prescription');
      await prompt.approve();
      await expect(status).toHaveText('Handed out: Ibuprofen', { timeout: 120_000 });
    });
    await test.step('the pharmacist writes the bill', async () => {
      await (await prompted('Write the bill')).approve();
      await expect(status).toHaveText('The bill is written: 0.01 ETH', { timeout: 120_000 });
      await shows.click();
      await expect(page.getByRole('listitem')).toContainText('1 of 2 left', { timeout: 60_000 });
    });
    await test.step('both are in the patient’s record', async () => {
      await patient.page.bringToFront();
      await patient.go('Home');
      await expect(patient.arrived().getByRole('link', { name: 'Bill' })).toBeVisible({ timeout: 90_000 });
      await patient.arrived().getByRole('link', { name: 'Bill' }).click();
      await expect(patient.page.getByTestId('bill')).toContainText('0.01 ETH, to ', { timeout: 60_000 });
      await expect(patient.page.getByTestId('bill')).toContainText('Pharmacist, vouched for by Riverside Clinic');
    });
  } finally {
    await served.close();
  }
});
