import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../../manager/config.ts';
import { ConfigError } from '../../../manager/settings.ts';
import { EARLIER, REGISTRY, temporaryFolder } from './fixtures.ts';

const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const GOOD = {
  SALUS_MANAGER_DATA_DIR: '/var/lib/salus',
  SALUS_MANAGER_RPC_URL: 'http://127.0.0.1:8545',
  SALUS_MANAGER_CHAIN_ID: '31337',
  SALUS_MANAGER_REGISTRY: REGISTRY,
  SALUS_MANAGER_SPONSOR_KEY: KEY,
};

test.each([
  ['dataDir', { SALUS_MANAGER_DATA_DIR: '' }],
  ['rpcUrl', { SALUS_MANAGER_RPC_URL: 'ftp://node' }],
  ['rpcUrl', { SALUS_MANAGER_RPC_URL: 'node' }],
  ['chainId', { SALUS_MANAGER_CHAIN_ID: '0x1' }],
  ['chainId', { SALUS_MANAGER_CHAIN_ID: '0' }],
  ['registry', { SALUS_MANAGER_REGISTRY: '0x1234' }],
  ['registry', { SALUS_MANAGER_REGISTRY: REGISTRY.replace('F', 'f') }],
  ['earlier', { SALUS_MANAGER_EARLIER: '0x1234' }],
  ['earlier', { SALUS_MANAGER_EARLIER: REGISTRY.replace('F', 'f') }],
  ['earlier', { SALUS_MANAGER_EARLIER: Array(9).fill(REGISTRY).join(',') }],
  ['sponsorKey', { SALUS_MANAGER_SPONSOR_KEY: KEY.slice(0, -2) }],
  ['sponsorKey', { SALUS_MANAGER_SPONSOR_KEY: `0x${'0'.repeat(64)}` }],
  ['sponsorKey', { SALUS_MANAGER_SPONSOR_KEY: `0x${'f'.repeat(64)}` }],
  ['keeperSecret', { SALUS_MANAGER_KEEPER_SECRET: KEY.slice(0, -2) }],
  ['keeperSecret', { SALUS_MANAGER_KEEPER_SECRET: KEY.slice(2) }],
  ['database', { SALUS_MANAGER_DATABASE: 'mysql://salus:59c6995e@127.0.0.1/salus' }],
  ['database', { SALUS_MANAGER_DATABASE: '59c6995e' }],
  ['ipfsApi', { SALUS_MANAGER_IPFS_API: '/ip4/127.0.0.1/tcp/5001' }],
  ['pinningOrigins', { SALUS_MANAGER_PINNING_ORIGINS: 'https://a.example' }],
  ['finality', { SALUS_MANAGER_FINALITY: 'soon' }],
  ['fromBlock', { SALUS_MANAGER_FROM_BLOCK: '-1' }],
  ['port', { SALUS_MANAGER_PORT: '65536' }],
  ['maxCarBytes', { SALUS_MANAGER_MAX_CAR_BYTES: '2.5 GiB' }],
  ['corsOrigins', { SALUS_MANAGER_CORS_ORIGINS: 'https://a.example/path' }],
  ['peers', { SALUS_MANAGER_PEERS: 'http://other' }],
  ['peers', { SALUS_MANAGER_PEERS: '{}' }],
  ['maxFeePerGas', { SALUS_MANAGER_MAX_FEE_PER_GAS: '1 gwei' }],
  ['sponsorWeiInAll', { SALUS_MANAGER_SPONSOR_WEI_IN_ALL: '-1' }],
  ['joinWork', { SALUS_MANAGER_JOIN_WORK: '25' }],
  ['report', { SALUS_MANAGER_REPORT: 'no' }],
  ['logLevel', { SALUS_MANAGER_LOG_LEVEL: 'loud' }],
  ['SALUS_MANAGER_CONFIG', { SALUS_MANAGER_CONFIG: '/nowhere/config.json' }],
])('a bad %s is named, and its value is not shown', (field, change) => {
  const read = () => readConfig({ ...GOOD, ...change });
  expect(read).toThrow(ConfigError);
  expect(read).toThrow(new RegExp(`^${field.replace('.', '\\.')}: (must|is) `));
  expect(read).not.toThrow(/59c6995e|0{20}|f{20}/);
});

test('a setting nobody knows is named', async () => {
  const file = join(await temporaryFolder(), 'config.json');
  await writeFile(file, JSON.stringify({ prot: 1 }));
  expect(() => readConfig({ ...GOOD, SALUS_MANAGER_CONFIG: file })).toThrow('prot: is not a setting');
});

test('defaults', () => {
  expect(readConfig(GOOD)).toEqual({
    port: 0,
    host: '127.0.0.1',
    dataDir: '/var/lib/salus',
    rpcUrl: 'http://127.0.0.1:8545',
    chainId: 31_337,
    registry: REGISTRY,
    earlier: [],
    sponsorKey: KEY,
    finality: 'finalized',
    fromBlock: 0,
    readsPerHour: 100_000,
    report: true,
    pinningOrigins: [],
    peers: [],
    anchorEveryMinutes: 360,
    maxCarBytes: 2.5 * 2 ** 30,
    maxBlockBytes: 2 ** 21,
    minFreeBytes: 2 ** 28,
    minUploadBytesPerSecond: 8_192,
    uploadGraceSeconds: 30,
    uploadBytesPerDay: 20 * 2 ** 30,
    uploadBlocksPerDay: 500_000,
    uploadRootsPerDay: 50_000,
    uploadBytesInAll: 200 * 2 ** 30,
    uploadBlocksInAll: 5_000_000,
    uploadRootsInAll: 500_000,
    sponsorPerHour: 60,
    maxFeePerGas: 10n ** 11n,
    sponsorWeiPerSigner: 5n * 10n ** 16n,
    sponsorWeiPerAddress: 5n * 10n ** 17n,
    sponsorWeiPerDay: 10n ** 18n,
    sponsorWeiInAll: 10n ** 20n,
    sponsorWeiForEnding: 10n ** 18n,
    joinWork: 18,
    proxies: 0,
    requestsPerMinute: 6_000,
    corsOrigins: ['*'],
    logLevel: 'info',
  });
});

test('the environment overrides the file', async () => {
  const file = join(await temporaryFolder(), 'config.json');
  await writeFile(file, JSON.stringify({ port: 1, chainId: 5, maxBlockBytes: 9, corsOrigins: ['https://a.example'] }));
  const env = {
    ...GOOD,
    SALUS_MANAGER_CONFIG: file,
    SALUS_MANAGER_PORT: '2',
    SALUS_MANAGER_CORS_ORIGINS: 'https://b.example, https://c.example',
    SALUS_MANAGER_REPORT: 'false',
    SALUS_MANAGER_EARLIER: `${REGISTRY.toLowerCase()}, ${EARLIER}`,
  };
  expect(readConfig(env)).toMatchObject({
    port: 2,
    chainId: 31_337,
    maxBlockBytes: 9,
    corsOrigins: ['https://b.example', 'https://c.example'],
    earlier: [REGISTRY, EARLIER],
    report: false,
  });
});
