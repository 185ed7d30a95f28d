import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Wallet, toBeHex } from 'ethers';
import type { CID } from 'multiformats/cid';
import { expect, onTestFinished, test } from 'vitest';
import { CHAIN_ID, REGISTRY, authorize, entry, makeCar, temporaryFolder, type Block } from './fixtures.ts';
import { startKubo } from './kubo.ts';
import { startNode } from './rpc-node.ts';

const MAIN = fileURLToPath(new URL('../../../manager/main.ts', import.meta.url));
const KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';

function run(settings: Record<string, string>): ChildProcess {
  const child = spawn(process.execPath, [MAIN], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function ready(child: ChildProcess): Promise<string> {
  if (!child.stdout) throw new Error('no output');
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const message = JSON.parse(line) as { msg: string; url: string };
  expect(message).toEqual({ msg: 'ready', url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string });
  return message.url;
}

async function errors(child: ChildProcess): Promise<string> {
  let text = '';
  child.stderr?.on('data', (part: Buffer) => (text += part.toString()));
  await once(child, 'close');
  return text;
}

async function settings(chainId = CHAIN_ID): Promise<Record<string, string>> {
  const node = await startNode({
    eth_chainId: () => ({ result: toBeHex(chainId) }),
    eth_blockNumber: () => ({ result: '0x1' }),
    eth_call: () => ({ result: toBeHex(1, 32) }),
  });
  return {
    SALUS_MANAGER_DATA_DIR: await temporaryFolder(),
    SALUS_MANAGER_RPC_URL: node.url,
    SALUS_MANAGER_CHAIN_ID: String(CHAIN_ID),
    SALUS_MANAGER_REGISTRY: REGISTRY,
    SALUS_MANAGER_SPONSOR_KEY: KEY,
    SALUS_MANAGER_MIN_FREE_BYTES: '0',
  };
}

async function upload(url: string, root: CID, blocks: Block[]): Promise<Response> {
  return fetch(`${url}/v1/car`, {
    method: 'POST',
    headers: {
      'content-type': 'application/vnd.ipld.car',
      authorization: await authorize(new Wallet(Wallet.createRandom().privateKey), root),
    },
    body: await makeCar([root], blocks),
  });
}

test('a bad configuration ends the process with 78 and one line that names the field', async () => {
  const child = run({ ...(await settings()), SALUS_MANAGER_SPONSOR_KEY: '0xsecret' });
  const text = await errors(child);
  expect(child.exitCode).toBe(78);
  expect(text.trim()).toMatch(/^manager: sponsorKey: must be a private key[^\n]*$/);
  expect(text).not.toContain('0xsecret');
});

test('a node of another chain ends the process with 78', async () => {
  const child = run(await settings(1));
  const text = await errors(child);
  expect(child.exitCode).toBe(78);
  expect(text).toContain('The node at rpcUrl is of chain 1, but chainId is 31337');
});

test('what was acknowledged outlives a kill, and a stop is clean', { timeout: 20_000 }, async () => {
  const env = await settings();
  const first = run(env);
  const url = await ready(first);
  const { root, blocks } = await entry();
  expect((await upload(url, root.cid, blocks)).status).toBe(201);
  first.kill('SIGKILL');
  await once(first, 'close');

  const second = run(env);
  const again = await ready(second);
  expect(await (await fetch(`${again}/healthz`)).json()).toMatchObject({ ok: true, pins: 1 });
  expect((await fetch(`${again}/ipfs/${root.cid.toString()}?format=raw`)).status).toBe(200);
  const log = errors(second);
  second.kill('SIGTERM');
  expect(await log).not.toContain(KEY.slice(2));
  expect(second.exitCode).toBe(0);
});

test('two processes with one IPFS node give what either of them took', { timeout: 20_000 }, async () => {
  const node = await startKubo();
  const started = [1, 2].map(async () => {
    const child = run({ ...(await settings()), SALUS_MANAGER_IPFS_API: node.api });
    return { child, url: await ready(child) };
  });
  const [one, two] = await Promise.all(started);
  const { root, blocks } = await entry();
  expect((await upload(one!.url, root.cid, blocks)).status).toBe(201);
  expect([...node.pins]).toEqual([root.cid.toString()]);
  for (const { cid } of blocks) expect((await fetch(`${two!.url}/ipfs/${cid.toString()}?format=raw`)).status).toBe(200);
  one!.child.kill('SIGTERM');
  await once(one!.child, 'close');
  expect(one!.child.exitCode).toBe(0);
});
