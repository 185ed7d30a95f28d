import { expect, test } from 'vitest';
import { findWallet, WALLET_RDNS, WalletNotFound, type Provider } from '../../../portal/sdk/provider.ts';
import { fakeProvider } from './fake-provider.ts';

function announce(target: EventTarget, rdns: string, provider: unknown): void {
  const info = { uuid: 'c1b2', name: 'A wallet', icon: '', rdns };
  target.dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: { info, provider } }));
}

test('the health wallet is picked among all that answer', async () => {
  const target = new EventTarget();
  const ours: Provider = fakeProvider({});
  target.addEventListener('eip6963:requestProvider', () => {
    announce(target, 'io.metamask', fakeProvider({}));
    announce(target, WALLET_RDNS, ours);
  });
  expect(await findWallet({ target })).toBe(ours);
});

test('a wallet that starts late is found as well', async () => {
  const target = new EventTarget();
  const ours = fakeProvider({});
  setTimeout(() => announce(target, WALLET_RDNS, ours), 10);
  expect(await findWallet({ target, timeoutMs: 1_000 })).toBe(ours);
});

test('without one, or with something that is no provider, the search ends with a clear error', async () => {
  const target = new EventTarget();
  target.addEventListener('eip6963:requestProvider', () => {
    announce(target, 'io.metamask', fakeProvider({}));
    announce(target, WALLET_RDNS, { request: 'none' });
    target.dispatchEvent(new Event('eip6963:announceProvider'));
  });
  await expect(findWallet({ target, timeoutMs: 20 })).rejects.toBeInstanceOf(WalletNotFound);
});
