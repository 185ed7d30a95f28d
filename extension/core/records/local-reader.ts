import { CID } from 'multiformats/cid';
import type { Bytes } from '../bytes.ts';
import { ownEntryKey } from '../custody/entry-key.ts';
import type { Group } from '../custody/group.ts';
import { noConsent } from '../errors.ts';
import { unwrapKey } from '../keys/key-wrap.ts';
import type { BlockSource } from '../storage/ports.ts';
import type { EntryKeySource, EntryReader } from './entry-reader.ts';
import { decodeEntry } from './entry.ts';
import { openEntry, proveItem, readItem } from './open-entry.ts';

/** An {@link EntryReader} over blocks at hand: in the storage host of the extension, and in a server's SDK. */
export class LocalEntryReader implements EntryReader {
  readonly #source: BlockSource;
  readonly #group: Group;

  constructor(source: BlockSource, group: Group) {
    this.#source = source;
    this.#group = group;
  }

  async keyOf(cid: string) {
    return decodeEntry(await this.#source.block(CID.parse(cid))).key;
  }

  async unwrap(cid: string, source: EntryKeySource) {
    const { wrapped } = await this.keyOf(cid);
    if (wrapped === undefined) throw noConsent();
    return unwrapKey(entryKeyOf(this.#group, source), wrapped);
  }

  async openIndex(cid: string, key: Bytes, commitment: Bytes) {
    return (await this.#open(cid, key, commitment)).index;
  }

  async readItem(cid: string, key: Bytes, commitment: Bytes, position: number) {
    return readItem(await this.#open(cid, key, commitment), position, this.#source);
  }

  async proveItem(cid: string, key: Bytes, commitment: Bytes, position: number) {
    return proveItem(await this.#open(cid, key, commitment), position, this.#source);
  }

  #open(cid: string, key: Bytes, commitment: Bytes) {
    return openEntry(CID.parse(cid), commitment, key, this.#source);
  }
}

/** The key of an entry, from what there is of it. */
export const entryKeyOf = (group: Group, source: EntryKeySource): Bytes =>
  'key' in source ? source.key : ownEntryKey(group, group.scalarFrom(source.seed), source.place);
