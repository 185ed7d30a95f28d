import { execFileSync } from 'node:child_process';
import type { WalletBrowser } from '../../../scripts/lib/browser.ts';
import { within } from '../../../scripts/lib/patience.ts';

interface Version {
  readonly versionId: string;
  readonly scriptURL: string;
  readonly runningStatus: string;
}

/** Ends the wallet's service worker as the browser does when it needs the memory. Settles when it is gone. */
export async function stopWorker(browser: WalletBrowser): Promise<void> {
  // Any page will do: one that is opened for it would take the place of the one in front.
  const [page = await browser.newPage()] = browser.context.pages();
  const session = await browser.context.newCDPSession(page);
  let asked = false;
  const stopped = new Promise<void>((resolve) => {
    session.on('ServiceWorker.workerVersionUpdated', ({ versions }: { versions: readonly Version[] }) => {
      const ours = versions.find((v) => v.scriptURL.includes(browser.extensionId));
      if (ours === undefined) return;
      if (ours.runningStatus === 'running' && !asked) {
        asked = true;
        void session.send('ServiceWorker.stopWorker', { versionId: ours.versionId });
      }
      if (asked && ours.runningStatus === 'stopped') resolve();
    });
  });
  await session.send('ServiceWorker.enable');
  await within(30_000, 'the service worker to end', stopped);
  await session.detach();
}

/** Ends a browser at once, all of it, with no chance to tidy up. */
export async function killBrowser(browser: WalletBrowser, profileDir: string): Promise<void> {
  const processes = execFileSync('ps', ['-axww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  const ours = processes.find((line) => line.includes(`--user-data-dir=${profileDir}`) && !line.includes('--type='));
  const pid = Number(ours?.trim().split(' ')[0]);
  if (!(pid > 0)) throw new Error('the browser is not running');
  const gone = new Promise((resolve) => browser.context.once('close', resolve));
  process.kill(pid, 'SIGKILL');
  await within(30_000, 'the killed browser to be gone', gone);
}
