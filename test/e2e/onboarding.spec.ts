import { bundleFile, BUNDLE } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { SitePage } from './pages/site-page.ts';
import { serveSite } from './support/site.ts';
import { damageVault } from './support/storage.ts';

const heading = (app: WalletApp, name: string) => app.page.getByRole('heading', { name });
/** What has the focus: never the page as a whole, where nobody can go on. */
const focused = (app: WalletApp) =>
  app.page.evaluate(
    () => `${document.activeElement?.tagName}${document.activeElement?.closest('main') ? '' : ' outside'}`,
  );
const wordsShown = async (app: WalletApp): Promise<string[]> =>
  (await app.page.getByTestId('words').getByRole('listitem').allInnerTexts()).map((text) =>
    text.replace(/^\d+\s*/, '').trim(),
  );

test('going back and forth in the first run keeps the words that may be on paper already', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  const words = await app.seeWords();
  await app.answerWordCheck((place) => words[place - 1]);
  await expect(heading(app, 'Choose a password')).toBeVisible();
  // By the browser, and by the button on the screen.
  await page.goBack();
  await expect(heading(app, 'Check your recovery words')).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(heading(app, 'Your recovery words')).toBeVisible();
  expect(await wordsShown(app)).toEqual(words);
  await page.goBack();
  await expect(heading(app, 'Your health record, kept by you')).toBeVisible();
  await page.goForward();
  expect(await wordsShown(app)).toEqual(words);
  await page.getByRole('button', { name: 'Back' }).click();
  // Another beginning goes on with the same words.
  await page.getByRole('button', { name: 'I have recovery words' }).click();
  await page.getByRole('button', { name: 'Back' }).click();
  expect(await app.seeWords()).toEqual(words);
  await app.answerWordCheck((place) => words[place - 1]);
  await app.choosePassword();
  const other = await WalletApp.open(await newBrowser());
  await other.restore(words);
  expect(await other.accountNumber()).toBe(await app.accountNumber());
});

test('recovery words that were typed are still there when the person goes back to them', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = `${'abandon '.repeat(23)}art`;
  await app.page.getByRole('button', { name: 'I have recovery words' }).click();
  await app.enterWords(words.split(' '));
  await expect(heading(app, 'Choose a password')).toBeVisible();
  await app.page.getByRole('button', { name: 'Back' }).click();
  await expect(app.page.getByRole('textbox')).toHaveValue(words);
  await app.page.getByRole('button', { name: 'Continue' }).click();
  await app.choosePassword();
});

test('a page that is left with words on it that nobody has yet asks first', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.seeWords();
  const asked = app.page.waitForEvent('dialog');
  await app.page.close({ runBeforeUnload: true });
  const dialog = await asked;
  expect(dialog.type()).toBe('beforeunload');
  await dialog.dismiss();
  await expect(heading(app, 'Check your recovery words')).toBeVisible();
});

test('a password that is easy to guess is refused', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  const words = await app.seeWords();
  await app.answerWordCheck((place) => words[place - 1]);
  for (const password of ['aaaaaaaaaaaa', '1234567890', 'passwordpassword', 'Salus12345']) {
    await app.page.getByLabel('Password', { exact: true }).fill(password);
    await app.page.getByLabel('Repeat the password').fill(password);
    await app.page.getByRole('button', { name: 'Create my wallet' }).click();
    await expect(app.page.getByText('This password is easy to guess.'), password).toBeVisible();
    await expect(app.page.getByLabel('Password', { exact: true })).toBeFocused();
  }
  await app.choosePassword();
});

test('the focus is where the person goes on, at every step', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  const { page } = app;
  const press = async (name: string) => {
    await page.getByRole('button', { name }).focus();
    await page.keyboard.press('Enter');
  };
  await press('Start a new wallet');
  await expect(heading(app, 'Your recovery words')).toBeFocused();
  const words = await wordsShown(app);
  await press('I have written them down');
  await expect(page.getByRole('combobox').first()).toBeFocused();
  await press('Back');
  await expect(heading(app, 'Your recovery words')).toBeFocused();
  await press('I have written them down');
  await app.answerWordCheck((place) => words[place - 1]);
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await app.choosePassword();

  await app.chooseFile(bundleFile());
  await expect(page.getByTestId('report')).toBeVisible();
  expect(await focused(app)).toBe('H1');
  await press('Add to my record');
  await expect(heading(app, 'Added to your record')).toBeFocused();
  await page.keyboard.press('Tab');
  await expect(page.getByRole('link', { name: 'See my record' })).toBeFocused();

  const site = await serveSite();
  try {
    const asking = await SitePage.open(browser, site);
    const { prompt, answer } = await asking.ask('eth_requestAccounts');
    await expect(prompt.page.getByRole('heading', { level: 1 })).toBeFocused();
    await prompt.page.close();
    await answer;
  } finally {
    await site.close();
  }
});

test('whoever begins to recover a damaged wallet can go back', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  await damageVault(app.page);
  await app.page.reload();
  const damaged = heading(app, 'The wallet in this browser is damaged');
  for (const back of [() => app.page.goBack(), () => app.page.getByRole('button', { name: 'Back' }).click()]) {
    await app.page.getByRole('button', { name: 'Use my recovery words' }).click();
    await expect(app.page.getByRole('textbox')).toBeFocused();
    await back();
    await expect(damaged).toBeVisible();
  }
});

test('two windows that add the same file add it once', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const second = await WalletApp.open(browser);
  const picture = { name: 'x-ray.png', mimeType: 'image/png', buffer: Buffer.alloc(300_000, 7) };
  for (const file of [bundleFile(), picture]) {
    await app.chooseFile(file);
    await second.chooseFile(file);
    const add = ({ page }: WalletApp) => page.getByRole('button', { name: 'Add to my record' });
    await expect(add(app)).toBeVisible();
    await expect(add(second)).toBeVisible();
    await Promise.all([add(app).click(), add(second).click()]);
    const ends = async ({ page }: WalletApp): Promise<string> => {
      const added = page.getByRole('heading', { name: 'Added to your record' });
      const told = page.getByText('Something else was added to your record meanwhile.');
      await expect(added.or(told)).toBeVisible({ timeout: 30_000 });
      return (await added.isVisible()) ? 'added' : 'told';
    };
    expect([await ends(app), await ends(second)].sort()).toEqual(['added', 'told']);
    for (const { page } of [app, second]) await page.goto(page.url().replace(/#.*$|$/, '#/'));
  }
  expect(await app.recordTitles()).toHaveLength(BUNDLE.entry.length + 1);
});

test('a file whose entries cannot be added is refused, not called nothing new', async ({ newBrowser }) => {
  const app = await WalletApp.open(await newBrowser());
  await app.createWallet();
  const entry = [{ resource: { id: 'no type' } }, { fullUrl: 'urn:uuid:nothing' }];
  await app.chooseFile(bundleFile({ resourceType: 'Bundle', type: 'collection', entry }));
  await expect(app.page.getByText('Nothing of this file can be added.')).toBeVisible();
  await expect(app.page.getByText('nothing new')).toHaveCount(0);
  await app.page.getByRole('button', { name: 'Cancel' }).click();
  await app.importFile(bundleFile());
  await app.chooseFile(bundleFile({ ...BUNDLE, entry: [...BUNDLE.entry, ...entry] }));
  await expect(app.page.getByText('The rest cannot be added.')).toBeVisible();
});
