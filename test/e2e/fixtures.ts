import { test as base } from '@playwright/test';
import { launchBrowser, type BrowserOptions, type WalletBrowser } from '../../scripts/lib/browser.ts';
import { startStack, type Stack } from '../../scripts/lib/stack.ts';

interface TestFixtures {
  /** A browser with the extension; closed after the test. */
  readonly newBrowser: (options?: Partial<BrowserOptions>) => Promise<WalletBrowser>;
}
interface WorkerFixtures {
  /** The whole network, shared by the specs of one worker. */
  readonly stack: Stack;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  stack: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the parameter's form
    async ({}, use) => {
      const stack = await startStack();
      await use(stack);
      await stack.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  newBrowser: async ({ stack }, use) => {
    const open: WalletBrowser[] = [];
    await use(async (options = {}) => {
      const browser = await launchBrowser({ extensionDir: stack.extensionDir, ...options });
      open.push(browser);
      return browser;
    });
    await Promise.all(open.map((browser) => browser.close()));
  },
});

export { expect } from '@playwright/test';
