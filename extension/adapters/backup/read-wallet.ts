import { openDB } from 'idb';
import { CID } from 'multiformats/cid';
import * as v from 'valibot';
import { own } from '../../core/bytes.ts';
import type { Part } from '../../core/backup/parts.ts';
import { browser } from '../browser/api.ts';
import { openDatabase, type Database } from '../storage/database.ts';
import { blockKey } from '../storage/idb-blockstore.ts';

/** How far the making of a backup is. */
export interface BackupProgress {
  readonly entriesDone: number;
  readonly entries: number;
  readonly bytes: number;
  /** Of which a part is not in this browser. */
  readonly left: number;
}

/** Rows of the catalogue gathered before they go into a Blob, which a browser may keep on the disk. */
const SPOOL_BYTES = 4 * 1_048_576;

const STATE = /^state:(.*):([0-9a-f]{32})$/;
const KNOWN = /^salus-catalogue:(.*):([0-9a-f]{32})$/;
const RECORD = /^salus(?::(.+))?$/;
const NetworksSchema = v.object({ chosen: v.optional(v.string()), added: v.array(v.unknown()) });

/** Names of databases of one kind. */
async function databases(kind: RegExp): Promise<RegExpExecArray[]> {
  const all = await indexedDB.databases();
  return all.map(({ name = '' }) => kind.exec(name)).filter((found) => found !== null);
}

/**
 * Everything that this browser keeps of the wallet, as it lies there: sealed. Read by the page that writes the file, beside the
 * background, so that no byte of it goes through that. What changes meanwhile is in it as it was before or after, never half.
 */
export async function* partsOfWallet(
  made: number,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (progress: BackupProgress) => void },
): AsyncGenerator<Part> {
  yield* settings(made);
  // The catalogue before the entries: of one that comes meanwhile it then knows nothing, and takes it in as new.
  for (const [name, place = '', alias = ''] of await databases(KNOWN)) {
    signal.throwIfAborted();
    yield* known(name, place, alias);
  }
  const progress = { entriesDone: 0, entries: 0, bytes: 0, left: 0 };
  const records = await databases(RECORD);
  for (const [name] of records) progress.entries += await withDatabase(name, (db) => db.count('pins'));
  for (const [name, place = ''] of records) {
    const db = await openDatabase(name);
    try {
      for (const root of await db.getAllKeys('pins')) {
        signal.throwIfAborted();
        let isWhole = false;
        for await (const part of entry(db, place, root)) {
          if (part.is === 'block') progress.bytes += part.value.length;
          isWhole = part.is === 'root';
          yield part;
        }
        if (!isWhole && (await db.getKey('pins', root)) !== undefined) progress.left++;
        progress.entriesDone++;
        onProgress({ ...progress });
      }
    } finally {
      db.close();
    }
  }
}

async function withDatabase<T>(name: string, work: (db: Database) => Promise<T>): Promise<T> {
  const db = await openDatabase(name);
  try {
    return await work(db);
  } finally {
    db.close();
  }
}

async function* settings(made: number): AsyncGenerator<Part> {
  const stored = await browser.storage.local.get(null);
  const networks = v.safeParse(NetworksSchema, stored['networks']);
  const { added = [], chosen } = networks.success ? networks.output : {};
  yield { is: 'about', made, networks: added, ...(chosen !== undefined && { chosen }) };
  if (typeof stored['accounts'] === 'string') yield { is: 'accounts', value: stored['accounts'] };
  for (const [key, value] of Object.entries(stored)) {
    const [, place, alias] = STATE.exec(key) ?? [];
    if (place === undefined || alias === undefined || typeof value !== 'string') continue;
    yield { is: 'state', place, alias, value };
  }
}

/** One catalogue as it is at one moment: rows of different moments would contradict one another. */
async function* known(name: string, place: string, alias: string): AsyncGenerator<Part> {
  const blobs: { blob: Blob; sizes: number[] }[] = [];
  let held: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const spool = () => {
    if (held.length > 0) blobs.push({ blob: new Blob(held), sizes: held.map((one) => one.length) });
    held = [];
    bytes = 0;
  };
  const names: string[] = [];
  const db = await openDB(name);
  try {
    if (!db.objectStoreNames.contains('rows')) return;
    let cursor = await db.transaction('rows').store.openCursor();
    while (cursor !== null) {
      const value = own(cursor.value as Uint8Array);
      names.push(typeof cursor.key === 'string' ? cursor.key : '');
      held.push(value);
      bytes += value.length;
      if (bytes >= SPOOL_BYTES) spool();
      cursor = await cursor.continue();
    }
  } finally {
    db.close();
  }
  spool();
  let at = 0;
  for (const { blob, sizes } of blobs) {
    const all = new Uint8Array(await blob.arrayBuffer());
    let from = 0;
    for (const size of sizes) {
      yield { is: 'known', place, alias, name: names[at++] ?? '', value: all.subarray(from, from + size) };
      from += size;
    }
  }
}

/**
 * The blocks of an entry, and then the entry. One that was let go meanwhile, or of which a block is missing, is left out: blocks
 * without an entry are nobody's.
 */
async function* entry(db: Database, place: string, root: string): AsyncGenerator<Part> {
  const pin = await db.get('pins', root);
  if (pin === undefined) return;
  for (const cid of pin.blocks) {
    const key = blockKey(CID.decode(cid));
    const value = await db.get('blocks', key);
    if (value === undefined) return;
    yield { is: 'block', place, key, value };
  }
  const row = await db.get('outbox', root);
  if (row !== undefined) yield { is: 'root', place, row, blocks: pin.blocks.map(own) };
}
