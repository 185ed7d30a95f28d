import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as dagCbor from '@ipld/dag-cbor';
import { Contract, JsonRpcProvider, Wallet } from 'ethers';
import { toHex } from '../../extension/core/bytes.ts';
import { Keyring } from '../../extension/core/keys/keyring.ts';
import { REGISTRY_ABI, Role } from '../../extension/core/registry/abi.ts';
import { cidOf, DAG_CBOR, digestOf } from '../../extension/core/storage/cid.ts';
import { keeperKeys } from '../../manager/keeper/keys.ts';
import { publishBlock } from '../../portal/publish-block.ts';
import type { Network } from '../../extension/core/network/descriptor.ts';
import { ACCOUNTS, freePort, startChain, type LocalChain } from './chain.ts';
import { BUILT_EXTENSION } from './paths.ts';
import { startService, type Service } from './processes.ts';

export interface Stack {
  readonly chain: LocalChain;
  readonly managers: readonly {
    readonly url: string;
    readonly dataDir: string;
    readonly logFile: string;
    readonly service: Service;
    restart(): Promise<void>;
  }[];
  readonly network: Network;
  readonly portalUrl: string;
  /** A copy of the built extension that belongs to this network. */
  readonly extensionDir: string;
  /** The network's description. */
  readonly networkFile: string;
  readonly dir: string;
  stop(): Promise<void>;
}

const ETHER = String(10n ** 18n);

const readyUrl = (line: string): string | undefined => {
  if (!line.startsWith('{')) return undefined;
  const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
  return msg === 'ready' ? url : undefined;
};

/** What one manager is started with, and started again. */
interface ManagerPlan {
  readonly port: number;
  readonly keeperSecret: string;
}

/** What a manager is told of the others, which confirm its log as it confirms theirs. */
async function peersOf(plans: readonly ManagerPlan[], self: number): Promise<string> {
  const peers = plans.map(async ({ port, keeperSecret }, index) => {
    const { log } = await keeperKeys(keeperSecret);
    return { url: `http://127.0.0.1:${port}`, account: ACCOUNTS.managers[index]?.address, log: toHex(log) };
  });
  return JSON.stringify((await Promise.all(peers)).toSpliced(self, 1));
}

async function startManager(
  chain: LocalChain,
  dir: string,
  index: number,
  plans: readonly ManagerPlan[],
): Promise<{ service: Service; dataDir: string; logFile: string }> {
  const { port, keeperSecret } = plans[index] ?? { port: 0, keeperSecret: '' };
  const dataDir = join(dir, `manager-${index + 1}`);
  const logFile = `${dataDir}.log`;
  await mkdir(dataDir, { recursive: true });
  const service = await startService(
    `EHR manager ${index + 1}`,
    process.execPath,
    ['manager/main.ts'],
    {
      SALUS_MANAGER_PORT: String(port),
      SALUS_MANAGER_DATA_DIR: dataDir,
      SALUS_MANAGER_RPC_URL: chain.rpcUrl,
      SALUS_MANAGER_CHAIN_ID: String(chain.chainId),
      SALUS_MANAGER_REGISTRY: chain.registry,
      SALUS_MANAGER_ORDERS: chain.orders,
      SALUS_MANAGER_SPONSOR_KEY: ACCOUNTS.managers[index]?.privateKey ?? '',
      SALUS_MANAGER_SPONSOR_PER_HOUR: '1000',
      // What is spent here is play money, of one network address.
      SALUS_MANAGER_SPONSOR_WEI_PER_SIGNER: ETHER,
      SALUS_MANAGER_SPONSOR_WEI_PER_ADDRESS: ETHER,
      SALUS_MANAGER_JOIN_WORK: '12',
      SALUS_MANAGER_KEEPER_SECRET: keeperSecret,
      SALUS_MANAGER_PEERS: await peersOf(plans, index),
      SALUS_MANAGER_FROM_BLOCK: String(chain.fromBlock),
      // The local chain has one node, and undoes nothing.
      SALUS_MANAGER_FINALITY: 'latest',
    },
    readyUrl,
    logFile,
  );
  return { service, dataDir, logFile };
}

/** Waits for a transaction of the local chain. */
const settled = async (sending: Promise<unknown>): Promise<void> => {
  await ((await sending) as { wait(confirms: number, most: number): Promise<unknown> }).wait(1, 30_000);
};

/** Who runs which manager. */
const OPERATORS = ['City University Hospital', 'North Clinics', 'Patients’ Association'];

/** Has the managers register the keys that shares are sealed to. @returns who keeps the keys on this network */
async function introduceKeepers(
  { rpcUrl, chainId, registry }: LocalChain,
  managers: readonly { readonly url: string; readonly keeperSecret: string }[],
): Promise<NonNullable<Network['custody']>> {
  const provider = new JsonRpcProvider(rpcUrl, chainId, {
    staticNetwork: true,
    cacheTimeout: -1,
    pollingInterval: 100,
  });
  const keepers = await Promise.all(
    managers.map(async ({ url, keeperSecret }, index) => {
      const account = ACCOUNTS.managers[index];
      if (account === undefined) throw new Error('there is an account for each manager');
      const keys = await keeperKeys(keeperSecret);
      const key = toHex(keys.encryption.publicX);
      const contract = new Contract(registry, REGISTRY_ABI, account.connect(provider));
      await settled(contract.getFunction('setKey').send(key));
      return {
        url,
        account: account.address.toLowerCase(),
        key,
        log: toHex(keys.log),
        operator: OPERATORS[index] ?? url,
      };
    }),
  );
  provider.destroy();
  return { threshold: 2, keepers };
}

/** Has a member of the local chain publish what it says of itself. */
async function publishProfile(network: Network, { privateKey }: { readonly privateKey: string }, profile: object) {
  const bytes = dagCbor.encode(profile);
  const block = { cid: await cidOf(DAG_CBOR, bytes), bytes };
  await publishBlock(network, privateKey, block);
  await act(network, privateKey, 'setProfile', toHex(digestOf(block.cid)));
}

/** One call of the registry by one of the local chain's accounts. */
async function act(network: Network, privateKey: string, call: string, ...args: unknown[]): Promise<void> {
  const provider = new JsonRpcProvider(network.rpcUrl, network.chainId, { staticNetwork: true, cacheTimeout: -1 });
  const registry = new Contract(network.registry, REGISTRY_ABI, new Wallet(privateKey, provider));
  await settled(registry.getFunction(call).send(...args));
  provider.destroy();
}

/** What a doctor says of herself, in public: a FHIR R4 Practitioner. She is made up. */
const COLLEAGUE = {
  resourceType: 'Practitioner',
  active: true,
  name: [{ text: 'Dr Maya Lindqvist' }],
  qualification: [{ code: { coding: [{ system: 'http://snomed.info/sct', code: '394579002' }], text: 'Cardiology' } }],
} as const;

/** Public profiles: the registrar's, so that prompts can say by name who accredited a hospital, and a doctor's, to be found. */
async function introduceMembers(network: Network): Promise<void> {
  const { registrar, hospital, colleague } = ACCOUNTS;
  await publishProfile(network, registrar, {
    resourceType: 'Organization',
    active: true,
    name: 'Local Health Authority',
  });
  await act(network, hospital.privateKey, 'enrol', colleague.address, Role.Doctor);
  await act(
    network,
    colleague.privateKey,
    'setKey',
    toHex((await Keyring.fromEntropy(randomBytes(32))).encryption.publicX),
  );
  await publishProfile(network, colleague, COLLEAGUE);
}

/** The whole network on this machine: EVM node with registry, three EHR managers, the sample portal, and an extension for it. */
export async function startStack(): Promise<Stack> {
  const dir = await mkdtemp(join(tmpdir(), 'salus-'));
  const chain = await startChain();
  const plans: ManagerPlan[] = [];
  for (let i = 0; i < 3; i++) plans.push({ port: await freePort(), keeperSecret: toHex(randomBytes(32)) });
  const managers = await Promise.all(
    plans.map(async ({ keeperSecret }, index) => {
      const { service, dataDir, logFile } = await startManager(chain, dir, index, plans);
      const manager = {
        url: service.value,
        keeperSecret,
        dataDir,
        logFile,
        service,
        async restart() {
          manager.service = (await startManager(chain, dir, index, plans)).service;
        },
      };
      return manager;
    }),
  );
  // Said before it listens: its own settings have the description in which this stands.
  const portalPort = await freePort();
  const network: Network = {
    name: 'Local health network',
    chainId: chain.chainId,
    rpcUrl: chain.rpcUrl,
    registry: chain.registry,
    orders: chain.orders,
    payments: chain.payments,
    fromBlock: chain.fromBlock,
    managers: managers.map((m) => m.url),
    linkViewer: `http://127.0.0.1:${portalPort}/link`,
    durableAt: 2,
    rate: { currency: 'EUR', perEther: '2500', asOf: '2026-11-01' },
    custody: await introduceKeepers(chain, managers),
  };
  await introduceMembers(network);
  const networkFile = join(dir, 'network.json');
  await writeFile(networkFile, JSON.stringify(network, null, 2));
  const portal = await startService(
    'The sample portal',
    process.execPath,
    ['portal/main.ts'],
    {
      SALUS_PORTAL_NETWORK: networkFile,
      SALUS_PORTAL_PORT: String(portalPort),
      SALUS_PORTAL_HOSPITAL_KEY: ACCOUNTS.hospital.privateKey,
      SALUS_PORTAL_ADMINISTRATORS: ACCOUNTS.administrator.address,
    },
    readyUrl,
  );
  const extensionDir = await extensionFor(networkFile, join(dir, 'extension'));
  return {
    chain,
    managers,
    network,
    portalUrl: portal.value,
    extensionDir,
    networkFile,
    dir,
    async stop() {
      await Promise.all([portal, chain.service, ...managers.map((m) => m.service)].map((s) => s.stop()));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** A copy of the built extension with a network description of its own. */
export async function extensionFor(networkFile: string, to: string, built = BUILT_EXTENSION): Promise<string> {
  await cp(built, to, { recursive: true });
  await cp(networkFile, join(to, 'network.json'));
  return to;
}
