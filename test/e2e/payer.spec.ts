import { Contract, JsonRpcProvider, NonceManager } from 'ethers';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { fromWords } from '../../extension/core/keys/mnemonic.ts';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { ringAlarm } from './support/alarm.ts';
import { lookAt } from './support/screens.ts';

const STEP_MS = 90_000;
const COVERAGE = {
  resourceType: 'Coverage',
  status: 'active',
  beneficiary: { display: 'Mira Sandoval' },
  payor: [{ display: 'Example Insurance' }],
  subscriberId: 'M-1',
};

test('a payer is offered insurance and bills, for payment, with nothing ticked, and sees nothing else', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(400_000);
  const { rpcUrl, chainId, registry } = stack.network;
  const provider = new JsonRpcProvider(rpcUrl, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  const contract = new Contract(registry, REGISTRY_ABI, new NonceManager(ACCOUNTS.registrar.connect(provider)));
  const payer = await WalletApp.open(await newBrowser());
  const { address } = await Keyring.fromEntropy(fromWords((await payer.createWallet('provider')).join(' ')));
  const sent = (await contract.getFunction('enrol').send(address, Role.Payer)) as { wait(): Promise<unknown> };
  await sent.wait();
  await ringAlarm(payer.page);
  const key = async () => String(await contract.getFunction('encryptionKey')(address));
  await expect.poll(key, { timeout: STEP_MS, message: 'the payer’s wallet registers its key' }).not.toMatch(/^0x0*$/);

  const patient = await WalletApp.open(await newBrowser());
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.importFile(
    bundleFile({ resourceType: 'Bundle', type: 'collection', entry: [{ resource: COVERAGE }] }, 'coverage.json'),
  );
  await patient.go('Home');
  await patient.waitUntilRecorded();
  const { page } = patient;
  await page.goto(page.url().replace(/#.*$|$/, '#/share'));
  await page.getByRole('checkbox', { name: 'Allergies' }).check();
  await page.getByRole('radio', { name: 'By their code or account number' }).check();
  await page.getByLabel('Code or account number', { exact: true }).fill(address);
  await expect(page.getByTestId('reader')).toContainText('Payer', { timeout: STEP_MS });
  await expect(page.getByText('This is a payer')).toBeVisible();
  await expect(page.getByRole('checkbox', { name: 'Allergies' })).toHaveCount(0);
  const insurance = page.getByRole('checkbox', { name: 'Insurance' });
  await expect(insurance).not.toBeChecked();
  await expect(page.getByText('payment for your care')).toBeVisible();
  await lookAt(page, 'share with a payer');
  await expect(page.getByRole('button', { name: 'Look at it once more' })).toBeDisabled();
  await insurance.check();
  await page.getByRole('button', { name: 'Look at it once more' }).click();
  const confirm = page.getByTestId('confirm');
  await expect(confirm).toContainText('payment for your care');
  await confirm.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(page.getByTestId('consents')).toContainText('Insurance', { timeout: STEP_MS });

  await payer.page.bringToFront();
  await ringAlarm(payer.page);
  await payer.go('Patients');
  const listed = payer.page.getByTestId('patients').getByRole('listitem');
  await expect(listed).toContainText('Insurance', { timeout: STEP_MS });
  await expect(listed).not.toContainText('Allergies');
  await lookAt(payer.page, 'patients of a payer');
  provider.destroy();
});
