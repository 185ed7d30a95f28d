import { readdir, rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FsBlockstore } from 'blockstore-fs';
import { NextToLast } from 'blockstore-fs/sharding';
import type { CID } from 'multiformats/cid';
import { verified, type Blocks } from './blocks.ts';
import { matches } from './cid.ts';
import { syncPath } from './durable-file.ts';

/** Files synced at once: enough to keep a disk busy, far below any limit on open files. */
const SYNC_BATCH = 16;

/** Blocks on disk, one file each, named by multihash: two CIDs that differ only in codec share a file. */
export class DiskBlocks implements Blocks {
  readonly #folder: string;
  readonly #store: FsBlockstore;
  readonly #naming = new NextToLast();
  /** Writes under way by name: two writers of one draft file would tear it. */
  readonly #writing = new Map<string, Promise<void>>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.#store = new FsBlockstore(folder, { shardingStrategy: this.#naming });
  }

  /** Opens the store in `folder`, making the folder when missing. */
  static async open(folder: string): Promise<DiskBlocks> {
    const blocks = new DiskBlocks(folder);
    await blocks.#store.open();
    await blocks.#removeDrafts();
    return blocks;
  }

  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    const name = blockKey(cid);
    const writing = this.#writing.get(name);
    if (writing) return writing;
    const write = this.#write(cid, bytes).finally(() => this.#writing.delete(name));
    this.#writing.set(name, write);
    return write;
  }

  async get(cid: CID): Promise<Uint8Array | undefined> {
    return verified(cid, await this.#read(cid));
  }

  /** Removes a block; no error when it is not here. */
  async delete(cid: CID): Promise<void> {
    await this.#store.delete(cid);
  }

  /** Every stored block. The codec of a CID is not stored: compare by {@link blockKey}. */
  async *list(): AsyncGenerator<CID> {
    for await (const { cid } of this.#store.getAll()) yield cid;
  }

  /** Who deletes here looks at the pins: see `garbage.ts`. */
  async keep(_roots: readonly CID[], cids: readonly CID[]): Promise<void> {
    const files = cids.map((cid) => this.#file(cid));
    for (let at = 0; at < files.length; at += SYNC_BATCH) {
      await Promise.all(files.slice(at, at + SYNC_BATCH).map(syncPath));
    }
    for (const folder of new Set(files.map((file) => dirname(file)))) await syncPath(folder);
    await syncPath(this.#folder);
  }

  /** As in {@link keep}: what no pin reaches is deleted. */
  release(): Promise<void> {
    return Promise.resolve();
  }

  async freeBytes(): Promise<number> {
    const { bavail, bsize } = await statfs(this.#folder);
    return bavail * bsize;
  }

  /** The store writes drafts first; those of a process that was killed would stay for ever. */
  async #removeDrafts(): Promise<void> {
    for (const path of await readdir(this.#folder, { recursive: true })) {
      if (path.endsWith('.tmp')) await rm(join(this.#folder, path));
    }
  }

  async #write(cid: CID, bytes: Uint8Array): Promise<void> {
    const present = await this.#read(cid);
    if (!present || !matches(cid, present)) await this.#store.put(cid, bytes);
  }

  async #read(cid: CID): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of this.#store.get(cid)) parts.push(part);
    } catch (error) {
      // The store says "not found" of a failing disk too; only a missing file is an absent block.
      if (error instanceof Error && error.message.includes('ENOENT')) return undefined;
      throw error;
    }
    return Buffer.concat(parts);
  }

  #file(cid: CID): string {
    const { dir, file } = this.#naming.encode(cid);
    return join(this.#folder, dir, file);
  }
}

/** Name of a block whatever its codec: the multihash as hex. */
export function blockKey(cid: CID): string {
  return Buffer.from(cid.multihash.bytes).toString('hex');
}
