import { Wallet } from 'ethers';
import { expect } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { CHAIN_ID, type Registry } from '../core/evm.ts';
import { temporaryFolder } from './fixtures.ts';
import { keeperWorld, serveChain, startRelay, type KeeperManager } from './keeper-world.ts';
import { runManager } from './manager-process.ts';

type World = Awaited<ReturnType<typeof keeperWorld>>;

/** What a manager that runs in processes of its own is started with. */
async function settingsFor(registry: Registry, rpcUrl: string) {
  const secrets = [Wallet.createRandom().privateKey, toHex(random(32))] as const;
  const settings = {
    SALUS_MANAGER_DATA_DIR: await temporaryFolder(),
    SALUS_MANAGER_RPC_URL: rpcUrl,
    SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
    SALUS_MANAGER_REGISTRY: registry.network.registry,
    SALUS_MANAGER_SPONSOR_KEY: secrets[0],
    SALUS_MANAGER_KEEPER_SECRET: secrets[1],
    SALUS_MANAGER_FINALITY: 'latest',
    SALUS_MANAGER_MIN_FREE_BYTES: '0',
  };
  return { settings, secrets };
}

/** The account is let in as a manager, and registers the key that shares are sealed to. @returns the manager at that address */
async function letIn({ registry, evm, managers }: World, url: string): Promise<KeeperManager> {
  const said = (await (await fetch(`${url}/v1/keeper`)).json()) as { account: string; key: string; log: string };
  await registry.as(evm.who.registrar).getFunction('enrol').send(said.account, Role.EhrManager);
  await registry
    .as(await evm.impersonate(said.account))
    .getFunction('setKey')
    .send(said.key);
  expect(await registry.contract.getFunction('encryptionKey').staticCall(said.account)).toBe(said.key);
  const manager = { ...managers[0]!, url, account: said.account.toLowerCase() };
  return Object.assign(manager, { keeper: { account: said.account, key: said.key, logKey: said.log } });
}

/** A network, and the settings of one manager that runs in processes of its own. */
export async function keeperProcessWorld() {
  const world = await keeperWorld();
  const { settings, secrets } = await settingsFor(world.registry, world.node.url);

  /** From now on it is the network's manager. */
  async function admit(url: string): Promise<KeeperManager> {
    const manager = await letIn(world, url);
    world.managers.splice(0, 1, manager);
    return manager;
  }

  return { ...world, settings, secrets, admit };
}

/**
 * A network of managers, two of whom are needed, each in a process of its own, with a node and an address of its own: `nodes` and
 * `relays` can be taken away, or lie, one by one.
 * @param hours how far ahead the clock of each is; there are as many managers
 */
export async function managersApart(hours: readonly number[] = [0, 0, 0]) {
  const world = await keeperWorld();
  const { evm, registry } = world;
  const apart = await Promise.all(
    hours.map(async (ahead) => {
      const node = await serveChain((method, params) => evm.provider.send(method, params));
      const { settings, secrets } = await settingsFor(registry, node.url);
      const clock = `const now = Date.now; Date.now = () => now() + ${ahead * 3_600_000};`;
      const shifted = `${process.env['NODE_OPTIONS'] ?? ''} --import=data:text/javascript,${encodeURIComponent(clock)}`;
      const running = await runManager({ ...settings, ...(ahead !== 0 && { NODE_OPTIONS: shifted }) });
      const relay = await startRelay();
      relay.target = running.url;
      return { node, relay, running, secrets, dataDir: settings.SALUS_MANAGER_DATA_DIR };
    }),
  );
  const managers: KeeperManager[] = [];
  for (const { relay } of apart) managers.push(await letIn(world, relay.url));
  world.managers.splice(0, world.managers.length, ...managers);
  return { ...world, apart };
}
