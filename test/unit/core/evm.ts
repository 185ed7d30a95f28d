import { readFile } from 'node:fs/promises';
import { BrowserProvider, ContractFactory, JsonRpcSigner, type Contract, type InterfaceAbi } from 'ethers';
import { createHardhatRuntimeEnvironment } from 'hardhat/hre';
import { onTestFinished } from 'vitest';
import type { ChainNode } from '../../../extension/core/chain/node.ts';
import { NodeError } from '../../../extension/core/errors.ts';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import { Role } from '../../../extension/core/registry/abi.ts';

export const CHAIN_ID = 31_337;

/** Deploys one of the project's contracts. */
async function deployContract(name: string, by: JsonRpcSigner, ...args: unknown[]): Promise<Contract> {
  return deployArtifact(`contracts/${name}`, name, by, ...args);
}

/** Deploys one of the contracts that are for tests alone. */
export const deployForTests = (name: string, by: JsonRpcSigner, ...args: unknown[]): Promise<Contract> =>
  deployArtifact(`test/contracts/${name}`, name, by, ...args);

async function deployArtifact(path: string, name: string, by: JsonRpcSigner, ...args: unknown[]): Promise<Contract> {
  const file = `.output/contracts/artifacts/${path}.sol/${name}.json`;
  const { abi, bytecode } = JSON.parse(await readFile(file, 'utf8')) as { abi: InterfaceAbi; bytecode: string };
  return (await new ContractFactory(abi, bytecode, by).deploy(...args)) as Contract;
}

/** What ethers asks for its signers: it wants its own errors. */
const OF_SIGNERS = ['eth_estimateGas', 'eth_sendTransaction'];

/** All that ethers does with a node, and refusals as the wallet's own node has them. */
class Provider extends BrowserProvider implements ChainNode {
  override async send(method: string, params: readonly unknown[]): Promise<unknown> {
    try {
      return (await super.send(method, [...params])) as unknown;
    } catch (error) {
      if (OF_SIGNERS.includes(method)) throw error;
      const { info, error: plain } = error as { info?: { error?: Refusal }; error?: Refusal };
      const refusal = info?.error ?? plain;
      throw refusal === undefined ? error : new NodeError(refusal.code, refusal.message, refusal.data);
    }
  }
}
interface Refusal {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A log as JSON-RPC has it. */
export interface RawLog {
  readonly blockNumber: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** How a node treats its callers. */
export interface Manners {
  /** Most blocks of one `eth_getLogs`; more is refused. */
  readonly mostBlocks?: number;
  /** What it tells instead of a log, or undefined to withhold it. */
  readonly tell?: (log: RawLog) => RawLog | undefined;
}

interface Filter {
  readonly fromBlock: string;
  readonly toBlock: string;
}

/** A registry on the chain of a test. */
export interface Registry {
  readonly contract: Contract;
  readonly network: Network;
  /** The registry as `who` calls it. */
  as(who: JsonRpcSigner): Contract;
}

/** An EVM in this process, with accounts that have ether. It ends with the test. */
export async function startEvm() {
  // Without the project's configuration: its plugins change the assertions of the whole process.
  const { network } = await createHardhatRuntimeEnvironment({
    networks: { default: { type: 'edr-simulated', chainId: CHAIN_ID } },
  });
  const connection = await network.create();
  onTestFinished(() => connection.close());

  /** A node over the chain; `ranges` are the numbers of blocks of each `eth_getLogs` it was asked. */
  function node({ mostBlocks = Infinity, tell = (log) => log }: Manners = {}) {
    const ranges: number[] = [];
    const request = async (call: {
      method: string;
      params?: unknown[] | Record<string, unknown>;
    }): Promise<unknown> => {
      if (call.method !== 'eth_getLogs') return connection.provider.request(call);
      const [{ fromBlock, toBlock }] = call.params as [Filter];
      const blocks = Number(toBlock) - Number(fromBlock) + 1;
      ranges.push(blocks);
      if (blocks > mostBlocks) throw Object.assign(new Error('block range is too wide'), { code: -32_005 });
      const logs = (await connection.provider.request(call)) as RawLog[];
      return logs.map(tell).filter((log) => log !== undefined);
    };
    const provider = new Provider({ request }, CHAIN_ID, { cacheTimeout: -1 });
    onTestFinished(() => provider.destroy());
    return { provider, ranges };
  }

  const { provider } = node();
  const accounts = await provider.listAccounts();
  const next = (): JsonRpcSigner => accounts.shift()!;
  const who = { owner: next(), registrar: next(), hospital: next() };

  /** Deploys a registry in which `who.hospital` may let staff in. */
  async function deploy(): Promise<Registry> {
    const contract = await deployContract('HealthRegistry', who.owner, who.owner.address);
    const fromBlock = (await contract.deploymentTransaction()?.wait())?.blockNumber ?? 0;
    const registry = await contract.getAddress();
    const orders = await (await deployContract('CareOrders', who.owner, registry)).getAddress();
    const payments = await (await deployContract('HealthPayments', who.owner, registry)).getAddress();
    const as = (signer: JsonRpcSigner) => contract.connect(signer) as Contract;
    await as(who.owner).getFunction('enrol').send(who.registrar.address, Role.Registrar);
    await as(who.registrar).getFunction('enrol').send(who.hospital.address, Role.Hospital);
    const managers = ['http://127.0.0.1:1'];
    const rpcUrl = 'http://127.0.0.1:1';
    const described = {
      name: 'Test',
      chainId: CHAIN_ID,
      rpcUrl,
      registry,
      orders,
      payments,
      fromBlock,
      managers,
      durableAt: 1,
    };
    return { contract, network: described, as };
  }

  const mine = (blocks: number): Promise<unknown> => provider.send('hardhat_mine', [`0x${blocks.toString(16)}`]);

  /** An account that acts without its key, and pays for it. */
  async function impersonate(address: string): Promise<JsonRpcSigner> {
    await provider.send('hardhat_impersonateAccount', [address]);
    await provider.send('hardhat_setBalance', [address, '0xde0b6b3a7640000']);
    return new JsonRpcSigner(provider, address);
  }
  return { node, provider, deploy, mine, next, impersonate, who };
}
