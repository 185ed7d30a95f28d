import { bin } from './lib/paths.ts';
import { buildContracts } from './lib/chain.ts';
import { runCommand } from './lib/processes.ts';

/** Builds the contracts, the extension for both browsers, and the portal's pages. */
export async function buildAll(): Promise<void> {
  await buildContracts();
  for (const browser of ['chrome', 'firefox']) {
    if ((await runCommand(bin('wxt'), ['build', '-b', browser])) !== 0) {
      throw new Error(`the extension does not build for ${browser}`);
    }
  }
  if ((await runCommand(bin('vite'), ['build', '-c', 'portal/vite.config.ts', '--logLevel', 'warn'])) !== 0) {
    throw new Error('the portal does not build');
  }
}

if (import.meta.main) await buildAll();
