import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { JsonRpcProvider } from 'ethers';
import { random, toHex } from '../extension/core/bytes.ts';
import { Follower, filtersOfPatients } from '../extension/core/chain/follower.ts';
import { PURPOSE_BITS } from '../extension/core/consent/purposes.ts';
import { Keyring } from '../extension/core/keys/keyring.ts';
import type { Network } from '../extension/core/network/descriptor.ts';
import { registryInterface, Right } from '../extension/core/registry/abi.ts';
import { signTyped } from '../extension/core/registry/signed-calls.ts';
import { READ_TYPES, registryDomain } from '../extension/core/registry/typed-data.ts';
import { Folders } from '../extension/core/wallet/folders.ts';
import { startStack } from '../scripts/lib/stack.ts';
import { median, type Line } from './report.ts';
import { Seeder } from './scale/seed.ts';

const ENTRIES = 100;
/** The seeder goes round five sections. */
const SECTIONS = 5;
const SECTION = 'results';
const WAIT_MS = 30_000;
const ROUNDS = { 1: 100, [ENTRIES]: 30 } as const;
/** Requests of a hundred entries, so many at the same time. */
const [MANY, AT_ONCE] = [40, 4];

const post = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(WAIT_MS),
  });
  if (!response.ok) throw new Error(`${new URL(url).pathname} was answered with ${response.status}`);
  return response.json();
};

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0;

/** A patient with a hundred entries in one folder, whose secret the managers keep. @returns signs requests for them */
async function entrusted(network: Network) {
  const { custody, chainId, registry } = network;
  if (custody === undefined) throw new Error('nobody keeps the keys on this network');
  const keyring = await Keyring.fromEntropy(random(32));
  const { address: patient } = keyring;
  const provider = new JsonRpcProvider(network.rpcUrl, chainId, { staticNetwork: true, cacheTimeout: -1 });
  const seeder = new Seeder(network);
  await seeder.join(keyring);
  await seeder.entries(keyring, ENTRIES * SECTIONS);
  const folder = (await Folders.of(keyring)).tag(SECTION);
  await seeder.entrust(keyring, [folder]);
  seeder.close();
  const follower = new Follower({
    ask: (method, params) => provider.send(method, [...params]) as Promise<unknown>,
    registries: [registry],
    fromBlock: network.fromBlock,
    finality: 'latest',
    now: Date.now,
  });
  const events = await follower.past(filtersOfPatients([patient]), await provider.getBlockNumber());
  const ids = events.flatMap((event) => (event.kind === 'record' && event.folder === folder ? [event.id] : []));
  const [keeper] = custody.keepers;
  if (keeper === undefined || ids.length < ENTRIES) throw new Error('there is not enough to be read');
  const sign = async (count: number) => {
    const { number: blockNumber, hash: blockHash } = await follower.newest();
    const message = {
      signer: patient.toLowerCase(),
      patient: patient.toLowerCase(),
      folder,
      records: ids.slice(0, count),
      purpose: PURPOSE_BITS.TREAT,
      manager: keeper.account,
      blockNumber,
      blockHash,
      nonce: toHex(random(32)),
    };
    const signature = signTyped(keyring.account, registryDomain(chainId, registry), READ_TYPES, message);
    return { registry: registry.toLowerCase(), ...message, signature };
  };
  /** What a manager cannot do without: a request and its answer, one question to the node, one line on the disk. */
  const views = [
    ['may', [patient, patient, folder, Right.Read, PURPOSE_BITS.TREAT]],
    ['isActive', [patient]],
    ['encryptionKey', [patient]],
  ] as const;
  const calls = views.map(([name, args]) => registryInterface.encodeFunctionData(name, args));
  const data = registryInterface.encodeFunctionData('multicall', [calls]);
  const question = { jsonrpc: '2.0', id: 1, method: 'eth_call', params: [{ to: registry, data }, 'latest'] };
  return { url: keeper.url, sign, question, close: () => provider.destroy() };
}

/** What a keeper takes to give keys, against what it cannot do without. */
export async function keeperLines(): Promise<Line[]> {
  const stack = await startStack();
  const dir = await mkdtemp(join(tmpdir(), 'salus-bench-'));
  const file = await open(join(dir, 'line'), 'a');
  try {
    const { url, sign, question, close } = await entrusted(stack.network);
    const least = async () => {
      await (await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(WAIT_MS) })).arrayBuffer();
      await post(stack.network.rpcUrl, question);
      await file.write(random(512));
      await file.datasync();
    };
    const lines: Line[] = [];
    for (const count of [1, ENTRIES] as const) {
      const [took, limits]: [number[], number[]] = [[], []];
      for (let round = 0; round <= ROUNDS[count]; round++) {
        const request = await sign(count);
        const measured = await timed(() => post(`${url}/v1/read`, request));
        const limit = await timed(least);
        if (round === 0) continue; // cold
        took.push(measured);
        limits.push(limit);
      }
      lines.push({
        name: count === 1 ? 'a keeper gives the key of one entry' : `a keeper gives the keys of ${count} entries`,
        measured: median(took),
        unit: 'ms',
        limit: { what: 'HTTP there and back, one eth_call, one datasync', value: median(limits) },
        also: `95% within ${percentile(took, 0.95).toFixed(0)} ms`,
        ...(count === 1 && { target: { most: 2.5, of: 'ratio' } as const }),
      });
    }
    const requests = await Promise.all(Array.from({ length: MANY }, () => sign(ENTRIES)));
    const all = await timed(async () => {
      const work = async () => {
        for (let next = requests.pop(); next !== undefined; next = requests.pop()) await post(`${url}/v1/read`, next);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
    });
    lines.push({
      name: `a keeper gives the keys of ${ENTRIES} entries, ${AT_ONCE} requests at a time`,
      measured: all / MANY,
      unit: 'ms',
      also: `${Math.round((MANY * ENTRIES * 1_000) / all)} entries a second`,
    });
    close();
    return lines;
  } finally {
    await file.close();
    await rm(dir, { recursive: true, force: true });
    await stack.stop();
  }
}
