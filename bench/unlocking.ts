import type { Page } from 'playwright';
import type { ServedPage } from '../scripts/lib/bundle-page.ts';
import type { WalletBrowser } from '../scripts/lib/browser.ts';
import { median, type Line } from './report.ts';
import { rounds } from './storage-page.ts';

const ROUNDS = 7;

/** From pressing the button to the painted wallet, in the page's own clock. The password is in the field already. */
async function unlockOnce(page: Page, password: string): Promise<number> {
  await page.evaluate(() =>
    chrome.runtime.sendMessage<unknown, unknown>({ to: 'background', method: 'lock', args: [] }),
  );
  await page.getByLabel('Password').fill(password);
  const took = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        let start = 0;
        addEventListener('submit', () => (start = performance.now()), { capture: true, once: true });
        const observer = new MutationObserver(() => {
          if (document.querySelector('nav') === null) return;
          observer.disconnect();
          requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - start)));
        });
        observer.observe(document.body, { childList: true, subtree: true });
      }),
  );
  await page.getByRole('button', { name: 'Unlock' }).click();
  return took;
}

/** Password to unlocked wallet, against the key derivation alone in the same browser. */
export async function unlockLines(
  browser: WalletBrowser,
  app: Page,
  served: ServedPage,
  password: string,
): Promise<Line[]> {
  const page = await browser.newPage();
  await page.goto(served.url);
  await page.waitForFunction(() => 'bench' in window);
  await page.evaluate(() => window.bench.ready());
  const times = await rounds(ROUNDS + 1, 'password to unlocked wallet', async () => {
    await page.bringToFront();
    const limit = await page.evaluate(() => window.bench.derive());
    await app.bringToFront();
    return { limit, measured: await unlockOnce(app, password) };
  });
  const warm = times.slice(1);
  return [
    {
      name: 'password to unlocked wallet',
      measured: median(warm.map((t) => t.measured)),
      unit: 'ms',
      limit: { what: 'Argon2id alone', value: median(warm.map((t) => t.limit)) },
    },
  ];
}
