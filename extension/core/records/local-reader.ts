import { CID } from 'multiformats/cid';
import type { Bytes } from '../bytes.ts';
import type { BlockSource } from '../storage/ports.ts';
import type { EntryReader } from './entry-reader.ts';
import { decodeEntry } from './entry.ts';
import { openEntry, readItem } from './open-entry.ts';

/** An {@link EntryReader} over blocks at hand: in the storage host of the extension, and in a server's SDK. */
export class LocalEntryReader implements EntryReader {
  readonly #source: BlockSource;

  constructor(source: BlockSource) {
    this.#source = source;
  }

  async keyOf(cid: string) {
    return decodeEntry(await this.#source.block(CID.parse(cid))).key;
  }

  async openIndex(cid: string, key: Bytes, commitment: Bytes) {
    return (await this.#open(cid, key, commitment)).index;
  }

  async readItem(cid: string, key: Bytes, commitment: Bytes, position: number) {
    return readItem(await this.#open(cid, key, commitment), position, this.#source);
  }

  #open(cid: string, key: Bytes, commitment: Bytes) {
    return openEntry(CID.parse(cid), commitment, () => Promise.resolve(key), this.#source);
  }
}
