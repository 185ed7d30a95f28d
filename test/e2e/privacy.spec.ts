import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { HDNodeWallet, Mnemonic } from 'ethers';
import { bundleFile } from '../fixtures/bundle.ts';
import { markedBundle } from '../fixtures/marked-bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { PASSWORD, WalletApp } from './pages/wallet-app.ts';
import { chainBytes, filesBelow, keptValues, Scanner } from './support/scan.ts';

const MARKS = 200;
/** All marks begin with it, so that one search finds them all. A word is in it, or what it names would be no word and could not be sorted. */
const MARK = `Zqmark${randomBytes(9).toString('hex')}`;

/** What must never be found outside the wallets' memory. */
function keysOf(who: string, words: readonly string[]): Record<string, Buffer | string> {
  const mnemonic = Mnemonic.fromPhrase(words.join(' '));
  const key = (path: string) => Buffer.from(HDNodeWallet.fromMnemonic(mnemonic, path).privateKey.slice(2), 'hex');
  return {
    [`${who}’s recovery words`]: words.slice(0, 6).join(' '),
    [`${who}’s recovery words, one per line`]: words.slice(0, 6).join('\n'),
    [`${who}’s recovery words in a list`]: words.slice(0, 4).join('","'),
    [`${who}’s entropy`]: Buffer.from(mnemonic.entropy.slice(2), 'hex'),
    [`${who}’s account key`]: key("m/44'/60'/0'/0/0"),
    [`${who}’s encryption key`]: key("m/44'/60'/1581'/0'/0'"),
    [`${who}’s content root`]: key("m/44'/60'/1581'/1'/0'"),
  };
}

test('nothing a person confides to the wallet is found in the clear on a disk, at a manager, on the chain or in a log', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(600_000);
  const begun = Date.now();
  const [patientDir, doctorDir] = [
    await mkdtemp(join(stack.dir, 'patient-')),
    await mkdtemp(join(stack.dir, 'doctor-')),
  ];
  const [patients, doctors] = [
    await newBrowser({ profileDir: patientDir }),
    await newBrowser({ profileDir: doctorDir }),
  ];
  const patient = await WalletApp.open(patients);
  const patientWords = await patient.createWallet();
  const doctor = await WalletApp.open(doctors);
  const doctorWords = await doctor.createWallet('provider');

  await test.step('a record with 200 marks and a document are taken in', async () => {
    const { bundle, used } = markedBundle(MARK, MARKS);
    expect(used).toBeGreaterThan(MARKS - 4);
    const counts = await patient.importFile(bundleFile(bundle, `${MARK}-bundle.json`));
    expect(counts).toEqual({ total: bundle.entry.length, taken: bundle.entry.length, skipped: 0 });
    const letter = {
      name: `${MARK}-letter.txt`,
      mimeType: 'text/plain',
      buffer: Buffer.from(`Dear ${MARK}, `.repeat(500)),
    };
    expect(await patient.importFile(letter)).toMatchObject({ taken: 1 });
    await patient.waitUntilRecorded();
  });

  await test.step('it is shared with a doctor, who reads it and writes back', async () => {
    const desk = await DeskPage.open(doctors, stack.portalUrl);
    await desk.connect();
    await desk.signIn('Dr Lea Brandt');
    const checkIn = await CheckInPage.open(patients, stack.portalUrl);
    await (await checkIn.connect()).approve();
    await checkIn.page.getByRole('checkbox', { name: 'Test results' }).check();
    await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
    await (await checkIn.askToShare()).approve();
    await checkIn.says('Shared');
    // A keeper that has not seen the block yet gives no key, and is asked again.
    await expect(async () => {
      await desk.refresh();
      await expect(desk.records().first()).toContainText(MARK, { timeout: 5_000 });
    }).toPass({ timeout: 90_000 });
    await desk.records().first().getByRole('button').first().click();
    await expect(desk.page.getByTestId('provenance')).toContainText('unchanged since it was recorded');
    await desk.addResult(`${MARK}-result`, '4.1', 'mmol/L');
    await desk.says('Result added');
    await patient.go('Home');
    await expect(patient.page.getByRole('heading', { name: 'New in your record' })).toBeVisible({ timeout: 30_000 });
    await patient
      .arrived()
      .getByRole('link', { name: `${MARK}-result` })
      .click();
    await expect(patient.page.getByTestId('resource')).toContainText('4.1 mmol/L');
  });

  const scanner = new Scanner({
    'the record': MARK,
    'the password': PASSWORD,
    ...keysOf('patient', patientWords),
    ...keysOf('doctor', doctorWords),
  });
  const clean = (where: string, things: readonly { path: string; bytes: Buffer }[]) => {
    expect(things.length, `${where}: something was looked at`).toBeGreaterThan(0);
    for (const { path, bytes } of things) expect(scanner.find(bytes), `${where}: ${path}`).toEqual([]);
  };

  await test.step('the search finds what is there to be found', () => {
    const plain = Buffer.from(`{"note":"${MARK}-7"}`);
    const wrapped = [plain, Buffer.from(plain.toString('base64')), Buffer.from(plain.toString('utf16le'), 'utf16le')];
    for (const bytes of wrapped) expect(scanner.find(bytes)).toEqual(['the record']);
    for (const before of [0, 1, 2]) {
      const shifted = Buffer.concat([Buffer.alloc(before, 'x'), plain, Buffer.alloc(5, 'y')]);
      expect(scanner.find(Buffer.from(shifted.toString('base64')))).toEqual(['the record']);
    }
    expect(scanner.find(Buffer.from(patientWords.join(' ')))).toEqual(['patient’s recovery words']);
    const deflated = deflateRawSync(Buffer.from(`${plain.toString()} `.repeat(20)));
    expect(scanner.find(deflated.subarray(4))).toEqual([]);
    expect(scanner.findInflated(Buffer.concat([randomBytes(12), deflated]))).toEqual(['the record']);
  });

  await test.step('values the wallets keep in their browsers', async () => {
    for (const app of [patient, doctor]) clean('browser storage', await keptValues(app.page));
  });
  await test.step('files at the managers, and their logs', async () => {
    for (const { dataDir, logFile } of stack.managers) {
      // What other tests of this worker stored there is none of it, and hundreds of times as much.
      const files = await filesBelow(dataDir, begun);
      clean('manager', files);
      clean('log', [{ path: logFile, bytes: await readFile(logFile) }]);
      // Sealing compresses first, so that plain words would not be seen: no block is mere compression.
      for (const { path, bytes } of files) expect(scanner.findInflated(bytes), path).toEqual([]);
    }
  });
  await test.step('transactions and logs on the chain', async () => {
    clean('chain', await chainBytes(stack.network.rpcUrl));
  });
  await test.step('files of both browsers’ profiles', async () => {
    await Promise.all([patients.close(), doctors.close()]);
    for (const dir of [patientDir, doctorDir]) clean('profile', await filesBelow(dir));
  });
});
