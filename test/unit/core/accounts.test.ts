import { describe, expect, it } from 'vitest';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { deriveKey } from '../../../extension/core/vault/derive-key.ts';
import { Vault } from '../../../extension/core/vault/vault.ts';
import { Wallet } from '../../../extension/core/wallet/wallet.ts';
import { listOwn } from './listings.ts';
import { MemoryStorage } from './memory-storage.ts';
import { memorySession, place } from './memory-slots.ts';
import { fill } from './support.ts';
import { allergy, codeOf, importOwn, titles, world } from './wallets.ts';

const PASSWORD = 'correct horse battery';
const WORDS = fill(32, 7);

/** A chain, and browsers to make wallets in. */
async function setUp() {
  const w = await world();
  const registry = await w.deploy();
  /** A browser that keeps nothing yet. */
  function browser(network: Network = registry.network) {
    const vault = new Vault({
      primary: place(),
      copy: place(),
      attempts: place(),
      autoLock: place(),
      deriveKey,
      now: Date.now,
      session: memorySession(),
    });
    const storage = new MemoryStorage(w.shared);
    const parts = {
      ...w.parts(network, storage),
      vault,
      accountsSlot: place(),
      onChange: () => undefined,
      onAlarms: () => undefined,
    };
    return { wallet: new Wallet(parts), again: () => new Wallet(parts), vault, storage, parts };
  }
  /** In memory that no browser shares, as on another computer. */
  const elsewhere = () => {
    w.slots.clear();
    w.catalogues.clear();
    return browser();
  };
  return { w, registry, browser, elsewhere };
}

describe('what an account is', () => {
  it('is asked where the registry does not know it, and nothing is joined before', async () => {
    const { w, browser } = await setUp();
    const { wallet } = browser();
    await wallet.create(WORDS, PASSWORD, undefined, true);
    await wallet.sync();
    expect((await wallet.status()).kind).toBeUndefined();
    expect(w.sent).toHaveLength(0);
    await wallet.setKind('provider');
    await wallet.sync();
    expect((await wallet.status()).kind).toBe('provider');
    expect(w.sent).toHaveLength(0);
  });

  it('is what the registry says, whatever the person said', async () => {
    const { w, registry, browser } = await setUp();
    const { wallet } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    const { address } = await wallet.session();
    await registry.as(w.evm.who.hospital).getFunction('enrol').send(address, Role.Doctor);
    await wallet.sync();
    expect((await wallet.status()).kind).toBe('provider');
  });
});

describe('several accounts', () => {
  it('have addresses, records, sites and states of their own', async () => {
    const { browser } = await setUp();
    const { wallet } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    await wallet.sync();
    const first = await wallet.session();
    await importOwn(first, allergy('Penicillin'));
    await wallet.sync();
    await first.state.update((s) => ({ ...s, sites: [{ origin: 'https://clinic.example', connectedAt: 1 }] }));

    await wallet.addAccount('Leo', 'patient');
    await wallet.sync();
    const second = await wallet.session();
    expect(second.address).not.toBe(first.address);
    expect((await second.state.read()).sites).toEqual([]);
    expect(titles(await listOwn(second))).toEqual([]);
    await importOwn(second, allergy('Peanut'));
    await wallet.sync();
    expect(titles(await listOwn(second))).toEqual(['Peanut']);
    expect(await second.storage.counts(second.address)).toMatchObject({ entries: 1, anchored: 1 });

    await wallet.useAccount(0);
    await wallet.sync();
    const again = await wallet.session();
    expect(again.address).toBe(first.address);
    expect(titles(await listOwn(again))).toEqual(['Penicillin']);
    expect(await again.storage.counts(again.address)).toMatchObject({ entries: 1, anchored: 1 });
    expect((await wallet.status()).accounts).toEqual([{ index: 0 }, { index: 1, name: 'Leo' }]);
  });

  it('end what was going on for the one that is left', async () => {
    const { browser } = await setUp();
    const { wallet, vault } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    const first = await wallet.session();
    const unlock = await vault.unlockId();
    await wallet.addAccount('Leo', 'patient');
    expect(await codeOf(importOwn(first, allergy('Penicillin')))).toBe('vault-locked');
    expect(await codeOf(wallet.session(unlock))).toBe('not-waiting');
    expect((await wallet.session(await vault.unlockId())).address).not.toBe(first.address);
  });

  it('stay over a lock and another worker; the one in use is the same', async () => {
    const { browser } = await setUp();
    const { wallet, again } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    await wallet.addAccount('Leo', 'patient');
    const { address } = await wallet.session();
    await wallet.lock();
    expect(await codeOf(wallet.useAccount(0))).toBe('vault-locked');
    const next = again();
    await next.unlock(PASSWORD);
    expect((await next.session()).address).toBe(address);
    await next.renameAccount(1, 'Leo, 8');
    expect((await next.status()).accounts).toEqual([{ index: 0 }, { index: 1, name: 'Leo, 8' }]);
    expect(await codeOf(next.useAccount(5))).toBe('not-found');
  });

  it('come back from the words alone, in another browser', async () => {
    const { browser, elsewhere } = await setUp();
    const { wallet } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    await wallet.sync();
    await wallet.addAccount('For work', 'provider'); // nobody vouched for it: the registry does not know it
    await wallet.sync();
    await wallet.addAccount('Leo', 'patient');
    await wallet.sync();
    await importOwn(await wallet.session(), allergy('Peanut'));
    await wallet.sync();

    const other = elsewhere().wallet;
    await other.create(WORDS, PASSWORD, undefined, true);
    await other.sync();
    expect((await other.status()).accounts).toEqual([{ index: 0 }, { index: 2 }]);
    await other.useAccount(2);
    await other.sync();
    expect((await other.status()).kind).toBe('patient');
    expect(titles(await listOwn(await other.session()))).toEqual(['Peanut']);
  });

  it('are never named in the clear, nor under other words', async () => {
    const { browser } = await setUp();
    const { wallet, parts } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    await wallet.addAccount('Leonora', 'patient');
    expect(JSON.stringify(parts.accountsSlot)).not.toContain('Leonora');
    const { vault } = browser();
    await vault.create(fill(32, 8), PASSWORD);
    const stranger = new Wallet({ ...parts, vault });
    expect((await stranger.status()).accounts).toEqual([{ index: 0 }]);
  });

  it('are taken out of this browser whole, once all of theirs is saved, and come back by being added', async () => {
    const { w, browser } = await setUp();
    const { wallet, storage } = browser();
    await wallet.create(WORDS, PASSWORD, 'patient', true);
    await wallet.sync();
    await importOwn(await wallet.session(), allergy('Penicillin'));
    await wallet.sync();
    await wallet.addAccount('Leo', 'patient');
    await wallet.sync();
    const leo = await wallet.session();
    const { alias, address } = leo.keyring;
    await importOwn(leo, allergy('Peanut'));
    expect(await codeOf(wallet.removeAccount(1))).toBe('bad-request');
    await wallet.useAccount(0);
    expect(await codeOf(wallet.removeAccount(1))).toBe('not-saved');
    await wallet.useAccount(1);
    await wallet.sync();
    await wallet.useAccount(0);
    await wallet.sync();
    await wallet.removeAccount(1);
    expect((await wallet.status()).accounts).toEqual([{ index: 0 }]);
    expect(w.slots.get(alias)).toBeUndefined();
    expect([...storage.ledger.values()].some((row) => row.patient === address)).toBe(false);
    expect(titles(await listOwn(await wallet.session()))).toEqual(['Penicillin']);

    await wallet.addAccount('Leo', 'patient');
    await wallet.sync();
    expect((await wallet.session()).address).toBe(address);
    expect(titles(await listOwn(await wallet.session()))).toEqual(['Peanut']);
  });
});
