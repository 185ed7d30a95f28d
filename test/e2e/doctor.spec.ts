import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { atTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

test('a doctor finds a patient by name, opens a section, and writes beside it; the patient sees both', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await atTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  const prompt = await checkIn.askToShare();

  // 1. The patient says what the doctor is to call her: her own name is there, another one is as good.
  const called = prompt.page.getByLabel('They will see you as');
  await expect(called).toHaveValue('Mira Sandoval');
  await called.fill('M. Sandoval');
  await prompt.approve();
  await checkIn.says('Shared');

  // 2. She is found by that name; nothing of her record is opened by it.
  const { page } = doctor;
  await page.bringToFront();
  await page.reload();
  await page.getByLabel('Find a patient').fill('sando');
  const found = page.getByTestId('patients').getByRole('link', { name: /M\. Sandoval/ });
  await expect(found).toBeVisible();
  await page.getByLabel('Find a patient').fill('nobody');
  await expect(page.getByText('No patient fits.')).toBeVisible();
  await page.getByLabel('Find a patient').fill('');
  await found.click();
  await expect(page.getByTestId('patient-bar')).toContainText('M. Sandoval');
  await expect(page.getByText('You have opened nothing yet.')).toBeVisible();

  // 3. A section is opened when it is pressed, and only that.
  const section = (name: RegExp) => page.getByTestId('shared-sections').getByRole('button', { name });
  await section(/^Allergies/).click();
  await expect(page.getByTestId('records')).toContainText('Allergy to penicillin');
  await expect(section(/^Allergies.*1 item/)).toBeVisible();
  await expect(section(/^Medicines.*Not opened yet/)).toBeVisible();
  await page.getByLabel('Find in what you opened').fill('peni');
  await expect(page.getByTestId('records').getByRole('listitem')).toHaveCount(1);

  // 4. What is written beside it is checked against what was opened; whose record it is stays on the screen.
  await page.getByLabel('What do you want to add?').selectOption('Medicine');
  const drug = page.getByRole('combobox', { name: 'Medicine', exact: false }).first();
  await drug.fill('amoxi');
  await page.getByRole('option', { name: 'Amoxicillin', exact: true }).click();
  await page.getByRole('button', { name: 'Add to this record' }).click();
  await expect(page.getByTestId('warnings')).toContainText('the patient is allergic to');
  await expect(page.getByTestId('patient-bar')).toBeInViewport();
  await lookAt(page, 'writing beside reading');
  await page.getByRole('button', { name: 'Save it all the same' }).click();
  await expect(page.getByText('It is added.')).toBeVisible();

  // 5. The patient sees what came, from whom, and what was opened.
  await patient.page.bringToFront();
  await patient.go('Home');
  await patient.arrived().getByRole('link', { name: 'Amoxicillin' }).click({ timeout: 30_000 });
  await expect(patient.page.getByTestId('provenance')).toContainText('Typed by whoever added it');
  await expect(patient.page.getByTestId('provenance')).toContainText(/Doctor .* vouched for by/);
  await patient.go('Sharing');
  await expect(patient.page.getByTestId('consents')).toContainText('They see you as: M. Sandoval');
  await patient.go('Activity');
  await expect(patient.page.getByTestId('activity')).toContainText('opened 1 item in Allergies');
  await expect(patient.page.getByTestId('activity')).not.toContainText('in Medicines,');
});
