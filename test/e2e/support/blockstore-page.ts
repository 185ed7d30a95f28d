import { CID } from 'multiformats/cid';
import { openDatabase } from '../../../extension/adapters/storage/database.ts';
import { IdbBlockstore } from '../../../extension/adapters/storage/idb-blockstore.ts';
import { collectGarbage, Ingest, INGEST_LOCK, type Root } from '../../../extension/adapters/storage/ingest.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { cidOf, RAW } from '../../../extension/core/storage/cid.ts';
import { runPublicSuite } from './suite-runner.ts';

const MIB = 1_048_576;

function randomBlock(length = MIB): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += 65_536) crypto.getRandomValues(bytes.subarray(at, at + 65_536));
  return bytes;
}

const rootOf = (cid: CID, blocks: readonly CID[]): Root => ({
  cid,
  blocks,
  row: {
    root: cid.toString(),
    kind: 'entry',
    folder: 1,
    epoch: 0,
    patient: '0x',
    author: '0x',
    commitment: '0x',
    bytes: 0,
    createdAt: 0,
    replicas: [],
    kept: ['0x'],
  },
});

/** Unhandled rejections in this page; a failed import must leave none. */
let unhandled = 0;
addEventListener('unhandledrejection', () => unhandled++);

/** Every buffer reachable from a stored value. */
function buffersIn(value: unknown): ArrayBufferLike[] {
  if (value instanceof ArrayBuffer) return [value];
  if (ArrayBuffer.isView(value)) return [value.buffer];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(buffersIn);
}

/** How many blocks, pins and outbox rows there are. */
async function counts(): Promise<{ blocks: number; pins: number; outbox: number }> {
  const db = await openDatabase();
  const [blocks, pins, outbox] = await Promise.all([db.count('blocks'), db.count('pins'), db.count('outbox')]);
  db.close();
  return { blocks, pins, outbox };
}

/** Puts blocks of 1 MiB. @returns their CIDs */
async function putBlocks(ingest: Ingest, count: number): Promise<CID[]> {
  const cids: CID[] = [];
  for (let i = 0; i < count; i++) {
    const bytes = randomBlock();
    const cid = await cidOf(RAW, bytes);
    await ingest.put(cid, bytes);
    cids.push(cid);
  }
  return cids;
}

const api = {
  runPublicSuite,
  counts,

  /** Stores a view into a larger buffer full of marker bytes, by each way in. @returns lengths of what is stored, and finds of the marker */
  async storeView(length: number): Promise<{ views: number[]; keys: number[]; values: number; markers: number }> {
    const marker = 0xa5;
    const db = await openDatabase('views');
    const viewInMarkers = async () => {
      const block = randomBlock(length).map((byte) => (byte === marker ? 0 : byte));
      const around = new Uint8Array(length + 2 * MIB).fill(marker);
      around.set(block, MIB);
      return { cid: await cidOf(RAW, block), view: around.subarray(MIB, MIB + length) };
    };
    const first = await viewInMarkers();
    await new IdbBlockstore(db).put(first.cid, first.view);
    const second = await viewInMarkers();
    const ingest = new Ingest(db);
    await ingest.put(second.cid, second.view);
    await ingest.commit([rootOf(second.cid, [second.cid])]);
    const views = (await db.getAll('blocks')).map((value) => value.buffer.byteLength);
    const keys = (await db.getAllKeys('blocks')).map((key) => new Uint8Array(key).byteLength);
    const stored: unknown[] = [];
    for (const store of ['blocks', 'pins', 'outbox', 'meta'] as const) stored.push(...(await db.getAll(store)));
    const buffers = stored.flatMap(buffersIn).map((buffer) => new Uint8Array(buffer));
    // A run of marker bytes; single ones occur in digests by chance.
    const markers = buffers.filter((bytes) =>
      bytes.some((byte, i) => byte === marker && bytes[i + 1] === marker && bytes[i + 2] === marker),
    );
    db.close();
    return { views, keys, values: stored.length, markers: markers.length };
  },

  /** An import that ends before its commit, as one does that the person stops. */
  async abandon(blocks: number): Promise<void> {
    const db = await openDatabase();
    await putBlocks(new Ingest(db), blocks);
    db.close();
  },

  /** An import that is never done: it goes on until the page is killed. */
  async neverDone(): Promise<void> {
    const db = await openDatabase();
    await navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, async () => {
      const ingest = new Ingest(db);
      for (;;) await putBlocks(ingest, 1);
    });
  },

  /** A whole import. @returns code of the SalusError it ended with, or undefined when it is kept */
  async keep(blocks: number): Promise<{ error?: string; unhandled: number }> {
    const db = await openDatabase();
    const before = unhandled;
    let error: string | undefined;
    try {
      const ingest = new Ingest(db);
      const cids = await putBlocks(ingest, blocks);
      const [root] = cids;
      if (root !== undefined) await ingest.commit([rootOf(root, cids)]);
    } catch (thrown) {
      error = isSalusError(thrown) ? thrown.code : String(thrown);
    }
    db.close();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return { ...(error !== undefined && { error }), unhandled: unhandled - before };
  },

  /** @returns blocks deleted */
  async collect(): Promise<number> {
    const db = await openDatabase();
    const deleted = await collectGarbage(db);
    db.close();
    return deleted;
  },

  /** Whether every block of every pin is there and is what its CID says. */
  async wholePins(): Promise<boolean> {
    const db = await openDatabase();
    const store = new IdbBlockstore(db);
    let whole = true;
    for (const pin of await db.getAll('pins')) {
      for (const encoded of pin.blocks) {
        const cid = CID.decode(encoded);
        for await (const bytes of store.get(cid)) whole &&= (await cidOf(RAW, bytes)).equals(cid);
      }
    }
    db.close();
    return whole;
  },
};

export type BlockstorePage = typeof api;
declare global {
  interface Window {
    store: BlockstorePage;
  }
}
window.store = api;
