import { createRequire } from 'node:module';

import toolbox from '@nomicfoundation/hardhat-toolbox-mocha-ethers';
import { configVariable, defineConfig } from 'hardhat/config';

// The compiler is the npm package `solc`: pinned by the lockfile, and nothing is downloaded.
const path = createRequire(import.meta.url).resolve('solc/soljson.js');
const compiler = (viaIR: boolean) => ({
  version: '0.8.37',
  path,
  settings: { viaIR, evmVersion: 'cancun', optimizer: { enabled: true, runs: viaIR ? 10_000 : 200 } },
});

/** One folder for each profile, so that one can be built while the tests of another run. */
const out = process.env['SALUS_CONTRACTS'] ?? '.output/contracts';

export default defineConfig({
  plugins: [toolbox],
  // `--build-profile production` is what is deployed; the default compiles in a third of the time.
  solidity: { profiles: { default: compiler(false), production: compiler(true) } },
  paths: {
    sources: 'contracts',
    tests: { mocha: 'test/contracts', solidity: 'test/contracts' },
    artifacts: `${out}/artifacts`,
    cache: `${out}/cache`,
    ignition: 'contracts/ignition',
  },
  typechain: { outDir: `${out}/types` },
  networks: {
    default: { type: 'edr-simulated', chainId: 31337 },
    // What `hardhat node` serves.
    node: { type: 'edr-simulated', chainId: 31337 },
    // Any other node, as in `SALUS_RPC_URL=… hardhat ignition deploy contracts/ignition/modules/Health.ts --network remote`.
    remote: { type: 'http', url: configVariable('SALUS_RPC_URL') },
  },
  test: {
    mocha: { timeout: 60_000 },
    solidity: { fuzz: { runs: 256 }, invariant: { runs: 64, depth: 64, failOnRevert: true } },
  },
});
