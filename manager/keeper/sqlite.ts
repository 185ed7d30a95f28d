import { sqliteChain } from './sqlite-chain.ts';
import { sqliteHeads } from './sqlite-heads.ts';
import { sqliteLog } from './sqlite-log.ts';
import { sqliteShares } from './sqlite-shares.ts';
import { later, openTables } from '../sqlite-work.ts';
import type { KeeperStore } from './store.ts';

/** Of the tables below; counted up with each change of them. */
const VERSION = 3;

const TABLES = `
  CREATE TABLE position (only INTEGER PRIMARY KEY CHECK (only = 0), scope TEXT NOT NULL, value TEXT NOT NULL);
  CREATE TABLE entries (
    registry BLOB, id BLOB, block INTEGER, place INTEGER, patient BLOB NOT NULL, folder INTEGER NOT NULL,
    epoch INTEGER NOT NULL, author BLOB NOT NULL, cid BLOB NOT NULL, entry_commitment BLOB NOT NULL,
    PRIMARY KEY (registry, id, block, place)
  ) WITHOUT ROWID;
  CREATE INDEX entries_by_block ON entries (block);
  CREATE INDEX entries_by_cid ON entries (cid);
  CREATE TABLE withdrawn (
    registry BLOB, patient BLOB, id BLOB, block INTEGER, place INTEGER, PRIMARY KEY (registry, patient, id, block, place)
  ) WITHOUT ROWID;
  CREATE INDEX withdrawn_by_block ON withdrawn (block);
  CREATE TABLE anchored (
    registry BLOB, patient BLOB, folder INTEGER, block INTEGER, place INTEGER, epoch INTEGER NOT NULL, keyring BLOB NOT NULL,
    PRIMARY KEY (registry, patient, folder, block, place)
  ) WITHOUT ROWID;
  CREATE INDEX anchored_by_block ON anchored (block);
  CREATE INDEX anchored_by_keyring ON anchored (keyring);
  CREATE TABLE keyrings (
    turn INTEGER PRIMARY KEY AUTOINCREMENT, digest BLOB NOT NULL UNIQUE, registry BLOB NOT NULL, patient BLOB NOT NULL,
    object BLOB NOT NULL
  );
  CREATE INDEX keyrings_by_patient ON keyrings (registry, patient);
  CREATE TABLE shares (
    keyring BLOB, folder INTEGER, epoch INTEGER, sealed BLOB NOT NULL, PRIMARY KEY (keyring, folder, epoch)
  ) WITHOUT ROWID;
  CREATE TABLE erased (digest BLOB PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE nonces (signer BLOB, nonce BLOB, block INTEGER NOT NULL, PRIMARY KEY (signer, nonce)) WITHOUT ROWID;
  CREATE INDEX nonces_by_block ON nonces (block);
  CREATE TABLE lines (
    number INTEGER PRIMARY KEY, patient BLOB NOT NULL, blind BLOB NOT NULL, body BLOB NOT NULL, leaf BLOB NOT NULL
  );
  CREATE INDEX lines_by_patient ON lines (patient, number);
  CREATE TABLE anchors (
    registry BLOB, manager BLOB, block INTEGER, place INTEGER, size INTEGER NOT NULL, root BLOB NOT NULL,
    PRIMARY KEY (registry, manager, block, place)
  ) WITHOUT ROWID;
  CREATE INDEX anchors_by_block ON anchors (block);
  CREATE TABLE heads (manager BLOB PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, note TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE nodes (level INTEGER, number INTEGER, hash BLOB NOT NULL, PRIMARY KEY (level, number)) WITHOUT ROWID;
`;

/**
 * A keeper's store in a SQLite file.
 * @throws Error as {@link openTables}
 */
export function openSqlite(path: string): KeeperStore {
  const db = openTables(path, 'the keeper’s store', TABLES, VERSION);
  return {
    chain: sqliteChain(db),
    shares: sqliteShares(db),
    log: sqliteLog(db),
    heads: sqliteHeads(db),
    close: () => later(() => db.close()),
  };
}
