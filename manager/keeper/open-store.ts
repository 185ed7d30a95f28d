import { join } from 'node:path';
import type { Config } from '../config.ts';
import { openSqlite } from './sqlite.ts';
import type { KeeperStore } from './store.ts';

/**
 * Opens what a keeper kept: in the database of the settings, or in `<dataDir>/keeper.sqlite`.
 * @param account who keeps, 0x hex
 * @throws Error as {@link openSqlite} and `openPostgres` do
 */
export async function openStore(
  { database, dataDir }: Pick<Config, 'database' | 'dataDir'>,
  account: string,
): Promise<KeeperStore> {
  if (database === undefined) return openSqlite(join(dataDir, 'keeper.sqlite'));
  // Loaded only where it is used.
  const { openPostgres } = await import('./postgres.ts');
  return openPostgres(database, account);
}
