import pg from 'pg';
import { expect, onTestFinished, test, vi } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
import { merkleRoot } from '../../../extension/core/merkle.ts';
import { openPostgres } from '../../../manager/keeper/postgres.ts';
import { usePostgres } from './postgres.ts';
import { storeCompliance } from './store-compliance.ts';

const database = usePostgres();
const ACCOUNT = toHex(random(20));

storeCompliance('what a keeper keeps in PostgreSQL', async () => {
  const url = await database();
  return () => openPostgres(url, ACCOUNT);
});

test('processes that start at once on an empty database make its tables once', async () => {
  const url = await database();
  const stores = await Promise.all(Array.from({ length: 5 }, () => openPostgres(url, ACCOUNT)));
  onTestFinished(async () => void (await Promise.all(stores.map((store) => store.close()))));
  for (const { log } of stores) expect(await log.size()).toBe(0);
});

test('a database is of one keeper', async () => {
  const url = await database();
  await (await openPostgres(url, ACCOUNT)).close();
  await expect(openPostgres(url, toHex(random(20)))).rejects.toThrow('another keeper’s');
  await (await openPostgres(url, ACCOUNT)).close();
});

test('a database that cannot be reached, or not with this password, is said without the password', async () => {
  const url = await database();
  const said = await openPostgres(url.replace('correct', 'wrong'), ACCOUNT).catch(String);
  expect(said).toContain('password authentication failed');
  expect(said).not.toContain('horse');
  await expect(openPostgres('postgres://salus:horse@127.0.0.1:1/salus', ACCOUNT)).rejects.toThrow('ECONNREFUSED');
});

test('connections that break take nothing with them that was acknowledged, and are replaced', async () => {
  const url = await database();
  const store = await openPostgres(url, ACCOUNT);
  const other = new pg.Client(url);
  await other.connect();
  onTestFinished(async () => {
    await other.end();
    await store.close();
  });
  const faults: unknown[] = [];
  const note = (error: unknown) => void faults.push(error);
  process.on('uncaughtException', note);
  onTestFinished(() => void process.off('uncaughtException', note));

  const acknowledged: Uint8Array[] = [];
  let [failed, isOver] = [0, false];
  const writers = Array.from({ length: 6 }, async () => {
    while (!isOver) {
      const line = { patient: ACCOUNT, blind: random(16), body: random(50), leaf: random(32) };
      const once = { signer: ACCOUNT, nonce: toHex(random(32)), block: 1_000 };
      await store.log.append(line, once).then(
        () => acknowledged.push(line.leaf),
        () => failed++,
      );
    }
  });
  for (let i = 0; i < 5; i++) {
    const before = acknowledged.length;
    await vi.waitFor(() => expect(acknowledged.length).toBeGreaterThan(before + 10), { timeout: 10_000 });
    await other.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  }
  isOver = true;
  await Promise.all(writers);
  expect(failed).toBeGreaterThan(0);
  expect(faults).toEqual([]);

  // With connections of its own: one that just broke may be found out by whoever uses it next.
  const { log, close } = await openPostgres(url, ACCOUNT);
  onTestFinished(close);
  const size = await log.size();
  const lines = await log.linesOf(ACCOUNT, 0, size + 1);
  expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: size }, (_, i) => i));
  expect(await log.root(size)).toEqual(await merkleRoot(lines.map(({ leaf }) => leaf)));
  const there = new Set(lines.map(({ leaf }) => toHex(leaf)));
  expect(acknowledged.filter((leaf) => !there.has(toHex(leaf)))).toEqual([]);
});
