import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { ringAlarm } from './support/alarm.ts';
import { sharedAtTheClinic } from './support/clinic.ts';

const LATER = {
  resourceType: 'Bundle',
  type: 'collection',
  entry: [
    {
      resource: {
        resourceType: 'AllergyIntolerance',
        clinicalStatus: {
          coding: [{ system: 'http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', code: 'active' }],
        },
        code: { text: 'Peanut' },
        patient: { display: 'me' },
      },
    },
  ],
};

test('a doctor’s open desk is told when a patient adds something, and reads it once it is asked for', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor, desk } = await sharedAtTheClinic(patients, doctors, stack, 'Dr Noor Aziz');
  const news = desk.page.getByTestId('news');
  await expect(async () => {
    await desk.refresh();
    await expect(desk.records().first()).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 90_000 });
  await expect(news).toHaveText('');

  await patient.page.bringToFront();
  await patient.importFile(bundleFile(LATER, 'later.json'));
  await patient.waitUntilRecorded();
  await expect(async () => {
    await ringAlarm(doctor.page);
    await expect(news).toHaveText('Something was added. Refresh to see it.', { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  await expect(desk.record('Peanut')).toHaveCount(0);

  await expect(async () => {
    await desk.refresh();
    await expect(desk.record('Peanut')).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 90_000 });
  await expect(news).toHaveText('');
});
