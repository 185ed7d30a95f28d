import { TypedDataEncoder, verifyMessage, verifyTypedData, type TypedDataField } from 'ethers';
import {
  ADD_RECORDS_TYPES,
  ALLOW_EMERGENCY_TYPES,
  BREAK_GLASS_TYPES,
  GRANT_TYPES,
  JOIN_TYPES,
  READ_TYPES,
  REDEEM_TYPES,
  REQUEST_TYPES,
  REVOKE_TYPES,
  ROTATE_TYPES,
  SET_KEY_TYPES,
  SET_KEYRING_TYPES,
  SEAL_TYPES,
  KEPT_TYPES,
  LOG_TYPES,
  STORE_TYPES,
  VOUCHER_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { expect, test } from './fixtures.ts';
import { CheckInPage } from './pages/check-in.ts';
import { DeskPage } from './pages/desk.ts';
import { SitePage } from './pages/site-page.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { stopWorker } from './support/kill.ts';
import { lookAt } from './support/screens.ts';
import { serveSite, type Site } from './support/site.ts';

const text = (form: RegExp): unknown => expect.stringMatching(form);
const STRANGER = '0x00000000000000000000000000000000000000aa';
const PERMISSIONS = [{ eth_accounts: {} }];
const LETTER = 'I agree that the clinic may send me letters.';

let portal: Site;
test.beforeAll(async () => {
  portal = await serveSite();
});
test.afterAll(() => portal.close());

/** A patient whose wallet is connected to the portal's page. */
async function patientAtPortal(newBrowser: () => Promise<WalletBrowser>) {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const site = await SitePage.open(browser, portal);
  await site.connect();
  return { browser, app, site, account: await app.accountNumber() };
}

/** A visit to book, as a form to sign. */
const visit = (chainId: number, changes: object = {}) => ({
  types: {
    EIP712Domain: [
      { name: 'name', type: 'string' },
      { name: 'chainId', type: 'uint256' },
    ],
    Person: [
      { name: 'name', type: 'string' },
      { name: 'account', type: 'address' },
    ],
    Visit: [
      { name: 'with', type: 'Person[]' },
      { name: 'day', type: 'string' },
      { name: 'minutes', type: 'uint16' },
      { name: 'extras', type: 'string[]' },
    ],
  },
  primaryType: 'Visit',
  domain: { name: 'Riverside visits', chainId },
  message: {
    with: [
      { name: 'Riverside Clinic', account: ACCOUNTS.hospital.address },
      { name: 'Nobody', account: STRANGER },
    ],
    day: '2026-12-01',
    minutes: 30,
    extras: [],
  },
  ...changes,
});

/** Some message of a type. */
function example(types: Record<string, TypedDataField[]>, type: string): unknown {
  if (type.endsWith('[]')) return [example(types, type.slice(0, -2))];
  const fields = types[type];
  if (fields !== undefined) return Object.fromEntries(fields.map((f) => [f.name, example(types, f.type)]));
  if (type === 'address') return STRANGER;
  if (type === 'bool') return true;
  return type === 'bytes32' ? `0x${'11'.repeat(32)}` : 1;
}

/** An EIP-4361 text. */
const signIn = (account: string, chainId: number, domain = portal.host, uri = `${portal.origin}/login`) =>
  [
    `${domain} wants you to sign in with your Ethereum account:`,
    account,
    '',
    'Sign in to read your letters.',
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${chainId}`,
    'Nonce: 32891756abc',
    'Issued At: 2026-11-21T16:25:24Z',
  ].join('\n');

test('a text is signed for a connected site, once the person has seen all of it', async ({ newBrowser }) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const long = `${LETTER}\n${'And so on.\n'.repeat(200)}The end.`;
  const { prompt, answer } = await site.ask('personal_sign', [long, account]);
  await expect(prompt.page.getByRole('heading', { name: 'asks you to sign a text' })).toBeVisible();
  await expect(prompt.page.getByTestId('site')).toContainText(portal.origin);
  expect(await prompt.signedText()).toBe(long);
  const hint = prompt.page.getByText('Read to the end to approve.');
  await expect(hint).toBeVisible();
  await expect(prompt.page.getByRole('button', { name: 'Approve' })).toBeDisabled();
  // An end that lies behind the buttons was not seen.
  await prompt.page.evaluate(async () => {
    window.scrollTo(0, document.body.scrollHeight - window.innerHeight - 60);
    for (let frames = 0; frames < 5; frames++) await new Promise(requestAnimationFrame);
  });
  await expect(hint).toBeVisible();
  await prompt.typeSite(portal.host);
  await prompt.approve();
  const { result } = await answer;
  expect(verifyMessage(long, result as string)).toBe(account);
});

test('a signature that is not wanted is refused as easily', async ({ newBrowser }) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const first = await site.ask('personal_sign', [account, LETTER]);
  expect(await site.request('personal_sign', [LETTER, account])).toMatchObject({ code: -32005 });
  await first.prompt.reject();
  expect(await first.answer).toMatchObject({ code: 4001 });
  const second = await site.ask('personal_sign', [LETTER, account]);
  await second.prompt.page.close();
  expect(await second.answer).toMatchObject({ code: 4001 });
});

test('a text cannot hide what it says, nor pass for the prompt’s own words', async ({ newBrowser }) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const hiding = 'I agree to pay \u202E000 1\u202C euro\u200B.\r\n<b>Approve</b>\u2028\uFEFF⟨U+0041⟩';
  const { prompt, answer } = await site.ask('personal_sign', [hiding, account]);
  expect(await prompt.signedText()).toBe(
    'I agree to pay ⟨U+202E⟩000 1⟨U+202C⟩ euro⟨U+200B⟩.⟨U+000D⟩\n<b>Approve</b>⟨U+2028⟩⟨U+FEFF⟩⟨U+27E8⟩U+0041⟩',
  );
  await expect(prompt.page.getByText('Some characters in it cannot be seen')).toBeVisible();
  await expect(prompt.page.getByRole('button', { name: 'Approve' })).toHaveCount(1);
  await prompt.typeSite(portal.host);
  await prompt.approve();
  // What was made visible was signed as it came.
  expect(verifyMessage(hiding, (await answer).result as string)).toBe(account);

  const code = await site.ask('personal_sign', ['0xff00fe', account]);
  await expect(code.prompt.page.getByText('This cannot be read as text.')).toBeVisible();
  await expect(code.prompt.page.getByText('0xff00fe')).toBeVisible();
  await code.prompt.reject();

  const access = await site.ask('health_requestAccess', {
    purpose: 'TREAT',
    sections: ['medications'],
    duration: 3_600,
    reason: 'For \u202Eevil\u202C reasons',
    recipient: { address: STRANGER, name: 'Dr\u200B Who' },
  });
  await expect(access.prompt.page.getByText('“For ⟨U+202E⟩evil⟨U+202C⟩ reasons”')).toBeVisible();
  await expect(access.prompt.page.getByText('Dr⟨U+200B⟩ Who')).toBeVisible();
  await access.prompt.reject();
});

test('every field of typed data is shown, its domain first, and whom the network knows by role', async ({
  newBrowser,
  stack,
}) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const data = visit(stack.network.chainId);
  const { prompt, answer } = await site.ask('eth_signTypedData_v4', [account, JSON.stringify(data)]);
  await expect(prompt.page.getByRole('heading', { name: 'asks you to sign data' })).toBeVisible();
  const rows = (part: string) => prompt.page.getByTestId(part).getByRole('listitem').allInnerTexts();
  const shown = async (part: string) => (await rows(part)).map((row) => row.split(/\n+/));
  expect(await shown('domain')).toEqual([
    ['name (string)', 'Riverside visits'],
    ['chainId (uint256)', String(stack.network.chainId)],
  ]);
  expect(await shown('fields')).toEqual([
    ['with[0].name (string)', 'Riverside Clinic'],
    ['with[0].account (address)', ACCOUNTS.hospital.address],
    ['with[1].name (string)', 'Nobody'],
    ['with[1].account (address)', '0x00000000000000000000000000000000000000AA'],
    ['day (string)', '2026-12-01'],
    ['minutes (uint16)', '30'],
    ['extras (string[])', '(empty)'],
  ]);
  const [known, ...others] = await shown('known');
  expect(known).toEqual([text(/Hospital$/), ACCOUNTS.hospital.address]);
  expect(others).toEqual([]);
  await prompt.typeSite(portal.host);
  await prompt.approve();
  const { Person, Visit } = data.types;
  const { result } = await answer;
  expect(verifyTypedData(data.domain, { Person, Visit }, data.message, result as string)).toBe(account);
});

test('what is not for this site, account or chain never comes before the person', async ({ newBrowser, stack }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  const site = await SitePage.open(browser, portal);
  const { chainId } = stack.network;
  const typed = (data: unknown, from = account) => site.request('eth_signTypedData_v4', [from, data]);
  const before = { code: 4100, reason: 'not-connected' };
  expect(await site.request('personal_sign', [LETTER, account])).toMatchObject(before);
  expect(await typed(visit(chainId))).toMatchObject(before);
  await site.connect();

  const notMine = { code: 4100, reason: 'not-your-account' };
  expect(await site.request('personal_sign', [LETTER, STRANGER])).toMatchObject(notMine);
  expect(await typed(visit(chainId), STRANGER)).toMatchObject(notMine);
  expect(await typed(visit(chainId + 1))).toMatchObject({ code: -32602, reason: 'wrong-chain' });
  expect(await typed(visit(chainId, { message: {} }))).toMatchObject({ code: -32602, reason: 'not-signable' });
  expect(await typed('{"types":')).toMatchObject({ code: -32602, reason: 'not-signable' });
  expect(await site.request('personal_sign', ['', account])).toMatchObject({ code: -32602, reason: 'not-signable' });
  await expect.poll(() => site.openPrompts()).toBe(0);
});

test('a page cannot have consent, nor any other act of the registry, signed as if it were data', async ({
  newBrowser,
  stack,
}) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const { chainId, registry } = stack.network;
  const refused = { code: 4100, reason: 'use-health-methods' };
  const health = { name: 'HealthRegistry', version: '1', chainId, verifyingContract: registry };
  const acts = [GRANT_TYPES, REVOKE_TYPES, ROTATE_TYPES, JOIN_TYPES, SET_KEY_TYPES, ADD_RECORDS_TYPES];
  const more = [
    SET_KEYRING_TYPES,
    ALLOW_EMERGENCY_TYPES,
    BREAK_GLASS_TYPES,
    REQUEST_TYPES,
    REDEEM_TYPES,
    READ_TYPES,
    SEAL_TYPES,
    KEPT_TYPES,
    LOG_TYPES,
    STORE_TYPES,
  ];
  for (const types of [...acts, ...more, VOUCHER_TYPES]) {
    const primaryType = TypedDataEncoder.getPrimaryType(types);
    for (const domain of [health, { name: 'A newsletter', chainId }]) {
      const data = { types, primaryType, domain, message: example(types, primaryType) };
      const answer = await site.request('eth_signTypedData_v4', [account, data]);
      expect(answer, `${primaryType} in ${domain.name}`).toMatchObject(refused);
    }
  }
  const types = { Letter: [{ name: 'text', type: 'string' }] };
  const letter = { types, primaryType: 'Letter', domain: health, message: { text: LETTER } };
  expect(await site.request('eth_signTypedData_v4', [account, letter])).toMatchObject(refused);
  await expect.poll(() => site.openPrompts()).toBe(0);
});

test('a sign-in text is signed for the page it names, and for no other', async ({ newBrowser, stack }) => {
  const { site, account } = await patientAtPortal(newBrowser);
  const { chainId } = stack.network;
  const good = signIn(account, chainId);
  const { prompt, answer } = await site.ask('personal_sign', [good, account]);
  await expect(prompt.page.getByRole('heading', { name: `Sign in to ${portal.host}` })).toBeVisible();
  await expect(prompt.page.getByText("“Sign in to read your letters.” (the site's own words)")).toBeVisible();
  expect(await prompt.signedText()).toBe(good);
  await prompt.typeSite(portal.host);
  await prompt.approve();
  expect(verifyMessage(good, (await answer).result as string)).toBe(account);

  const others = {
    'another domain': signIn(account, chainId, 'bank.example'),
    'the name of this page for another': signIn(account, chainId, `${portal.host}@bank.example`),
    'a URI elsewhere': signIn(account, chainId, portal.host, 'https://bank.example/login'),
    'another chain': signIn(account, 1),
    'another account': signIn('0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2', chainId),
  };
  for (const [which, message] of Object.entries(others)) {
    const refused = { code: 4100, reason: 'siwe-mismatch' };
    expect(await site.request('personal_sign', [message, account]), which).toMatchObject(refused);
  }
  const nearly = good.replace('Version: 1', 'Version: 2');
  expect(await site.request('personal_sign', [nearly, account])).toMatchObject({ code: -32602 });
  await expect.poll(() => site.openPrompts()).toBe(0);
});

test('a signature asked for before the wallet’s worker died is still given', async ({ newBrowser }) => {
  const { browser, site, account } = await patientAtPortal(newBrowser);
  const { prompt, answer } = await site.ask('personal_sign', [LETTER, account]);
  await expect(prompt.page.getByTestId('signed')).toBeVisible();
  await stopWorker(browser);
  await prompt.typeSite(portal.host);
  await prompt.approve();
  expect(verifyMessage(LETTER, (await answer).result as string)).toBe(account);
});

test('locking, or disconnecting the site, ends a request to sign', async ({ newBrowser }) => {
  const { app, site, account } = await patientAtPortal(newBrowser);
  const first = await site.ask('personal_sign', [LETTER, account]);
  await app.page.bringToFront();
  await app.lock();
  expect(await first.answer).toMatchObject({ code: 4001 });
  await app.unlock();
  await expect(app.page.getByRole('navigation')).toBeVisible();
  const second = await site.ask('personal_sign', [LETTER, account]);
  expect(await site.request('wallet_revokePermissions', PERMISSIONS)).toEqual({ result: null });
  expect(await second.answer).toMatchObject({ code: 4001 });
  expect(await site.request('personal_sign', [LETTER, account])).toMatchObject({ code: 4100 });
});

test('a site asks for its permissions, sees them, and gives them back', async ({ newBrowser }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = (await app.accountNumber()).toLowerCase();
  const site = await SitePage.open(browser, portal);
  expect(await site.request('wallet_getPermissions')).toEqual({ result: [] });
  await site.listen('accountsChanged');

  const { prompt, answer } = await site.ask('wallet_requestPermissions', PERMISSIONS);
  await prompt.typeSite(portal.host);
  await prompt.approve();

  const permission = {
    invoker: portal.origin,
    parentCapability: 'eth_accounts',
    caveats: [{ type: 'restrictReturnedAccounts', value: [account] }],
  };
  expect(await answer).toEqual({ result: [permission] });
  expect(await site.request('wallet_getPermissions')).toEqual({ result: [permission] });
  expect(await site.request('wallet_revokePermissions', PERMISSIONS)).toEqual({ result: null });
  expect(await site.request('wallet_getPermissions')).toEqual({ result: [] });
  expect(await site.request('eth_accounts')).toEqual({ result: [] });
  await expect.poll(() => site.heard()).toEqual([[account], []]);
  await app.go('Sharing');
  await expect(app.page.getByText('No site is connected.')).toBeVisible();
});

test('a clinic sees the consents it asked for and ends one; another site sees none', async ({ newBrowser, stack }) => {
  const [patients, doctors] = [await newBrowser(), await newBrowser()];
  const app = await WalletApp.open(patients);
  await app.createWallet();
  const doctor = await WalletApp.open(doctors);
  await doctor.createWallet('provider');
  const desk = await DeskPage.open(doctors, stack.portalUrl);
  await desk.connect();
  await desk.signIn('Dr Ida Varga');
  const other = await SitePage.open(patients, portal);
  await other.connect();
  const checkIn = await CheckInPage.open(patients, stack.portalUrl);
  await (await checkIn.connect()).approve();
  await checkIn.page.getByRole('checkbox', { name: 'Test results' }).check();
  await (await checkIn.askToShare()).approve();
  await checkIn.says('Shared');

  const clinic = await SitePage.open(patients, new URL(stack.portalUrl), '/check-in');
  const { result } = await clinic.request('health_getConsents');
  const [consent] = result as { consentId: string; until: number; sections: string[] }[];
  const recipient = (await doctor.accountNumber()).toLowerCase();
  expect(result).toEqual([
    { ...consent, consentId: text(/^0x[0-9a-f]{64}$/), recipient, purpose: 'TREAT', live: true },
  ]);
  expect(consent?.sections).toContain('results');
  const permission = (await clinic.request('wallet_getPermissions')).result;
  expect(permission).toMatchObject([
    { parentCapability: 'eth_accounts' },
    {
      id: consent?.consentId,
      parentCapability: 'health_access',
      caveats: [
        { type: 'sections', value: consent?.sections },
        { type: 'purpose', value: 'TREAT' },
        { type: 'expiry', value: consent?.until },
      ],
    },
  ]);
  const ended = { consentId: consent?.consentId };
  expect(await other.request('health_getConsents')).toEqual({ result: [] });
  expect(await other.request('health_endConsent', ended)).toMatchObject({ code: -32602, reason: 'not-found' });

  await clinic.listen('consentChanged');
  expect(await clinic.request('health_endConsent', ended)).toEqual({ result: { ...ended, live: false } });

  await expect.poll(() => clinic.heard()).toEqual([{ ...ended, live: false }]);
  expect((await clinic.request('health_getConsents')).result).toMatchObject([{ ...ended, live: false }]);
  await app.go('Sharing');
  await expect(app.page.getByText('Ended')).toBeVisible({ timeout: 60_000 });
});

test('a portal may ask for the chain there is, and is told that there is no other', async ({ newBrowser, stack }) => {
  const stranger = await SitePage.open(await newBrowser(), portal);
  const { site } = await patientAtPortal(newBrowser);
  const chainId = `0x${stack.network.chainId.toString(16)}`;
  for (const one of [stranger, site]) {
    expect(await one.request('wallet_switchEthereumChain', [{ chainId }])).toEqual({ result: null });
  }
  expect(await site.request('wallet_switchEthereumChain', [{ chainId: '0x1' }])).toMatchObject({ code: 4902 });
  // Which networks the wallet knows is no matter of a page that is not connected.
  expect(await stranger.request('wallet_switchEthereumChain', [{ chainId: '0x1' }])).toMatchObject({ code: 4100 });
});

test('a page hears when the wallet can answer, and when it never will again', async ({ newBrowser, stack }) => {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  const site = await SitePage.open(browser, portal);
  await site.listen('connect');
  expect(await site.heard()).toEqual([]);
  const chainId = `0x${stack.network.chainId.toString(16)}`;
  expect(await site.request('eth_chainId')).toEqual({ result: chainId });
  await stopWorker(browser);
  expect(await site.request('eth_chainId')).toEqual({ result: chainId });
  expect(await site.heard()).toEqual([{ chainId }]);

  await site.page.evaluate(() => {
    const { salus } = window as unknown as { salus: { on(event: string, listener: (error: Error) => void): void } };
    salus.on('disconnect', (error) => {
      document.title = `${error.name} ${(error as Error & { code: number }).code}`;
    });
  });
  await app.page
    .evaluate(() => (globalThis as unknown as { chrome: { runtime: { reload(): void } } }).chrome.runtime.reload())
    .catch(() => undefined); // the page goes with its extension
  await expect.poll(() => site.request('eth_chainId')).toMatchObject({ code: 4900 });
  await expect(site.page).toHaveTitle('ProviderRpcError 4900');
});

test('every kind of thing to sign can be read by everybody', async ({ newBrowser, stack }) => {
  test.setTimeout(400_000);
  const { site, account } = await patientAtPortal(newBrowser);
  const { chainId } = stack.network;
  const look = async (name: string, method: string, params: unknown[]) => {
    const { prompt, answer } = await site.ask(method, params);
    await expect(prompt.page.getByTestId('signed')).toBeVisible();
    await lookAt(prompt.page, name);
    await prompt.typeSite(portal.host);
    await prompt.approve();
    await answer;
  };
  await look('prompt sign', 'personal_sign', [`${LETTER}\u200B\nSigned for ${ACCOUNTS.hospital.address}`, account]);
  await look('prompt sign code', 'personal_sign', [`0x${'ff00'.repeat(60)}`, account]);
  await look('prompt sign data', 'eth_signTypedData_v4', [account, visit(chainId)]);
  await look('prompt sign in', 'personal_sign', [signIn(account, chainId), account]);
});
