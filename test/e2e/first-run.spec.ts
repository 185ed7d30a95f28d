import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { BUNDLE, bundleFile } from '../fixtures/bundle.ts';
import { largeBundle } from '../fixtures/large-bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { ringAlarm } from './support/alarm.ts';
import { extensionInLanguage } from './support/network.ts';
import { damageVault, keptIn, overwrite, overwriteVaultCopy, stored, vaultCopy } from './support/storage.ts';

const file = (name: string, content: string | Buffer, mimeType = 'application/json') => ({
  name,
  mimeType,
  buffer: Buffer.from(content),
});

test('a wrong choice of a recovery word is refused, and the right ones go on', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.seeWords();
  await app.answerWordCheck((place, choices) => choices.find((choice) => choice !== words[place - 1]));
  await expect(app.page.getByText('That is not the right word for this place.')).toBeVisible();
  await expect(app.page.getByRole('heading', { name: 'Choose a password' })).toHaveCount(0);
  await app.answerWordCheck((place) => words[place - 1]);
  await expect(app.page.getByRole('heading', { name: 'Choose a password' })).toBeVisible();
});

test('a password that is too short or typed differently is refused', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.seeWords();
  await app.answerWordCheck((place) => words[place - 1]);
  const choose = async (password: string, repeated: string) => {
    await app.page.getByLabel('Password', { exact: true }).fill(password);
    await app.page.getByLabel('Repeat the password').fill(repeated);
    await app.page.getByRole('button', { name: 'Create my wallet' }).click();
  };
  await choose('correct horse battery', 'correct horse batterz');
  await expect(app.page.getByText('The two passwords are not the same.')).toBeVisible();
  await choose('short', 'short');
  await expect(app.page.getByText('Choose a password of at least 10 characters.')).toBeVisible();
  await expect(app.page.getByRole('navigation')).toHaveCount(0);
});

test('twenty-four words bring the same account and all its records to a blank browser', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const [account, titles] = [await app.accountNumber(), await app.recordTitles()];
  expect(titles).toHaveLength(BUNDLE.entry.length);

  const blank = await WalletApp.open(await newBrowser());
  await blank.restore(words);
  expect(await blank.accountNumber()).toBe(account);
  await expect.poll(() => blank.recordTitles()).toEqual(titles);
  await blank.page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
  await expect(blank.page.getByTestId('resource')).toContainText('6.8 %');
});

test('wrong recovery words are told what is wrong with them', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const known = Array<string>(24).fill('abandon');
  const tries: readonly [words: readonly string[], answer: string][] = [
    [known.slice(1), 'You typed 23.'],
    [known.with(4, 'abandom'), 'Word 5 is not in the list of recovery words.'],
    [known, 'All words are known but do not belong together.'],
  ];
  await app.page.getByRole('button', { name: 'I have recovery words' }).click();
  for (const [words, answer] of tries) {
    await app.page.getByRole('textbox').fill(words.join(' '));
    await app.page.getByRole('button', { name: 'Continue' }).click();
    await expect(app.page.getByRole('alert')).toContainText(answer);
  }
});

test('a wrong password gives no hint, and each further try has to wait longer', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.lock();
  const wrong = ['correct horse batterx', 'x', 'correct horse battery!', 'nothing like it', 'yet another'];
  for (const [i, password] of wrong.entries()) {
    // The delay so far is taken away by hand: nobody has to sit it out here.
    await overwrite(app.page, 'local', 'attempts', { failed: i, notBefore: 0 });
    const before = Date.now();
    await app.unlock(password);
    await expect(app.page.getByRole('alert')).toHaveText('That is not the password.');
    const { failed, notBefore } = (await stored(app.page, 'local', 'attempts')) as {
      failed: number;
      notBefore: number;
    };
    expect(failed).toBe(i + 1);
    if (i < 2) expect(notBefore).toBeLessThanOrEqual(Date.now());
    else expect(notBefore - before).toBeGreaterThanOrEqual(1_000 * 2 ** (i - 2));
  }

  await app.unlock();
  await expect(app.page.getByRole('alert')).toHaveText(/^Too many attempts\. Try again in \d+ seconds?\.$/);
  await overwrite(app.page, 'local', 'attempts', { failed: 5, notBefore: 0 });
  await app.unlock();
  await expect(app.page.getByRole('navigation')).toBeVisible();
});

test('Lock takes everything off the screen, in every window', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  await app.importFile(bundleFile());
  const second = await WalletApp.open(browser);
  await second.go('Records');
  await expect(second.page.getByText('Haemoglobin A1c')).toBeVisible();
  await app.lock();
  await expect(second.page.getByRole('heading', { name: 'Unlock Salus' })).toBeVisible();
  await expect(second.page.getByText('Haemoglobin A1c')).toHaveCount(0);
  expect(await stored(app.page, 'session', 'vault')).toBeUndefined();
});

test('the wallet locks itself when its time is over, also while a record is open', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.go('Records');
  await app.page.getByRole('link', { name: 'Haemoglobin A1c' }).click();
  await expect(app.page.getByTestId('resource')).toContainText('6.8 %');
  const open = (await stored(app.page, 'session', 'vault')) as { key: string; deadline: number };
  expect(open.deadline - Date.now()).toBeLessThanOrEqual(15 * 60_000);
  await overwrite(app.page, 'session', 'vault', { ...open, deadline: Date.now() - 1 });
  await ringAlarm(app.page);
  await expect(app.page.getByRole('heading', { name: 'Unlock Salus' })).toBeVisible();
  await expect(app.page.getByTestId('resource')).toHaveCount(0);
  expect(await stored(app.page, 'session', 'vault')).toBeUndefined();
  await app.unlock();
  await expect(app.page.getByTestId('resource')).toContainText('6.8 %');
});

test('a vault of which one copy is damaged mends itself', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const vault = await stored(app.page, 'local', 'vault');
  const { page } = app;
  const harms = [
    ['primary changed', () => overwrite(page, 'local', 'vault', { ...(vault as object), check: 'AAAA' })],
    ['primary gone', () => page.evaluate(() => chrome.storage.local.remove('vault'))],
    ['copy changed', () => overwriteVaultCopy(page, { file: '{}', check: '' })],
    ['copy gone', () => overwriteVaultCopy(page, null)],
  ] as const;
  for (const [name, harm] of harms) {
    await test.step(name, async () => {
      await harm();
      await app.lock();
      await app.unlock();
      await expect(page.getByRole('navigation')).toBeVisible();
      expect(await stored(page, 'local', 'vault')).toEqual(vault);
      expect(await vaultCopy(page)).toEqual(vault);
    });
  }
});

test('a damaged vault says so, and the recovery words bring everything back', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const [account, titles] = [await app.accountNumber(), await app.recordTitles()];
  await damageVault(app.page);
  await app.page.reload();
  await expect(app.page.getByRole('heading', { name: 'The wallet in this browser is damaged' })).toBeVisible();
  await app.page.getByRole('button', { name: 'Use my recovery words' }).click();
  await app.enterWords(words);
  await app.choosePassword();
  expect(await app.accountNumber()).toBe(account);
  await expect.poll(() => app.recordTitles()).toEqual(titles);
});

test('a person whose browser speaks German is spoken to in German', async ({ newBrowser, stack }) => {
  const extensionDir = await extensionInLanguage(stack, 'de');
  const { page } = await WalletApp.open(await newBrowser({ extensionDir, locale: 'de-DE' }));
  await expect(page.getByRole('heading', { name: 'Ihre Gesundheitsakte, von Ihnen selbst verwahrt' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'de');
  await page.getByRole('button', { name: 'Neu anfangen' }).click();
  const items = page.getByTestId('words').getByRole('listitem');
  await expect(items).toHaveCount(24);
  const words = (await items.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, '').trim());
  await page.locator('main button').last().click();
  for (const select of await page.getByRole('combobox').all()) {
    const place = Number(/\d+/.exec(await select.locator('..').innerText())?.[0]);
    await select.selectOption(words[place - 1] ?? '');
  }
  await page.getByRole('button', { name: 'Weiter' }).click();
  for (const field of await page.locator('input[type=password]').all()) await field.fill('richtig pferd batterie');
  await page.getByRole('button', { name: 'Anlegen' }).click();
  await page.getByRole('link', { name: 'Hinzufügen' }).click();
  await page.getByRole('link', { name: 'Aus einer Datei' }).click();
  await page.locator('input[type=file]').setInputFiles(bundleFile());
  await page.getByRole('button', { name: 'In meine Akte aufnehmen' }).click();
  await page.locator('main a.button').click();
  await expect(page.getByRole('heading', { name: 'Ihre Gesundheitsakte' })).toBeVisible();
  await expect(page.getByRole('link', { name: /Medikamente/ })).toContainText('3 Einträge');
  await expect(page.getByRole('heading', { name: 'Wo Ihre Akte liegt' })).toBeVisible();
});

test('a file that is no health record is refused with what is wrong with it', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const others = [
    file('broken.json', '{"resourceType": "Bundle", '),
    file('shopping.json', '{"milk": 2}'),
    file('list.json', '[1, 2, 3]'),
    file('odd.json', '{"resourceType": "Bundle", "entry": "none"}'),
  ];
  for (const chosen of others) {
    await app.chooseFile(chosen);
    await expect(app.page.getByTestId('report')).toContainText('It is kept as a document.');
    await app.page.getByRole('button', { name: 'Cancel' }).click();
  }
  const bad: readonly [file: ReturnType<typeof file>, answer: string][] = [
    [file('empty.json', ''), 'There is nothing in this file.'],
    [file('empty.pdf', '', 'application/pdf'), 'There is nothing in this file.'],
    [bundleFile({ resourceType: 'Bundle', type: 'collection', entry: [] }), 'There is nothing in this file.'],
  ];
  for (const [chosen, answer] of bad) {
    await app.chooseFile(chosen);
    await expect(app.page.getByRole('alert'), chosen.name).toContainText(answer);
    await expect(app.page.getByRole('button', { name: 'Add to my record' })).toHaveCount(0);
  }
  expect(await keptIn(app.page)).toMatchObject({ blocks: 0, rows: [] });
});

test('of a mixed file the good entries are taken, and every other one is accounted for', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const good = {
    resource: { resourceType: 'Condition', code: { text: 'Asthma' }, subject: { reference: 'Patient/1' } },
  };
  const faulty = { resource: { resourceType: 'Observation', code: { text: 'Pulse' } } };
  const entry = [
    good,
    faulty,
    { resource: { resourceType: 'Spaceship', id: 'x' } },
    { resource: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'exception' }] } },
    { resource: { id: 'no type' } },
    { fullUrl: 'urn:uuid:nothing' },
  ];
  const counts = await app.importFile(bundleFile({ resourceType: 'Bundle', type: 'collection', entry }), async () => {
    const report = app.page.getByTestId('report');
    await report.getByText('3 entries will not be added').click();
    await expect(report.getByText('It is a note from a server, not a record.')).toBeVisible();
    await expect(report.getByText('It is not a health record.')).toBeVisible();
    await expect(report.getByText('It holds no record.')).toBeVisible();
    await report.getByText('2 entries will be kept as they are, with faults').click();
    await expect(report.getByText('Entry 3 (Spaceship): This kind of record is not known.')).toBeVisible();
    await expect(report.getByText(/^Entry 2 \(Result\): .*status/)).toBeVisible();
  });
  expect(counts).toEqual({ total: 6, taken: 3, skipped: 3 });
  expect(await app.recordTitles()).toHaveLength(3);
});

test('the same file a second time adds nothing', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const titles = await app.recordTitles();
  await app.chooseFile(bundleFile());
  const report = app.page.getByTestId('report');
  await expect(report).toHaveAttribute('data-taken', '0');
  await expect(report).toHaveAttribute('data-skipped', String(BUNDLE.entry.length));
  await expect(app.page.getByText('There is nothing new in this file.')).toBeVisible();
  await expect(app.page.getByRole('button', { name: 'Add to my record' })).toHaveCount(0);
  expect(await app.recordTitles()).toEqual(titles);
});

test('a picture is kept as a document and given back byte for byte', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const picture = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), randomBytes(2_500_000)]);
  const counts = await app.importFile(file('x-ray.png', picture, 'image/png'));
  expect(counts).toEqual({ total: 1, taken: 1, skipped: 0 });
  await app.go('Records');
  await app.page.getByRole('link', { name: 'x-ray' }).click();
  const download = app.page.waitForEvent('download');
  await app.page.getByRole('button', { name: 'Save file' }).click();
  const given = await download;
  expect(given.suggestedFilename()).toMatch(/^x-ray/);
  expect(Buffer.compare(await readFile(await given.path()), picture)).toBe(0);
});

test('an import that is stopped half-way leaves nothing behind', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.chooseFile(bundleFile(largeBundle(3_000, 9_000), 'large.json'));
  await app.page.getByRole('button', { name: 'Add to my record' }).click({ timeout: 60_000 });
  // At once: the screen moves while it counts, and waiting for it to rest would let the import finish.
  await app.page.getByRole('button', { name: 'Stop' }).click({ force: true });
  await expect(app.page.getByText('Stopped. Nothing was added.')).toBeVisible();
  await expect.poll(() => keptIn(app.page)).toEqual({ blocks: 0, orphans: 0, missing: 0, rows: [] });
  await app.go('Home');
  await expect(app.page.getByText('There is nothing here yet.')).toBeVisible();
});

test('several files are added at once: chosen by a key, or dropped anywhere on the page', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await app.page.goto(app.page.url().replace(/#.*$|$/, '#/import'));
  const button = app.page.getByRole('button', { name: 'Choose files' });
  for (const key of ['Enter', 'Space']) {
    const chooser = app.page.waitForEvent('filechooser');
    await button.focus();
    await app.page.keyboard.press(key);
    expect((await chooser).isMultiple()).toBe(true);
  }
  await app.page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(['{"resourceType":"Patient","name":[{"family":"Muster"}]}'], 'me.txt'));
    data.items.add(new File(['%PDF-1.4'], 'letter.pdf'));
    document.body.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  const report = app.page.getByTestId('report');
  await expect(report).toContainText('Health record in FHIR format');
  await expect(report).toContainText('Document (PDF)');
  await app.page.getByRole('button', { name: 'Add to my record' }).click();
  await expect(app.page.getByRole('heading', { name: 'Added to your record' })).toBeVisible({ timeout: 60_000 });
  await app.page.getByRole('button', { name: 'Add another' }).click();
  await expect(button).toBeVisible();
});
