import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  deploy,
  DeploymentResultType,
  type Artifact,
  type ArtifactResolver,
  type EIP1193Provider,
} from '@nomicfoundation/ignition-core';
import Health from './modules/Health.ts';

/** Addresses of the contracts of one health network. */
export interface HealthContracts {
  readonly registry: string;
  readonly orders: string;
  readonly payments: string;
}

const artifactsIn = (dir: string): ArtifactResolver => ({
  loadArtifact: async (name) =>
    JSON.parse(await readFile(join(dir, `contracts/${name}.sol/${name}.json`), 'utf8')) as Artifact,
  // Ignition asks for it to verify sources with a block explorer only.
  getBuildInfo: () => Promise.resolve(undefined),
});

/**
 * Deploys the module `Health` from an unlocked account, keeping no journal: for chains that live as long as a process.
 * For a chain that stays, `hardhat ignition deploy` keeps one.
 * @param artifactsDir what `hardhat build` wrote
 * @param admin the first owner of the registry and the sender; one of the provider's accounts
 * @throws Error with Ignition's account of it when a contract could not be deployed
 */
export async function deployHealth(
  provider: EIP1193Provider,
  artifactsDir: string,
  admin: string,
): Promise<HealthContracts> {
  const result = await deploy({
    // Ignition waits this many milliseconds between two looks at a transaction, a second unless told.
    config: { blockPollingInterval: 20 },
    artifactResolver: artifactsIn(artifactsDir),
    provider,
    ignitionModule: Health,
    deploymentParameters: { Health: { admin } },
    accounts: (await provider.request({ method: 'eth_accounts' })) as string[],
    defaultSender: admin,
  });
  if (result.type !== DeploymentResultType.SUCCESSFUL_DEPLOYMENT)
    throw new Error(`the contracts could not be deployed: ${JSON.stringify(result)}`);
  const addressOf = (name: keyof HealthContracts): string => {
    const contract = result.contracts[Health.results[name].id];
    if (contract === undefined) throw new Error(`Ignition gave no address of ${name}`);
    return contract.address;
  };
  return { registry: addressOf('registry'), orders: addressOf('orders'), payments: addressOf('payments') };
}
