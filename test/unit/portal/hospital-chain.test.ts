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
  const answer = async ({ id, method, params }: Call): Promise<object> => ({
    jsonrpc: '2.0',
    id,
    result: (await evm.provider.send(method, params)) as unknown,
  });
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
  return { evm, registry, letIn };
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
