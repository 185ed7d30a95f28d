import { mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { personCode } from '../../extension/core/handles/person-code.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { OUTPUT } from '../../scripts/lib/paths.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { DeskPage } from './pages/desk.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { atTheClinic } from './support/clinic.ts';
import { filmOf } from './support/film.ts';
import { lookAt } from './support/screens.ts';

test('a patient finds a doctor by speciality and shares with them', async ({ newBrowser }) => {
  test.setTimeout(400_000);
  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  const { page } = patient;
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));

  // 1. By what the doctor does; who vouches for her stands beside her name.
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await page.getByLabel('Find a doctor or hospital').fill('cardio');
  const found = page.getByTestId('found-members').locator('label').filter({ hasText: 'Dr Maya Lindqvist' });
  await expect(found).toContainText('Cardiology', { timeout: 60_000 });
  await expect(found).toContainText('Vouched for by Riverside Clinic');
  await page.getByLabel('Find a doctor or hospital').fill('nobody like this');
  await expect(page.getByText('Nobody in the directory fits.')).toBeVisible();
  await page.getByLabel('Find a doctor or hospital').fill('riverside');
  await expect(page.getByTestId('found-members').locator('label').first()).toBeVisible();
  await lookAt(page, 'directory');
  await page.getByLabel('Find a doctor or hospital').fill('lindq');
  await found.getByRole('radio').check();
  await expect(page.getByTestId('reader')).toContainText('Riverside Clinic');

  // 2. She is the one who gets it.
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await expect(page.getByTestId('confirm')).toContainText('Dr Maya Lindqvist');
  await page.getByTestId('confirm').getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByTestId('consents')).toContainText('Dr Maya Lindqvist', { timeout: 120_000 });

  // 3. Looked for again, what is known is there without a network; nobody is told apart by a wrong number.
  await page.context().setOffline(true);
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));
  await page.getByLabel('Find a doctor or hospital').fill('cardio');
  await expect(found).toBeVisible();
  await page.context().setOffline(false);
  expect(await found.getByRole('radio').inputValue()).toBe(ACCOUNTS.colleague.address.toLowerCase());
});

test('a doctor shows their code, and a patient who has a picture of it shares with them', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, doctor } = await atTheClinic(patients, doctors, stack, 'Dr Noor Aziz');

  // 1. The doctor's code, on the page of their patients.
  await doctor.page.bringToFront();
  await doctor.page.reload();
  await doctor.page.getByText('My code').click();
  const shown = doctor.page.getByRole('img', { name: 'Your code as a picture' });
  await expect(shown).toBeVisible();
  await lookAt(doctor.page, 'my code');
  const picture = join(OUTPUT, 'screens', 'code-in-a-picture.png');
  await shown.screenshot({ path: picture });
  const text = await doctor.page.getByTestId('my-code').locator('.mono').innerText();

  // 2. What is something else is told in plain words, and chooses nobody.
  const { page } = patient;
  await page.bringToFront();
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await page.getByRole('radio', { name: 'By their code or account number' }).check();
  const field = page.getByLabel('Code or account number', { exact: true });
  for (const [wrong, told] of [
    ['https://clinic.example/', 'This is the address of a web page.'],
    ['shc:/5676290952432060346029243740446031222959', 'This is a health card or a health link.'],
    [text.replace(/chain=\d+/, 'chain=1'), 'This code is of another health network.'],
    [text.toLowerCase(), 'This code is damaged'],
    ['legal winner thank year wave sausage worth useful legal winner thank yellow', 'Show it to nobody.'],
  ] as const) {
    await field.fill(wrong);
    await expect(page.getByText(told)).toBeVisible();
    await expect(page.getByTestId('reader')).toBeHidden();
  }
  await expect(field).toHaveValue('');
  await lookAt(page, 'code that is none');

  // 3. The picture is of the doctor's code.
  await page.locator('input[type=file]').setInputFiles(picture);
  await expect(page.getByTestId('reader')).toContainText('Riverside Clinic', { timeout: 30_000 });
  await expect(field).toHaveValue(text);
  await lookAt(page, 'code that was scanned');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByTestId('consents')).toContainText('Allergies', { timeout: 120_000 });
  await doctor.page.bringToFront();
  await expect(doctor.page.getByTestId('patients').getByRole('link')).toHaveCount(1, { timeout: 90_000 });
});

test('a doctor asks while the patient’s browser is closed; the patient finds it, and answers', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const profileDir = await mkdtemp(join(stack.dir, 'asked-'));
  const first = await newBrowser({ profileDir });
  const before = await WalletApp.open(first);
  await before.createWallet();
  await before.importFile(bundleFile());
  await before.waitUntilRecorded();
  await before.go('Settings');
  await before.page.getByText('My code').click();
  const code = await before.page.getByTestId('my-code').locator('.mono').innerText();
  await lookAt(before.page, 'a patient’s code');
  await first.close();

  // 1. She asks by the patient's code, and once more for longer.
  const doctors = await newBrowser();
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Noor Aziz');
  const asking = doctor.page;
  await asking.bringToFront();
  await asking.reload();
  await asking.getByRole('link', { name: 'Ask for access' }).click();
  const field = asking.getByLabel('Code or account number', { exact: true });
  await field.fill(code.replace('patient', 'reader'), { timeout: 60_000 });
  await expect(asking.getByText('This is not the code of a patient.')).toBeVisible();
  for (const howLong of ['7 days', '30 days']) {
    await field.fill('');
    await field.fill(code);
    const request = asking.getByTestId('ask-access');
    await expect(request).toContainText('So as to treat them');
    await request.getByRole('radio', { name: howLong }).check();
    if (howLong === '7 days') await lookAt(asking, 'a doctor asks for access');
    await request.getByRole('button', { name: 'Ask them' }).click();
    await expect(request).toContainText('They are asked.', { timeout: 60_000 });
  }

  // 2. It is there when the wallet is opened: one line, and who vouches for her.
  const patient = await WalletApp.open(await newBrowser({ profileDir }));
  const { page } = patient;
  await patient.unlock();
  const asked = page.getByTestId('requests');
  await expect(asked.getByRole('listitem')).toHaveCount(1, { timeout: 60_000 });
  await expect(asked).toContainText('Doctor, vouched for by Riverside Clinic');
  await expect(asked).toContainText('asked 2 times');
  await expect(asked).toContainText('They would like to read for your treatment, until');
  await lookAt(page, 'somebody asks');

  // 3. Answering begins a share with her, and what was asked is answered.
  await asked.getByRole('link', { name: 'Choose what to share' }).click();
  await expect(page.getByTestId('reader')).toContainText('Riverside Clinic', { timeout: 30_000 });
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await lookAt(page, 'answering a request');
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  await page.getByTestId('confirm').getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByTestId('consents')).toContainText('Allergies', { timeout: 120_000 });
  await expect(asked).toBeHidden({ timeout: 60_000 });
});

test('a patient holds a doctor’s code before the camera, and shares with them; without a camera they are told', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const film = join(await mkdtemp(join(stack.dir, 'film-')), 'code.y4m');
  const { chainId, registry } = stack.network;
  const account = ACCOUNTS.colleague.address;
  await filmOf(personCode({ kind: 'reader', chainId, registry, account }), film);
  const open = async (camera?: string) => {
    const app = await WalletApp.open(await newBrowser(camera === undefined ? {} : { camera }));
    await app.createWallet();
    await app.page.goto(app.page.url().replace(/#.*$|$/, '#/share'));
    await app.page.getByRole('radio', { name: 'By their code or account number' }).check();
    await app.page.getByRole('button', { name: 'Use the camera' }).click();
    return app.page;
  };

  const page = await open(film);
  await expect(page.getByTestId('reader')).toContainText('Riverside Clinic', { timeout: 60_000 });
  await expect(page.getByTestId('camera')).toHaveCount(0);
  expect(await page.evaluate(() => document.querySelector('video'))).toBeNull();

  const without = await open();
  await expect(without.getByText('There is no camera that could be used.')).toBeVisible({ timeout: 30_000 });
  await lookAt(without, 'no camera');
  await without.getByTestId('camera').getByRole('button', { name: 'Cancel' }).click();
  await expect(without.getByRole('button', { name: 'Use the camera' })).toBeVisible();
});
