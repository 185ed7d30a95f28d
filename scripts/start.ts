import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './lib/build.ts';
import { launchBrowser } from './lib/browser.ts';
import { DESK_WORDS } from './lib/chain.ts';
import { findChromium } from './lib/chromium.ts';
import { invite } from './lib/invite.ts';
import { serveStartPage } from './lib/start-page.ts';
import { whenInterrupted } from './lib/processes.ts';
import { startStack } from './lib/stack.ts';
import { tour } from './tour.ts';

const hasDisplay =
  process.platform !== 'linux' || Boolean(process.env['DISPLAY']) || Boolean(process.env['WAYLAND_DISPLAY']);

async function main(): Promise<void> {
  const wantsTour = process.argv.includes('--tour');
  if (!wantsTour && !hasDisplay) console.log('There is no display here: taking the guided tour without one instead.');
  findChromium();
  await build(['chrome', 'portal']);
  if (wantsTour || !hasDisplay) return tour();

  const stack = await startStack();
  const invitation = await invite(stack.portalUrl, {
    name: 'Dr Amara Okafor',
    work: 'doctor',
    speciality: 'Cardiology',
  });
  const { url, server } = await serveStartPage(stack, invitation);
  const profiles = await mkdtemp(join(tmpdir(), 'salus-profiles-'));
  const open = async (name: string) => {
    const profileDir = join(profiles, name);
    const browser = await launchBrowser({ extensionDir: stack.extensionDir, profileDir, headless: false });
    await (await browser.context.newPage()).goto(`${url}#${name}`);
    return browser;
  };
  const browsers = [await open('patient'), await open('doctor')];
  console.log(
    `\nSalus is running. Start here: ${url}\n  portal      ${stack.portalUrl}\n  EVM node    ${stack.network.rpcUrl}`,
  );
  for (const manager of stack.network.managers) console.log(`  manager     ${manager}`);
  console.log(`  the doctor joins by  ${invitation}`);
  console.log(`  ${stack.portalUrl}/hospital: sign in with a wallet of the words  ${DESK_WORDS.administrator}`);
  console.log(`  ${stack.portalUrl}/registrar: sign in with a wallet of the words  ${DESK_WORDS.registrar}`);
  console.log('\nCtrl-C ends all of it.');
  await whenInterrupted();
  console.log('\nEnding.');
  await Promise.all(browsers.map((b) => b.close().catch(() => undefined))); // closed by hand already
  server.close();
  await stack.stop();
  await rm(profiles, { recursive: true, force: true });
}

await main();
process.exit(0);
