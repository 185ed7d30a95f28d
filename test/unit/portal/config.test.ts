import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readConfig } from '../../../portal/config.ts';
import { ConfigError } from '../../../manager/settings.ts';
import { temporaryFolder } from './portal-app.ts';

const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const NETWORK = {
  name: 'Test network',
  chainId: 31_337,
  rpcUrl: 'http://127.0.0.1:8545',
  registry: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
  fromBlock: 0,
  managers: ['http://127.0.0.1:4001'],
  durableAt: 1,
};

async function env(network: unknown = NETWORK): Promise<Record<string, string>> {
  const path = join(await temporaryFolder(), 'network.json');
  await writeFile(path, JSON.stringify(network));
  return { SALUS_PORTAL_NETWORK: path, SALUS_PORTAL_HOSPITAL_KEY: KEY };
}

test('the least that is needed is completed with defaults', async () => {
  expect(readConfig(await env())).toEqual({
    port: 0,
    host: '127.0.0.1',
    hospitalKey: KEY,
    administrators: [],
    network: NETWORK,
  });
});

test('a file gives settings, and the environment overrides them', async () => {
  const path = join(await temporaryFolder(), 'portal.json');
  await writeFile(path, JSON.stringify({ port: 4_000, dataDir: '/data' }));
  const config = readConfig({ ...(await env()), SALUS_PORTAL_CONFIG: path, SALUS_PORTAL_PORT: '4001' });
  expect(config).toMatchObject({ port: 4_001, dataDir: '/data' });
});

test('administrators are a list, checksummed', async () => {
  const accounts = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8, 0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC';
  const { administrators } = readConfig({ ...(await env()), SALUS_PORTAL_ADMINISTRATORS: accounts });
  expect(administrators).toEqual([
    '0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    '0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC',
  ]);
});

test.each([
  ['SALUS_PORTAL_HOSPITAL_KEY', '0xsecret', 'hospitalKey: must be a private key'],
  ['SALUS_PORTAL_HOSPITAL_KEY', `0x${'0'.repeat(64)}`, 'hospitalKey: must be a private key'],
  ['SALUS_PORTAL_ADMINISTRATORS', 'secret', 'administrators.0: must be a list of accounts'],
  ['SALUS_PORTAL_PORT', '70000', 'port: must be a whole number from 0 to 65535'],
  ['SALUS_PORTAL_ORIGIN', 'https://portal.example/desk', 'origin: must be an origin'],
  ['SALUS_PORTAL_NETWORK', '/nowhere.json', 'network: must name a readable file'],
])('%s=%s is refused by name, without its value', async (name, value, message) => {
  const settings = { ...(await env()), [name]: value };
  expect(() => readConfig(settings)).toThrow(ConfigError);
  expect(() => readConfig(settings)).toThrow(message);
  expect(() => readConfig(settings)).not.toThrow(/secret/);
});

test('a network description with a fault names the field', async () => {
  const settings = await env({ ...NETWORK, durableAt: 2 });
  expect(() => readConfig(settings)).toThrow(/^network: .*durableAt/);
});
