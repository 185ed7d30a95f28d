import { toHex, type Bytes } from '../bytes.ts';
import { isSalusError, SalusError, type ErrorCode } from '../errors.ts';
import { headOf, type RecordAdded, type RegistryClient } from '../registry/client.ts';
import { cidFromDigest } from '../storage/cid.ts';
import type { Entry, EntryIndex, ItemMeta } from './entry.ts';
import type { Section } from './sections.ts';

/** Opens sealed entries, wherever their blocks are. Keys are 32-byte entry keys; commitments come from the chain. */
export interface EntryReader {
  /** Which key an entry needs. */
  keyOf(cid: string): Promise<Entry['key']>;
  openIndex(cid: string, key: Bytes, commitment: Bytes): Promise<EntryIndex>;
  readItem(cid: string, key: Bytes, commitment: Bytes, position: number): Promise<{ meta: ItemMeta; bytes: Bytes }>;
}

/** What a reader has of one patient's folders. */
export interface FolderKeys {
  /** Finds the key of an entry. @throws SalusError `no-consent` */
  find(patient: string, folder: number, key: Entry['key']): Promise<Bytes>;
  /** What the patient says a folder is; whoever writes into it has no say. */
  sectionOf(patient: string, folder: number): Promise<Section | undefined>;
}

/** One item in a list. `id` is `<entry id>/<position>`. */
export interface RecordItem {
  readonly id: string;
  readonly patient: string;
  readonly author: string;
  readonly section: Section;
  readonly folder: number;
  readonly type: string;
  readonly title: string;
  readonly date?: string;
  readonly code?: string;
  readonly mediaType: string;
  readonly size: number;
  readonly fullUrl?: string;
  readonly findings?: number;
  readonly source?: string;
  readonly block: number;
  readonly transaction: string;
  /** Hex SHA-256 of the plaintext. */
  readonly digest: string;
}

export interface Listing {
  readonly items: RecordItem[];
  /** Entries that are on the chain but could not be opened, and why. */
  readonly unreadable: { readonly entry: string; readonly code: ErrorCode }[];
}

interface OpenedIndex {
  /** Which key it takes. */
  readonly how: Entry['key'];
  readonly index: EntryIndex;
}

const toItems = (record: RecordAdded, index: EntryIndex): RecordItem[] =>
  index.items.map((meta, position) => {
    const { type, title, date, code, mediaType, size, fullUrl, findings, source } = meta;
    const optional = Object.entries({ date, code, fullUrl, findings, source }).filter(
      ([, value]) => value !== undefined,
    );
    return {
      id: `${record.id}/${position}`,
      patient: record.patient,
      author: record.author,
      section: index.section,
      folder: record.folder,
      type,
      title,
      ...(Object.fromEntries(optional) as Pick<RecordItem, 'date' | 'code' | 'fullUrl' | 'findings' | 'source'>),
      mediaType,
      size,
      block: record.block,
      transaction: record.transaction,
      digest: toHex(meta.digest),
    };
  });

const misfiled = () =>
  new SalusError('misfiled', 'Its author put this entry under another section than the folder that it is in.');

/**
 * Everything one reader can read: entries from the chain, opened with the keys the reader has. Indexes are kept while the
 * book lives, which is never longer than the wallet is unlocked.
 */
export class RecordBook {
  readonly #client: RegistryClient;
  readonly #reader: EntryReader;
  readonly #keys: FolderKeys;
  readonly #opened = new Map<string, OpenedIndex>();

  constructor(client: RegistryClient, reader: EntryReader, keys: FolderKeys) {
    this.#client = client;
    this.#reader = reader;
    this.#keys = keys;
  }

  /**
   * Lists one patient's items in the given folders (all, if none are named), newest entry last.
   * @param pending entries that are sealed here and not on the chain yet, with block 0
   * @throws SalusError `history-incomplete` when the node withheld a record, `chain-unreachable`
   */
  async list(patient: string, folders?: ReadonlySet<number>, pending: readonly RecordAdded[] = []): Promise<Listing> {
    const anchored = await this.#client.records({ patient, ...(folders && { folders }) });
    await this.#checkHeads(patient, anchored, folders ?? new Set(anchored.map((r) => r.folder)));
    const known = new Set(anchored.map((r) => toHex(r.cid)));
    const all = [...anchored, ...pending.filter((r) => !known.has(toHex(r.cid)))];
    // An author may anchor the same entry twice; it is one entry all the same.
    const records = new Map(all.map((r) => [r.id, r])).values();
    const items: RecordItem[] = [];
    const unreadable: Listing['unreadable'] = [];
    for (const record of records) {
      try {
        items.push(...toItems(record, (await this.#open(record)).index));
      } catch (error) {
        if (!isSalusError(error) || error.code === 'vault-locked') throw error;
        unreadable.push({ entry: record.id, code: error.code });
      }
    }
    return { items, unreadable };
  }

  /**
   * Opens one item and proves its bytes against the chain.
   * @param folders where to look, all if not given
   * @throws SalusError `not-found`, `no-consent`, `commitment-mismatch`, `block-missing`
   */
  async read(
    patient: string,
    id: string,
    folders?: ReadonlySet<number>,
    pending: readonly RecordAdded[] = [],
  ): Promise<{ item: RecordItem; record: RecordAdded; bytes: Bytes }> {
    const [entryId, position] = id.split('/');
    const anchored = await this.#client.records({ patient, ...(folders && { folders }) });
    const record = [...anchored, ...pending].find((r) => r.id === entryId);
    const place = Number(position);
    if (record === undefined) throw new SalusError('not-found', 'There is no such record.');
    const { index, key } = await this.#open(record);
    const item = toItems(record, index)[place];
    if (item === undefined) throw new SalusError('not-found', 'There is no such record.');
    const cid = cidFromDigest(record.cid).toString();
    const { bytes } = await this.#reader.readItem(cid, key, record.commitment, place);
    return { item, record, bytes };
  }

  /** The key is asked for each time: access that ended a moment ago must not live on in what was opened before. */
  async #open(record: RecordAdded): Promise<{ index: EntryIndex; key: Bytes }> {
    const cid = cidFromDigest(record.cid).toString();
    const known = this.#opened.get(record.id);
    const how = known?.how ?? (await this.#reader.keyOf(cid));
    const key = await this.#keys.find(record.patient, record.folder, how);
    const index = known?.index ?? (await this.#reader.openIndex(cid, key, record.commitment));
    if (index.section !== (await this.#keys.sectionOf(record.patient, record.folder))) throw misfiled();
    this.#opened.set(record.id, { how, index });
    return { index, key };
  }

  /** The head chain shows whether the node hid a log. A record that arrived between two calls makes the head newer: read again. */
  async #checkHeads(patient: string, records: readonly RecordAdded[], folders: ReadonlySet<number>): Promise<void> {
    const byFolder = Map.groupBy(records, (r) => r.folder);
    for (const folder of folders) {
      const list = byFolder.get(folder) ?? [];
      const { head, count } = await this.#client.folder(patient, folder);
      if (count <= list.length && headOf(list).toLowerCase() === head.toLowerCase()) continue;
      const again = await this.#client.records({ patient, folders: new Set([folder]) });
      const now = await this.#client.folder(patient, folder);
      if (headOf(again).toLowerCase() !== now.head.toLowerCase()) {
        throw new SalusError(
          'history-incomplete',
          'The network node left out a part of this record. Try another node.',
        );
      }
    }
  }
}
