import { readFile } from 'node:fs/promises';
import { Contract, JsonRpcProvider, NonceManager } from 'ethers';
import { random, toHex } from '../../extension/core/bytes.ts';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { fromWords } from '../../extension/core/keys/mnemonic.ts';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { signTyped } from '../../extension/core/registry/signed-calls.ts';
import { READ_TYPES, registryDomain } from '../../extension/core/registry/typed-data.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { ringAlarm } from './support/alarm.ts';
import { lookAt } from './support/screens.ts';

/** Longest that a manager takes to look after what it has to report, and a wallet to hear of it. */
const STEP_MS = 90_000;

/** The registry as those see it who run the network, and a member whose wallet was changed so that it asks for everything. */
function network({ network: { rpcUrl, chainId, registry, custody } }: Stack) {
  const provider = new JsonRpcProvider(rpcUrl, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  const contract = new Contract(registry, [...REGISTRY_ABI, 'function clearStrikes(address who)'], provider);
  async function call(by: NonceManager, name: string, ...args: unknown[]): Promise<void> {
    const sent = (await (contract.connect(by) as Contract).getFunction(name).send(...args)) as {
      wait(): Promise<unknown>;
    };
    await sent.wait();
  }
  const by = (who: (typeof ACCOUNTS)['admin']) => new NonceManager(who.connect(provider));

  return {
    hire: (who: string) => call(by(ACCOUNTS.hospital), 'enrol', who, Role.Doctor),
    clear: (who: string) => call(by(ACCOUNTS.admin), 'clearStrikes', who),
    strikes: async (who: string) => Number(((await contract.getFunction('strikes')(who)) as { count: bigint }).count),
    /** Asks one keeper for an entry that was never given. @returns the status of its answer */
    async ask(which: number, who: Keyring, patient: Keyring): Promise<number> {
      await provider.send('hardhat_mine', ['0x1']);
      const keeper = custody!.keepers[which]!;
      const block = (await provider.getBlock('latest'))!;
      const reading = {
        signer: who.address.toLowerCase(),
        patient: patient.address.toLowerCase(),
        folder: await patient.folderTag('allergies'),
        records: [toHex(random(32))],
        purpose: 1,
        manager: keeper.account,
        blockNumber: block.number,
        blockHash: block.hash!,
        nonce: toHex(random(32)),
      };
      const signature = signTyped(who.account, registryDomain(chainId, registry), READ_TYPES, reading);
      const answer = await fetch(`${keeper.url}/v1/read`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ registry: registry.toLowerCase(), ...reading, signature }),
        signal: AbortSignal.timeout(20_000),
      });
      return answer.status;
    },
    stop: () => provider.destroy(),
  };
}

const keyringOf = (words: readonly string[]) => Keyring.fromEntropy(fromWords(words.join(' ')));

test('a doctor whose wallet asks for what was not given is warned, then locked; the patient is told, and the owner takes it back', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const registry = network(stack);
  const patient = await WalletApp.open(await newBrowser());
  const patientKeys = await keyringOf(await patient.createWallet());
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  const doctor = await WalletApp.open(await newBrowser());
  const doctorKeys = await keyringOf(await doctor.createWallet('provider'));
  await registry.hire(doctorKeys.address);
  const strikes = doctor.page.getByTestId('strikes');
  const look = async () => {
    await doctor.page.bringToFront();
    await doctor.page.reload();
    await doctor.go('Patients');
  };

  await look();
  await expect(doctor.page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(strikes).toHaveCount(0);
  for (const [i, said] of ['another warning', 'for 1 hour', 'Your account is locked until'].entries()) {
    expect(await registry.ask(i, doctorKeys, patientKeys), 'nothing is given').toBe(403);
    const message = `keeper ${i} reports it`;
    await expect.poll(() => registry.strikes(doctorKeys.address), { timeout: STEP_MS, message }).toBe(i + 1);
    await look();
    await expect(strikes).toContainText(said, { timeout: STEP_MS });
    if (i === 0) await lookAt(doctor.page, 'patients with a warning');
  }

  // Why, by whom, and what to do about it.
  await expect(strikes).toContainText('reported by City University Hospital');
  await expect(strikes).toContainText('The next one locks your account for 2 hours.');
  await strikes.getByRole('button', { name: 'Ask for it to be looked at' }).click();
  await expect(strikes).toContainText('Salus sends this to nobody.');
  await lookAt(doctor.page, 'patients while locked');
  const saving = doctor.page.waitForEvent('download', { timeout: STEP_MS });
  await strikes.getByRole('button', { name: 'Save the text' }).click();
  const text = await readFile(await (await saving).path(), 'utf8');
  expect(text).toContain(doctorKeys.address);
  expect(text.match(/Transaction: 0x[0-9a-f]{64}/g)).toHaveLength(3);
  expect(text.toLowerCase()).not.toContain(patientKeys.address.toLowerCase());

  // The patient: once on the wallet's button, each in Activity, with what came of it.
  await patient.page.bringToFront();
  await ringAlarm(patient.page);
  await expect.poll(() => patient.badge(), { timeout: STEP_MS, message: 'the button counts one alarm' }).toBe('1');
  await patient.go('Activity');
  const lines = patient.page.getByTestId('activity').getByRole('listitem');
  const reported = lines.filter({ hasText: 'asked for something in Allergies without your consent' });
  await expect(reported).toHaveCount(3, { timeout: STEP_MS });
  await expect(reported.first()).toContainText('They are locked out of the network until', { timeout: STEP_MS });
  await expect(reported.last()).toContainText('How often so far: 1.');
  await lookAt(patient.page, 'activity with reported attempts');

  // It is taken back.
  await registry.clear(doctorKeys.address);
  await look();
  await expect(doctor.page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(strikes).toHaveCount(0, { timeout: STEP_MS });
  registry.stop();
});
