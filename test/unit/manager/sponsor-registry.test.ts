import { Wallet, toBeHex } from 'ethers';
import { expect, onTestFinished, test } from 'vitest';
import { managerSponsor } from '../../../extension/adapters/sponsor.ts';
import { registryInterface, Role } from '../../../extension/core/registry/abi.ts';
import { connectChain } from '../../../manager/ethers-chain.ts';
import { CHAIN_ID, startEvm } from '../core/evm.ts';
import { startManager, temporaryFolder } from './fixtures.ts';
import { serveChain } from './keeper-world.ts';
import { signedCall } from './signed-calls.ts';

/** A manager that pays on a chain with a registry as it is. */
async function world() {
  const evm = await startEvm();
  const { network, as } = await evm.deploy();
  const node = await serveChain((method, params) => evm.provider.send(method, params) as Promise<unknown>);
  const key = Wallet.createRandom().privateKey;
  const registry = network.registry;
  const chain = connectChain({ rpcUrl: node.url, chainId: CHAIN_ID, registry, sponsorKey: key });
  onTestFinished(() => chain.close());
  await evm.provider.send('hardhat_setBalance', [chain.sponsor.address, toBeHex(10n ** 20n)]);
  const manager = await startManager({ registry, maxFeePerGas: 10n ** 12n }, await temporaryFolder(), undefined, {
    chain,
  });
  return { evm, as, registry, manager, chain };
}

test('a stranger joins, grants and revokes by signatures alone, at a registry as it is', async () => {
  const { evm, as, registry, manager } = await world();
  const [stranger, doctor] = [new Wallet(Wallet.createRandom().privateKey), evm.next()];
  const on = { registry };
  await as(evm.who.hospital).getFunction('enrol').send(doctor.address, Role.Doctor);
  const sponsor = managerSponsor([manager.url], CHAIN_ID);
  const member = async () =>
    registryInterface.decodeFunctionResult(
      'member',
      await evm.provider.call({
        to: registry,
        data: registryInterface.encodeFunctionData('member', [stranger.address]),
      }),
    )[0] as { role: bigint };
  await sponsor.submit([await signedCall(stranger, 'joinFor', { key: toBeHex(7, 32) }, on)], registry);
  expect((await member()).role).toBe(BigInt(Role.Patient));

  const terms = [{ grantee: doctor.address, folder: 1, from: 0, until: 2 ** 39, purposes: 1, rights: 1 }];
  const grant = await signedCall(stranger, 'grantFor', { terms, receipt: toBeHex(1, 32) }, { ...on, nonceKey: 1n });
  await sponsor.submit([grant], registry);
  const ending = { ...on, nonceKey: 4n };
  const revoke = await signedCall(stranger, 'revokeFor', { grantee: doctor.address, folders: [1] }, ending);
  const hash = await sponsor.submit([revoke], registry);
  expect(await sponsor.submit([revoke], registry)).toBe(hash);
  expect((await evm.provider.getTransactionReceipt(hash))?.status).toBe(1);
  await manager.sponsor.outbox.tend();
});
