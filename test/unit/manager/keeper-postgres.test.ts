import { expect, onTestFinished, test } from 'vitest';
import { random, toHex } from '../../../extension/core/bytes.ts';
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
