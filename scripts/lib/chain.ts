import { createServer } from 'node:net';
import { join } from 'node:path';
import type { EIP1193Provider } from '@nomicfoundation/ignition-core';
import { Contract, HDNodeWallet, JsonRpcProvider, Mnemonic, NonceManager, toQuantity } from 'ethers';
import { deployHealth } from '../../contracts/ignition/deploy.ts';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { bin, CONTRACTS } from './paths.ts';
import { runCommand, startService, type Service } from './processes.ts';

/** The development accounts every Hardhat node funds. Worthless anywhere else. */
const PHRASE = Mnemonic.fromPhrase('test test test test test test test test test test test junk');
const account = (index: number): HDNodeWallet => HDNodeWallet.fromMnemonic(PHRASE, `m/44'/60'/0'/0/${index}`);

/** Recovery words of those who sit at a desk of the local network, for a wallet of their own. They are in every book about BIP-39: worthless. */
export const DESK_WORDS = {
  administrator: 'legal winner thank year wave sausage worth useful legal winner thank yellow',
  registrar: 'letter advice cage absurd amount doctor acoustic avoid letter advice cage above',
} as const;
const firstOf = (words: string): HDNodeWallet =>
  HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(words), "m/44'/60'/0'/0/0");

/** Who is who on the local chain. */
export const ACCOUNTS = {
  admin: account(0),
  registrar: account(1),
  hospital: account(2),
  managers: [3, 4, 5].map(account),
  /** A doctor of the hospital whom nobody plays: somebody to be found in the directory. */
  colleague: account(6),
  /** Manages the hospital's staff at its portal. */
  administrator: firstOf(DESK_WORDS.administrator),
  /** A registrar with a wallet, beside the one whom scripts act as. */
  deskRegistrar: firstOf(DESK_WORDS.registrar),
};

export interface LocalChain {
  readonly rpcUrl: string;
  readonly chainId: number;
  readonly registry: string;
  readonly orders: string;
  readonly payments: string;
  /** Block in which the registry was deployed. */
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

/** EIP-1193 over what ethers speaks. */
const eip1193 = (provider: JsonRpcProvider): EIP1193Provider => ({
  request: ({ method, params }) => provider.send(method, (params ?? []) as unknown[]) as Promise<unknown>,
});

/** The first block in which an address has code. @throws Error when it has none now */
async function deploymentBlock(provider: JsonRpcProvider, address: string): Promise<number> {
  const hasCode = async (block: number) => (await provider.getCode(address, block)) !== '0x';
  let [without, having] = [-1, await provider.getBlockNumber()];
  if (!(await hasCode(having))) throw new Error(`no contract at ${address}`);
  while (having - without > 1) {
    const middle = Math.floor((without + having) / 2);
    if (await hasCode(middle)) having = middle;
    else without = middle;
  }
  return having;
}

/** Contracts of one health network on a local chain. */
export type LocalContracts = Pick<LocalChain, 'registry' | 'orders' | 'payments' | 'fromBlock'>;

/** Deploys the contracts of a health network of its own. */
export async function deployContracts(provider: JsonRpcProvider): Promise<LocalContracts> {
  const artifacts = join(CONTRACTS, 'artifacts');
  const contracts = await deployHealth(eip1193(provider), artifacts, ACCOUNTS.admin.address);
  return { ...contracts, fromBlock: await deploymentBlock(provider, contracts.registry) };
}

/** Starts an EVM node on a free port and deploys the contracts, with a registrar, a hospital and three managers. */
export async function startChain(): Promise<LocalChain> {
  const port = await freePort();
  const rpcUrl = `http://127.0.0.1:${port}`;
  const args = ['node', '--hostname', '127.0.0.1', '--port', String(port)];
  const service = await startService('The EVM node', bin('hardhat'), args, {}, (line) =>
    line.includes('Started HTTP') ? rpcUrl : undefined,
  );
  const provider = new JsonRpcProvider(rpcUrl, 31_337, { staticNetwork: true, cacheTimeout: -1, pollingInterval: 100 });
  const contracts = await deployContracts(provider);
  const [admin, registrar] = [
    new NonceManager(ACCOUNTS.admin.connect(provider)),
    new NonceManager(ACCOUNTS.registrar.connect(provider)),
  ];
  const as = (who: NonceManager) => new Contract(contracts.registry, REGISTRY_ABI, who);
  const enrol = async (by: NonceManager, who: string, role: Role) => {
    const transaction = (await as(by).getFunction('enrol').send(who, role)) as {
      wait(confirms: number, most: number): Promise<unknown>;
    };
    await transaction.wait(1, 30_000);
  };
  await enrol(admin, ACCOUNTS.registrar.address, Role.Registrar);
  await enrol(admin, ACCOUNTS.deskRegistrar.address, Role.Registrar);
  await provider.send('hardhat_setBalance', [ACCOUNTS.deskRegistrar.address, toQuantity(10n ** 18n)]);
  await enrol(registrar, ACCOUNTS.hospital.address, Role.Hospital);
  for (const manager of ACCOUNTS.managers) await enrol(registrar, manager.address, Role.EhrManager);
  provider.destroy();
  return { rpcUrl, chainId: 31_337, ...contracts, service };
}
