import type { Page } from '@playwright/test';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

const byHand = async (page: Page, kind: string) => {
  await page.goto(page.url().replace(/#.*$|$/, '#/add'));
  await page.getByRole('link', { name: kind, exact: true }).click();
  await expect(page.getByTestId('form')).toBeVisible();
};
const saved = (page: Page) => expect(page.getByRole('heading', { name: 'Added to your record' })).toBeFocused();

test('a patient adds by hand, corrects, notes and hides, and is told what does not go together', async ({
  newBrowser,
}) => {
  test.setTimeout(400_000);
  const patients = await newBrowser();
  const patient = await WalletApp.open(patients);
  const { page } = patient;
  await patient.createWallet();
  await page.getByRole('link', { name: 'Add records' }).click();
  await expect(page.getByRole('link', { name: 'From a file' })).toBeVisible();
  await lookAt(page, 'add');

  // An allergy: what is missing is told beside it, and has the focus; the list is used by keys.
  await byHand(page, 'Allergy');
  await page.getByRole('button', { name: 'Add to my record' }).click();
  const substance = page.getByRole('combobox', { name: 'What you are allergic to' });
  await expect(substance).toBeFocused();
  await expect(page.getByText('Fill this in.')).toBeVisible();
  await lookAt(page, 'form fault');
  await substance.fill('penic');
  await expect(page.getByRole('option').first()).toHaveText('Penicillin');
  await lookAt(page, 'form suggestions');
  await substance.press('ArrowDown');
  await substance.press('Enter');
  await expect(substance).toHaveValue('Penicillin');
  await page.getByRole('textbox', { name: 'What happens' }).fill('Rash');

  // The tab is closed before it is saved.
  await page.waitForTimeout(1_000);
  await page.close();
  const again = await WalletApp.open(patients);
  const app = again.page;
  await byHand(app, 'Allergy');
  await expect(app.getByText('You began this earlier.')).toBeVisible();
  await expect(app.getByRole('combobox', { name: 'What you are allergic to' })).toHaveValue('Penicillin');
  await expect(app.getByRole('textbox', { name: 'What happens' })).toHaveValue('Rash');
  await app.getByRole('textbox', { name: 'Year' }).fill('1998');
  await app.getByRole('button', { name: 'Add to my record' }).click();
  await saved(app);
  await app.getByRole('link', { name: 'Add something else' }).click();
  await byHand(app, 'Allergy');
  await expect(app.getByText('You began this earlier.')).toBeHidden();
  await expect(app.getByRole('combobox', { name: 'What you are allergic to' })).toHaveValue('');

  // It is on Home; corrected, one version is in lists and the earlier one on its page.
  await again.go('Home');
  await app.getByTestId('now-allergies').getByRole('link', { name: 'Penicillin' }).click();
  await expect(app.getByTestId('provenance')).toContainText('Typed by you');
  await app.getByRole('link', { name: 'Correct' }).click();
  await expect(app.getByRole('heading', { name: 'Correct: Allergy' })).toBeVisible();
  await expect(app.getByRole('textbox', { name: 'What happens' })).toHaveValue('Rash');
  await app.getByRole('combobox', { name: 'What you are allergic to' }).fill('Penicillin V');
  await app.getByRole('combobox', { name: 'What you are allergic to' }).press('Escape');
  await app.getByRole('button', { name: 'Save the correction' }).click();
  await saved(app);
  expect((await again.recordTitles()).length).toBe(1);
  await app.getByRole('link', { name: 'Penicillin V' }).click();
  await expect(app.getByTestId('earlier').getByRole('link')).toHaveText([/^Penicillin\s+Rash\s*$/]);
  await expect(app.getByTestId('resource')).toContainText('Rash');

  // A note beside it.
  await app.getByRole('button', { name: 'Add a note' }).click();
  await app.getByRole('button', { name: 'Save the note' }).click();
  await expect(app.getByText('Fill this in.')).toBeVisible();
  await app.getByRole('textbox', { name: 'Your note' }).fill('My mother has it too.');
  await app.getByRole('button', { name: 'Save the note' }).click();
  await expect(app.getByTestId('marks')).toContainText('My mother has it too.');
  await lookAt(app, 'record with note');

  // A medicine against the allergy.
  await byHand(app, 'Medicine');
  const drug = app.getByRole('combobox', { name: 'Medicine', exact: false }).first();
  await drug.fill('amoxi');
  await app.getByRole('option', { name: 'Amoxicillin', exact: true }).click();
  await app.getByRole('textbox', { name: 'How much at a time' }).fill('500');
  await app.getByRole('textbox', { name: 'Unit' }).fill('mg');
  await app.getByRole('combobox', { name: 'How often' }).selectOption('twice a day');
  await app.getByRole('button', { name: 'Add to my record' }).click();
  await expect(app.getByTestId('warnings')).toContainText('you are allergic to Penicillin V');
  await lookAt(app, 'form warning');
  await app.getByRole('button', { name: 'Save it all the same' }).click();
  await saved(app);
  await again.go('Home');
  await expect(app.getByTestId('warnings')).toContainText('Talk to your doctor or pharmacist');
  await expect(app.getByTestId('now-medicines')).toContainText('500 mg, twice a day');

  // A blood pressure of today.
  await byHand(app, 'Measurement or test');
  await app.getByRole('textbox', { name: 'Upper number' }).fill('1200');
  await app.getByRole('textbox', { name: 'Lower number' }).fill('80');
  await app.getByRole('button', { name: 'Add to my record' }).click();
  await expect(app.getByText('This number cannot be right.')).toBeVisible();
  await app.getByRole('textbox', { name: 'Upper number' }).fill('120');
  await lookAt(app, 'form measurement');
  await app.getByRole('button', { name: 'Add to my record' }).click();
  await saved(app);
  await again.go('Home');
  await expect(app.getByTestId('now-results')).toContainText('120');
  await again.waitUntilRecorded();
  await lookAt(app, 'home by hand');

  // Hidden, and brought back.
  await app.getByTestId('now-allergies').getByRole('link', { name: 'Penicillin V' }).click();
  await app.getByRole('button', { name: 'Hide' }).click();
  await expect(app.getByText('You hid this entry.')).toBeVisible();
  await again.go('Home');
  await expect(app.getByTestId('now-medicines')).toBeVisible();
  await expect(app.getByTestId('now-allergies')).toBeHidden();
  await expect(app.getByTestId('warnings')).toBeHidden();
  await again.go('Records');
  await expect(app.getByRole('link', { name: 'Amoxicillin' })).toBeVisible();
  await expect(app.getByRole('link', { name: 'Penicillin V' })).toBeHidden();
  await app.getByRole('link', { name: 'Hidden and erased entries' }).click();
  await app.getByRole('link', { name: 'Penicillin V' }).click();
  await lookAt(app, 'record hidden');
  await app.getByRole('button', { name: 'Show again' }).click();
  await expect(app.getByText('You hid this entry.')).toBeHidden();
  await again.go('Home');
  await expect(app.getByTestId('now-allergies')).toContainText('Penicillin V');
});
