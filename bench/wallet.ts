import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { launchBrowser } from '../scripts/lib/browser.ts';
import { servePage } from '../scripts/lib/bundle-page.ts';
import { ACCOUNTS } from '../scripts/lib/chain.ts';
import { ROOT } from '../scripts/lib/paths.ts';
import { within } from '../scripts/lib/patience.ts';
import { startStack, type Stack } from '../scripts/lib/stack.ts';
import { PASSWORD, WalletApp } from '../test/e2e/pages/wallet-app.ts';
import { pageLines } from './page-impact.ts';
import { promptLines } from './prompting.ts';
import type { Line } from './report.ts';
import { unlockLines } from './unlocking.ts';

const CLOSE_MS = 30_000;

export type WalletGroup = 'prompt' | 'unlock' | 'page';

async function measure(stack: Stack, profileDir: string, group: WalletGroup): Promise<Line[]> {
  const { extensionDir } = stack;
  const browser = await launchBrowser({ extensionDir, profileDir });
  const { extensionId } = browser;
  const served = group === 'unlock' ? await servePage(join(ROOT, 'bench/page/main.ts')) : undefined;
  try {
    const app = await WalletApp.open(browser);
    await app.createWallet();
    if (served !== undefined) return await unlockLines(browser, app.page, served, PASSWORD);
  } finally {
    await within(CLOSE_MS, 'the browser to close', browser.close());
    await served?.close();
  }
  if (group === 'page') return pageLines(profileDir, extensionDir);
  const recipient = ACCOUNTS.hospital.address;
  return promptLines({ profileDir, extensionDir, extensionId, password: PASSWORD, recipient });
}

/** What a person waits for in the real extension, on a network of its own. */
export async function walletLines(group: WalletGroup): Promise<Line[]> {
  const stack = await startStack();
  const profileDir = await mkdtemp(join(tmpdir(), 'salus-bench-'));
  try {
    return await measure(stack, profileDir, group);
  } finally {
    await stack.stop();
    await rm(profileDir, { recursive: true, force: true });
  }
}
