import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { OUTPUT } from '../../scripts/lib/paths.ts';
import { bundleFile } from '../fixtures/bundle.ts';
import { expect, test } from './fixtures.ts';
import { PASSWORD, WalletApp } from './pages/wallet-app.ts';
import { printed } from './support/printed.ts';
import { keptValues, Scanner } from './support/scan.ts';
import { fitsInWidth, lookAt } from './support/screens.ts';

/** A card as it was shown: its words, a picture of its code, and the file that it was saved as. */
interface GivenCard {
  readonly words: readonly string[];
  readonly picture: Buffer;
  readonly file: string;
}

const heading = (page: Page, name: string) => page.getByRole('heading', { name });
const wordsOn = async (card: Locator): Promise<string[]> =>
  (await card.getByRole('listitem').allInnerTexts()).map((text) => text.replace(/^\d+\s*/, '').trim());

async function goToGuardians(app: WalletApp): Promise<void> {
  await app.go('Settings');
  await app.page.getByRole('link', { name: 'Open safety settings' }).click();
  await app.page.getByRole('link', { name: /guardians/ }).click();
  await expect(app.page.getByRole('heading', { level: 1, name: 'Guardians' })).toBeVisible();
}

async function givePassword(page: Page, password = PASSWORD): Promise<void> {
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Continue' }).click();
}

/** Uncovers the card that is next, takes it down, and saves it. */
async function takeCard(page: Page): Promise<GivenCard> {
  const card = page.getByTestId('guardian-card');
  await expect(card).toHaveCount(0);
  await page.getByRole('button', { name: 'Show' }).click();
  await expect(card.getByRole('listitem')).toHaveCount(33);
  const words = await wordsOn(card);
  const picture = await card.getByRole('img').screenshot();
  const saving = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save as a file' }).click();
  const download = await saving;
  expect(download.suggestedFilename()).toMatch(/^salus-card-.*\.txt$/);
  return { words, picture, file: await readFile((await download.path()) ?? '', 'utf8') };
}

test('a person gives cards to three guardians, and two of them bring everything back in a blank browser', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  const words = await app.createWallet();
  await app.importFile(bundleFile());
  await app.waitUntilRecorded();
  const titles = await app.recordTitles();
  const account = await app.accountNumber();

  await goToGuardians(app);
  await lookAt(page, 'guardians none yet');
  await page.getByRole('button', { name: 'Make cards' }).click();
  await page.getByLabel('Your name, as they know you').fill('Mira Sandoval');
  for (const [i, name] of ['Ana', 'Ben', 'Chloé'].entries()) await page.getByLabel(`Person ${i + 1}`).fill(name);
  await expect(page.getByLabel('How many of these people are needed')).toHaveValue('2');
  await lookAt(page, 'guardians plan');
  await page.getByRole('button', { name: 'Continue' }).click();
  await givePassword(page, 'not my password');
  await expect(page.getByText('That is not the password.')).toBeVisible();
  await givePassword(page);
  await expect(heading(page, 'Card 1 of 3')).toBeVisible();
  await expect(page.getByText('This card is covered.')).toBeVisible();
  await lookAt(page, 'guardians card covered');
  const ana = await takeCard(page);
  await lookAt(page, 'guardians card shown');
  const paper = await printed(page);
  for (const word of ana.words) expect(paper).toContain(word);
  expect(paper).toContain('For Ana');
  expect(paper).toContain('Alone they open nothing');
  expect(paper).not.toContain('Ben');
  expect(paper).not.toContain('Print this card');
  await page.evaluate(() => window.dispatchEvent(new Event('blur')));
  await expect(page.getByTestId('guardian-card')).toHaveCount(0);
  await page.getByRole('button', { name: 'Next card' }).click();
  const ben = await takeCard(page);
  await page.getByRole('button', { name: 'Next card' }).click();
  const chloe = await takeCard(page);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('Your guardians are set up.')).toBeVisible();
  await expect(page.getByTestId('guardians')).toContainText(/2 of 3: Ana, Ben,? and Chloé/);
  await lookAt(page, 'guardians set up');

  // A guardian's file says whose it is, and nothing of the wallet.
  expect(ana.file).toContain('Mira Sandoval');
  expect(ana.file.toLowerCase()).not.toContain(account.toLowerCase());
  expect(ana.file).not.toMatch(/0x/);
  // No card is kept, nor do their names lie about.
  const scanner = new Scanner({
    ana: ana.words.slice(4, 8).join(' '),
    list: chloe.words.slice(4, 8).join('","'),
    name: 'Mira Sandoval',
    guardian: 'Chloé',
  });
  for (const { path, bytes } of await keptValues(page)) expect(scanner.find(bytes), path).toEqual([]);

  const blank = await WalletApp.open(await newBrowser());
  const other = blank.page;
  await lookAt(other, 'welcome');
  await other.getByRole('button', { name: 'I have cards from my guardians' }).click();
  const field = other.getByLabel('Words on the card');
  const take = other.getByRole('button', { name: 'Take this card' });
  await lookAt(other, 'cards empty');
  // A word with a letter wrong is named, and the right one offered.
  const typo = ana.words.with(6, `${ana.words[6]!.slice(0, 3)}q${ana.words[6]!.slice(4)}x`);
  await field.fill(typo.join(' '));
  await take.click();
  await expect(other.getByText('Word 7 is on no card.')).toBeVisible();
  await lookAt(other, 'cards typo');
  await field.fill(ana.words.with(6, ana.words[7]!).join(' '));
  await take.click();
  await expect(other.getByText('All words are known but do not belong together.')).toBeVisible();
  await field.fill(ana.words.map((word) => word.slice(0, 4)).join(' '));
  await take.click();
  await expect(other.getByTestId('gathered')).toContainText('1 of 2 cards');
  await expect(other.getByRole('button', { name: 'Continue' })).toHaveCount(0);
  await field.fill(ana.words.join(' '));
  await take.click();
  await expect(other.getByText('You entered this card already.')).toBeVisible();
  await lookAt(other, 'cards one of two');
  // Of a thief's one card nothing is kept, and it gives no wallet.
  const thief = new Scanner({ card: ana.words.slice(4, 8).join(' ') });
  for (const { path, bytes } of await keptValues(other)) expect(thief.find(bytes), path).toEqual([]);

  const input = other.locator('input[type=file]');
  await input.setInputFiles({ name: 'nothing.png', mimeType: 'image/png', buffer: await blankPicture(other) });
  await expect(other.getByText('There is no code in this picture.')).toBeVisible({ timeout: 30_000 });
  await input.setInputFiles({ name: 'ben.png', mimeType: 'image/png', buffer: ben.picture });
  await expect(other.getByText('That is enough.')).toBeVisible({ timeout: 30_000 });
  await lookAt(other, 'cards enough');
  await other.getByRole('button', { name: 'Continue' }).click();
  await blank.choosePassword();
  expect(await blank.accountNumber()).toBe(account);
  await expect.poll(() => blank.recordTitles()).toEqual(titles);
  // The very same words.
  await blank.go('Settings');
  await other.getByRole('link', { name: 'Open safety settings' }).click();
  await other.getByRole('button', { name: 'Show my recovery words' }).click();
  await givePassword(other);
  await other.getByRole('button', { name: 'Show', exact: true }).click();
  expect(await wordsOn(other.getByTestId('words'))).toEqual(words);

  // Two others do as well, one by its file.
  const third = await WalletApp.open(await newBrowser());
  await third.page.getByRole('button', { name: 'I have cards from my guardians' }).click();
  await third.page
    .locator('input[type=file]')
    .setInputFiles({ name: 'chloe.txt', mimeType: 'text/plain', buffer: Buffer.from(chloe.file) });
  await expect(third.page.getByTestId('gathered')).toContainText('1 of 2 cards');
  await third.page.getByLabel('Words on the card').fill(ben.words.join('\n'));
  await third.page.getByRole('button', { name: 'Take this card' }).click();
  await third.page.getByRole('button', { name: 'Continue' }).click();
  await third.choosePassword();
  expect(await third.accountNumber()).toBe(account);
});

/** A picture of nothing. */
async function blankPicture(page: Page): Promise<Buffer> {
  const url = await page.evaluate(() => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 200;
    return canvas.toDataURL('image/png');
  });
  return Buffer.from(url.split(',')[1] ?? '', 'base64');
}

test('two circles are needed where the person wants it so, and cards of one alone give nothing', async ({
  newBrowser,
}) => {
  const app = await WalletApp.open(await newBrowser());
  const { page } = app;
  await app.createWallet();
  const account = await app.accountNumber();
  await goToGuardians(app);
  await page.getByRole('button', { name: 'Make cards' }).click();
  await page.getByLabel('Your name, as they know you').fill('Mira');
  await page.getByRole('button', { name: 'Add a circle' }).click();
  const circle = (n: number) => page.getByRole('group', { name: `Circle ${n}` });
  await circle(1).getByLabel('Name of the circle').fill('Family');
  await circle(2).getByLabel('Name of the circle').fill('Friends');
  for (const [i, name] of ['Ana', 'Ben', 'Chloé'].entries()) {
    await circle(1)
      .getByLabel(`Person ${i + 1}`, { exact: true })
      .fill(name);
  }
  await circle(2).getByLabel('Person 1', { exact: true }).fill('Dina');
  await circle(2).getByLabel('Person 2', { exact: true }).fill('Emil');
  await page.getByLabel('How many circles are needed').selectOption('1');
  await circle(2).getByRole('button', { name: 'Leave out person 2' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('alert')).toContainText('One card alone would open everything.');
  await lookAt(page, 'guardians circles');
  await page.getByLabel('How many circles are needed').selectOption('2');
  await page.getByRole('button', { name: 'Continue' }).click();
  await givePassword(page);
  const cards: GivenCard[] = [];
  for (const n of [1, 2, 3, 4]) {
    await expect(heading(page, `Card ${n} of 4`)).toBeVisible();
    cards.push(await takeCard(page));
    await page.getByRole('button', { name: n < 4 ? 'Next card' : 'Done' }).click();
  }
  expect(cards[3]!.file).toContain('Circle 2: Friends');
  // A lock in the middle leaves nothing of the cards on the screen.
  await page.getByRole('button', { name: 'Make new cards' }).click();
  await app.lock();
  expect(await page.content()).not.toContain(cards[0]!.words.slice(4, 6).join(' '));

  const blank = await WalletApp.open(await newBrowser());
  const other = blank.page;
  await other.getByRole('button', { name: 'I have cards from my guardians' }).click();
  const enter = async ({ words }: GivenCard) => {
    await other.getByLabel('Words on the card').fill(words.join(' '));
    await other.getByRole('button', { name: 'Take this card' }).click();
  };
  await enter(cards[0]!);
  await enter(cards[2]!);
  await expect(other.getByTestId('gathered')).toContainText('Circle 1: 2 of 2 cards');
  await expect(other.getByText('1 more circle is needed.')).toBeVisible();
  await enter(cards[1]!);
  await expect(other.getByText('There are enough cards of circle 1.')).toBeVisible();
  await lookAt(other, 'cards circle full');
  await other.evaluate(() => (document.documentElement.dir = 'rtl'));
  await fitsInWidth(other);
  await other.screenshot({ path: join(OUTPUT, 'screens/cards-circle-full.rtl.png'), fullPage: true });
  await enter(cards[3]!);
  await other.getByRole('button', { name: 'Continue' }).click();
  await blank.choosePassword();
  expect(await blank.accountNumber()).toBe(account);
});
