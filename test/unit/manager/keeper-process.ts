import { Wallet } from 'ethers';
import { expect } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { CHAIN_ID } from '../core/evm.ts';
import { temporaryFolder } from './fixtures.ts';
import { keeperWorld, type KeeperManager } from './keeper-world.ts';

/** A network, and the settings of one manager that runs in processes of its own. */
export async function keeperProcessWorld() {
  const world = await keeperWorld();
  const { node, registry, evm } = world;
  const secrets = [Wallet.createRandom().privateKey, toHex(random(32))] as const;
  const settings = {
    SALUS_MANAGER_DATA_DIR: await temporaryFolder(),
    SALUS_MANAGER_RPC_URL: node.url,
    SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
    SALUS_MANAGER_REGISTRY: registry.network.registry,
    SALUS_MANAGER_SPONSOR_KEY: secrets[0],
    SALUS_MANAGER_KEEPER_SECRET: secrets[1],
    SALUS_MANAGER_FINALITY: 'latest',
    SALUS_MANAGER_MIN_FREE_BYTES: '0',
  };

  /** The account is let in as a manager, and registers the key that shares are sealed to. From now on it is the network's manager. */
  async function admit(url: string): Promise<KeeperManager> {
    const said = (await (await fetch(`${url}/v1/keeper`)).json()) as { account: string; key: string };
    await registry.as(evm.who.registrar).getFunction('enrol').send(said.account, Role.EhrManager);
    await registry
      .as(await evm.impersonate(said.account))
      .getFunction('setKey')
      .send(said.key);
    expect(await registry.contract.getFunction('encryptionKey').staticCall(said.account)).toBe(said.key);
    const manager = { ...world.managers[0]!, url, account: said.account.toLowerCase() };
    Object.assign(manager, { keeper: { account: said.account, key: said.key } });
    world.managers.splice(0, 1, manager);
    return manager;
  }

  return { ...world, settings, secrets, admit };
}
