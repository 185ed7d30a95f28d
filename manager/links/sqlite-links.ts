import type { DatabaseSync } from 'node:sqlite';
import { blob } from '../sql-values.ts';
import { later, openTables, transaction } from '../sqlite-work.ts';
import { FETCH_SECONDS, MOST_WRONG, TOLD_SECONDS, type LinkRows, type LinkStanding } from './links.ts';

/** Of the tables below; counted up with each change of them. */
const VERSION = 1;
/** Links of one owner that are open at the same time. */
const MOST_OPEN = 100;

const TABLES = `
  CREATE TABLE links (
    id BLOB PRIMARY KEY, owner BLOB NOT NULL, digest BLOB NOT NULL, expires INTEGER NOT NULL, most INTEGER NOT NULL,
    passcode BLOB, file TEXT, uses INTEGER NOT NULL DEFAULT 0, wrong INTEGER NOT NULL DEFAULT 0, ended INTEGER NOT NULL DEFAULT 0
  ) WITHOUT ROWID;
  CREATE INDEX links_by_owner ON links (owner);
  CREATE INDEX links_by_expires ON links (expires);
  CREATE TABLE link_uses (id BLOB, turn INTEGER, at INTEGER NOT NULL, recipient TEXT NOT NULL, PRIMARY KEY (id, turn)) WITHOUT ROWID;
`;

/** A link, as its row says. */
interface Row {
  readonly owner: Uint8Array;
  readonly digest: Uint8Array;
  readonly expires: number;
  readonly most: number;
  readonly passcode: Uint8Array | null;
  readonly file: string | null;
  readonly uses: number;
  readonly wrong: number;
  readonly ended: number;
}

const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function stateOf(row: Row, now: number): LinkStanding['state'] {
  if (row.ended === 1) return 'ended';
  if (row.wrong >= MOST_WRONG) return 'locked';
  if (row.expires <= now) return 'expired';
  return row.uses >= row.most ? 'used-up' : 'open';
}

/** Links in a SQLite file. @throws Error as {@link openTables} */
export function openLinkStore(path: string): { readonly rows: LinkRows; close(): void } {
  const db = openTables(path, 'the store of health links', TABLES, VERSION);
  return { rows: sqliteLinks(db), close: () => db.close() };
}

function sqliteLinks(db: DatabaseSync): LinkRows {
  const find = db.prepare(
    'SELECT owner, digest, expires, most, passcode, file, uses, wrong, ended FROM links WHERE id = ?',
  );
  const put = db.prepare(
    'INSERT INTO links (id, owner, digest, expires, most, passcode, file) VALUES (?, ?, ?, ?, ?, ?, ?)',
  );
  const counting = db.prepare('SELECT count(*) AS n FROM links WHERE owner = ? AND file IS NOT NULL');
  const tried = db.prepare('UPDATE links SET wrong = wrong + 1 WHERE id = ?');
  const used = db.prepare('UPDATE links SET uses = uses + 1, wrong = wrong - ? WHERE id = ?');
  const note = db.prepare('INSERT INTO link_uses VALUES (?, ?, ?, ?)');
  const drop = db.prepare('UPDATE links SET file = NULL, ended = 1 WHERE id = ?');
  const listed = db.prepare('SELECT at, recipient FROM link_uses WHERE id = ? ORDER BY turn');
  const lastUse = db.prepare('SELECT max(at) AS at FROM link_uses WHERE id = ?');
  const overFiles = db.prepare('UPDATE links SET file = NULL WHERE file IS NOT NULL AND (expires <= ? OR wrong >= ?)');
  const usedUpFiles = db.prepare(
    `UPDATE links SET file = NULL WHERE file IS NOT NULL AND uses >= most
       AND NOT EXISTS (SELECT 1 FROM link_uses WHERE link_uses.id = links.id AND at > ?)`,
  );
  const oldUses = db.prepare('DELETE FROM link_uses WHERE id IN (SELECT id FROM links WHERE expires <= ?)');
  const oldLinks = db.prepare('DELETE FROM links WHERE expires <= ?');
  const read = (id: string): Row | undefined => find.get(blob(id)) as unknown as Row | undefined;
  const ownedBy = (id: string, owner: string): Row | undefined => {
    const row = read(id);
    return row && same(row.owner, blob(owner)) ? row : undefined;
  };
  const atOnce = <T>(work: () => T): Promise<T> => later(() => transaction(db, work));

  return {
    keep: ({ id, owner, digest, expires, most, passcode }, file, now) =>
      atOnce(() => {
        const row = read(id);
        if (row !== undefined) {
          const isSame = same(row.owner, blob(owner)) && same(row.digest, blob(digest));
          return isSame && stateOf(row, now) === 'open' ? 'kept' : 'taken';
        }
        if (Number(counting.get(blob(owner))?.['n']) >= MOST_OPEN) return 'too-many';
        put.run(blob(id), blob(owner), blob(digest), expires, most, passcode ?? null, file);
        return 'kept';
      }),
    begin: (id, now) =>
      atOnce(() => {
        const row = read(id);
        if (row === undefined || stateOf(row, now) !== 'open') return { open: false };
        if (row.passcode === null) return { open: true, left: MOST_WRONG };
        tried.run(blob(id));
        return { open: true, passcode: row.passcode, left: MOST_WRONG - row.wrong - 1 };
      }),
    use: (id, recipient, wasTried, now) =>
      atOnce(() => {
        const row = read(id);
        if (row === undefined || row.file === null) return undefined;
        // The try is taken back first: it alone may have made the link look locked.
        const wrong = row.wrong - (wasTried ? 1 : 0);
        if (stateOf({ ...row, wrong }, now) !== 'open') return undefined;
        used.run(wasTried ? 1 : 0, blob(id));
        note.run(blob(id), row.uses, now, recipient);
        return row.file;
      }),
    file: (id, now) =>
      later(() => {
        const row = read(id);
        const at = Number(lastUse.get(blob(id))?.['at'] ?? 0);
        const isFetched = row !== undefined && row.ended === 0 && at > now - FETCH_SECONDS;
        return (isFetched && row.file) || undefined;
      }),
    end: (id, owner) =>
      atOnce(() => {
        if (ownedBy(id, owner) === undefined) return false;
        drop.run(blob(id));
        return true;
      }),
    standing: (id, owner, now) =>
      later(() => {
        const row = ownedBy(id, owner);
        if (row === undefined) return undefined;
        const uses = listed
          .all(blob(id))
          .map((use) => ({ at: Number(use['at']), recipient: String(use['recipient']) }));
        return { state: stateOf(row, now), wrong: row.wrong, uses };
      }),
    sweep: (now) =>
      atOnce(() => {
        overFiles.run(now, MOST_WRONG);
        usedUpFiles.run(now - FETCH_SECONDS);
        oldUses.run(now - TOLD_SECONDS);
        oldLinks.run(now - TOLD_SECONDS);
      }),
  };
}
