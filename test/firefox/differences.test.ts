import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { approve, chooseFile, createWallet, hides, press, prompt, shows, takeIn } from './screens.ts';
import { inFirefox } from './world.ts';

interface PageWindow {
  readonly salus: {
    request(args: { method: string }): Promise<unknown>;
    on(event: 'disconnect', listener: (error: { code: number }) => void): void;
  };
  waiting?: Promise<number>;
  told?: number;
}

const MEGABYTE = 1_048_576;

inFirefox(({ stack, newBrowser, file }) => {
  it('a prompt that is open when Firefox suspends the background page still brings the page its account', async () => {
    const patient = await newBrowser();
    await createWallet(patient);
    const checkIn = await patient.open(`${stack().portalUrl}/check-in`);
    await press(checkIn, 'Connect your health wallet');
    await prompt(patient);
    await patient.suspend();
    await approve(patient);
    await shows(checkIn, 'Share with your doctor');
  });

  it('a prompt ends with the page that asked', async () => {
    const patient = await newBrowser();
    await createWallet(patient);
    const checkIn = await patient.open(`${stack().portalUrl}/check-in`);
    await press(checkIn, 'Connect your health wallet');
    const asked = await prompt(patient);
    await checkIn.goto(`${stack().portalUrl}/desk`);
    await patient.gone(asked);
  });

  it('requests settle when the wallet is switched off under the page', async () => {
    const patient = await newBrowser();
    await createWallet(patient);
    const site = await patient.open(`${stack().portalUrl}/check-in`);
    await site.evaluate(() => {
      const page = window as unknown as PageWindow;
      page.salus.on('disconnect', (error) => (page.told = error.code));
      page.waiting = page.salus.request({ method: 'eth_requestAccounts' }).then(
        () => 0,
        (error: { code: number }) => error.code,
      );
    });
    await prompt(patient);
    await patient.removeExtension();
    expect(await site.evaluate(() => (window as unknown as PageWindow).waiting)).toBe(4900);
    expect(await site.evaluate(() => (window as unknown as PageWindow).told)).toBe(4900);
    const later = site.evaluate(() =>
      (window as unknown as PageWindow).salus.request({ method: 'eth_chainId' }).then(
        () => 0,
        (error: { code: number }) => error.code,
      ),
    );
    expect(await later).toBe(4900);
  });

  it('a chosen file is not forgotten while the person is elsewhere', async () => {
    const idle = 6_000;
    const patient = await newBrowser({ 'extensions.background.idle.timeout': idle });
    await createWallet(patient);
    // So large that its digest is computed in a worker.
    await chooseFile(patient, await file('scan.pdf', new Uint8Array(12 * MEGABYTE).fill(7)));
    // In the background the app asks nothing of the wallet, and Firefox would suspend it.
    await patient.open('about:blank');
    await wait(3 * idle);
    await takeIn(patient);
  });

  it('a person whose Firefox keeps the wallet from sites is told so, and can let it in', async () => {
    const patient = await newBrowser({
      'extensions.originControls.grantByDefault': false,
      // Firefox's own question is not the wallet's to test: it is answered with yes.
      'extensions.webextOptionalPermissionPrompts': false,
    });
    const before = await patient.open(`${stack().portalUrl}/check-in`);
    expect(await before.evaluate(() => 'salus' in window)).toBe(false);
    await shows(patient.app, 'Firefox does not let Salus see web sites');
    await press(patient.app, 'Allow');
    await hides(patient.app, 'Firefox does not let Salus see web sites');
    const after = await patient.open(`${stack().portalUrl}/check-in`);
    expect(await after.evaluate(() => 'salus' in window)).toBe(true);
  });
});
