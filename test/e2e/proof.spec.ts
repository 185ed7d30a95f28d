import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { ROOT } from '../../scripts/lib/paths.ts';
import { STEPS } from '../../extension/core/proof/check-proof.ts';
import { parseProof, proofText } from '../../extension/core/proof/proof-file.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { atTheClinic } from './support/clinic.ts';
import { extensionWith } from './support/network.ts';
import { startProxy } from './support/proxy.ts';
import { lookAt } from './support/screens.ts';

/** Each step, and how it stands. */
const steps = (page: Page): Promise<string[]> =>
  page
    .getByTestId('proof')
    .getByRole('listitem')
    .evaluateAll((items) => items.map((item) => `${item.dataset['step']} ${item.dataset['state']}`));
const all = (state: string) => STEPS.map((step) => `${step} ${state}`);

const openProof = async (app: WalletApp, title: RegExp) => {
  await app.go('Records');
  await app.page.getByTestId('records').getByRole('link', { name: title }).first().click();
  await app.page.getByRole('link', { name: 'Check this step by step' }).click();
};

/** Runs the SDK's command. */
const check = (...args: string[]) =>
  new Promise<{ code: number; said: string }>((resolve) => {
    const command = [join(ROOT, 'portal/sdk/check-proof.ts'), ...args];
    execFile(process.execPath, command, { cwd: ROOT, timeout: 60_000 }, (error, out, err) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err }),
    );
  });

/** Saves the proof that is shown. @returns where it is */
async function save(page: Page): Promise<string> {
  const saved = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save a proof file' }).click();
  const download = await saved;
  expect(download.suggestedFilename()).toMatch(/^salus-proof-[0-9a-f]{8}\.json$/);
  await expect(page.getByText('The proof file was saved.')).toBeVisible();
  return download.path();
}

test('a patient sees how a result is proven, and gives the proof to somebody who checks it without us', async ({
  newBrowser,
  stack,
}, info) => {
  test.setTimeout(400_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const { patient, desk } = await atTheClinic(patients, doctors, stack, 'Dr Amara Okafor');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await checkIn.page.getByRole('checkbox', { name: 'Test results' }).check();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  await desk.refresh();
  await desk.addResult('Potassium', '4.1', 'mmol/L');
  await desk.says('Result added');
  const { page } = patient;
  await page.bringToFront();
  await patient.go('Home');
  await expect(patient.arrived().getByRole('link', { name: 'Potassium' })).toBeVisible({ timeout: 60_000 });

  // 1. Every step, live.
  await openProof(patient, /Potassium/);
  await expect(page.getByText('Every step holds.')).toBeVisible();
  expect(await steps(page)).toEqual(all('ok'));
  const proof = page.getByTestId('proof');
  await expect(proof).toContainText('What they were when they added it: Doctor.');
  await expect(proof).toContainText('The hospital that vouched for them then');
  await lookAt(page, 'proof');
  await page.getByText('Technical details').click();
  await lookAt(page, 'proof details');
  await expect(page.getByTestId('proof-details')).toContainText(/Content id \(CID\)\s*bafy/);

  // 2. Others check it: by the network's description, and by a node alone.
  const path = await save(page);
  const text = await readFile(path, 'utf8');
  expect(await check(path, '--network', stack.networkFile)).toMatchObject({ code: 0 });
  const alone = await check(path, '--node', stack.network.rpcUrl, '--finality', 'latest');
  expect(alone.said).toContain('Compare the registry');
  expect(alone.code).toBe(0);

  // 3. One letter of it is another.
  const saved = parseProof(Buffer.from(text));
  const wrong = info.outputPath('wrong.json');
  const digit = (hex: string) => hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');
  for (const [step, change] of [
    ['leaf', { ...saved, item: { ...saved.item, leafSalt: digit(saved.item.leafSalt) } }],
    ['anchor', { ...saved, entry: { ...saved.entry, transaction: digit(saved.entry.transaction) } }],
    ['author', { ...saved, entry: { ...saved.entry, author: digit(saved.entry.author) } }],
  ] as const) {
    await writeFile(wrong, proofText(change));
    const { code, said } = await check(wrong, '--network', stack.networkFile);
    expect(code).toBe(1);
    expect(said.split('\n').find((line) => line.includes('FAILED'))).toMatch(new RegExp(`^${step} `));
  }

  // 4. One's own word is proven to be that.
  await openProof(patient, /Metformin/);
  await expect(page.getByText('Every step holds.')).toBeVisible();
  await expect(proof).toContainText('It was written by the patient.');
  await expect(proof).toContainText('no hospital has to vouch');

  // 5. What the chain has of the patient, and what just happened.
  await patient.go('Activity');
  const first = page.getByTestId('activity').getByRole('listitem').filter({ hasText: 'You shared' });
  await first.getByText('What just happened?').click();
  await expect(first).toContainText('That another account may open some of your locked sections, and until when.');
  await lookAt(page, 'what happened');
  await page.getByRole('link', { name: 'All that the public log has of you' }).click();
  const chain = page.getByTestId('on-chain');
  for (const line of [
    'Your account joined the health network',
    'You published the lock',
    'Keepers were named for the keys to',
    'You shared Medicines',
    /added 1 item to Test results/,
  ])
    await expect(chain.getByRole('listitem').filter({ hasText: line }).first()).toBeVisible();
  await expect(chain.getByRole('listitem').first()).toContainText(/Block \d+ · Recorded/);
  await lookAt(page, 'on chain');
  await chain.getByRole('listitem').last().getByRole('group').click();
  await expect(chain.getByRole('listitem').last()).toContainText('Who can see it');
  await lookAt(page, 'on chain explained');
});

test('without a network what is held is proven all the same, and the rest waits; what waits for the chain says so', async ({
  newBrowser,
  stack,
}) => {
  const node = await startProxy(stack.network.rpcUrl);
  try {
    const extensionDir = await extensionWith(stack, { rpcUrl: node.url });
    const app = await WalletApp.open(await newBrowser({ extensionDir }));
    await app.createWallet();
    const { page } = app;
    await app.importFile(bundleFile());
    await app.waitUntilRecorded();
    node.down = true;
    await openProof(app, /Metformin/);
    const held = ['bytes ok', 'leaf ok', 'inclusion ok'];
    const rest = ['author', 'role', 'hospital', 'finality'].map((step) => `${step} not-reached`);
    await expect.poll(() => steps(page)).toEqual([...held, 'anchor unknown', ...rest]);
    await expect(page.getByTestId('proof')).toContainText('The health network does not answer now.');
    await expect(page.getByRole('button', { name: 'Save a proof file' })).toBeHidden();
    await lookAt(page, 'proof without a network');
    // The list is told without a node.
    await app.go('Activity');
    await page.getByRole('link', { name: 'All that the public log has of you' }).click();
    await expect(page.getByTestId('on-chain').getByRole('listitem').last()).toContainText('Your account joined');
    await page.goBack();

    node.down = false;
    await openProof(app, /Metformin/);
    await expect(page.getByText('Every step holds.')).toBeVisible();
    await page.getByRole('button', { name: 'Check again' }).click();
    await expect(page.getByText('Every step holds.')).toBeVisible();

    // What is added now waits.
    node.down = true;
    await app.importFile({
      name: 'peanut.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"resourceType":"AllergyIntolerance","code":{"text":"Peanut"}}'),
    });
    await openProof(app, /Peanut/);
    await expect.poll(() => steps(page)).toEqual([...held, 'anchor pending', ...rest]);
    await expect(page.getByText('Once it is, the rest can be checked.')).toBeVisible();
    node.down = false;
  } finally {
    await node.close();
  }
});
