import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import * as dagCbor from '@ipld/dag-cbor';
import { fromHex, toHex } from '../../extension/core/bytes.ts';
import { filtersOfPatients } from '../../extension/core/chain/follower.ts';
import { merkleRoot } from '../../extension/core/merkle.ts';
import { RegistryClient } from '../../extension/core/registry/client.ts';
import { SignedCalls } from '../../extension/core/registry/signed-calls.ts';
import { openSqlite } from '../../manager/keeper/sqlite.ts';
import { entrusted, followerOf } from '../../bench/scale/entrusted.ts';
import { until } from '../../scripts/lib/patience.ts';
import { startStack, type Stack } from '../../scripts/lib/stack.ts';
import { load, type Acknowledged, type LoadParts } from './load.ts';

/*
 * Kills managers at random moments while they are at work, and looks afterwards for what they had acknowledged:
 * `npm run chaos -- 200`.
 */

const ROUNDS = Number(process.argv[2] ?? 20);
/** Longest pause between two kills. */
const PAUSE_MS = 900;
const RECORDS = 40;
/** Requests that are sent once more. */
const REPLAYS = 50;

const faults: string[] = [];
function say(what: string, missing: readonly string[], count: number): void {
  if (missing.length === 0) return console.log(`ok  ${what}: ${count}`);
  faults.push(what);
  console.log(`FAIL ${what}: ${missing.length} of ${count}, such as ${missing[0]}`);
}

async function prepare({ network }: Stack): Promise<LoadParts & { close(): void }> {
  const { follower, provider, ...patient } = await entrusted(network, RECORDS);
  const { keyring } = patient;
  const client = new RegistryClient(network, provider);
  const calls = new SignedCalls({ client, key: () => keyring.account, address: keyring.address, now: Date.now });
  return { network, ...patient, client, calls, newest: () => follower.newest() };
}

async function killAtRandom(stack: Stack): Promise<void> {
  for (let round = 1; round <= ROUNDS; round++) {
    await sleep(Math.random() * PAUSE_MS);
    const manager = stack.managers[Math.floor(Math.random() * stack.managers.length)];
    await manager?.service.kill();
    await manager?.restart();
    if (round % 10 === 0) console.log(`    killed ${round} times`);
  }
}

async function checkBlocks(stack: Stack, { blocks }: Acknowledged): Promise<void> {
  const missing: string[] = [];
  for (const { manager, root, bytes } of blocks) {
    const response = await fetch(`${stack.managers[manager]?.url}/ipfs/${root.toString()}?format=raw`);
    const same = response.ok && Buffer.from(await response.arrayBuffer()).equals(bytes);
    if (!same) missing.push(`${root.toString()} at manager ${manager + 1}`);
  }
  say('blocks that were taken are there', missing, blocks.length);
}

/** What counted once does not count again: a request that was answered is refused, by its nonce or its age. */
async function checkReplays(stack: Stack, { requests }: Acknowledged): Promise<void> {
  const some = requests.slice(-REPLAYS);
  const answered: string[] = [];
  for (const { manager, body } of some) {
    const response = await fetch(`${stack.managers[manager]?.url}/v1/read`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { error } = (await response.json()) as { error?: { code: string } };
    if (error?.code !== 'replayed' && error?.code !== 'stale') answered.push(`${response.status} ${error?.code}`);
  }
  say('requests that were answered count no second time', answered, some.length);
}

async function checkCalls(stack: Stack, parts: LoadParts, { calls }: Acknowledged): Promise<Set<string>> {
  const { client, keyring } = parts;
  const receiptOf = (transaction: string) =>
    client.provider.send('eth_getTransactionReceipt', [transaction]) as Promise<{ status: string } | null>;
  const lost: string[] = [];
  for (const { manager, transaction } of calls) {
    const found = await until(
      'a call to land',
      async () => (await receiptOf(transaction)) ?? isReplaced(stack, manager, transaction),
      { ms: 60_000, pause: 500 },
    ).catch(() => undefined);
    if (found === undefined) lost.push(`${transaction} of manager ${manager + 1}`);
  }
  say('calls that were taken came to the chain', lost, calls.length);
  const { number } = await parts.newest();
  const events = await followerOf(parts.network, client.provider).past(filtersOfPatients([keyring.address]), number);
  const set = events.flatMap((event) => (event.kind === 'rotated' ? [toHex(event.keyring)] : []));
  const doubled = set.filter((digest, i) => set.indexOf(digest) !== i);
  say('no call came twice', doubled, set.length);
  return new Set(set);
}

/** Whether a transaction of a manager went again for a higher fee, and that came to the chain. */
function isReplaced(stack: Stack, manager: number, transaction: string): true | undefined {
  const db = new DatabaseSync(join(stack.managers[manager]?.dataDir ?? '', 'manager.sqlite'), { readOnly: true });
  try {
    const rows = db.prepare('SELECT value FROM outgoing WHERE open = 0').all();
    const found = rows.some(({ value }) => String(value).includes(transaction));
    return found ? true : undefined;
  } finally {
    db.close();
  }
}

/** What managers had written down. They are stopped by now. */
async function checkStores(stack: Stack, { shares, openings }: Acknowledged, anchored: Set<string>): Promise<void> {
  const [lostShares, lostLines, broken]: [string[], string[], string[]] = [[], [], []];
  const counting = shares.filter(({ keyring }) => anchored.has(keyring));
  for (const [manager, { dataDir }] of stack.managers.entries()) {
    const path = join(dataDir, 'keeper.sqlite');
    const db = new DatabaseSync(path, { readOnly: true });
    const has = db.prepare('SELECT 1 FROM keyrings WHERE digest = ?');
    for (const { keyring } of counting.filter((share) => share.manager === manager))
      if (has.get(fromHex(keyring)) === undefined) lostShares.push(`${keyring} at manager ${manager + 1}`);
    const lines = db.prepare('SELECT number, body, leaf FROM lines ORDER BY number').all();
    db.close();
    const reads = new Map<string, number>();
    for (const [i, { number, body }] of lines.entries()) {
      if (Number(number) !== i) broken.push(`line ${i} of manager ${manager + 1}`);
      const { kind, records } = dagCbor.decode<{ kind: string; records?: Uint8Array[] }>(body as Uint8Array);
      const name = (records ?? []).map(toHex).join();
      if (kind === 'read') reads.set(name, (reads.get(name) ?? 0) + 1);
    }
    for (const { records } of openings.filter((opening) => opening.manager === manager))
      if (reads.get(records) !== 1) lostLines.push(`${reads.get(records) ?? 0} of one at manager ${manager + 1}`);
    const store = openSqlite(path);
    const root = await store.log.root(lines.length);
    await store.close();
    const leaves = lines.map(({ leaf }) => Uint8Array.from(leaf as Uint8Array));
    if (toHex(root) !== toHex(await merkleRoot(leaves))) broken.push(`the tree of manager ${manager + 1}`);
  }
  say('shares that were acknowledged are there', lostShares, counting.length);
  say('openings are in the log, each once', lostLines, openings.length);
  say('the logs have no gap, and their trees are whole', broken, stack.managers.length);
}

const stack = await startStack();
try {
  const parts = await prepare(stack);
  const over = new AbortController();
  const loading = load(parts, over.signal);
  await killAtRandom(stack);
  over.abort();
  const done = await loading;
  await checkBlocks(stack, done);
  await checkReplays(stack, done);
  const anchored = await checkCalls(stack, parts, done);
  parts.close();
  for (const { service } of stack.managers) await service.stop();
  await checkStores(stack, done, anchored);
} finally {
  await stack.stop();
}
process.exit(faults.length === 0 ? 0 : 1);
