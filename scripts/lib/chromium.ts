import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { bin } from './paths.ts';

const SYSTEM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

const say = (text: string) => console.log(`[setup] ${text}`);

/** Playwright's own Chromium, or the system's, if either is there. Branded Chrome no longer loads unpacked extensions. */
function present(): string | undefined {
  const named = process.env['SALUS_CHROMIUM'];
  return [named, chromium.executablePath(), ...SYSTEM].find(
    (path) => path !== undefined && path !== '' && existsSync(path),
  );
}

/**
 * A Chromium that loads unpacked extensions: one that is there, else Playwright's download, else the system's package.
 * @throws Error saying what to do
 */
export function findChromium(): string {
  const found = present();
  if (found !== undefined) return found;
  say('No Chromium here. Downloading the one Playwright uses.');
  spawnSync(bin('playwright'), ['install', 'chromium'], { stdio: 'ignore', timeout: 300_000 });
  const downloaded = present();
  if (downloaded !== undefined) return downloaded;
  if (process.platform === 'linux' && process.getuid?.() === 0) {
    say('That did not work. Installing Chromium as a system package.');
    spawnSync('apt-get', ['update', '-qq'], { stdio: 'ignore' });
    spawnSync('apt-get', ['install', '-y', '-qq', 'chromium'], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  const installed = present();
  if (installed !== undefined) return installed;
  throw new Error(
    'No Chromium could be had. Install one (for example `apt install chromium`), or name it in SALUS_CHROMIUM.',
  );
}
