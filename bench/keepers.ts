import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { random } from '../extension/core/bytes.ts';
import { PURPOSE_BITS } from '../extension/core/consent/purposes.ts';
import { registryInterface, Right } from '../extension/core/registry/abi.ts';
import { startStack, type Stack } from '../scripts/lib/stack.ts';
import { bytesOfLeaf } from './leaf.ts';
import { memoryOf } from './memory.ts';
import { median, percentile, type Line } from './report.ts';
import { entrusted } from './scale/entrusted.ts';
import { readRequest } from './scale/sent.ts';

const ENTRIES = 100;
const WAIT_MS = 30_000;
const ROUNDS = { 1: 100, [ENTRIES]: 30 } as const;
/** Requests of a hundred entries, so many at the same time. */
const [MANY, AT_ONCE] = [40, 4];
/** What is asked of a keeper for a longer time, one entry in each request. */
const ENTRIES_AN_HOUR = 10_000;
const HOUR_MS = 3_600_000;

const post = async (url: string, body: unknown): Promise<unknown> => {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
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

/** Somebody who asks the first of the network's keepers. */
interface Asker {
  /** A request for so many entries, signed. */
  readonly sign: (count: number) => Promise<unknown>;
  /** Has it answered. @throws Error where it is refused */
  readonly ask: (request: unknown) => Promise<unknown>;
  /** What a manager cannot do without: a request and its answer, one question to the node, one line on the disk. */
  readonly least: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function asker({ network }: Stack, dir: string): Promise<Asker> {
  const { keyring, folder, records, follower, close } = await entrusted(network, ENTRIES);
  const { address: patient } = keyring;
  const [keeper] = network.custody?.keepers ?? [];
  if (keeper === undefined) throw new Error('nobody keeps the keys on this network');
  const views = [
    ['may', [patient, patient, folder, Right.Read, PURPOSE_BITS.TREAT]],
    ['isActive', [patient]],
    ['encryptionKey', [patient]],
  ] as const;
  const calls = views.map(([name, args]) => registryInterface.encodeFunctionData(name, args));
  const data = registryInterface.encodeFunctionData('multicall', [calls]);
  const params = [{ to: network.registry, data }, 'latest'];
  const file = await open(join(dir, 'line'), 'a');
  return {
    async sign(count) {
      const block = await follower.newest();
      const reading = { folder, records: records.slice(0, count), manager: keeper.account, block };
      return readRequest(network, keyring, reading);
    },
    ask: (request) => post(`${keeper.url}/v1/read`, request),
    async least() {
      await (await fetch(`${keeper.url}/healthz`, { signal: AbortSignal.timeout(WAIT_MS) })).arrayBuffer();
      await post(network.rpcUrl, { jsonrpc: '2.0', id: 1, method: 'eth_call', params });
      await file.write(random(512));
      await file.datasync();
    },
    async close() {
      close();
      await file.close();
    },
  };
}

async function oneAfterTheOther({ sign, ask, least }: Asker, count: 1 | typeof ENTRIES): Promise<Line> {
  const [took, limits]: [number[], number[]] = [[], []];
  for (let round = 0; round <= ROUNDS[count]; round++) {
    const request = await sign(count);
    const measured = await timed(() => ask(request));
    const limit = await timed(least);
    if (round === 0) continue; // cold
    took.push(measured);
    limits.push(limit);
  }
  return {
    name: count === 1 ? 'a keeper gives the key of one entry' : `a keeper gives the keys of ${count} entries`,
    measured: median(took),
    unit: 'ms',
    limit: { what: 'HTTP there and back, one eth_call, one datasync', value: median(limits) },
    also: `95% within ${percentile(took, 0.95).toFixed(0)} ms`,
    ...(count === 1 && { target: { most: 2.5, of: 'ratio' } as const }),
  };
}

async function several({ sign, ask }: Asker): Promise<Line> {
  const requests = await Promise.all(Array.from({ length: MANY }, () => sign(ENTRIES)));
  const all = await timed(async () => {
    const work = async () => {
      for (let next = requests.pop(); next !== undefined; next = requests.pop()) await ask(next);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  });
  return {
    name: `a keeper gives the keys of ${ENTRIES} entries, ${AT_ONCE} requests at a time`,
    measured: all / MANY,
    unit: 'ms',
    also: `${Math.round((MANY * ENTRIES * 1_000) / all)} entries a second`,
  };
}

/** Asks at an even pace, whether the ones before are answered or not. */
async function forLong({ sign, ask }: Asker, minutes: number, pid: number): Promise<Line[]> {
  const count = Math.round((ENTRIES_AN_HOUR * minutes) / 60);
  const took: number[] = [];
  const before = memoryOf(pid);
  let most = before;
  const start = performance.now();
  const asked: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    const wait = start + (i * HOUR_MS) / ENTRIES_AN_HOUR - performance.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const request = await sign(1);
    const answered = timed(() => ask(request)).then((ms) => {
      took.push(ms);
      most = Math.max(most, memoryOf(pid));
    });
    answered.catch(() => undefined); // thrown at the end
    asked.push(answered);
  }
  await Promise.all(asked);
  const name = `${ENTRIES_AN_HOUR} entries an hour for ${minutes} minutes`;
  const also = `${count} answers, the median ${median(took).toFixed(0)} ms`;
  const lines: Line[] = [{ name: `${name}: 95% of the answers`, measured: percentile(took, 0.95), unit: 'ms', also }];
  const limit = { what: 'before', value: before };
  if (before > 0) lines.push({ name: `${name}: memory of the keeper`, measured: most, unit: 'MiB', limit });
  return lines;
}

/**
 * What a keeper takes to give keys, against what it cannot do without.
 * @param minutes of the long run
 */
export async function keeperLines({ minutes }: { readonly minutes: number }): Promise<Line[]> {
  const stack = await startStack();
  const dir = await mkdtemp(join(tmpdir(), 'salus-bench-'));
  try {
    const asking = await asker(stack, dir);
    const lines = [
      await oneAfterTheOther(asking, 1),
      await oneAfterTheOther(asking, ENTRIES),
      await several(asking),
      ...(minutes > 0 ? await forLong(asking, minutes, stack.managers[0]?.service.pid ?? 0) : []),
      await bytesOfLeaf(dir),
    ];
    await asking.close();
    return lines;
  } finally {
    await rm(dir, { recursive: true, force: true });
    await stack.stop();
  }
}
