import type { Page } from '@playwright/test';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { atTheClinic } from './support/clinic.ts';
import { lookAt } from './support/screens.ts';

/** Longest that the network, the keepers and a wallet in the background take for one step. */
const STEP_MS = 90_000;

const to = (page: Page, path: string) => page.goto(page.url().replace(/#.*$|$/, `#/${path}`));

/** The code that somebody shows, as text. */
async function codeOf(page: Page): Promise<string> {
  await page.getByText('My code').click();
  return (await page.getByTestId('my-code').locator('.mono').innerText()).trim();
}

/** Chooses somebody by their code, and says that one knows them where nobody vouches. */
async function chooseByCode(page: Page, code: string): Promise<void> {
  await page.getByRole('radio', { name: /by their code or account number/i }).check();
  await page.getByLabel('Code or account number', { exact: true }).fill(code);
  const reader = page.getByTestId('reader');
  await expect(reader).toBeVisible({ timeout: STEP_MS });
  const knows = reader.getByRole('checkbox', { name: /^I know whose account this is/ });
  if (!(await knows.isVisible())) return;
  await knows.check();
  await reader.getByLabel('Last four characters of their account number').fill(code.slice(-4));
}

test('a daughter looks after her mother’s record and lets a doctor read in her place; the mother is told, and ends it', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(700_000);
  const [mothers, daughters, doctors] = [await newBrowser(), await newBrowser(), await newBrowser()];
  const { patient: mother, doctor } = await atTheClinic(mothers, doctors, stack, 'Dr Noor Aziz');
  const daughter = await WalletApp.open(daughters);
  await daughter.createWallet();
  await daughter.importFile(bundleFile());
  await daughter.waitUntilRecorded();
  const at = { mother: mother.page, daughter: daughter.page, doctor: doctor.page };

  // 1. The daughter shows her code; nobody lets her look after anything yet.
  await to(at.daughter, 'people');
  await expect(at.daughter.getByText('Nobody lets you look after them now.')).toBeVisible();
  const daughtersCode = await codeOf(at.daughter);
  await lookAt(at.daughter, 'nobody to look after');

  // 2. The mother names her: what, what she may do, and a year at most.
  await at.mother.bringToFront();
  await mother.go('Sharing');
  await at.mother.getByRole('link', { name: 'Family and carers' }).click();
  await expect(at.mother.getByText('Nobody helps you with your record yet.')).toBeVisible();
  await at.mother.getByRole('link', { name: 'Add somebody who helps you' }).click();
  await chooseByCode(at.mother, daughtersCode);
  await at.mother.getByLabel('What you call them').fill('Ana');
  await at.mother.getByLabel('They will see you as').fill('Mira, my mother');
  for (const name of [/^Allergies/, /^Medicines/]) await at.mother.getByRole('checkbox', { name }).check();
  await at.mother.getByRole('radio', { name: /let a doctor read in my place/ }).check();
  await expect(at.mother.getByRole('radio', { name: /^One year, until/ })).toBeChecked();
  await lookAt(at.mother, 'naming a delegate');
  await expect(at.mother.getByLabel('They will see you as')).toHaveValue('Mira, my mother');
  await at.mother.getByRole('button', { name: 'Look at it once more' }).click();
  const asked = at.mother.getByTestId('confirm');
  await expect(asked).toContainText('Let Ana help you?');
  await expect(asked).toContainText('They can give this right to nobody.');
  await expect(asked).toContainText('goes on until its own end');
  await lookAt(at.mother, 'naming a delegate once more');
  await asked.getByRole('button', { name: 'Yes, let them' }).click();
  const helpers = at.mother.getByTestId('helpers');
  await expect(helpers).toContainText('Ana', { timeout: STEP_MS });
  await expect(helpers).toContainText('Read, and let a doctor read in my place');
  await lookAt(at.mother, 'family and carers');

  // 3. The daughter sees her mother beside her own record, and reads what she was given.
  await at.daughter.bringToFront();
  await daughter.go('Home');
  const cared = at.daughter.getByTestId('looked-after');
  await expect(cared).toContainText('People I look after (1)', { timeout: STEP_MS });
  await lookAt(at.daughter, 'home with somebody to look after');
  await cared.getByRole('link', { name: /^People I look after/ }).click();
  await expect(at.daughter.getByTestId('people')).toContainText('you may let a doctor read: Allergies');
  await lookAt(at.daughter, 'people I look after');
  await at.daughter.getByTestId('people').getByRole('link', { name: 'Mira, my mother' }).click();
  await expect(at.daughter.getByTestId('patient-bar')).toContainText('Mira, my mother');
  await at.daughter
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Allergies/ })
    .click();
  await expect(at.daughter.getByTestId('records')).toContainText('Allergy to penicillin', { timeout: STEP_MS });
  await lookAt(at.daughter, 'reading for somebody');

  // 4. She lets the doctor read: within what she has.
  await at.doctor.bringToFront();
  await at.doctor.reload();
  const doctorsCode = await codeOf(at.doctor);
  await at.daughter.bringToFront();
  await at.daughter.getByRole('link', { name: 'Let a doctor read this' }).click();
  await expect(at.daughter.getByTestId('patient-bar')).toContainText('Mira, my mother');
  const passable = at.daughter.getByTestId('passable');
  await expect(passable.getByRole('checkbox')).toHaveCount(2);
  await passable.getByRole('checkbox', { name: /^Allergies/ }).check();
  await chooseByCode(at.daughter, doctorsCode);
  await lookAt(at.daughter, 'giving in her place');
  await at.daughter.getByRole('button', { name: 'Look at it once more' }).click();
  const giving = at.daughter.getByTestId('confirm');
  await expect(giving).toContainText('of the record of Mira, my mother?');
  await expect(giving).toContainText('They are told at once that it was you');
  await expect(giving).toContainText('their treatment');
  await lookAt(at.daughter, 'giving in her place once more');
  await giving.getByRole('button', { name: 'Yes, let them read' }).click();
  await expect(at.daughter.getByText(/can read this of the record of Mira, my mother until/)).toBeVisible({
    timeout: STEP_MS,
  });

  // 5. A second time it would take the place of what stands: that is refused in words.
  await at.daughter.reload();
  await passable.getByRole('checkbox', { name: /^Allergies/ }).check();
  await chooseByCode(at.daughter, doctorsCode);
  await at.daughter.getByRole('button', { name: 'Look at it once more' }).click();
  await giving.getByRole('button', { name: 'Yes, let them read' }).click();
  await expect(giving).toContainText('They were given some of this already', { timeout: STEP_MS });
  await lookAt(at.daughter, 'giving what was given');

  // 6. The doctor opens it as any other.
  await at.doctor.bringToFront();
  const patients = at.doctor.getByTestId('patients');
  await expect(patients).toContainText('Mira, my mother', { timeout: STEP_MS });
  await patients.getByRole('link', { name: /Mira, my mother/ }).click();
  await expect(at.doctor.getByTestId('shared-sections').getByRole('button')).toHaveCount(1);
  await at.doctor
    .getByTestId('shared-sections')
    .getByRole('button', { name: /^Allergies/ })
    .click();
  await expect(at.doctor.getByTestId('records')).toContainText('Allergy to penicillin', { timeout: STEP_MS });

  // 7. The mother is told who gave it in her place.
  await at.mother.bringToFront();
  await expect
    .poll(() => mother.badge(), { timeout: STEP_MS, message: 'the button counts what was given' })
    .not.toBe('');
  await mother.go('Home');
  const told = at.mother.getByTestId('given-in-place');
  await expect(told).toContainText('Given by Ana in your place', { timeout: STEP_MS });
  await expect(told).toContainText('may read Allergies until');
  await expect(told).toContainText('vouched for by Riverside Clinic');
  await lookAt(at.mother, 'told what was given');
  await mother.go('Activity');
  await expect(at.mother.getByTestId('activity')).toContainText(/Ana shared Allergies with .* in your place/);
  await expect(at.mother.getByTestId('activity')).toContainText(/Ana opened .* in Allergies/, { timeout: STEP_MS });
  await lookAt(at.mother, 'activity with a delegate');
  await mother.go('Sharing');
  await expect(at.mother.getByTestId('consents')).toContainText('Given by Ana in your place');
  await lookAt(at.mother, 'sharing with a delegate');

  // 8. She ends it, and is asked about what Ana gave: both end.
  await at.mother.getByRole('link', { name: 'Family and carers' }).click();
  await helpers.getByRole('button', { name: 'End this' }).click();
  const ending = at.mother.getByTestId('ending');
  await expect(ending).toContainText('They gave this in your place, and it still stands:');
  await expect(ending).toContainText('vouched for by Riverside Clinic');
  await expect(ending.getByRole('checkbox', { name: 'End all of this too' })).toBeChecked();
  await lookAt(at.mother, 'ending a delegate');
  await ending.getByRole('button', { name: 'End now' }).click();
  await expect(at.mother.getByText('Nobody helps you with your record yet.')).toBeVisible({ timeout: STEP_MS });
  await mother.go('Home');
  await expect(told).toBeHidden();
  await at.doctor.bringToFront();
  await doctor.go('Patients');
  await expect(at.doctor.getByText('No patient shares anything with you now.')).toBeVisible({ timeout: STEP_MS });
  await at.daughter.bringToFront();
  await to(at.daughter, 'people');
  await expect(at.daughter.getByText('Nobody lets you look after them now.')).toBeVisible({ timeout: STEP_MS });
});
