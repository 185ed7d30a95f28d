import { encrypt } from '@metamask/eth-sig-util';
import { Interface, parseEther, toQuantity } from 'ethers';
import { toHex, utf8 } from '../../extension/core/bytes.ts';
import { KNOWN_CALLS } from '../../extension/core/registry/known-calls.ts';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import type { Stack } from '../../scripts/lib/stack.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { operate } from './support/chain.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';

let site: Site;
test.beforeAll(async () => {
  site = await serveSite();
});
test.afterAll(() => site.close());

const payments = new Interface(KNOWN_CALLS.payments);

test('a request is answered again without asking, where the person said so, and listed until they say otherwise', async ({
  newBrowser,
  stack,
}) => {
  test.setTimeout(300_000);
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const app = await WalletApp.open(patients);
  await app.createWallet();
  await (await WalletApp.open(doctors)).createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Ida Varga');
  const [doctor] = (await doctors.context
    .pages()
    .at(-1)!
    .evaluate(() =>
      (window as unknown as { salus: { request(r: object): Promise<unknown> } }).salus.request({
        method: 'eth_accounts',
      }),
    )) as string[];

  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  const clinic = new SitePage(checkIn.page, patients, { origin: stack.portalUrl, host: new URL(stack.portalUrl).host });
  const request = {
    purpose: 'TREAT',
    sections: ['allergies'],
    duration: 3_600,
    reason: 'For your visit',
    recipient: { address: doctor, name: 'Dr Ida Varga' },
  };
  const first = await clinic.ask('health_requestAccess', request);
  await expect(first.prompt.page.getByTestId('site')).toContainText('accredited by Local Health Authority');
  const remember = first.prompt.page.getByRole('checkbox', { name: 'Do not ask me the same again' });
  await expect(remember).not.toBeChecked();
  await remember.check();
  await lookAt(first.prompt.page, 'prompt access remembered');
  await first.prompt.approve();
  const { until } = (await first.answer).result as { until: number };

  const again = await clinic.request('health_requestAccess', { ...request, reason: 'Once more' });
  expect(again.result).toMatchObject({ until });
  await expect.poll(() => clinic.openPrompts()).toBe(0);
  const other = await clinic.ask('health_requestAccess', { ...request, sections: ['allergies', 'medications'] });
  await other.prompt.reject();
  await other.answer;

  await app.go('Sharing');
  const list = app.page.getByTestId('remembered').getByRole('listitem').filter({ hasText: 'Dr Ida Varga' });
  await expect(list).toHaveCount(1);
  await expect(list.first()).toContainText(stack.portalUrl);
  await lookAt(app.page, 'sharing remembered');
  await list.getByRole('button', { name: 'Ask me again' }).click();
  await expect(list).toHaveCount(0);
  const asked = await clinic.ask('health_requestAccess', request);
  await asked.prompt.reject();
  expect(await asked.answer).toMatchObject({ code: 4001 });
});

/** The clinic's site asks a patient to let somebody read. */
async function askFor(browser: WalletBrowser, stack: Stack, recipient: string) {
  await (await WalletApp.open(browser)).createWallet();
  const there = { origin: stack.portalUrl, host: new URL(stack.portalUrl).host };
  const clinic = await SitePage.open(browser, there, '/check-in');
  return clinic.ask('health_requestAccess', {
    purpose: 'TREAT',
    sections: ['allergies'],
    duration: 3_600,
    reason: 'For your visit',
    recipient: { address: recipient, name: 'Dr Ida Varga' },
  });
}

test('a recipient is called by their own public profile, and what else a site calls them is said to be that', async ({
  newBrowser,
  stack,
}) => {
  const { prompt, answer } = await askFor(await newBrowser(), stack, ACCOUNTS.colleague.address);
  const { page } = prompt;
  await expect(page.getByText('Dr Maya Lindqvist')).toBeVisible();
  await expect(page.getByText('their name in the health network’s directory')).toBeVisible();
  await expect(page.getByText('The website calls them “Dr Ida Varga”.')).toBeVisible();
  await lookAt(page, 'prompt for somebody who is called otherwise');
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('a recipient whom another hospital vouches for takes a step of its own', async ({ newBrowser, stack }) => {
  const chain = operate(stack);
  const doctor = await chain.doctorElsewhere();
  chain.stop();
  const { prompt, answer } = await askFor(await newBrowser(), stack, doctor);
  await expect(prompt.page.getByText('Vouched for by another hospital than this site')).toBeVisible();
  const approve = prompt.page.getByRole('button', { name: 'Approve' });
  await prompt.readToTheEnd();
  await expect(prompt.page.getByText('Take a moment to look at who is asking.')).toHaveCount(0);
  await expect(approve).toBeDisabled();
  await expect(prompt.page.getByRole('checkbox', { name: 'Do not ask me the same again' })).toHaveCount(0);
  await lookAt(prompt.page, 'prompt access elsewhere');
  await prompt.page.getByRole('checkbox', { name: 'I know that this person does not work' }).check();
  await expect(approve).toBeEnabled();
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('a recipient whom nobody vouches for takes most of all, also on the site of a hospital', async ({
  newBrowser,
  stack,
}) => {
  const chain = operate(stack);
  const stranger = await chain.patientOfNobody();
  chain.stop();
  const { prompt, answer } = await askFor(await newBrowser(), stack, stranger);
  await expect(prompt.page.getByText('Nobody vouches for whoever would read this')).toBeVisible();
  const approve = prompt.page.getByRole('button', { name: 'Approve' });
  await prompt.readToTheEnd();
  await expect(prompt.page.getByText('Take a moment to look at who is asking.')).toHaveCount(0);
  await expect(approve).toBeDisabled();
  await prompt.page.getByRole('checkbox', { name: 'I know whose account this is' }).check();
  await expect(approve).toBeDisabled();
  await lookAt(prompt.page, 'prompt access nobody vouches');
  await prompt.page.getByLabel('Last four characters').fill(stranger.slice(-4));
  await expect(approve).toBeEnabled();
  await prompt.reject();
  expect(await answer).toMatchObject({ code: 4001 });
});

test('a payment is shown in words, sent after a yes, sped up and cancelled', async ({ newBrowser, stack }) => {
  test.setTimeout(300_000);
  const chain = operate(stack);
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const page = await SitePage.open(browser, site);
  const me = await page.connect();
  await chain.fund(me, parseEther('1'));
  const pay = (ether: string, note: string) => {
    const data = payments.encodeFunctionData('payBill', [ACCOUNTS.hospital.address, `0x${note.repeat(32)}`]);
    const value = toQuantity(parseEther(ether));
    return page.ask('eth_sendTransaction', [{ from: me, to: stack.network.payments, value, data }]);
  };
  const status = (text: string) => app.page.getByTestId('transactions').getByRole('listitem').filter({ hasText: text });

  try {
    await chain.autoMine(false);
    const { prompt, answer } = await pay('0.05', '11');
    await expect(prompt.page.getByText('Pays a bill.')).toBeVisible();
    await expect(prompt.page.getByTestId('amount')).toHaveText('0.05 ETH');
    await expect(prompt.page.getByTestId('known')).toContainText('Riverside Clinic, Hospital');
    await lookAt(prompt.page, 'prompt transaction');
    await prompt.typeSite(site.host);
    await prompt.approve();
    expect((await answer).result).toMatch(/^0x[0-9a-f]{64}$/);

    await app.go('Payments');
    await expect(status('Waiting')).toHaveCount(1);
    await lookAt(app.page, 'payments waiting');
    await app.page.getByRole('button', { name: 'Speed up' }).click();
    await app.page.getByRole('button', { name: 'Speed up' }).click();
    await expect(status('Sent again with a higher fee.')).toHaveCount(1);
    await chain.mine();
    await app.page.reload();
    await expect(status('Done')).toContainText('Sent again with a higher fee.');
    await expect(status('Replaced')).toHaveCount(1);

    const second = await pay('0.01', '22');
    await second.prompt.typeSite(site.host);
    await second.prompt.approve();
    await app.page.reload();
    await app.page.getByRole('button', { name: 'Cancel it' }).click();
    await app.page.getByRole('button', { name: 'Cancel it' }).click();
    await expect(status('Sent to cancel another.')).toHaveCount(1);
    await chain.mine();
    await app.page.reload();
    await expect(status('Done')).toHaveCount(2);
    await expect(status('Replaced')).toHaveCount(2);
    expect(await chain.balanceOf(me)).toBeGreaterThan(parseEther('0.949'));
    await lookAt(app.page, 'payments');
  } finally {
    await chain.autoMine(true);
    chain.stop();
  }

  const poor = await pay('5', '33');
  await expect(poor.prompt.page.getByText('You do not have enough')).toBeVisible();
  await poor.prompt.typeSite(site.host);
  await poor.prompt.readToTheEnd();
  await lookAt(poor.prompt.page, 'prompt transaction too dear');
  await expect(poor.prompt.page.getByRole('button', { name: 'Approve' })).toBeDisabled();
  await poor.prompt.reject();
  await poor.answer;
});

test('a locked message is opened for a site only after a yes', async ({ newBrowser }) => {
  const browser = await newBrowser();
  await (await WalletApp.open(browser)).createWallet();
  const page = await SitePage.open(browser, site);
  const me = await page.connect();
  const key = await page.ask('eth_getEncryptionPublicKey', [me]);
  await lookAt(key.prompt.page, 'prompt message key');
  await key.prompt.typeSite(site.host);
  await key.prompt.approve();
  const publicKey = (await key.answer).result as string;
  const sealed = encrypt({ publicKey, data: 'Your results are ready', version: 'x25519-xsalsa20-poly1305' });
  const message = await page.ask('eth_decrypt', [toHex(utf8(JSON.stringify(sealed))), me]);
  await expect(message.prompt.page.getByText('22 characters')).toBeVisible();
  await expect(message.prompt.page.getByText('results are ready')).toHaveCount(0);
  await lookAt(message.prompt.page, 'prompt decrypt');
  await message.prompt.typeSite(site.host);
  await message.prompt.approve();
  expect(await message.answer).toEqual({ result: 'Your results are ready' });
});
