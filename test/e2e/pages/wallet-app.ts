import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, type Locator, type Page } from '@playwright/test';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';

export const PASSWORD = 'correct horse battery';

/** Longer files come from the disk, as a person's do: one of many megabytes takes the driver half a minute to hand over. */
const MOST_HANDED_OVER = 4 * 1_048_576;

type Chosen = string | { name: string; mimeType: string; buffer: Buffer };

async function onDisk(file: Chosen): Promise<Chosen> {
  if (typeof file === 'string' || file.buffer.length <= MOST_HANDED_OVER) return file;
  const path = join(await mkdtemp(join(tmpdir(), 'salus-file-')), file.name);
  await writeFile(path, file.buffer);
  return path;
}

/** The wallet's app page, as a person uses it. */
export class WalletApp {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  static async open(browser: WalletBrowser): Promise<WalletApp> {
    return new WalletApp(await browser.open('app.html'));
  }

  /** Goes through the whole first run. @returns the recovery words */
  async createWallet(kind: 'patient' | 'provider' = 'patient'): Promise<string[]> {
    const words = await this.seeWords(kind);
    await this.answerWordCheck((place) => words[place - 1]);
    await this.choosePassword();
    return words;
  }

  /** Begins, and goes on once the words were shown. @returns the recovery words */
  async seeWords(kind: 'patient' | 'provider' = 'patient'): Promise<string[]> {
    const start = kind === 'patient' ? 'Start a new wallet' : 'I work in health care';
    await this.page.getByRole('button', { name: start }).click();
    const items = this.page.getByTestId('words').getByRole('listitem');
    await expect(items).toHaveCount(24);
    const words = (await items.allInnerTexts()).map((text) => text.replace(/^\d+\s*/, '').trim());
    await this.page.getByRole('button', { name: 'I have written them down' }).click();
    await expect(this.page.getByRole('combobox')).toHaveCount(3);
    return words;
  }

  /** Chooses a word for each place that is asked. @param choose from the choices, given the number of the word asked for */
  async answerWordCheck(choose: (place: number, choices: readonly string[]) => string | undefined): Promise<void> {
    for (const select of await this.page.getByRole('combobox').all()) {
      const place = Number(/\d+/.exec((await select.locator('..').innerText()).split('\n')[0] ?? '')?.[0]);
      const choices = await select.locator('option:not([disabled])').allInnerTexts();
      await select.selectOption(choose(place, choices) ?? '');
    }
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  async enterWords(words: readonly string[]): Promise<void> {
    await this.page.getByRole('textbox').fill(words.join(' '));
    await this.page.getByRole('button', { name: 'Continue' }).click();
  }

  async restore(words: readonly string[]): Promise<void> {
    await this.page.getByRole('button', { name: 'I have recovery words' }).click();
    await this.enterWords(words);
    await this.choosePassword();
  }

  async choosePassword(): Promise<void> {
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.page.getByLabel('Repeat the password').fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Create my wallet' }).click();
    await expect(this.page.getByRole('navigation')).toBeVisible();
  }

  async lock(): Promise<void> {
    await this.page.getByRole('button', { name: 'Lock', exact: true }).click();
    await expect(this.page.getByRole('heading', { name: 'Unlock Salus' })).toBeVisible();
  }

  /** The number on the wallet's button. */
  badge(): Promise<string> {
    return this.page.evaluate(() => chrome.action.getBadgeText({}));
  }

  async unlock(password = PASSWORD): Promise<void> {
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByRole('button', { name: 'Unlock', exact: true }).click();
  }

  async go(name: 'Home' | 'Records' | 'Sharing' | 'Activity' | 'Payments' | 'Settings' | 'Patients'): Promise<void> {
    await this.page.getByRole('navigation').getByRole('link', { name }).click();
  }

  /** Chooses a file and waits for the report. */
  async chooseFile(file: Chosen): Promise<void> {
    await this.page.goto(this.page.url().replace(/#.*$|$/, '#/import'));
    await this.page.locator('input[type=file]').setInputFiles(await onDisk(file));
  }

  async importFile(
    file: Chosen,
    whileReported: () => Promise<void> = () => Promise.resolve(),
  ): Promise<{ total: number; taken: number; skipped: number }> {
    await this.chooseFile(file);
    const report = this.page.getByTestId('report');
    await expect(report).toBeVisible({ timeout: 60_000 });
    const number = async (name: string) => Number(await report.getAttribute(`data-${name}`));
    const counts = { total: await number('total'), taken: await number('taken'), skipped: await number('skipped') };
    await whileReported();
    await this.page.getByRole('button', { name: 'Add to my record' }).click();
    await expect(this.page.getByRole('heading', { name: 'Added to your record' })).toBeVisible({ timeout: 120_000 });
    await this.page.getByRole('link', { name: 'See my record' }).click();
    return counts;
  }

  /** What others added since the person last looked, on Home. */
  arrived(): Locator {
    return this.page.getByRole('region', { name: 'New in your record' });
  }

  /** Waits until every entry is copied to enough managers and recorded on the chain. */
  async waitUntilRecorded(): Promise<void> {
    const entries = async () => {
      const of = (await this.page.getByTestId('anchored').innerText()).match(/\d+/g) ?? ['0', '1'];
      return of[0] === of[1];
    };
    await expect.poll(entries, { timeout: 90_000, message: 'every entry is recorded' }).toBe(true);
  }

  /** Items by the name of their section, as the home page shows them. */
  async sectionCounts(): Promise<Map<string, number>> {
    await this.go('Home');
    const tiles = this.page.getByTestId('sections').getByRole('link');
    await expect(tiles.first()).toBeVisible();
    const texts = await tiles.allInnerTexts();
    return new Map(
      texts.map((text) => {
        const [name = '', items = ''] = text.split('\n');
        return [name.trim(), Number(items.replaceAll(/\D/g, ''))];
      }),
    );
  }

  /** Ends the one permission there is. */
  async stopSharing(): Promise<void> {
    await this.go('Sharing');
    await this.page.getByRole('button', { name: 'Stop sharing' }).click();
    await this.page.getByRole('button', { name: 'Stop sharing' }).click();
    await expect(this.page.getByText('Ended')).toBeVisible({ timeout: 60_000 });
  }

  /** Titles of all records, as they are listed. */
  async recordTitles(): Promise<string[]> {
    await this.go('Records');
    const titles = this.page.getByTestId('records').getByRole('listitem');
    await expect(titles.first()).toBeVisible({ timeout: 60_000 });
    await this.showAll(titles);
    return titles.allInnerTexts();
  }

  /** Every record as it is listed. */
  async listed(): Promise<{ id: string; title: string; section: string }[]> {
    await this.go('Records');
    const list = this.page.getByTestId('records');
    await expect(list.getByRole('listitem').first()).toBeVisible({ timeout: 60_000 });
    await this.showAll(list.getByRole('listitem'));
    return list.getByRole('link').evaluateAll((links) =>
      links.map((link) => ({
        id: link.getAttribute('href') ?? '',
        title: link.querySelector('.title')?.textContent?.trim() ?? '',
        section: link.textContent?.split(' · ').at(-1)?.trim() ?? '',
      })),
    );
  }

  /** Asks for one page of a list after the other, until there is none left. */
  private async showAll(items: Locator): Promise<void> {
    const more = this.page.getByRole('button', { name: 'Show more' });
    while (await more.isVisible()) {
      const shown = await items.count();
      await more.click();
      await expect.poll(() => items.count(), { message: 'the next page is shown' }).toBeGreaterThan(shown);
    }
  }

  /** Adds an account, which is in use afterwards. */
  async addAccount(name: string, kind: 'My own health record' | 'My work in health care'): Promise<void> {
    await this.go('Settings');
    await this.page.getByRole('button', { name: 'Add an account' }).click();
    await this.page.getByLabel('Name of the account').fill(name);
    await this.page.getByRole('radio', { name: kind }).check();
    await this.page.getByRole('button', { name: 'Add and use it' }).click();
    await expect(this.page.getByTestId('account').locator('option:checked')).toHaveText(name);
  }

  async accountNumber(): Promise<string> {
    await this.go('Settings');
    // The page that is left has accounts of others on it.
    await expect(this.page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
    return (await this.page.locator('.mono').first().innerText()).trim();
  }

  /** The same, and back to the page that was open. */
  async accountNumberAside(): Promise<string> {
    const at = this.page.url();
    const number = await this.accountNumber();
    await this.page.goto(at);
    return number;
  }
}
