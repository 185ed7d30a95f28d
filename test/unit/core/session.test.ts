import { KeyWork } from '../../../extension/core/custody/key-work.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { JsonRpcProvider, Network as EthersNetwork } from 'ethers';
import { beforeEach, describe, expect, it } from 'vitest';
import { isSalusError, SalusError } from '../../../extension/core/errors.ts';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { deriveKey } from '../../../extension/core/vault/derive-key.ts';
import { Vault } from '../../../extension/core/vault/vault.ts';
import { Wallet } from '../../../extension/core/wallet/wallet.ts';
import { MemoryRows } from './memory-rows.ts';
import { MemoryStorage } from './memory-storage.ts';
import { memorySession, place } from './memory-slots.ts';
import { fill } from './support.ts';

const PASSWORD = 'correct horse battery';
const network: Network = {
  name: 'A network that cannot be reached',
  chainId: 31_337,
  rpcUrl: 'http://127.0.0.1:1',
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  fromBlock: 0,
  managers: [],
  durableAt: 0,
};

let wallet: Wallet;
let primary: ReturnType<typeof place>;

beforeEach(async () => {
  primary = place();
  const vault = new Vault({
    primary,
    copy: place(),
    attempts: place(),
    autoLock: place(),
    deriveKey,
    now: Date.now,
    session: memorySession(),
  });
  const chain = EthersNetwork.from(network.chainId);
  const provider = new JsonRpcProvider(network.rpcUrl, chain, { staticNetwork: chain });
  wallet = new Wallet({
    vault,
    clients: [new RegistryClient(network, provider)],
    storage: new MemoryStorage(),
    sponsor: { submit: () => Promise.reject(new Error('nobody sponsors')) },
    accountsSlot: place(),
    keyWork: new KeyWork(nobleGroup),
    askKeeper: () => Promise.resolve(undefined),
    stateSlot: place,
    catalogueStore: () => new MemoryRows(),
    now: Date.now,
    onChange: () => undefined,
    onAlarms: () => undefined,
  });
  await wallet.create(fill(32, 42), PASSWORD, 'patient', true);
  await wallet.sync();
});

describe('a session', () => {
  it('is one for each unlocking, however many ask at once, and opens the vault once', async () => {
    await wallet.lock();
    await wallet.unlock(PASSWORD);
    const [first, second] = await Promise.all([wallet.session(), wallet.session()]);
    const { reads } = primary;
    expect(second).toBe(first);
    expect(await wallet.session()).toBe(first);
    expect(primary.reads).toBe(reads);
  });

  it('ends with the lock, its keys wiped; the next unlocking has another', async () => {
    const session = await wallet.session();
    const { secret } = session.keyring.encryption;
    await wallet.lock();
    await expect(wallet.session()).rejects.toSatisfy((error) => isSalusError(error, 'vault-locked'));
    expect(secret.every((byte) => byte === 0)).toBe(true);
    expect(() => session.keyring.account).toThrow(SalusError);
    await wallet.unlock(PASSWORD);
    const next = await wallet.session();
    expect(next).not.toBe(session);
    expect(next.address).toBe(session.address);
  });
});
