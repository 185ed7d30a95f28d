import type { IDBPTransaction } from 'idb';
import { CID } from 'multiformats/cid';
import { own, type Bytes } from '../../core/bytes.ts';
import { release } from '../../core/envelope/release.ts';
import type { BlockSink } from '../../core/storage/ports.ts';
import type { Database, Schema, StoredRow } from './database.ts';
import { writeFault } from './full-disk.ts';
import { blockKey, exact } from './idb-blockstore.ts';

/** Blocks gathered before one transaction: as fast as with four times as many, in a fourth of the memory. */
const BATCH_BYTES = 4 * 1_048_576;

export interface Root {
  readonly cid: CID;
  readonly blocks: readonly CID[];
  readonly row: StoredRow;
}

/** Held shared while blocks without a pin exist, so that garbage collection (exclusive) does not take them. */
export const INGEST_LOCK = 'salus-ingest';

/**
 * Writes the blocks of one import. Nothing counts until {@link commit}: one strict transaction with the last blocks, the pins
 * and the outbox rows. Killed before it, the blocks are garbage; after it, everything is there.
 */
export class Ingest implements BlockSink {
  readonly #db: Database;
  #pending: [CID, Bytes][] = [];
  #size = 0;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Database) {
    this.#db = db;
  }

  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    this.#pending.push([cid, exact(bytes)]);
    this.#size += bytes.byteLength;
    if (this.#size < BATCH_BYTES) return;
    // One batch is being written while the next is sealed; never more, or memory grows.
    await this.#writing;
    this.#writing = this.#flush();
    this.#writing.catch(() => undefined); // thrown by the next put, or by the commit
  }

  /** @param instead root that goes as these come. @throws SalusError `storage-full`; then nothing of this import is visible */
  async commit(roots: readonly Root[], instead?: string): Promise<void> {
    await this.#writing;
    const at = Date.now();
    await this.#transaction('strict', (tx) => {
      this.#putPending(tx);
      if (instead !== undefined)
        for (const store of ['pins', 'outbox'] as const) inside(tx.objectStore(store).delete(instead));
      for (const { cid, blocks, row } of roots) {
        const root = cid.toString();
        inside(tx.objectStore('pins').put({ blocks: blocks.map((b) => own(b.bytes)), at }, root));
        inside(tx.objectStore('outbox').put(row, root));
      }
    });
  }

  /** Gives up. When this settles, nothing more is written, and what was is garbage. */
  async abandon(): Promise<void> {
    this.#pending = [];
    this.#size = 0;
    await this.#writing.catch(() => undefined);
  }

  #flush(): Promise<void> {
    return this.#transaction('relaxed', (tx) => this.#putPending(tx));
  }

  #putPending(tx: IngestTransaction): void {
    for (const [cid, bytes] of this.#pending) {
      inside(tx.objectStore('blocks').put(bytes, blockKey(cid)));
      release(bytes); // the browser has its copy
    }
    this.#pending = [];
    this.#size = 0;
  }

  async #transaction(durability: IDBTransactionDurability, work: (tx: IngestTransaction) => void): Promise<void> {
    const tx = this.#db.transaction(['blocks', 'pins', 'outbox'], 'readwrite', { durability });
    try {
      work(tx);
    } catch (error) {
      tx.abort();
      inside(tx.done);
      throw error;
    }
    try {
      await tx.done;
    } catch (error) {
      throw writeFault(error);
    }
  }
}

type IngestTransaction = IDBPTransaction<Schema, ('blocks' | 'pins' | 'outbox')[], 'readwrite'>;

/** One request of a transaction: when it fails the transaction does, and that is what is told. */
const inside = (request: Promise<unknown>): void => void request.catch(() => undefined);

/** Deletes every block that no pin reaches. Safe at any time: it waits for imports in progress. @returns blocks deleted */
export async function collectGarbage(db: Database): Promise<number> {
  return navigator.locks.request(INGEST_LOCK, { mode: 'exclusive' }, async () => {
    const kept = new Set<string>();
    for (const pin of await db.getAll('pins')) for (const cid of pin.blocks) kept.add(blockKey(CID.decode(cid)).join());
    const tx = db.transaction('blocks', 'readwrite');
    let deleted = 0;
    for (const key of await tx.store.getAllKeys()) {
      if (kept.has(new Uint8Array(key).join())) continue;
      void tx.store.delete(key);
      deleted++;
    }
    await tx.done;
    return deleted;
  });
}
