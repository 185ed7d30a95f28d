import { CLINIC_BUNDLE, last } from '../fixtures/clinic.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { printed } from './support/printed.ts';
import { lookAt } from './support/screens.ts';

test('a person finds last year’s potassium, sees how it went, compares, opens the letter, and prints a page', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile(CLINIC_BUNDLE, 'clinic.json'));
  await app.go('Home');
  const { page } = app;
  const home = (id: string) => page.getByTestId(id);

  // 1. Home tells what a stranger in an emergency room would ask for.
  await expect(home('person')).toContainText('Mira Sandoval');
  await expect(home('person')).toContainText('born 3 March 1962'.slice(0, 5));
  await expect(home('now-allergies')).toContainText('Penicillin');
  await expect(home('now-allergies')).not.toContainText('Latex');
  await expect(home('now-medicines')).toContainText('Metformin 500 mg');
  await expect(home('now-medicines')).not.toContainText('Amoxicillin');
  await expect(home('now-problems')).toContainText('Type 2 diabetes');
  await expect(home('now-results')).toContainText('5.4 mmol/L');
  await expect(home('now-results')).toContainText('before: 4.6 mmol/L');
  await expect(home('upcoming')).toContainText('Cardiology follow-up');
  await lookAt(page, 'home of a record');

  // 2. The list is a timeline; a slip of the keyboard finds potassium all the same, and a year narrows it.
  await app.go('Records');
  await expect(page.getByTestId('timeline').getByRole('heading', { name: String(last), exact: true })).toBeVisible();
  await expect(page.getByTestId('timeline').getByText('At the visit:')).toBeVisible();
  await lookAt(page, 'records as a timeline');
  await page.getByRole('searchbox').fill('potasium');
  await expect(page.getByTestId('records').getByRole('listitem')).toHaveCount(3);
  await page.getByText('Narrow the list').click();
  await page.getByLabel('Year', { exact: true }).selectOption(String(last));
  await expect(page.getByTestId('records').getByRole('listitem')).toHaveCount(1);
  await page.getByRole('searchbox').fill('');
  await page.getByLabel('State', { exact: true }).selectOption('past');
  await expect(page.getByText('Nothing in your record fits.')).toBeVisible();
  await page.getByLabel('Year', { exact: true }).selectOption('');
  for (const title of ['Amoxicillin', 'Latex']) await expect(page.getByTestId('timeline')).toContainText(title);

  // 3. The result is read with its range, and over time, as a picture and as a table.
  await page.getByLabel('State', { exact: true }).selectOption('');
  await page.getByRole('searchbox').fill('potassium');
  await page.getByRole('link', { name: /Potassium\s*5\.4/ }).click();
  await expect(page.getByTestId('resource')).toContainText('3.5–5.1 mmol/L');
  const trend = page.getByTestId('trend');
  await expect(trend.locator('canvas')).toBeVisible();
  await trend.getByText('As a table').click();
  await expect(trend.getByRole('row')).toHaveCount(4);
  await expect(trend.getByRole('row').nth(1)).toContainText('5.4');
  // What it belongs to leads there.
  await page.getByTestId('resource').getByRole('link', { name: 'Yearly check' }).click();
  await expect(page.getByRole('heading', { name: 'Yearly check' })).toBeVisible();
  await page.goBack();
  await expect(trend.locator('canvas')).toBeVisible();
  await lookAt(page, 'a result over time');

  // 4. Two days side by side.
  await page.goto(`${page.url().split('#')[0]}#/compare`);
  await expect(page.getByTestId('compared').getByRole('row')).toHaveCount(3);
  await expect(page.getByTestId('compared')).toContainText('4.6 mmol/L');
  await lookAt(page, 'two days compared');

  // 5. The letter opens in its place, and can be saved under its name.
  await app.go('Records');
  await page.getByRole('searchbox').fill('letter');
  await page.getByRole('link', { name: /Discharge letter/ }).click();
  const letter = page.getByTestId('attachment');
  await letter.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(letter.getByTestId('pdf')).toContainText('Discharged in good health');
  const saved = page.waitForEvent('download');
  await letter.getByRole('button', { name: 'Save file' }).click();
  expect((await saved).suggestedFilename()).toBe('letter.pdf');
  await lookAt(page, 'a letter opened');

  // 6. A page for the doctor: what is asked for first, and what the person says.
  await app.go('Home');
  await page.getByRole('link', { name: 'For my doctor' }).click();
  const report = page.getByTestId('doctor-report');
  await expect(report).toContainText('Penicillin');
  await expect(page.getByRole('checkbox', { name: /^Documents/ })).not.toBeChecked();
  await page.getByRole('checkbox', { name: /^Visits/ }).check();
  await page.getByLabel('Who it is for').fill('Dr Okafor');
  await page.getByLabel('What you want to say').fill('My legs hurt at night.');
  await expect(report).toContainText('Yearly check');
  await lookAt(page, 'a report for the doctor');
  const paper = await printed(page);
  for (const said of ['Mira Sandoval', 'Penicillin', 'Metformin 500 mg', '5.4 mmol/L', 'Dr Okafor', 'My legs hurt'])
    expect(paper).toContain(said);
  for (const screen of ['What is on it', 'Print, or save', 'Settings', 'Discharge letter'])
    expect(paper).not.toContain(screen);
});
