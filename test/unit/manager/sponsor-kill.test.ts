import { once } from 'node:events';
import { Wallet, toBeHex } from 'ethers';
import { expect, test, vi } from 'vitest';
import { managerSponsor } from '../../../extension/adapters/sponsor.ts';
import { CHAIN_ID, startEvm } from '../core/evm.ts';
import { temporaryFolder } from './fixtures.ts';
import { post, serveChain } from './keeper-world.ts';
import { runManager } from './manager-process.ts';
import { signedCall } from './signed-calls.ts';

test(
  'a manager that is killed while it hands a call over brings it once, and the next after it',
  { timeout: 90_000 },
  async () => {
    const evm = await startEvm();
    const { network } = await evm.deploy();
    const { registry } = network;
    const node = await serveChain((method, params) => evm.provider.send(method, params));
    const account = new Wallet(Wallet.createRandom().privateKey);
    await evm.provider.send('hardhat_setBalance', [account.address, toBeHex(10n ** 20n)]);
    const settings = {
      SALUS_MANAGER_DATA_DIR: await temporaryFolder(),
      SALUS_MANAGER_RPC_URL: node.url,
      SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
      SALUS_MANAGER_REGISTRY: registry,
      SALUS_MANAGER_SPONSOR_KEY: account.privateKey,
      SALUS_MANAGER_JOIN_WORK: '8',
      SALUS_MANAGER_MIN_FREE_BYTES: '0',
    };
    const sent = () => evm.provider.getTransactionCount(account.address);
    const patient = new Wallet(Wallet.createRandom().privateKey);
    const setKey = (nonce: bigint) =>
      signedCall(patient, 'setKeyFor', { key: toBeHex(nonce + 1n, 32) }, { registry, nonceKey: 5n, nonce });

    const first = await runManager(settings);
    const join = await signedCall(patient, 'joinFor', { key: toBeHex(7, 32) }, { registry });
    await managerSponsor([first.url], CHAIN_ID).submit([join], registry);
    expect(await sent()).toBe(1);

    // The node never gets it: the process dies while it hands it over.
    node.asked.length = 0;
    node.instead = (method) => (method === 'eth_sendRawTransaction' ? new Promise<never>(() => undefined) : undefined);
    const call = await setKey(0n);
    const lost = post(first.url, '/v1/sponsor', { calls: [call], registry }).catch(() => undefined);
    await vi.waitFor(() => expect(node.asked.at(-1)?.method).toBe('eth_sendRawTransaction'), { timeout: 20_000 });
    first.child.kill('SIGKILL');
    await once(first.child, 'close');
    expect(await lost).toBeUndefined();
    expect(await sent()).toBe(1);

    node.instead = undefined;
    const second = await runManager(settings);
    await vi.waitFor(async () => expect(await sent()).toBe(2), { timeout: 20_000 });
    const again = await post(second.url, '/v1/sponsor', { calls: [call], registry });
    const { transactionHash } = (await again.json()) as { transactionHash: string };
    expect((await evm.provider.getTransactionReceipt(transactionHash))?.status).toBe(1);
    expect((await post(second.url, '/v1/sponsor', { calls: [await setKey(1n)], registry })).status).toBe(202);
    expect(await sent()).toBe(3);
    second.child.kill('SIGTERM');
    await once(second.child, 'close');
  },
);
