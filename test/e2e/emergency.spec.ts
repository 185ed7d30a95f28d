import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { OUTPUT } from '../../scripts/lib/paths.ts';
import { expect, test } from './fixtures.ts';
import { atTheClinic } from './support/clinic.ts';
import { printed } from './support/printed.ts';
import { lookAt } from './support/screens.ts';

/** Longest that the network, the keepers and a wallet in the background take for one step. */
const STEP_MS = 90_000;

test('a doctor opens in an emergency what was allowed, and no more; the patient is told, ends it, and it is over', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(500_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await atTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const at = { patient: patient.page, doctor: doctor.page };

  // 1. The patient: nothing is allowed, nothing is ticked, what is sensitive comes last. Two sections are allowed.
  await at.patient.bringToFront();
  await patient.go('Sharing');
  await at.patient.getByRole('link', { name: 'For an emergency' }).click();
  const boxes = at.patient.getByTestId('emergency-sections');
  await expect(boxes.getByRole('checkbox', { checked: true })).toHaveCount(0);
  await expect(at.patient.getByText('this card opens nothing yet')).toBeVisible();
  await expect(boxes.locator('label').last()).toContainText('sensitive', { ignoreCase: true });
  for (const name of [/^Allergies/, /^Medicines/]) await boxes.getByRole('checkbox', { name }).check();
  await lookAt(at.patient, 'emergency sections');
  await boxes.getByRole('button', { name: 'Save what is ticked' }).click();
  await expect(boxes).toContainText('Saved.', { timeout: STEP_MS });
  await at.patient.reload();
  await expect(boxes.getByRole('checkbox', { checked: true })).toHaveCount(2);

  // 2. The card: a name only where she wants it; on paper nothing of her record.
  const card = at.patient.getByTestId('emergency-card');
  await expect(card).not.toContainText('Sandoval');
  await at.patient.getByLabel('Name on the card').fill('Mira Sandoval');
  await expect(card).toContainText('Mira Sandoval');
  await lookAt(at.patient, 'emergency card');
  const paper = await printed(at.patient);
  expect(paper).toContain('Mira Sandoval');
  expect(paper).toContain('Open in an emergency');
  for (const said of ['Allerg', 'Medicine', 'penicillin', 'Save what']) expect(paper).not.toContain(said);
  await at.patient.emulateMedia({ media: 'print' });
  const picture = join(OUTPUT, 'screens', 'emergency-card-on-paper.png');
  await card.screenshot({ path: picture });
  await at.patient.emulateMedia({ media: 'screen' });

  // 3. The doctor: takes the card's picture, is warned, gives a reason. Another code is told apart.
  await at.doctor.bringToFront();
  await at.doctor.reload();
  await at.doctor.getByRole('link', { name: 'Open in an emergency' }).click();
  const field = at.doctor.getByLabel('Code on the patient’s card');
  await field.fill('https://clinic.example/');
  await expect(at.doctor.getByText('This is the address of a web page.')).toBeVisible();
  await field.fill('0x00000000000000000000000000000000000000aa');
  await expect(at.doctor.getByText('This patient lets nobody open anything in an emergency.')).toBeVisible();
  await expect(at.doctor.getByTestId('break-glass')).toBeHidden();
  await at.doctor.locator('input[type=file]').setInputFiles(picture);
  const asked = at.doctor.getByTestId('break-glass');
  await expect(asked).toContainText('lets a doctor open 2 sections', { timeout: STEP_MS });
  await expect(field).toHaveValue(/^salus:emergency\?/);
  const go = asked.getByRole('button', { name: 'Open for 24 hours' });
  await asked.getByRole('radio', { name: 'The patient is unconscious or cannot speak' }).check();
  await expect(asked).toContainText('The patient is told at once');
  await expect(go).toBeDisabled();
  await asked.getByRole('checkbox', { name: 'This patient is in an emergency' }).check();
  await lookAt(at.doctor, 'opening in an emergency');
  await go.click();

  // 4. What was allowed is read; what was not is not there.
  const held = at.doctor.getByTestId('held-in-emergency');
  await expect(held).toContainText('You opened 2 sections in an emergency', { timeout: STEP_MS });
  await expect(at.doctor.getByText('You have opened nothing yet.')).toBeVisible();
  await held.getByRole('button', { name: 'Read what was opened' }).click();
  const records = at.doctor.getByTestId('records');
  await expect(records).toContainText('Allergy to penicillin', { timeout: STEP_MS });
  await expect(records).toContainText('Metformin');
  await expect(records).not.toContainText('Hypertension');
  await lookAt(at.doctor, 'reading in an emergency');
  await records.getByRole('link', { name: /Allergy to penicillin/ }).click();
  await expect(at.doctor.getByTestId('provenance')).toBeVisible({ timeout: STEP_MS });
  await doctor.go('Patients');
  await expect(at.doctor.getByTestId('patients')).toContainText('Emergency');
  await lookAt(at.doctor, 'patients with an emergency');

  // 5. The patient is told: on the wallet's button, on Home and in Activity.
  await at.patient.bringToFront();
  await expect.poll(() => patient.badge(), { timeout: STEP_MS, message: 'the button counts the opening' }).not.toBe('');
  await patient.go('Home');
  const alarm = at.patient.getByTestId('emergency');
  await expect(alarm).toContainText('opened a part of your record in an emergency', { timeout: STEP_MS });
  await expect(alarm).toContainText('vouched for by Riverside Clinic');
  await expect(alarm).toContainText('Reason given: The patient is unconscious or cannot speak');
  await expect(alarm).toContainText(/What was opened: .*Allergies/);
  await expect(at.patient.getByTestId('emergency-lines')).toContainText('in Allergies', { timeout: STEP_MS });
  await alarm.getByRole('button', { name: 'This was misuse' }).click();
  await expect(alarm).toContainText('Salus sends this to nobody.');
  await lookAt(at.patient, 'emergency alarm');
  const saving = at.patient.waitForEvent('download', { timeout: STEP_MS });
  await alarm.getByRole('button', { name: 'Save the report' }).click();
  const report = await readFile(await (await saving).path(), 'utf8');
  expect(report).toMatch(/Transaction: 0x[0-9a-f]{64}/);
  expect(report).toContain('Riverside Clinic');
  expect(report).not.toContain('penicillin');
  await patient.go('Activity');
  await expect(at.patient.getByTestId('activity')).toContainText(/opened .*Allergies.* in an emergency/);
  await lookAt(at.patient, 'activity with an emergency');

  // 6. She ends it: nothing can be opened any more, by this or by another opening.
  await patient.go('Home');
  await alarm.getByRole('button', { name: 'End now' }).click();
  await expect(alarm).toContainText('This has ended.', { timeout: STEP_MS });
  await lookAt(at.patient, 'emergency that was ended');
  await at.doctor.bringToFront();
  await expect(at.doctor.getByText('No patient shares anything with you now.')).toBeVisible({ timeout: STEP_MS });
  await at.doctor.getByRole('link', { name: 'Open in an emergency' }).click();
  await at.doctor.locator('input[type=file]').setInputFiles(picture);
  await expect(at.doctor.getByText('This patient lets nobody open anything in an emergency.')).toBeVisible({
    timeout: STEP_MS,
  });
});
