import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import {
  Contract,
  ContractFactory,
  HDNodeWallet,
  JsonRpcProvider,
  Mnemonic,
  NonceManager,
  type InterfaceAbi,
} from 'ethers';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { bin, OUTPUT } from './paths.ts';
import { runCommand, startService, type Service } from './processes.ts';

/** The development accounts every Hardhat node funds. Worthless anywhere else. */
const PHRASE = Mnemonic.fromPhrase('test test test test test test test test test test test junk');
const account = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(PHRASE, `m/44'/60'/0'/0/${index}`);

/** Who is who on the local chain. */
export const ACCOUNTS = {
  admin: account(0),
  registrar: account(1),
  hospital: account(2),
  managers: [3, 4, 5].map(account),
};

export interface LocalChain {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly registry: string;
  readonly fromBlock: number;
  readonly service: Service;
}

/** A port nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

/** Compiles the contracts, if they changed. */
export async function buildContracts(): Promise<void> {
  if ((await runCommand(bin('hardhat'), ['build', '--quiet'])) !== 0) throw new Error('the contracts do not compile');
}

/** Starts an EVM node on a free port and deploys a registry with a registrar, a hospital and three managers. */
export async function startChain(): Promise<LocalChain> {
  const port = await freePort();
  const rpcUrl = `http://127.0.0.1:${port}`;
  const args = ['node', '--hostname', '127.0.0.1', '--port', String(port)];
  const service = await startService('The EVM node', bin('hardhat'), args, {}, (line) =>
    line.includes('Started HTTP') ? rpcUrl : undefined,
  );
  const provider = new JsonRpcProvider(rpcUrl, 31_337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 100 });
  const path = join(OUTPUT, 'contracts/artifacts/contracts/HealthRegistry.sol/HealthRegistry.json');
  const artifact = JSON.parse(await readFile(path, 'utf8')) as { abi: InterfaceAbi; bytecode: string };
  const [admin, registrar] = [
    new NonceManager(ACCOUNTS.admin.connect(provider)),
    new NonceManager(ACCOUNTS.registrar.connect(provider)),
  ];
  const deployed = await new ContractFactory(artifact.abi, artifact.bytecode, admin).deploy(ACCOUNTS.admin.address);
  const receipt = await deployed.deploymentTransaction()?.wait();
  const registry = await deployed.getAddress();
  const as = (who: NonceManager) => new Contract(registry, REGISTRY_ABI, who);
  const enrol = async (by: NonceManager, who: string, role: Role) => {
    const transaction = (await as(by).getFunction('enrol').send(who, role)) as { wait(): Promise<unknown> };
    await transaction.wait();
  };
  await enrol(admin, ACCOUNTS.registrar.address, Role.Registrar);
  await enrol(registrar, ACCOUNTS.hospital.address, Role.Hospital);
  for (const manager of ACCOUNTS.managers) await enrol(registrar, manager.address, Role.EhrManager);
  provider.destroy();
  return { rpcUrl, chainId: 31_337, registry, fromBlock: receipt?.blockNumber ?? 0, service };
}
