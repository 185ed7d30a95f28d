import { Wallet, concat, toBeHex } from 'ethers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { managerSponsor } from '../../../extension/adapters/sponsor.ts';
import { orderId } from '../../../extension/core/care/order-id.ts';
import { OrderKind } from '../../../extension/core/care/orders-abi.ts';
import { OrdersClient } from '../../../extension/core/care/orders-client.ts';
import { SignedOrders } from '../../../extension/core/care/signed-orders.ts';
import { registryInterface, Right, Role } from '../../../extension/core/registry/abi.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { SignedCalls } from '../../../extension/core/registry/signed-calls.ts';
import { connectChain } from '../../../manager/ethers-chain.ts';
import { CHAIN_ID, deployForTests, startEvm } from '../core/evm.ts';
import { refusal, startManager, temporaryFolder } from './fixtures.ts';
import { post, serveChain } from './keeper-world.ts';
import { signedCall } from './signed-calls.ts';

/** A manager that pays on a chain with a registry as it is. */
async function world() {
  const evm = await startEvm();
  const { network, as } = await evm.deploy();
  const node = await serveChain((method, params) => evm.provider.send(method, params));
  const key = Wallet.createRandom().privateKey;
  const registry = network.registry;
  const { orders } = network;
  const chain = connectChain({
    ...{ rpcUrl: node.url, chainId: CHAIN_ID, registry, sponsorKey: key },
    ...(orders !== undefined && { orders }),
  });
  onTestFinished(() => chain.close());
  await evm.provider.send('hardhat_setBalance', [chain.sponsor.address, toBeHex(10n ** 20n)]);
  const manager = await startManager(
    { registry, orders, maxFeePerGas: 10n ** 12n },
    await temporaryFolder(),
    undefined,
    {
      chain,
    },
  );
  return { evm, as, network, registry, manager, chain };
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

test('a doctor asks a patient for access by a signature alone, and nobody in their name', async () => {
  const { evm, as, registry, manager, network } = await world();
  const [patient, doctor] = [evm.next(), new Wallet(Wallet.createRandom().privateKey)];
  await as(patient).getFunction('join').send(toBeHex(7, 32));
  await as(evm.who.hospital).getFunction('enrol').send(doctor.address, Role.Doctor);
  const client = new RegistryClient(network, evm.provider);
  const callsOf = (key: Wallet) =>
    new SignedCalls({ client, key: () => key.signingKey, address: doctor.address, now: Date.now });
  const wish = { patient: patient.address, folder: 0, until: 2 ** 39, purposes: 1, rights: 1, note: toBeHex(0, 32) };
  const forged = await callsOf(new Wallet(Wallet.createRandom().privateKey)).request(wish);
  expect(await refusal(await post(manager.url, '/v1/sponsor', { calls: [forged] }))).toMatchObject({
    code: 'bad-signature',
  });
  const sponsor = managerSponsor([manager.url], CHAIN_ID);
  const hash = await sponsor.submit([await callsOf(doctor).request(wish)], registry);
  const logs = (await evm.provider.getTransactionReceipt(hash))?.logs ?? [];
  expect(logs.map((log) => registryInterface.parseLog(log)?.args.toArray().slice(0, 3))).toEqual([
    [doctor.address, patient.address, 0n],
  ]);
  await manager.sponsor.outbox.tend();
});

test('a doctor orders and a pharmacist fills by signatures alone, and nobody in their names', async () => {
  const { evm, as, network, registry, manager } = await world();
  const orders = network.orders!;
  const people = Array.from({ length: 3 }, () => new Wallet(Wallet.createRandom().privateKey));
  const [patient, doctor, pharmacist] = people as [Wallet, Wallet, Wallet];
  const enrol = (who: Wallet, role: number) => as(evm.who.hospital).getFunction('enrol').send(who.address, role);
  await enrol(doctor, Role.Doctor);
  await enrol(pharmacist, Role.Pharmacist);
  const sponsor = managerSponsor([manager.url], CHAIN_ID);
  const on = { registry };
  await sponsor.submit([await signedCall(patient, 'joinFor', { key: toBeHex(7, 32) }, on)], registry);
  const until = 2 ** 39;
  const rights = { [doctor.address]: Right.Write, [pharmacist.address]: Right.Dispense };
  const terms = [doctor, pharmacist].map(({ address }) => {
    return { grantee: address, folder: 1, from: 0, until, purposes: 1, rights: rights[address] };
  });
  const grant = await signedCall(patient, 'grantFor', { terms, receipt: toBeHex(1, 32) }, { ...on, nonceKey: 1n });
  await sponsor.submit([grant], registry);
  const client = new OrdersClient(network, orders, [evm.provider]);
  const callsOf = (who: Wallet, key = who) =>
    new SignedOrders({ client, key: () => key.signingKey, address: who.address, now: Date.now });
  const commitment = toBeHex(5, 32);
  const place = { patient: patient.address, doctor: doctor.address, folder: 1, commitment };
  const draft = { kind: OrderKind.Prescription, ...place, until, times: 2 };
  const forged = await callsOf(doctor, pharmacist).order(draft);
  expect(await refusal(await post(manager.url, '/v1/sponsor', { calls: [forged], registry: orders }))).toMatchObject({
    code: 'bad-signature',
  });
  await sponsor.submit([await callsOf(doctor).order(draft)], orders);
  await sponsor.submit([await callsOf(pharmacist).fulfil(OrderKind.Prescription, place, toBeHex(6, 32))], orders);
  expect(await client.order(orderId(place))).toMatchObject({ doctor: doctor.address, left: 1 });
  await sponsor.submit([await callsOf(patient).place(place, 9)], orders);
  await sponsor.submit([await callsOf(doctor).cancel(place)], orders);
  expect(await client.order(orderId(place))).toMatchObject({ left: 0, where: 9 });
  const over = await callsOf(pharmacist).fulfil(OrderKind.Prescription, place, toBeHex(6, 32));
  expect(await refusal(await post(manager.url, '/v1/sponsor', { calls: [over], registry: orders }))).toMatchObject({
    code: 'reverted',
  });
  // Each contract has calls of its own.
  const elsewhere = await post(manager.url, '/v1/sponsor', { calls: [grant], registry: orders });
  expect(await refusal(elsewhere)).toMatchObject({ code: 'bad-request' });
  await manager.sponsor.outbox.tend();
});

describe('an account that is a contract', () => {
  /** A wallet whose owner signs for it, and what a manager says of a call in its name. */
  async function walletWorld() {
    const w = await world();
    const owner = new Wallet(Wallet.createRandom().privateKey);
    const contract = await deployForTests('Wallet', w.evm.who.owner, owner.address);
    const wallet = { address: await contract.getAddress() };
    await w
      .as(await w.evm.impersonate(wallet.address))
      .getFunction('join')
      .send(toBeHex(7, 32));
    const bring = (call: string) => post(w.manager.url, '/v1/sponsor', { calls: [call], registry: w.registry });
    const setKey = (by: Wallet, whose: { readonly address: string } = wallet) =>
      signedCall(whose, 'setKeyFor', { key: toBeHex(9, 32) }, { registry: w.registry, by });
    const keyOf = async ({ address }: { readonly address: string }) =>
      (await w.as(w.evm.who.owner).getFunction('encryptionKey').staticCall(address)) as string;
    return { ...w, owner, wallet, bring, setKey, keyOf };
  }

  test('has its calls brought by what its owner signed, and by nobody else’s signature', async () => {
    const { bring, setKey, owner, wallet, keyOf, manager } = await walletWorld();
    const stranger = new Wallet(Wallet.createRandom().privateKey);
    expect(await refusal(await bring(await setKey(stranger)))).toMatchObject({ status: 401, code: 'bad-signature' });
    expect((await bring(await setKey(owner))).status).toBe(202);
    expect(await keyOf(wallet)).toBe(toBeHex(9, 32));
    await manager.sponsor.outbox.tend();
  });

  test('is asked after the key of one that delegated to code (EIP-7702)', async () => {
    const { bring, setKey, owner, evm, as, wallet, keyOf, manager } = await walletWorld();
    const delegated = new Wallet(Wallet.createRandom().privateKey);
    await as(await evm.impersonate(delegated.address))
      .getFunction('join')
      .send(toBeHex(7, 32));
    // Its code is the wallet's, whose owner may then sign for it too.
    await evm.provider.send('hardhat_setCode', [delegated.address, concat(['0xef0100', wallet.address])]);
    expect((await bring(await setKey(delegated, delegated))).status).toBe(202);
    await manager.sponsor.outbox.tend();
    const next = { registry: as(evm.who.owner).target as string, nonce: 1n, by: owner };
    expect((await bring(await signedCall(delegated, 'setKeyFor', { key: toBeHex(10, 32) }, next))).status).toBe(202);
    expect(await keyOf(delegated)).toBe(toBeHex(10, 32));
    await manager.sponsor.outbox.tend();
  });

  test('whose code never comes to an end is no signer', async () => {
    const { bring, setKey, owner, evm, wallet } = await walletWorld();
    // JUMPDEST PUSH0 JUMP: for ever.
    await evm.provider.send('hardhat_setCode', [wallet.address, '0x5b5f56']);
    expect(await refusal(await bring(await setKey(owner)))).toMatchObject({ status: 401, code: 'bad-signature' });
  });
});
