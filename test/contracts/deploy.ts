import { expect } from 'chai';
import { config, globalOptions, network } from 'hardhat';
import { after, before, describe, it } from 'mocha';

import type { HealthRegistry } from '../../.output/contracts/types/index.ts';
import { deployHealth, type HealthContracts } from '../../contracts/ignition/deploy.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import { CHAIN_ID, DAY, digest, FOLDER, termsFor, TREATMENT } from './fixture.ts';
import { anvilIsMissing, startAnvil } from './support/anvil.ts';

type Connection = Awaited<ReturnType<typeof network.create>>;
/** What serves the chain, and how to end it. */
interface Chain {
  readonly connection: Connection;
  stop(): Promise<void>;
}
interface Deployed extends Chain {
  readonly contracts: HealthContracts;
}

async function edr(): Promise<Chain> {
  const connection = await network.create();
  return { connection, stop: () => connection.close() };
}

async function anvil(): Promise<Chain> {
  const service = await startAnvil(CHAIN_ID);
  try {
    const connection = await network.create({ network: 'remote', override: { url: service.value } });
    return {
      connection,
      async stop() {
        await connection.close();
        await service.stop();
      },
    };
  } catch (error) {
    await service.stop();
    throw error;
  }
}

async function deployOn(chain: Chain): Promise<Deployed> {
  const [admin] = await chain.connection.ethers.getSigners();
  const contracts = await deployHealth(chain.connection.provider, config.paths.artifacts, admin!.address);
  return { ...chain, contracts };
}

const codeOf = ({ connection, contracts }: Deployed) =>
  Promise.all(
    [contracts.registry, contracts.orders, contracts.payments].map((it) => connection.ethers.provider.getCode(it)),
  );

const registryOf = async ({ connection, contracts }: Deployed) =>
  (await connection.ethers.getContractAt('HealthRegistry', contracts.registry)) as unknown as HealthRegistry;

describe('The deployment', () => {
  /** What must be ended, whether or not the deployment on it came to an end. */
  const chains: Chain[] = [];
  const deployed = new Map<string, Deployed>();
  const start = async (name: string, chain: Chain) => {
    chains.push(chain);
    deployed.set(name, await deployOn(chain));
  };
  let missing: string | undefined;

  before(async function () {
    // What coverage adds to the code is more than a chain takes.
    if (globalOptions.coverage) return this.skip();
    this.timeout(150_000);
    await start('EDR', await edr());
    missing = await anvilIsMissing();
    if (missing === undefined) await start('anvil', await anvil());
  });

  after(async () => {
    for (const chain of chains) await chain.stop();
  });

  for (const name of ['EDR', 'anvil']) {
    describe(`on ${name}`, () => {
      let chain: Deployed;
      before(function () {
        const found = deployed.get(name);
        if (found === undefined) {
          process.stdout.write(`      skipped: ${missing}\n`);
          this.skip();
        }
        chain = found;
      });

      it('leaves code at three addresses', async () => {
        const [registry, orders, payments] = await codeOf(chain);
        for (const code of [registry, orders, payments]) expect(code).to.have.length.above(2);
        expect(new Set(Object.values(chain.contracts)).size).to.equal(3);
      });

      it('makes the admin the owner, who alone lets registrars in', async () => {
        const registry = await registryOf(chain);
        const [admin, stranger] = await chain.connection.ethers.getSigners();
        expect(await registry.owner()).to.equal(admin!.address);
        await expect(registry.connect(stranger).enrol(stranger!, Role.Registrar))
          .to.be.revertedWithCustomError(registry, 'MayNotEnrol')
          .withArgs(stranger, Role.Registrar);
      });

      it('takes the first members, a first grant, and answers `may`', async () => {
        const registry = await registryOf(chain);
        const [admin, registrar, hospital, doctor, patient] = await chain.connection.ethers.getSigners();
        const newest = await chain.connection.ethers.provider.getBlock('latest');
        await (await registry.connect(admin).enrol(registrar!, Role.Registrar)).wait();
        await (await registry.connect(registrar).enrol(hospital!, Role.Hospital)).wait();
        await (await registry.connect(hospital).enrol(doctor!, Role.Doctor)).wait();
        await (await registry.connect(patient).join(digest('patient key'))).wait();
        const may = () => registry.may(doctor!, patient!, FOLDER, Right.Read, TREATMENT);
        expect(await may()).to.equal(false);
        const terms = termsFor(doctor!, newest!.timestamp + DAY);
        await (await registry.connect(patient).grant([terms], digest('receipt'))).wait();
        expect(await may()).to.equal(true);
      });
    });
  }

  it('leaves the same code on both', async function () {
    const [one, other] = [deployed.get('EDR'), deployed.get('anvil')];
    if (one === undefined || other === undefined) return this.skip();
    // The immutables are part of it: chain, addresses and EIP-712 domain are the same on both.
    expect(await codeOf(other)).to.deep.equal(await codeOf(one));
  });
});
