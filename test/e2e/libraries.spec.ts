import type { Page } from '@playwright/test';
import { getAddress, parseEther, verifyMessage, verifyTypedData } from 'ethers';
import type { WalletBrowser } from '../../scripts/lib/browser.ts';
import { servePage, type ServedPage } from '../../scripts/lib/bundle-page.ts';
import { ACCOUNTS } from '../../scripts/lib/chain.ts';
import { expect, test } from './fixtures.ts';
import { PromptWindow } from './pages/prompt-window.ts';
import { WalletApp } from './pages/wallet-app.ts';
import { operate } from './support/chain.ts';

const TEXT = 'I agree that the clinic may send me letters.';
const DAY = '2026-12-01';
const VISIT = { Visit: [{ name: 'day', type: 'string' }] };

let served: ServedPage;
test.beforeAll(async () => {
  served = await servePage('test/e2e/support/libraries-page.ts');
});
test.afterAll(() => served.close());

async function patientAtSite(newBrowser: () => Promise<WalletBrowser>) {
  const browser = await newBrowser();
  const app = await WalletApp.open(browser);
  await app.createWallet();
  const account = await app.accountNumber();
  const page = await browser.newPage();
  await page.goto(served.url);
  return { browser, app, account, page };
}

/** Lets a page do something that brings up prompts, and answers them in turn. */
async function answering<T>(
  { context }: WalletBrowser,
  page: Page,
  answers: readonly ('approve' | 'reject')[],
  call: () => Promise<T>,
): Promise<T> {
  const result = call();
  const early = result.then((value): never => {
    throw new Error(`it ended before the person was asked: ${JSON.stringify(value)}`);
  });
  early.catch(() => undefined); // that it ends after the last answer is what it should
  for (const answer of answers) {
    const prompt = await Promise.race([PromptWindow.next(context), early]);
    if (answer === 'approve') await prompt.typeSite(new URL(page.url()).host);
    await prompt[answer]();
  }
  return result;
}

interface Signed {
  readonly account: string | undefined;
  readonly chainId: number;
  readonly text: string;
  readonly typed: string;
}

/** What a library gave is the account's own signature, on the health network's chain. */
function expectSigned({ account, chainId, text, typed }: Signed, by: string, chain: number): void {
  expect(getAddress(account ?? '')).toBe(by);
  expect(chainId).toBe(chain);
  expect(verifyMessage(TEXT, text)).toBe(by);
  expect(verifyTypedData({ name: 'Riverside visits', chainId: chain }, VISIT, { day: DAY }, typed)).toBe(by);
}

const three = ['approve', 'approve', 'approve'] as const;

test('ethers finds the wallet by EIP-6963, gets a signer, and signs text and typed data', async ({
  newBrowser,
  stack,
}) => {
  const { browser, page, account } = await patientAtSite(newBrowser);
  const signed = await answering(browser, page, three, () =>
    page.evaluate(([text, day]) => window.libraries.ethers(text, day), [TEXT, DAY] as const),
  );
  expectSigned(signed, account, stack.network.chainId);
});

test('viem’s wallet client connects, switches to the chain, sees its permissions, and signs', async ({
  newBrowser,
  stack,
}) => {
  const { browser, page, account } = await patientAtSite(newBrowser);
  const { chainId, rpcUrl } = stack.network;
  const signed = await answering(browser, page, three, () =>
    page.evaluate((args) => window.libraries.viem(...args), [chainId, rpcUrl, TEXT, DAY] as const),
  );
  expectSigned(signed, account, chainId);
  expect(signed.permissions).toEqual(['eth_accounts']);
});

test('wagmi lists the wallet among its connectors, connects, signs, comes back after a reload, and disconnects', async ({
  newBrowser,
  stack,
}) => {
  const { browser, app, page, account } = await patientAtSite(newBrowser);
  const { chainId, rpcUrl } = stack.network;
  const network = [chainId, rpcUrl] as const;
  const state = () => page.evaluate((args) => window.libraries.wagmiState(...args), network);
  const signed = await answering(browser, page, three, () =>
    page.evaluate((args) => window.libraries.wagmi(...args), [...network, TEXT, DAY] as const),
  );
  expectSigned(signed, account, chainId);

  await page.reload();
  expect(await page.evaluate((args) => window.libraries.wagmiReconnect(...args), network)).toBe(1);
  expect(await state()).toEqual({ status: 'connected', address: account });

  // The person's own disconnecting reaches the library too.
  await app.go('Sharing');
  await app.page.getByRole('button', { name: 'Disconnect' }).click();
  await expect.poll(async () => (await state()).status).toBe('disconnected');

  await answering(browser, page, three, () =>
    page.evaluate((args) => window.libraries.wagmi(...args), [...network, TEXT, DAY] as const),
  );
  await page.evaluate((args) => window.libraries.wagmiDisconnect(...args), network);
  expect(await state()).toEqual({ status: 'disconnected', address: undefined });
  expect(await page.evaluate(() => window.libraries.accounts())).toEqual([]);
});

test('each library tells a no of the person as one', async ({ newBrowser, stack }) => {
  const { browser, page } = await patientAtSite(newBrowser);
  const { chainId, rpcUrl } = stack.network;
  // Each has a word of its own for it.
  const words = { ethers: 'ACTION_REJECTED', viem: 4001, wagmi: 4001 } as const;
  for (const library of ['ethers', 'viem', 'wagmi'] as const) {
    const told = await answering(browser, page, ['reject'], () =>
      page.evaluate((args) => window.libraries.refused(...args), [library, chainId, rpcUrl] as const),
    );
    expect(told, library).toBe(words[library]);
  }
});

test('ethers and viem read the chain through the wallet', async ({ newBrowser, stack }) => {
  const { browser, page } = await patientAtSite(newBrowser);
  const { registry } = stack.network;
  await answering(browser, page, ['approve'], () => page.evaluate(() => window.libraries.connect()));
  const { codes, balances, blocks } = await page.evaluate(
    (address) => window.libraries.reads(address),
    registry as `0x${string}`,
  );
  for (const code of codes) expect(code).toMatch(/^0x[0-9a-f]{1000}/);
  expect(balances).toEqual(['0', '0']);
  for (const block of blocks) expect(block).toBeGreaterThanOrEqual(stack.chain.fromBlock);
});

test('ethers’ signer and viem’s wallet client pay a bill through the wallet, and await the receipt', async ({
  newBrowser,
  stack,
}) => {
  const { browser, app, page, account } = await patientAtSite(newBrowser);
  const { chainId, rpcUrl, payments } = stack.network;
  const chain = operate(stack);
  await chain.fund(account, parseEther('1'));
  try {
    for (const library of ['ethers', 'viem'] as const) {
      const bill = [chainId, rpcUrl, payments as `0x${string}`, ACCOUNTS.hospital.address as `0x${string}`] as const;
      const answers = library === 'ethers' ? (['approve', 'approve'] as const) : (['approve'] as const);
      const before = await chain.balanceOf(account);
      const paid = await answering(browser, page, answers, () =>
        page.evaluate(([name, args]) => window.libraries.pays(name, ...args), [library, bill] as const),
      );
      expect(paid, library).toEqual({
        hash: expect.stringMatching(/^0x[0-9a-f]{64}$/) as unknown,
        succeeded: true,
        from: account,
        to: getAddress(payments ?? ''),
      });
      expect(before - (await chain.balanceOf(account))).toBeGreaterThan(parseEther('0.01'));
    }
  } finally {
    chain.stop();
  }
  await app.go('Payments');
  const done = app.page.getByTestId('transactions').getByRole('listitem').filter({ hasText: 'Done' });
  await expect(done).toHaveCount(2);
});

test('each library tells that the person did not let a payment go', async ({ newBrowser, stack }) => {
  const { browser, page, account } = await patientAtSite(newBrowser);
  const { chainId, rpcUrl, payments } = stack.network;
  const chain = operate(stack);
  await chain.fund(account, parseEther('1'));
  chain.stop();
  await answering(browser, page, ['approve'], () => page.evaluate(() => window.libraries.connect()));
  const bill = [chainId, rpcUrl, payments as `0x${string}`, ACCOUNTS.hospital.address as `0x${string}`] as const;
  for (const [library, word] of [
    ['ethers', 'ACTION_REJECTED'],
    ['viem', 4001],
  ] as const) {
    const told = await answering(browser, page, ['reject'], () =>
      page.evaluate(([name, args]) => window.libraries.paymentRefused(name, ...args), [library, bill] as const),
    );
    expect(told, library).toBe(word);
  }
});
