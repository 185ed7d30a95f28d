import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../scripts/lib/browser.ts';
import { servePage } from '../scripts/lib/bundle-page.ts';
import { ACCOUNTS } from '../scripts/lib/chain.ts';
import { ROOT } from '../scripts/lib/paths.ts';
import { startStack, type Stack } from '../scripts/lib/stack.ts';
import { PASSWORD, WalletApp } from '../test/e2e/pages/wallet-app.ts';
import { pageLines } from './page-impact.ts';
import { promptLines } from './prompting.ts';
import type { Line } from './report.ts';
import { unlockLines } from './unlocking.ts';

async function measure(stack: Stack, profileDir: string): Promise<Line[]> {
  const { extensionDir } = stack;
  const served = await servePage(join(ROOT, 'bench/page/main.ts'));
  const browser = await launchBrowser({ extensionDir, profileDir });
  const { extensionId } = browser;
  let unlock: Line[];
  try {
    const app = await WalletApp.open(browser);
    await app.createWallet();
    unlock = await unlockLines(browser, app.page, served, PASSWORD);
  } finally {
    await browser.close();
    await served.close();
  }
  const recipient = ACCOUNTS.hospital.address;
  const prompts = await promptLines({ profileDir, extensionDir, extensionId, password: PASSWORD, recipient });
  return [...prompts, ...unlock, ...(await pageLines(profileDir, extensionDir))];
}

/** What a person waits for in the real extension, on a network of its own. */
export async function walletLines(): Promise<Line[]> {
  const stack = await startStack();
  const profileDir = await mkdtemp(join(tmpdir(), 'salus-bench-'));
  try {
    return await measure(stack, profileDir);
  } finally {
    await stack.stop();
    await rm(profileDir, { recursive: true, force: true });
  }
}
