import { openDB, type IDBPDatabase } from 'idb';
import { time } from './timing.ts';

const BLOCK_BYTES = 1_048_576;

let opened: Promise<IDBPDatabase> | undefined;
const database = (): Promise<IDBPDatabase> =>
  (opened ??= openDB('limit', 1, { upgrade: (db) => void db.createObjectStore('blocks') }));

/** The parts that no design can leave out, one after the other, in milliseconds. */
export interface Limit {
  readonly aes: number;
  readonly sha: number;
  readonly idb: number;
}

export const sum = ({ aes, sha, idb }: Limit): number => aes + sha + idb;

/**
 * What the platform itself needs for these bytes: AES-256-GCM over each block, SHA-256 over each ciphertext, and one strict
 * IndexedDB transaction that stores them, each in a buffer of its own.
 */
export async function serialLimit(bytes: Uint8Array<ArrayBuffer>): Promise<Limit> {
  const key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt']);
  const db = await database();
  const blocks: ArrayBuffer[] = [];
  const aes = await time(async () => {
    for (let at = 0; at < bytes.byteLength; at += BLOCK_BYTES) {
      const iv = new Uint8Array(12);
      new DataView(iv.buffer).setUint32(8, at / BLOCK_BYTES);
      blocks.push(await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, key, bytes.subarray(at, at + BLOCK_BYTES)));
    }
  });
  const sha = await time(async () => {
    for (const block of blocks) await crypto.subtle.digest('SHA-256', block);
  });
  const idb = await time(async () => {
    const tx = db.transaction('blocks', 'readwrite', { durability: 'strict' });
    for (const [index, block] of blocks.entries()) void tx.store.put(new Uint8Array(block), index);
    await tx.done;
  });
  await db.clear('blocks');
  return { aes, sha, idb };
}
