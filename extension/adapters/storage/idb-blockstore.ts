import { NotFoundError } from 'interface-store';
import type { Blockstore, InputPair, Pair } from 'interface-blockstore';
import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { concat, own, type Bytes } from '../../core/bytes.ts';
import { RAW } from '../../core/storage/cid.ts';
import type { Database } from './database.ts';

interface AbortOptions {
  readonly signal?: AbortSignal;
}

type Source = Uint8Array | Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

async function collect(source: Source): Promise<Bytes> {
  if (source instanceof Uint8Array) return exact(source);
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return concat(...parts);
}

/**
 * A view into a larger buffer is copied: IndexedDB stores the whole buffer behind a view, and with it whatever stood beside
 * the ciphertext in memory.
 */
export const exact = (bytes: Uint8Array): Bytes =>
  bytes.byteLength === bytes.buffer.byteLength ? (bytes as Bytes) : own(bytes);

export const blockKey = (cid: CID): Bytes => own(cid.multihash.bytes);

/** Helia's `Blockstore` over the wallet's own IndexedDB. Blocks are known by their multihash, whatever codec asks for them. */
export class IdbBlockstore implements Blockstore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  async put(cid: CID, bytes: Source, options?: AbortOptions): Promise<CID> {
    options?.signal?.throwIfAborted();
    await this.#db.put('blocks', await collect(bytes), blockKey(cid));
    return cid;
  }

  async *get(cid: CID, options?: AbortOptions): AsyncGenerator<Uint8Array> {
    options?.signal?.throwIfAborted();
    const bytes = await this.#db.get('blocks', blockKey(cid));
    if (bytes === undefined) throw new NotFoundError('This block is not in this browser.');
    yield bytes;
  }

  async has(cid: CID, options?: AbortOptions): Promise<boolean> {
    options?.signal?.throwIfAborted();
    return (await this.#db.getKey('blocks', blockKey(cid))) !== undefined;
  }

  async delete(cid: CID, options?: AbortOptions): Promise<void> {
    options?.signal?.throwIfAborted();
    await this.#db.delete('blocks', blockKey(cid));
  }

  async *putMany(source: Iterable<InputPair> | AsyncIterable<InputPair>, options?: AbortOptions): AsyncGenerator<CID> {
    for await (const { cid, bytes } of source) yield this.put(cid, bytes, options);
  }

  async *getMany(source: Iterable<CID> | AsyncIterable<CID>, options?: AbortOptions): AsyncGenerator<Pair> {
    for await (const cid of source) yield { cid, bytes: this.get(cid, options) };
  }

  async *deleteMany(source: Iterable<CID> | AsyncIterable<CID>, options?: AbortOptions): AsyncGenerator<CID> {
    for await (const cid of source) {
      await this.delete(cid, options);
      yield cid;
    }
  }

  async *getAll(options?: AbortOptions): AsyncGenerator<Pair> {
    options?.signal?.throwIfAborted();
    for (const key of await this.#db.getAllKeys('blocks')) {
      options?.signal?.throwIfAborted();
      const cid = CID.createV1(RAW, Digest.decode(new Uint8Array(key)));
      yield { cid, bytes: this.get(cid, options) };
    }
  }
}
