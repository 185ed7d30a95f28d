import { expect, test } from './fixtures.ts';
import type { PromptWindow } from './pages/prompt-window.ts';
import { SitePage } from './pages/site-page.ts';
import { patientAt } from './support/patient.ts';
import { serveSite, type Site } from './support/site.ts';

const text = (form: RegExp): unknown => expect.stringMatching(form);
const ACCOUNT = text(/^0x[0-9a-f]{40}$/);
const STRANGER = '0x00000000000000000000000000000000000000aa';
const ACCESS = {
  purpose: 'TREAT',
  sections: ['medications', 'mental-health'],
  duration: 3_600,
  reason: 'To prepare for your visit',
  recipient: { address: STRANGER },
};

let portal: Site;
let other: Site;

test.beforeAll(async () => {
  [portal, other] = await Promise.all([serveSite(), serveSite()]);
});
test.afterAll(async () => {
  await Promise.all([portal, other].map((site) => site.close()));
});

test('a portal finds the wallet by its EIP-6963 announcement', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const { page } = await SitePage.open(browser, portal);
  const announced = await page.evaluate(() => {
    interface Detail {
      readonly info: { readonly uuid: string; readonly name: string; readonly icon: string; readonly rdns: string };
      readonly provider: unknown;
    }
    const details: Detail[] = [];
    window.addEventListener('eip6963:announceProvider', (event) => details.push((event as CustomEvent<Detail>).detail));
    window.dispatchEvent(new Event('eip6963:requestProvider'));
    return details.map((detail) => ({
      info: detail.info,
      isTheInjectedOne: detail.provider === (window as unknown as { salus: unknown }).salus,
      frozen: [detail, detail.info, detail.provider].every(Object.isFrozen),
    }));
  });
  expect(announced).toEqual([
    {
      info: {
        uuid: text(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
        name: 'Salus',
        icon: text(/^data:image\/svg\+xml,/),
        rdns: 'health.salus.wallet',
      },
      isTheInjectedOne: true,
      frozen: true,
    },
  ]);
});

test('a portal is told the chain at once, and the account only after the person connected it', async ({
  newBrowser,
  stack,
}) => {
  const { app, site } = await patientAt(portal, newBrowser);
  expect(await site.request('eth_chainId')).toEqual({ result: `0x${stack.network.chainId.toString(16)}` });
  expect(await site.request('net_version')).toEqual({ result: String(stack.network.chainId) });
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
  await site.listen('accountsChanged');

  const account = await site.connect();

  expect(account).toBe((await app.accountNumber()).toLowerCase());
  expect(await site.request('eth_accounts')).toEqual({ result: [account] });
  expect(await site.request('eth_requestAccounts')).toEqual({ result: [account] });
  await expect.poll(() => site.openPrompts()).toBe(0);
  await expect.poll(() => site.heard()).toEqual([[account]]);
});

test('a locked wallet tells a portal nothing, asks the person to unlock, and then answers', async ({ newBrowser }) => {
  const { app, site } = await patientAt(portal, newBrowser);
  const account = await site.connect();
  await app.lock();
  expect(await site.request('eth_accounts')).toEqual({ result: [] });

  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await expect(prompt.page.getByRole('button', { name: 'Approve' })).toHaveCount(0);
  await expect(prompt.page.getByRole('button', { name: 'Reject', exact: true })).toBeEnabled();
  await prompt.unlock();
  await prompt.typeSite(portal.host);
  await prompt.approve();

  expect(await answer).toEqual({ result: [account] });
});

test('closing the prompt is a no', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await prompt.page.close();
  expect(await answer).toMatchObject({ code: 4001 });
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
});

test('Reject is a no', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
});

test('a method the wallet does not have is answered with 4200', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  for (const method of ['eth_sign', 'health_everything', 'toString', '__proto__', 'constructor', '']) {
    expect(await site.request(method), method).toMatchObject({ code: 4200 });
  }
});

test('a second request of the same kind waits for no second prompt: it is refused with -32005', async ({
  newBrowser,
}) => {
  const { browser, site } = await patientAt(portal, newBrowser);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  expect(await site.request('eth_requestAccounts')).toMatchObject({ code: -32005 });
  const secondTab = await SitePage.open(browser, portal);
  expect(await secondTab.request('eth_requestAccounts')).toMatchObject({ code: -32005 });
  expect(site.openPrompts()).toBe(1);
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('two portals that ask at once each get their own answer', async ({ newBrowser }) => {
  const { browser, site } = await patientAt(portal, newBrowser);
  const second = await SitePage.open(browser, other);
  const first = await site.ask('eth_requestAccounts');
  const next = await second.ask('eth_requestAccounts');
  await expect(first.prompt.page.getByTestId('site')).toContainText(portal.origin);
  await expect(next.prompt.page.getByTestId('site')).toContainText(other.origin);
  await next.prompt.reject();
  expect(await next.answer).toMatchObject({ code: 4001 });
  await first.prompt.typeSite(portal.host);
  await first.prompt.approve();
  expect(await first.answer).toEqual({ result: [ACCOUNT] });
  expect(await second.request('eth_accounts')).toEqual({ result: [] });
});

test('a person without a wallet is shown where to begin, and may say no', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const site = await SitePage.open(browser, portal);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  await expect(prompt.page.getByRole('link', { name: 'Open Salus' })).toBeVisible();
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('disconnecting a site takes its account away at once', async ({ newBrowser }) => {
  const { app, site } = await patientAt(portal, newBrowser);
  await site.connect();
  await site.listen('accountsChanged');
  await app.go('Sharing');
  await expect(app.page.getByText(portal.origin)).toBeVisible();
  await app.page.getByRole('button', { name: 'Disconnect' }).click();
  await expect(app.page.getByText('No site is connected.')).toBeVisible();
  await expect.poll(() => site.heard()).toEqual([[]]);
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
  expect(await site.request('health_listRecords', {})).toMatchObject({ code: 4100 });
});

/** Waits until the whole prompt has been on the screen, so that only what is tested may keep Approve disabled. */
async function readToTheEnd(prompt: PromptWindow): Promise<void> {
  await prompt.page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
  await expect(prompt.page.getByText('Read to the end to approve.')).toHaveCount(0);
}

test('a site nobody vouches for is approved only by typing its name', async ({ newBrowser }) => {
  const { site } = await patientAt(portal, newBrowser);
  const { prompt, answer } = await site.ask('eth_requestAccounts');
  const approve = prompt.page.getByRole('button', { name: 'Approve' });
  await expect(prompt.page.getByText('Nobody vouches for this site.')).toBeVisible();
  await readToTheEnd(prompt);
  await expect(approve).toBeDisabled();
  await prompt.typeSite(other.host);
  await expect(approve).toBeDisabled();
  await prompt.typeSite(portal.host);
  await expect(approve).toBeEnabled();
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('a sensitive section is never ticked for the person, and nobody unregistered can be given access', async ({
  newBrowser,
}) => {
  const { site } = await patientAt(portal, newBrowser);
  const { prompt, answer } = await site.ask('health_requestAccess', ACCESS);
  await expect(prompt.page.getByRole('checkbox', { name: 'Medicines' })).toBeChecked();
  await expect(prompt.page.getByRole('checkbox', { name: 'Mental health' })).not.toBeChecked();
  await expect(prompt.page.getByText('This person is not registered in the health network.')).toBeVisible();
  await prompt.typeSite(portal.host);
  await readToTheEnd(prompt);
  await expect(prompt.page.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});
