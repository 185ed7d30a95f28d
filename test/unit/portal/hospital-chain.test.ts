import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Wallet } from 'ethers';
import { expect, it, onTestFinished } from 'vitest';
import { Role } from '../../../extension/core/registry/abi.ts';
import { connectHospitalChain } from '../../../portal/ethers-hospital-chain.ts';
import { ACCOUNTS } from '../../../scripts/lib/chain.ts';
import { startEvm } from '../core/evm.ts';

/** A hospital's portal on a chain of its own. */
async function scene() {
  const evm = await startEvm();
  const registry = await evm.deploy();
  interface Call {
    readonly id: number;
    readonly method: string;
    readonly params: unknown[];
  }
  const answer = async ({ id, method, params }: Call): Promise<object> => {
    try {
      return { jsonrpc: '2.0', id, result: await evm.provider.send(method, params) };
    } catch (error) {
      // As the node said it: what reverts is no failure of the line.
      return { jsonrpc: '2.0', id, error: (error as { info: { error: object } }).info.error };
    }
  };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const asked = JSON.parse(body) as Call | Call[];
      const answers = Array.isArray(asked) ? Promise.all(asked.map(answer)) : answer(asked);
      void answers.then((it) => response.end(JSON.stringify(it)));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const rpcUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const chain = connectHospitalChain({ ...registry.network, rpcUrl }, ACCOUNTS.hospital.privateKey);
  onTestFinished(() => {
    chain.close();
    server.closeAllConnections();
    server.close();
  });
  expect(chain.address).toBe(evm.who.hospital.address);
  /** Lets somebody new in, and says whether the registry has them. */
  const letIn = async () => {
    const { address } = Wallet.createRandom();
    await chain.enrol(address, Role.Doctor);
    return (await chain.member(address)).role === Role.Doctor;
  };
  return { evm, registry, chain, letIn };
}

it('a portal goes on where its hospital’s account was used elsewhere too', async () => {
  const { evm, registry, letIn } = await scene();
  expect(await letIn()).toBe(true);
  const elsewhere = registry.as(evm.who.hospital).getFunction('enrol');
  for (let i = 0; i < 2; i++) await elsewhere.send(Wallet.createRandom().address, Role.Lab);
  expect(await letIn()).toBe(true);
});

it('a portal goes on after a reorganisation took back what it did', async () => {
  const { evm, letIn } = await scene();
  expect(await letIn()).toBe(true);
  const before: unknown = await evm.provider.send('evm_snapshot', []);
  for (let i = 0; i < 3; i++) expect(await letIn()).toBe(true);
  await evm.provider.send('evm_revert', [before]);
  expect(await letIn()).toBe(true);
});

it('a hospital’s staff are those of the registry, as they stand now', async () => {
  const { evm, registry, chain } = await scene();
  const [doctor, lab, gone] = [Wallet.createRandom(), Wallet.createRandom(), Wallet.createRandom()];
  await chain.enrol(doctor.address, Role.Doctor);
  await chain.enrol(lab.address, Role.Lab);
  await chain.enrol(gone.address, Role.Doctor);
  await registry.as(evm.who.hospital).getFunction('remove').send(gone.address);
  await chain.suspend(doctor.address);
  const expected = [
    { address: lab.address, role: Role.Lab, active: true, suspended: false, enroller: chain.address },
    { address: doctor.address, role: Role.Doctor, active: false, suspended: true, enroller: chain.address },
  ];
  const staff = await chain.staff();
  expect(staff).toMatchObject(expected);
  expect(Math.abs((staff[0]?.since ?? 0) - Date.now() / 1000)).toBeLessThan(3_600);
  await chain.restore(doctor.address);
  expect(await chain.staff()).toMatchObject([{ active: true }, { active: true, suspended: false }]);
  await expect(chain.suspend(evm.who.registrar.address)).rejects.toMatchObject({ code: 'chain-refused' });
});

it('hospitals and managers are listed with the web origins that they have now', async () => {
  const { chain } = await scene();
  await chain.claimOrigin('https://a.example');
  await chain.claimOrigin('https://b.example');
  const found = await chain.organizations();
  const mine = found.find(({ address }) => address === chain.address);
  expect(mine).toMatchObject({ role: Role.Hospital, active: true, origins: 2 });
  expect(found.every(({ role }) => role === Role.Hospital || role === Role.EhrManager)).toBe(true);
});

it('the fee of a profile is what is missing of it, once', async () => {
  const { evm, chain } = await scene();
  const { address } = Wallet.createRandom();
  await chain.payFee(address);
  const has = await evm.provider.getBalance(address);
  expect(has).toBeGreaterThan(0n);
  expect(has).toBeLessThan(10n ** 16n);
});
