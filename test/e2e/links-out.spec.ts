import { SHLViewer } from 'kill-the-clipboard';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { lookAt } from './support/screens.ts';

test('a patient gives a summary by a link to somebody without a wallet, sees who opened it, and ends it', async ({
  newBrowser,
}) => {
  test.setTimeout(300_000);
  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  await patient.importFile(bundleFile());
  const { page } = patient;

  const make = async (forWhom: string): Promise<{ link: string; passcode: string }> => {
    await patient.go('Sharing');
    await page.getByRole('link', { name: 'Give a link' }).click();
    await page.getByLabel('Who is it for').fill(forWhom);
    const passcode = await page.getByLabel('Passcode', { exact: true }).inputValue();
    expect(passcode).toMatch(/^\d{6}$/);
    if (forWhom === 'Dr Weber') await lookAt(page, 'give a link');
    // Membership is recorded while the wallet syncs: a link before that is refused, and what was typed stays.
    await expect(async () => {
      await page.getByRole('button', { name: 'Make the link' }).click({ timeout: 5_000 });
      await expect(page.getByTestId('made-link')).toBeVisible({ timeout: 8_000 });
    }).toPass({ timeout: 60_000 });
    return { link: await page.getByTestId('link-text').innerText(), passcode };
  };
  const read = async (shlinkURI: string, passcode: string) => {
    const viewer = new SHLViewer({ shlinkURI });
    const { fhirResources } = await viewer.resolveSHL({ passcode, recipient: 'Front desk, Weber' });
    return JSON.stringify(fhirResources);
  };
  const { link, passcode } = await make('Dr Weber');
  await lookAt(page, 'a link made');

  // 1. A reader that is not ours opens it, by the passcode alone.
  await expect(read(link, '000000' === passcode ? '111111' : '000000')).rejects.toThrow();
  const summary = await read(link, passcode);
  expect(summary).toContain('Health summary for Dr Weber');
  expect(summary).toContain('Metformin');
  expect(summary).not.toContain('Moderate depressive episode');

  // 2. The patient sees who opened it.
  await patient.go('Sharing');
  const given = page.getByTestId('given-links').locator('> li').first();
  await expect(given).toContainText('Front desk, Weber');
  await expect(given).toContainText('1 wrong passcode');
  await expect(given).toContainText('4 times');
  await lookAt(page, 'links given');

  // 3. Ended, it opens no more.
  await given.getByRole('button', { name: 'End this link' }).click();
  await given.getByRole('button', { name: 'End this link' }).click();
  await expect(given).toContainText('Ended');
  await expect(read(link, passcode)).rejects.toThrow();

  // 4. Somebody who guesses has five tries, and then nobody has any.
  const guessed = await make('A thief');
  for (let i = 0; i < 5; i++) await expect(read(guessed.link, `wrong ${i}`)).rejects.toThrow();
  await expect(read(guessed.link, guessed.passcode)).rejects.toThrow();
  await patient.go('Sharing');
  await expect(given).toContainText('Locked after five wrong passcodes');
  await expect(given).toContainText('Not opened yet');
});
