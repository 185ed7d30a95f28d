import { readFile } from 'node:fs/promises';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { atTheClinic } from './support/clinic.ts';
import { extensionWith } from './support/network.ts';
import { lookAt } from './support/screens.ts';
import { startProxy, type Proxy } from './support/proxy.ts';

const proxies: Proxy[] = [];
test.afterEach(async () => {
  await Promise.all(proxies.splice(0).map((proxy) => proxy.close()));
});

const another = (title: string) =>
  bundleFile(
    {
      resourceType: 'Bundle',
      type: 'collection',
      entry: [{ resource: { resourceType: 'AllergyIntolerance', code: { text: title } } }],
    },
    `${title}.json`,
  );

/** A patient whose record is shared with a doctor at the clinic of the network. */
async function shared(patients: WalletBrowser, doctors: WalletBrowser, stack: Stack, doctorsName: string) {
  const { patient, desk } = await atTheClinic(patients, doctors, stack, doctorsName);
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  return { patient, desk };
}

test('a doctor reads with any two of three keepers; with one alone nothing new opens, nothing is lost, and later it opens', async ({
  newBrowser,
  stack,
}) => {
  const custody = stack.network.custody!;
  for (const { url } of custody.keepers) proxies.push(await startProxy(url));
  const keepers = custody.keepers.map((keeper, i) => ({ ...keeper, url: proxies[i]!.url }));
  const doctorsCopy = await extensionWith(stack, { custody: { ...custody, keepers } });
  const [patients, doctors] = [await newBrowser(), await newBrowser({ extensionDir: doctorsCopy })];
  const { patient, desk } = await shared(patients, doctors, stack, 'Dr Sam Reyes');
  const asked = () => proxies.map(({ passed }) => passed.filter((line) => line === 'POST /v1/read').length);

  // Any two, whichever is gone.
  proxies[0]!.down = true;
  await desk.refresh();
  await expect(desk.record('penicillin')).toBeVisible();
  expect(asked()[0]).toBe(0);
  const before = asked();
  await desk.refresh();
  await desk.openRecord('penicillin');
  await expect(desk.page.getByTestId('provenance')).toContainText('unchanged since it was recorded');
  // What is open stays open: nobody is asked again.
  expect(asked()).toEqual(before);

  // One alone gives nothing.
  proxies[1]!.down = true;
  await patient.importFile(another('Allergy to latex'));
  await patient.go('Home');
  await patient.waitUntilRecorded();
  await desk.refresh();
  await expect(desk.record('penicillin')).toBeVisible();
  await expect(desk.record('latex')).toHaveCount(0);

  proxies[1]!.down = false;
  await expect(async () => {
    await desk.refresh();
    await expect(desk.record('latex')).toBeVisible({ timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
});

test('a patient sees who keeps the keys, locks everything anew, and hands on the list of openings', async ({
  newBrowser,
  stack,
}) => {
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, desk } = await shared(patients, doctors, stack, 'Dr Lena Brandt');
  await desk.refresh();
  await expect(desk.record('penicillin')).toBeVisible();

  await patient.go('Settings');
  const keepers = patient.page.getByTestId('keepers').getByRole('listitem');
  await expect(keepers).toHaveCount(3);
  await expect(keepers.filter({ hasText: 'last answered' })).toHaveCount(3);
  await expect(keepers.filter({ hasText: 'list of openings' })).toHaveCount(3);
  await patient.page.getByRole('button', { name: 'Lock everything anew' }).click();
  await expect(patient.page.getByText('Everything you share is locked anew.')).toBeVisible({ timeout: 60_000 });
  await lookAt(patient.page, 'settings locked anew');

  // Who may read goes on reading, what there was and what comes.
  await patient.importFile(another('Allergy to latex'));
  await patient.go('Home');
  await patient.waitUntilRecorded();
  await desk.refresh();
  await expect(desk.record('latex')).toBeVisible();
  await expect(desk.record('penicillin')).toBeVisible();

  await patient.go('Activity');
  await expect(patient.page.getByTestId('activity')).toContainText('opened');
  await lookAt(patient.page, 'activity openings');
  const saved = patient.page.waitForEvent('download');
  await patient.page.getByRole('button', { name: 'Save openings as a table' }).click();
  const file = await readFile(await (await saved).path(), 'utf8');
  expect(file.split('\r\n')[0]).toBe('time,who,name,outcome,section,items,purposes,keepers');
  expect(file).toContain('Dr Lena Brandt');
});
