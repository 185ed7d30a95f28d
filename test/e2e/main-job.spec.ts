import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { JsonRpcProvider } from 'ethers';
import { CID } from 'multiformats/cid';
import { askKeeper } from '../../extension/adapters/keepers.ts';
import { own, toHex } from '../../extension/core/bytes.ts';
import type { RecordAdded, Rotated } from '../../extension/core/chain/events.ts';
import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { Keepers } from '../../extension/core/custody/keepers.ts';
import { KeyWork } from '../../extension/core/custody/key-work.ts';
import { readKeyring } from '../../extension/core/custody/keyring-object.ts';
import { nobleGroup } from '../../extension/core/custody/noble-group.ts';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { fromWords } from '../../extension/core/keys/mnemonic.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { LocalEntryReader } from '../../extension/core/records/local-reader.ts';
import { filtersOf, filtersOfPatients } from '../../extension/core/chain/follower.ts';
import { signTyped } from '../../extension/core/registry/signed-calls.ts';
import { cidFromDigest } from '../../extension/core/storage/cid.ts';
import { gatewaySource } from '../../portal/sdk/gateway-source.ts';
import { eventsOf, recordsOf, recordsOnChain } from './support/network.ts';
import { BUNDLE, bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { WalletApp } from './pages/wallet-app.ts';

test('a patient shares with a doctor, gets a result back, and ends it', async ({ newBrowser, stack }) => {
  const [patients, doctors] = [await newBrowser(), await newBrowser()];

  // 1. Two people set up their wallets on two machines.
  const patient = await WalletApp.open(patients);
  await patient.createWallet();
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');

  // 2, 3. The patient takes in a record; it is sealed, copied and recorded.
  const counts = await patient.importFile(bundleFile());
  expect(counts).toEqual({ total: BUNDLE.entry.length, taken: BUNDLE.entry.length, skipped: 0 });
  await expect(patient.page.getByRole('link', { name: /Mental health 1 item.*Sensitive/ })).toBeVisible();
  await patient.waitUntilRecorded();

  // 4. The clinic vouches for the doctor; its portal asks the patient; the patient narrows and approves.
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Amara Okafor');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await checkIn.page.getByRole('checkbox', { name: 'Test results' }).check();
  await checkIn.page.getByRole('checkbox', { name: 'Mental health' }).check();
  await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
  const prompt = await checkIn.askToShare();
  await expect(prompt.page.getByTestId('site')).toContainText('Riverside Clinic');
  await expect(prompt.page.getByTestId('site')).toContainText('Registered hospital');
  await expect(prompt.page.getByText('“To prepare for your visit”')).toBeVisible();
  await expect(prompt.page.getByText('Dr Amara Okafor')).toBeVisible();
  await expect(prompt.page.getByText('Doctor, vouched for by Riverside Clinic')).toBeVisible();
  await expect(prompt.page.getByRole('checkbox', { name: 'Medicines' })).toBeChecked();
  await expect(prompt.page.getByRole('checkbox', { name: 'Mental health' })).not.toBeChecked();
  await prompt.tick('Conditions', false);
  await prompt.approve();
  await checkIn.says('Shared');
  await expect(checkIn.page.getByTestId('shared-sections')).not.toContainText('Conditions');

  // 5. The doctor, on the other machine, sees what was granted and nothing else.
  await desk.refresh();
  await expect(desk.records()).toHaveCount(6); // 3 medicines, 1 allergy, 2 results
  const listed = (await desk.records().allInnerTexts()).join(' ');
  for (const title of ['Lisinopril', 'Allergy to penicillin', 'Haemoglobin A1c']) expect(listed).toContain(title);
  for (const title of ['Hypertension', 'depressive', 'Body weight', 'Sandoval']) expect(listed).not.toContain(title);
  await desk.openRecord('Haemoglobin A1c');
  await expect(desk.page.getByText('6.8').first()).toBeVisible();
  await expect(desk.page.getByTestId('provenance')).toContainText('unchanged since it was recorded');

  // 6. The doctor adds a result; the patient sees it arrive, with who added it.
  await desk.addResult('Potassium', '4.1', 'mmol/L');
  await desk.says('Result added');
  await patient.go('Home');
  await expect(patient.page.getByRole('heading', { name: 'New in your record' })).toBeVisible({ timeout: 30_000 });
  await patient.arrived().getByRole('link', { name: 'Potassium' }).click();
  await expect(patient.page.getByTestId('resource')).toContainText('4.1 mmol/L');
  await expect(patient.page.getByTestId('provenance')).toContainText(/Doctor .* vouched for by Hospital/);

  // 7. The patient reads what happened and stops sharing; nothing opens any more, old or new.
  await patient.go('Activity');
  await expect(patient.page.getByTestId('activity')).toContainText(
    'You shared Medicines, Allergies and Test results with Dr Amara Okafor',
  );
  // Each opening is there, as those who keep the keys wrote it down.
  const opened = patient.page.getByTestId('activity').getByText('opened 3 items in Medicines');
  await expect(opened).toContainText('Dr Amara Okafor');
  await expect(patient.page.getByTestId('activity')).toContainText('written down by 2 keepers');
  await patient.go('Sharing');
  await expect(patient.page.getByText('2 of the 3 keepers of your keys must agree')).toBeVisible();
  await patient.go('Activity');
  await patient.stopSharing();
  await desk.openRecord('Lisinopril');
  await desk.says('This patient has ended access or never gave it.');
  await desk.refresh();
  await expect(desk.records()).toHaveCount(0);
});

test('once sharing ended, who could read opens nothing that was not opened before, old or new, by whatever it was given', async ({
  newBrowser,
  stack,
}) => {
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const patient = await WalletApp.open(patients);
  await patient.createWallet();
  const doctor = await WalletApp.open(doctors);
  const doctorsWords = await doctor.createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Ines Holm');
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  // The clinic offers its own copy of the record first.
  const connect = await checkIn.connect();
  await connect.approve();
  await (await checkIn.offerRecord()).approve();
  await checkIn.says('now in your wallet');
  await patient.go('Home');
  await patient.waitUntilRecorded();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');
  await desk.refresh();
  expect(await desk.records().count()).toBeGreaterThan(0);
  const owner = await patient.accountNumber();
  const dishonest = await readerApart(stack.network, doctorsWords, owner);
  const [first] = await dishonest.records();
  const key = await dishonest.ask(first!);
  const root = cidFromDigest(first!.cid).toString();
  const contentKey = await dishonest.reader.unwrap(root, { key });
  expect((await dishonest.reader.openIndex(root, contentKey, first!.commitment)).items.length).toBeGreaterThan(0);

  await patient.stopSharing();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  // A wallet that was changed so that it asks no chain for leave: those who keep the keys do.
  const records = await dishonest.records();
  expect(records.length).toBeGreaterThan(1);
  for (const record of records) {
    await expect(dishonest.ask(record)).rejects.toMatchObject({ code: 'no-consent' });
    // The key that it got once opens the one entry that it is of.
    const opening = dishonest.reader.unwrap(cidFromDigest(record.cid).toString(), { key });
    if (record.id === first!.id) expect(await opening).toEqual(contentKey);
    else await expect(opening).rejects.toMatchObject({ code: 'wrong-key' });
  }
  dishonest.close();

  // The patient is told, once they are back.
  await patient.lock();
  await patient.unlock();
  // The person is called once for one who tries so often; Activity has each.
  await expect.poll(async () => Number(await patient.badge())).toBeGreaterThanOrEqual(1);
  await patient.go('Activity');
  // One keeper may be asked twice for a record, where another was not as far yet: it writes down both.
  const refused = patient.page.getByTestId('activity').getByText('Refused');
  await expect.poll(() => refused.count()).toBeGreaterThanOrEqual(records.length);
  await expect.poll(() => patient.badge()).toBe('');
});

/** A reader's own keys without a wallet around them, and what chain and managers give to them. */
async function readerApart(network: Network, words: readonly string[], patient: string) {
  const keyring = await Keyring.fromEntropy(fromWords(words.join(' ')));
  const provider = new JsonRpcProvider(network.rpcUrl);
  const { chainId, registry, custody } = network;
  const source = gatewaySource(network.managers);
  const block = async (cid: string) => own(await source.block(CID.parse(cid)));
  const events = () => eventsOf(provider, network, [...filtersOf(keyring.address), ...filtersOfPatients([patient])]);
  const given = (await events()).filter((e) => e.kind === 'granted');
  const keepers = new Keepers({
    custody: custody!,
    ask: askKeeper,
    work: new KeyWork(nobleGroup),
    client: {
      address: keyring.address,
      sign: (domain, types, message) => signTyped(keyring.account, domain, types, message),
      secret: () => keyring.encryption.secret,
    },
    newest: async () => {
      const { number, hash } = (await provider.getBlock('latest'))!;
      return { number, hash: hash! };
    },
    keyring: (digest) => readKeyring({ block }, digest),
  });
  const folders = new Set(given.map(({ folder }) => folder));
  return {
    reader: new LocalEntryReader(source, nobleGroup),
    /** Every entry of the folders that were given once. */
    records: async () => (await recordsOf(provider, network, patient)).filter(({ folder }) => folders.has(folder)),
    async ask({ id, folder, epoch, author, commitment }: RecordAdded) {
      const keyrings = (await events()).filter((e) => e.kind === 'rotated' && e.folder === folder);
      const newest = keyrings.at(-1) as Rotated;
      const place = { chainId, registry, patient, folder };
      const wanted = {
        folder: place,
        keyring: toHex(newest.keyring),
        places: [{ ...place, epoch, author, commitment }],
      };
      const [key] = await keepers.read(wanted, [id], PURPOSE_BITS.TREAT);
      return key!;
    },
    close: () => provider.destroy(),
  };
}

const DATA = join(import.meta.dirname, '../../../shared/data');
const bundlesIn = (folder: string): string[] =>
  existsSync(join(DATA, folder))
    ? readdirSync(join(DATA, folder))
        .filter((f) => f.endsWith('.json'))
        .map((f) => join(DATA, folder, f))
    : [];
/** Records as real vendors exported them, in batches of about the same length. */
const VENDORS = {
  'half of the IPS': bundlesIn('ips').slice(0, 6),
  'the other half': bundlesIn('ips').slice(6),
  Synthea: bundlesIn('synthea'),
};

/** What the check-in page asks for, in the prompt's words. */
const ASKED = [
  'Medicines',
  'Allergies',
  'Conditions',
  'Test results',
  'Vital signs',
  'Vaccinations',
  'Procedures',
  'Visits',
  'About you',
];

/** What one file brought into the record. */
interface Taken {
  readonly file: string;
  /** A title that no other file's records have, of a section the doctor is given. */
  readonly title: string;
}

/** Takes in one file after the other, and accounts for every entry of each. */
async function takeInAll(patient: WalletApp, bundles: readonly string[]): Promise<{ taken: Taken[]; shared: number }> {
  const titles = new Map<string, Set<string>>();
  let [before, known] = [0, new Set<string>()];
  let counts = new Map<string, number>();
  for (const bundle of bundles) {
    await test.step(basename(bundle), async () => {
      const entries = (JSON.parse(readFileSync(bundle, 'utf8')) as { entry: unknown[] }).entry.length;
      // Nothing is silently dropped: the report accounts for every entry, and the record holds every one taken.
      const report = await patient.importFile(bundle);
      expect(report.total).toBe(entries);
      expect(report.taken + report.skipped).toBe(entries);
      await patient.waitUntilRecorded();
      counts = await patient.sectionCounts();
      const all = [...counts.values()].reduce((a, b) => a + b, 0);
      expect(all - before).toBe(report.taken);
      before = all;
      const listed = await patient.listed();
      const fresh = listed.filter(({ id, section }) => !known.has(id) && ASKED.includes(section));
      titles.set(basename(bundle), new Set(fresh.map(({ title }) => title)));
      known = new Set(listed.map(({ id }) => id));
    });
  }
  const taken = [...titles].map(([file, own]) => {
    const others = [...titles].filter(([other]) => other !== file).flatMap(([, list]) => [...list]);
    const all = [...titles.values()].flatMap((list) => [...list]);
    // Also no part of another title, since the desk finds a record by a part.
    const alone = (title: string) =>
      title.length > 3 && !others.includes(title) && all.every((other) => other === title || !other.includes(title));
    const title = [...own].find(alone);
    if (title === undefined) throw new Error(`${file} brought nothing by which it is known`);
    return { file, title };
  });
  return { taken, shared: ASKED.reduce((n, section) => n + (counts.get(section) ?? 0), 0) };
}

for (const [name, bundles] of Object.entries(VENDORS)) {
  test(`records as real vendors export them go through the whole main job: ${name}`, async ({ newBrowser, stack }) => {
    test.skip(bundles.length === 0, 'the vendors’ records are not beside the project');
    test.setTimeout(600_000);
    const [patients, doctors] = [await newBrowser(), await newBrowser()];
    const doctor = await WalletApp.open(doctors);
    await doctor.createWallet('provider');
    const desk = await DeskPage.open(doctors, stack.portalUrl);
    await desk.connect();
    await desk.signIn('Dr Tomas Bell');
    const patient = await WalletApp.open(patients);
    await patient.createWallet();
    const { taken, shared } = await takeInAll(patient, bundles);

    const checkIn = await CheckInPage.open(patients, stack.portalUrl);
    await (await checkIn.connect()).approve();
    for (const section of ASKED) await checkIn.page.getByRole('checkbox', { name: section, exact: true }).check();
    await checkIn.page.getByRole('checkbox', { name: 'Let the doctor add results' }).check();
    await (await checkIn.askToShare()).approve();
    await checkIn.says('Shared');

    // The doctor sees exactly the sections that were given, and can open what is in them, of every file.
    await desk.refresh();
    await expect(desk.records()).toHaveCount(shared);
    for (const { file, title } of taken) {
      await test.step(`the doctor reads ${file}`, async () => {
        await desk.openRecord(title);
        const provenance = desk.record(title).getByTestId('provenance');
        await expect(provenance).toContainText('unchanged since it was recorded');
      });
    }

    for (const { file } of taken) {
      await test.step(`a result is added to ${file}`, async () => {
        await desk.addResult(`Potassium, ${file}`, '4.1', 'mmol/L');
        await desk.says('Result added');
      });
    }
    await patient.go('Home');
    for (const { file } of taken) {
      await expect(patient.arrived().getByRole('link', { name: `Potassium, ${file}` })).toBeVisible({
        timeout: 30_000,
      });
    }

    await patient.stopSharing();
    for (const { file, title } of taken) {
      await test.step(`nothing of ${file} opens any more`, async () => {
        await desk.openRecord(title);
        await desk.says('This patient has ended access or never gave it.');
        await expect(desk.record(title).getByTestId('provenance')).toHaveCount(0);
      });
    }
    await desk.refresh();
    await expect(desk.records()).toHaveCount(0);
  });
}

test('a stranger’s wallet and a plain HTTP client get nothing readable', async ({ newBrowser, stack }) => {
  const [patients, strangers] = [await newBrowser(), await newBrowser()];
  const patient = await WalletApp.open(patients);
  await patient.createWallet();
  await patient.importFile(bundleFile());
  await patient.waitUntilRecorded();
  const owner = (await patient.accountNumber()).toLowerCase();

  const stranger = await WalletApp.open(strangers);
  await stranger.createWallet('provider');
  const page = await strangers.newPage();
  await page.goto(`${stack.portalUrl}/desk`);
  const prompt = await PromptWindow.during(strangers.context, () =>
    page.getByRole('button', { name: 'Connect your health wallet' }).click(),
  );
  await prompt.approve();
  const ask = (method: string, params: unknown) =>
    page.evaluate(
      async ([m, p]) => {
        const { salus } = window as unknown as { salus: { request(args: unknown): Promise<unknown> } };
        return salus.request({ method: m, params: p }).then(
          (result) => ({ result }),
          (error: { code: number }) => ({ code: error.code }),
        );
      },
      [method, params] as const,
    );
  expect(await ask('health_listRecords', { patient: owner })).toMatchObject({ result: { records: [], total: 0 } });

  const records = await recordsOnChain(stack, owner);
  expect(records.length).toBeGreaterThan(0);
  for (const record of records) {
    expect(await ask('health_readRecord', { patient: owner, id: `${record.id}/0` })).toEqual({ code: 4100 });
    const url = `${stack.network.managers[0]}/ipfs/${cidFromDigest(record.cid).toString()}?format=car`;
    const bytes = Buffer.from(await (await fetch(url)).arrayBuffer());
    expect(bytes.length).toBeGreaterThan(500);
    for (const word of ['Lisinopril', 'Sandoval', 'resourceType', 'depress']) expect(bytes.includes(word)).toBe(false);
  }
});
