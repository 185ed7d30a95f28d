import { postgresChain } from './postgres-chain.ts';
import { postgresHeads } from './postgres-heads.ts';
import { postgresLog } from './postgres-log.ts';
import { connectPostgres, type Database } from './postgres-session.ts';
import { postgresShares } from './postgres-shares.ts';
import { blob, bytesIn } from '../sql-values.ts';
import type { KeeperStore } from './store.ts';

/** Of the tables below; counted up with each change of them. */
const VERSION = 2;
/** Of the lock that keeps two processes from making the tables at once; any number that nobody else uses. */
const MAKING = 7_265_117;

const TABLES = `
  CREATE TABLE keeper (one SMALLINT PRIMARY KEY CHECK (one = 0), version INTEGER NOT NULL, account BYTEA NOT NULL);
  CREATE TABLE position (one SMALLINT PRIMARY KEY CHECK (one = 0), scope TEXT NOT NULL, value TEXT NOT NULL);
  CREATE TABLE entries (
    registry BYTEA, id BYTEA, block BIGINT, place INTEGER, patient BYTEA NOT NULL, folder BIGINT NOT NULL,
    epoch BIGINT NOT NULL, author BYTEA NOT NULL, cid BYTEA NOT NULL, entry_commitment BYTEA NOT NULL,
    PRIMARY KEY (registry, id, block, place)
  );
  CREATE INDEX entries_by_block ON entries (block);
  CREATE INDEX entries_by_cid ON entries (cid);
  CREATE TABLE withdrawn (
    registry BYTEA, patient BYTEA, id BYTEA, block BIGINT, place INTEGER, PRIMARY KEY (registry, patient, id, block, place)
  );
  CREATE INDEX withdrawn_by_block ON withdrawn (block);
  CREATE TABLE anchored (
    registry BYTEA, patient BYTEA, folder BIGINT, block BIGINT, place INTEGER, epoch BIGINT NOT NULL, keyring BYTEA NOT NULL,
    PRIMARY KEY (registry, patient, folder, block, place)
  );
  CREATE INDEX anchored_by_block ON anchored (block);
  CREATE INDEX anchored_by_keyring ON anchored (keyring);
  CREATE TABLE keyrings (
    turn BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, digest BYTEA NOT NULL UNIQUE, registry BYTEA NOT NULL,
    patient BYTEA NOT NULL, object BYTEA NOT NULL
  );
  CREATE INDEX keyrings_by_patient ON keyrings (registry, patient);
  CREATE TABLE shares (
    keyring BYTEA REFERENCES keyrings (digest) ON DELETE CASCADE, folder BIGINT, epoch BIGINT, sealed BYTEA NOT NULL,
    PRIMARY KEY (keyring, folder, epoch)
  );
  CREATE TABLE erased (digest BYTEA PRIMARY KEY);
  CREATE TABLE nonces (signer BYTEA, nonce BYTEA, block BIGINT NOT NULL, PRIMARY KEY (signer, nonce));
  CREATE INDEX nonces_by_block ON nonces (block);
  CREATE TABLE log (one SMALLINT PRIMARY KEY CHECK (one = 0), size BIGINT NOT NULL);
  CREATE TABLE lines (
    number BIGINT PRIMARY KEY, patient BYTEA NOT NULL, blind BYTEA NOT NULL, body BYTEA NOT NULL, leaf BYTEA NOT NULL
  );
  CREATE INDEX lines_by_patient ON lines (patient, number);
  CREATE TABLE anchors (
    registry BYTEA, manager BYTEA, block BIGINT, place INTEGER, size BIGINT NOT NULL, root BYTEA NOT NULL,
    PRIMARY KEY (registry, manager, block, place)
  );
  CREATE INDEX anchors_by_block ON anchors (block);
  CREATE TABLE heads (manager BYTEA PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL, note TEXT NOT NULL);
  CREATE TABLE nodes (level INTEGER, number BIGINT, hash BYTEA NOT NULL, PRIMARY KEY (level, number));
`;

/**
 * A keeper's store in a PostgreSQL database, which any number of processes of one keeper share. Its tables are made when missing.
 * @param url `postgres://…`
 * @param account who keeps, 0x hex
 * @throws Error where the database cannot be reached, or is another keeper's, or of a newer version of this program
 */
export async function openPostgres(url: string, account: string): Promise<KeeperStore> {
  const db = connectPostgres(url);
  try {
    await makeTables(db, account);
  } catch (error) {
    await db.close();
    throw error;
  }
  return {
    chain: postgresChain(db),
    shares: postgresShares(db),
    log: postgresLog(db),
    heads: postgresHeads(db),
    close: () => db.close(),
  };
}

async function makeTables(db: Database, account: string): Promise<void> {
  await db.transaction(async (session) => {
    await session.query('SELECT pg_advisory_xact_lock($1)', [MAKING]);
    const { rows: found } = await session.query(`SELECT to_regclass('keeper') IS NOT NULL AS there`);
    if (found[0]?.['there'] !== true) {
      await session.query(TABLES);
      await session.query('INSERT INTO keeper VALUES (0, $1, $2)', [VERSION, blob(account)]);
      await session.query('INSERT INTO log VALUES (0, 0)');
      return;
    }
    const [row = {}] = (await session.query('SELECT version, account FROM keeper')).rows;
    if (Number(row['version']) > VERSION)
      throw new Error('the keeper’s database was written by a newer version of this program');
    if (Number(row['version']) < VERSION)
      throw new Error('the keeper’s database was written by an older version of this program');
    // Of two keepers in one database, whoever reads it has the shares of both.
    if (!Buffer.from(bytesIn(row, 'account')).equals(blob(account)))
      throw new Error('the database is another keeper’s: each needs one of its own');
  });
}
