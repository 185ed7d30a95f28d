import { join } from 'node:path';
import { openSqlite } from '../../../manager/keeper/sqlite.ts';
import { temporaryFolder } from './fixtures.ts';
import { storeCompliance } from './store-compliance.ts';

storeCompliance('what a keeper keeps in SQLite', async () => {
  const path = join(await temporaryFolder(), 'keeper.sqlite');
  return () => Promise.resolve(openSqlite(path));
});
