import type { ElementHandle, Page } from 'puppeteer-core';
import type { Firefox } from '../../scripts/lib/firefox.ts';

/** Longest wait for anything; a busy machine is slow, a broken product never gets there. */
const PATIENCE = { timeout: 60_000, polling: 100 };
const PASSWORD = 'correct horse battery';

const locate = (page: Page, xpath: string) => page.locator(`::-p-xpath(${xpath})`).setTimeout(PATIENCE.timeout);

const button = (page: Page, name: string) => locate(page, `//*[self::button or self::a][normalize-space(.)="${name}"]`);

/** Presses a button, or a link, by what it says. */
export async function press(page: Page, name: string): Promise<void> {
  // A tab in the background paints nothing, and what is not painted cannot be pressed.
  await page.bringToFront();
  await button(page, name).click();
}

/** Opens a record at the clinic's desk. */
export async function openRecord(desk: Page, title: string): Promise<void> {
  await desk.bringToFront();
  await locate(desk, `//*[@data-testid="record"]//button[contains(., "${title}")]`).click();
}

/** A field by its label, which stands around it or points to it. */
export const field = (page: Page, label: string) =>
  locate(
    page,
    `//*[@id=//label[normalize-space(.)="${label}"]/@for] | //label[normalize-space(.)="${label}"]//*[self::input or self::select]`,
  );

/** Waits until the page shows this text. */
export const shows = (page: Page, text: string) =>
  page.waitForFunction((wanted: string) => document.body.innerText.includes(wanted), PATIENCE, text);

/** Waits until the page shows this text no longer. */
export const hides = (page: Page, text: string) =>
  page.waitForFunction((unwanted: string) => !document.body.innerText.includes(unwanted), PATIENCE, text);

/** Waits until so many of these are there. */
export const counts = (page: Page, testId: string, count: number) =>
  page.waitForFunction(
    (id: string, n: number) => document.querySelectorAll(`[data-testid="${id}"]`).length === n,
    PATIENCE,
    testId,
    count,
  );

/** The texts of all elements of a kind. */
export const texts = (page: Page, selector: string): Promise<string[]> =>
  page.$$eval(selector, (elements) => elements.map((e) => (e as HTMLElement).innerText));

/** Goes through the whole first run. */
export async function createWallet({ app }: Firefox, start = 'Start a new wallet'): Promise<void> {
  await press(app, start);
  await app.waitForSelector('[data-testid=words] li', PATIENCE);
  const words = (await texts(app, '[data-testid=words] li')).map((text) => text.replace(/^\d+\s*/, '').trim());
  await press(app, 'I have written them down');
  await app.waitForSelector('select', PATIENCE);
  for (const select of await app.$$('select')) {
    const place = await select.evaluate((e) => Number(/\d+/.exec(e.closest('label')?.innerText ?? '')?.[0]));
    await select.select(words[place - 1] ?? '');
  }
  await press(app, 'Continue');
  await field(app, 'Password').fill(PASSWORD);
  await field(app, 'Repeat the password').fill(PASSWORD);
  await press(app, 'Create my wallet');
  await app.waitForSelector('nav', PATIENCE);
}

/** Chooses a file and waits for the report on it. */
export async function chooseFile({ app }: Firefox, file: string): Promise<void> {
  await app.evaluate(() => (location.hash = '#/import'));
  const input = (await app.waitForSelector('input[type=file]', PATIENCE)) as ElementHandle<HTMLInputElement>;
  await input.uploadFile(file);
  await shows(app, 'What is in this file');
}

/** Takes in what was chosen and waits until every entry is copied to enough managers and recorded on the chain. */
export async function takeIn({ app }: Firefox): Promise<void> {
  await press(app, 'Add to my record');
  await press(app, 'See my record');
  await app.waitForFunction(() => {
    const [recorded, all] =
      document.querySelector<HTMLElement>('[data-testid=anchored]')?.innerText.match(/\d+/g) ?? [];
    return recorded !== undefined && recorded === all;
  }, PATIENCE);
}

/** The window in which the wallet asks the person, once it is open. */
export const prompt = (firefox: Firefox): Promise<Page> => firefox.ownPage('consent.html');

/** Reads the prompt to its end, approves it, and waits until its window is gone. */
export async function approve(firefox: Firefox): Promise<void> {
  const page = await prompt(firefox);
  await page.bringToFront();
  await button(page, 'Approve').wait();
  await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  // A click in the first moment does not count, nor right after the window came to the front.
  await page.waitForSelector('button.primary[aria-disabled="false"]', PATIENCE);
  await button(page, 'Approve').click();
  await firefox.gone(page);
}
