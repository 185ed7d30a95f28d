import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { OUTPUT } from '../../../scripts/lib/paths.ts';

const SCREENS = join(OUTPUT, 'screens');

export const fitsInWidth = (page: Page) =>
  expect
    .poll(() => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth))
    .toBeLessThanOrEqual(0);

/**
 * Looks at a screen as different people see it: in light and dark, on a narrow screen, and with text twice as large. Each is kept
 * as a picture.
 */
export function lookAt(page: Page, name: string): Promise<void> {
  return test.step(name, async () => {
    // A screen that is still coming is none yet.
    await expect(page.getByRole('heading', { level: 1 }).first()).toBeAttached();
    const size = page.viewportSize() ?? { width: 1_100, height: 850 };
    const picture = (how: string) =>
      page.screenshot({ path: join(SCREENS, `${name.replaceAll(' ', '-')}.${how}.png`), fullPage: true });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      // What depends on the colours is looked for in both, the rest once.
      const axe = new AxeBuilder({ page }).setLegacyMode();
      const { violations } = await (colorScheme === 'dark' ? axe.withRules('color-contrast') : axe).analyze();
      const faults = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`);
      expect.soft(faults, `${name}, ${colorScheme}`).toEqual([]);
      await picture(colorScheme);
    }
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 320, height: 720 });
    await test.step('320 px wide', () => fitsInWidth(page));
    await picture('narrow');
    await page.setViewportSize({ width: 640, height: 720 });
    await page.evaluate(() => (document.documentElement.style.fontSize = '200%'));
    await test.step('text twice as large', () => fitsInWidth(page));
    await picture('large-text');
    await page.evaluate(() => (document.documentElement.style.fontSize = ''));
    await page.setViewportSize(size);
  });
}
