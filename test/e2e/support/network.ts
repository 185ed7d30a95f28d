import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JsonRpcProvider } from 'ethers';
import type { Network } from '../../../extension/core/network/descriptor.ts';
import type { RecordAdded } from '../../../extension/core/chain/events.ts';
import type { Topics } from '../../../extension/core/chain/log-windows.ts';
import { EthereumNode, type ChainNode } from '../../../extension/core/chain/node.ts';
import { filtersOfPatients, Follower } from '../../../extension/core/chain/follower.ts';
import { RegistryClient } from '../../../extension/core/registry/client.ts';
import { cidFromDigest } from '../../../extension/core/storage/cid.ts';
import { deployContracts } from '../../../scripts/lib/chain.ts';
import { extensionFor, type Stack } from '../../../scripts/lib/stack.ts';

/** A copy of the extension whose network differs from the stack's, for example in going through proxies. */
export async function extensionWith(stack: Stack, changes: Partial<Network>): Promise<string> {
  const name = randomUUID();
  const file = join(stack.dir, `${name}.json`);
  await writeFile(file, JSON.stringify({ ...stack.network, ...changes }));
  return extensionFor(file, join(stack.dir, name));
}

/** A second health network, on the stack's chain and with its managers: another registry, and nobody who keeps keys for it. */
export async function secondNetwork({ network }: Stack): Promise<Network> {
  const options = { staticNetwork: true, cacheTimeout: -1, pollingInterval: 100 };
  const provider = new JsonRpcProvider(network.rpcUrl, network.chainId, options);
  try {
    const { custody, ...others } = network;
    void custody;
    return { ...others, ...(await deployContracts(provider)), name: 'Regional health network' };
  } finally {
    provider.destroy();
  }
}

async function askRegistry<T>({ network }: Stack, question: (client: RegistryClient) => Promise<T>): Promise<T> {
  return question(new RegistryClient(network, new EthereumNode(network.rpcUrl, fetch)));
}

/** What the chain holds of a patient. */
export const recordsOnChain = (stack: Stack, patient: string): Promise<RecordAdded[]> =>
  askRegistry(stack, ({ provider, network }) => recordsOf(provider, network, patient));

/** Everything that was logged for an account as patient. */
export async function eventsOf(node: ChainNode, network: Network, filters: readonly Topics[]) {
  const { registry, fromBlock } = network;
  const follower = new Follower({
    ask: (method, params) => node.send(method, params),
    registries: [registry],
    fromBlock,
    finality: 'latest',
    now: Date.now,
  });
  const { number } = await follower.newest();
  return follower.past(filters, number);
}

export async function recordsOf(provider: ChainNode, network: Network, patient: string): Promise<RecordAdded[]> {
  const events = await eventsOf(provider, network, filtersOfPatients([patient]));
  return events.filter((event) => event.kind === 'record');
}

/** Whether the health network knows this account and its key. */
export const isMember = (stack: Stack, account: string): Promise<boolean> =>
  askRegistry(stack, async (client) => (await client.member(account)).encryptionKey !== undefined);

/** How many of these entries a manager gives out. */
export async function heldBy(manager: string, records: readonly RecordAdded[]): Promise<number> {
  const asked = records.map(({ cid }) => fetch(`${manager}/ipfs/${cidFromDigest(cid).toString()}?format=raw`));
  return (await Promise.all(asked)).filter((response) => response.ok).length;
}

/**
 * A copy of the extension that speaks one language whatever the browser's is: what a browser of that language takes by itself,
 * but not every Chromium comes with other languages than English.
 */
export async function extensionInLanguage(stack: Stack, language: string): Promise<string> {
  const dir = await extensionWith(stack, {});
  const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as object;
  await writeFile(join(dir, 'manifest.json'), JSON.stringify({ ...manifest, default_locale: language }));
  await rm(join(dir, '_locales/en'), { recursive: true });
  return dir;
}
