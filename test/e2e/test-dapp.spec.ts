import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import { expect, test } from './fixtures.ts';
import { TestDapp } from './pages/test-dapp.ts';
import { WalletApp } from './pages/wallet-app.ts';
import type { Site } from './support/site.ts';
import { serveTestDapp } from './support/test-dapp.ts';

const LETTER = 'Your next visit is on Monday.';
const SIGNATURE = /^0x[0-9a-f]{130}$/;

let site: Site;
test.beforeAll(async () => {
  site = await serveTestDapp();
});
test.afterAll(() => site.close());

/** A patient's wallet, connected to the dapp. @returns the account as the dapp has it: lower case */
async function connected(newBrowser: () => Promise<WalletBrowser>) {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = (await app.accountNumber()).toLowerCase();
  const dapp = await TestDapp.open(browser, site);
  await dapp.connect();
  return { app, dapp, account };
}

test('MetaMask’s test dapp lists the wallet, picks it, connects, and sees account and chain', async ({
  newBrowser,
  stack,
}) => {
  const { app, dapp, account } = await connected(newBrowser);
  await expect(dapp.text('accounts')).toHaveText(account);
  await expect(dapp.text('chainId')).toHaveText(`0x${stack.network.chainId.toString(16)}`);
  await expect(dapp.text('network')).toHaveText(String(stack.network.chainId));

  // Disconnecting in the wallet reaches the dapp.
  await app.go('Sharing');
  await app.page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(dapp.text('accounts')).toHaveText('');
  await expect(dapp.text('connectButton')).toHaveText('Connect');
});

test('the test dapp has a text signed, and recovers the signer', async ({ newBrowser }) => {
  const { dapp, account } = await connected(newBrowser);
  const prompt = await dapp.ask('personalSign');
  expect(await prompt.signedText()).toBe('Example `personal_sign` message');
  await prompt.reject();
  await expect(dapp.text('personalSign')).toContainText('did not approve');

  await dapp.approve('personalSign');
  await expect(dapp.text('personalSignResult')).toHaveText(SIGNATURE);
  const recovered = dapp.page.waitForEvent('console', (line) => line.text().startsWith('SigUtil'));
  await dapp.click('personalSignVerify');
  expect((await recovered).text()).toBe(`SigUtil Successfully verified signer as ${account}`);
});

test('the test dapp has typed data signed (V4), and recovers the signer', async ({ newBrowser }) => {
  const { dapp, account } = await connected(newBrowser);
  await dapp.approve('signTypedDataV4');
  await expect(dapp.text('signTypedDataV4Result')).toHaveText(SIGNATURE);
  await dapp.click('signTypedDataV4Verify');
  await expect(dapp.text('signTypedDataV4VerifyResult')).toHaveText(account);
});

for (const version of ['', 'V3']) {
  test(`the test dapp has typed data signed (${version || 'V1'}), and recovers the signer`, async ({ newBrowser }) => {
    const { dapp, account } = await connected(newBrowser);
    await dapp.approve(`signTypedData${version}`);
    await expect(dapp.text(`signTypedData${version}Result`)).toHaveText(SIGNATURE);
    await dapp.click(`signTypedData${version}Verify`);
    await expect(dapp.text(`signTypedData${version}VerifyResult`)).toHaveText(account);
  });
}

test('the test dapp encrypts for the account, and has the wallet decrypt it', async ({ newBrowser }) => {
  const { dapp } = await connected(newBrowser);
  await dapp.approve('getEncryptionKeyButton');
  await expect(dapp.text('encryptionKeyDisplay')).toHaveText(/^[0-9A-Za-z+/]{43}=$/);
  await dapp.page.locator('#encryptMessageInput').pressSequentially(LETTER);
  await dapp.click('encryptButton');
  await expect(dapp.text('ciphertextDisplay')).toHaveText(/^0x[0-9a-f]+$/);

  await (await dapp.ask('decryptButton')).reject();
  await expect(dapp.text('cleartextDisplay')).toHaveText(/^Error: .*did not approve/);
  await dapp.approve('decryptButton');
  await expect(dapp.text('cleartextDisplay')).toHaveText(LETTER);
});

test('the test dapp’s sign-in for another domain, and its malformed one, never come before the person', async ({
  newBrowser,
}) => {
  const { dapp } = await connected(newBrowser);
  for (const id of ['siweBadDomain', 'siweBadAccount', 'siweMalformed']) {
    await dapp.click(id);
    await expect(dapp.text('siweResult'), id).toHaveText(/^Error: /);
    await dapp.page.locator('#siweResult').evaluate((element) => (element.textContent = ''));
  }
  expect(
    dapp.page
      .context()
      .pages()
      .some((page) => page.url().includes('/consent.html')),
  ).toBe(false);
});
