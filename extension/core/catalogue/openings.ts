import { equal, fromHex, toHex, type Bytes } from '../bytes.ts';
import { openConsent, type ConsentContent } from '../consent/consent-object.ts';
import type { EntryPlace } from '../custody/entry-key.ts';
import { isSalusError, noConsent, SalusError, type ErrorCode } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import type { EntryIndex, ItemMeta } from '../records/entry.ts';
import type { EntryReader } from '../records/entry-reader.ts';
import { leafHash, rootOf } from '../merkle.ts';
import { SELECTION, type FolderKind, type Section } from '../records/sections.ts';
import { cidFromDigest } from '../storage/cid.ts';
import { entryName, keyName, type EntryRow, type EntryState, type RecordItem } from './model.ts';
import type { RowReader } from './sorted-list.ts';

/** What the catalogue may use of a person's keys. Every call throws SalusError `vault-locked` once the wallet is locked. */
export interface CatalogueKeys {
  readonly address: string;
  check(): void;
  /** Key of the catalogue itself. */
  rowsKey(): Promise<Bytes>;
  /** Seed of one of this account's own folders. */
  folderSeed(registry: string, folder: number, epoch: number): Promise<Bytes>;
  /** Opens capsules. */
  secret(): Bytes;
  /** What one of this account's own folders holds. */
  kindOf(folder: number): Promise<FolderKind | undefined>;
}

/** Where sealed things are read. */
export interface SealedSource extends EntryReader {
  block(cid: string): Promise<Bytes>;
}

/** What may be better the next time; anything else stays as it is. */
const PASSING: readonly ErrorCode[] = ['block-missing', 'managers-unreachable', 'chain-unreachable', 'storage-full'];
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 3_600_000;

export type Opened = Pick<EntryRow, 'state' | 'items'> & Partial<Pick<EntryRow, 'code' | 'tries' | 'due'>>;

/** Opens entries and consent objects, and says how each stands afterwards. Never throws but `vault-locked`. */
export class Openings {
  readonly #source: SealedSource;
  readonly #keys: CatalogueKeys;
  readonly #chainId: number;
  readonly #now: () => number;

  constructor(source: SealedSource, keys: CatalogueKeys, chainId: number, now: () => number) {
    this.#source = source;
    this.#keys = keys;
    this.#chainId = chainId;
    this.#now = now;
  }

  /**
   * @param kind what the folder holds, by what its patient says; undefined where nobody said, `any-section` where it is opened all the
   * same
   */
  async open(rows: RowReader, row: EntryRow, kind: FolderKind | 'any-section' | undefined): Promise<Opened> {
    try {
      const key = await this.keyOf(rows, row);
      await this.#requireOneKey(row, key);
      const cid = cidFromDigest(fromHex(row.cid)).toString();
      const commitment = fromHex(row.commitment);
      const index = await this.#source.openIndex(cid, key, commitment);
      const items = kind === SELECTION ? await pickedItems(rows, row, index) : itemsOf(row, index, kind);
      return { state: 'open', items };
    } catch (error) {
      return this.#failed(error, row.tries ?? 0);
    }
  }

  /** The content key of an entry. @throws SalusError `no-consent`, `wrong-key`, `block-missing` */
  async keyOf(rows: RowReader, row: EntryRow): Promise<Bytes> {
    const cid = cidFromDigest(fromHex(row.cid)).toString();
    if (this.#isMe(row.patient)) {
      const { capsule } = await this.#source.keyOf(cid);
      return eciesOpen(this.#keys.secret(), capsule);
    }
    this.#keys.check();
    const key = await rows.get<string>(keyName(row.registry, row.id));
    if (key === undefined) throw noConsent();
    return this.#source.unwrap(cid, { key: fromHex(key) });
  }

  /**
   * What somebody else put into this account's record opens alike for the patient and for readers: an author who sealed one thing
   * for the patient to see and another for the readers is found when it arrives.
   */
  async #requireOneKey(row: EntryRow, key: Bytes): Promise<void> {
    if (!this.#isMe(row.patient) || this.#isMe(row.author)) return;
    const cid = cidFromDigest(fromHex(row.cid)).toString();
    if ((await this.#source.keyOf(cid)).wrapped === undefined) return;
    const seed = await this.#keys.folderSeed(row.registry, row.folder, row.epoch);
    const theirs = await this.#source.unwrap(cid, { seed, place: this.#placeOf(row) }).catch((error: unknown) => {
      if (isSalusError(error, 'wrong-key')) return undefined;
      throw error;
    });
    if (theirs !== undefined && equal(theirs, key)) return;
    throw new SalusError('keys-disagree', 'Its author sealed this so that its readers would not see what you see.');
  }

  #placeOf({ registry, patient, folder, epoch, author, commitment }: EntryRow): EntryPlace {
    const chainId = this.#chainId;
    return { chainId, registry, patient, folder, epoch, author, commitment: fromHex(commitment) };
  }

  #isMe(address: string): boolean {
    return address.toLowerCase() === this.#keys.address.toLowerCase();
  }

  /** Opens a consent object. @returns undefined for one that is not for this reader, and `later` for one to be tried again */
  async openObject(digest: Bytes, registry: string, patient: string): Promise<ConsentContent | 'later' | undefined> {
    try {
      const bytes = await this.#source.block(cidFromDigest(digest).toString());
      return await openConsent(bytes, this.#keys.secret(), { registry, patient });
    } catch (error) {
      if (isSalusError(error, 'vault-locked')) throw error;
      return isSalusError(error) && PASSING.includes(error.code) ? 'later' : undefined;
    }
  }

  /** When something that failed so often is tried again. */
  due(tries: number): number {
    return this.#now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries);
  }

  #failed(error: unknown, tries: number): Opened {
    // What failed since the keys were wiped meanwhile says nothing of the entry.
    this.#keys.check();
    const code: ErrorCode = isSalusError(error) ? error.code : 'sealed-data-damaged';
    if (code === 'vault-locked') throw error;
    const state: EntryState = PASSING.includes(code) ? 'waiting' : code === 'no-consent' ? 'closed' : 'bad';
    const again = state === 'waiting' ? { tries: tries + 1, due: this.due(tries) } : {};
    return { state, code, items: [], ...again };
  }
}

/** Items of an entry in a folder that holds one section. */
function itemsOf(
  row: EntryRow,
  { section, items }: EntryIndex,
  kind: FolderKind | 'any-section' | undefined,
): RecordItem[] {
  // Only in a selection is an item another's.
  if ((kind !== 'any-section' && section !== kind) || items.some(({ from }) => from !== undefined)) throw misfiled();
  const alone = items.length === 1 && ({ alone: true } as const);
  return items.map((meta, position) => ({ ...itemOf(row, section, meta, position), ...alone }));
}

/** Items of a selection, which its patient alone makes. Each has the author whose entry it is proven to be of. */
function pickedItems(rows: RowReader, row: EntryRow, { section, items }: EntryIndex): Promise<RecordItem[]> {
  if (row.author.toLowerCase() !== row.patient.toLowerCase()) throw misfiled();
  return Promise.all(
    items.map(async ({ from, ...meta }, position) => {
      if (from === undefined) throw misfiled();
      const author = await authorOf(rows, row, meta, from);
      const alone = from.path.length === 0 && ({ alone: true } as const);
      return { ...itemOf({ ...row, author }, section, meta, position), picked: from.of, ...alone };
    }),
  );
}

/**
 * Who recorded an item of a selection: the patient says which entry it is of, and the proof that it is. Where that entry is not known,
 * the patient alone stands for it.
 */
async function authorOf(
  rows: RowReader,
  { registry, patient, author }: EntryRow,
  { leafSalt, digest }: ItemMeta,
  { of, path }: NonNullable<ItemMeta['from']>,
): Promise<string> {
  const [entry = ''] = of.split('/');
  const original = await rows.get<EntryRow>(entryName(registry, entry));
  if (original === undefined || original.patient.toLowerCase() !== patient.toLowerCase()) return author;
  const leaf = await leafHash(leafSalt, digest);
  if (equal(await rootOf(leaf, path), fromHex(original.commitment))) return original.author;
  throw new SalusError('commitment-mismatch', 'This is not what its author recorded.');
}

const misfiled = () =>
  new SalusError('misfiled', 'Its author put this entry under another section than the folder that it is in.');

/** An item as lists have it. */
function itemOf(row: EntryRow, section: Section, meta: ItemMeta, position: number): RecordItem {
  const { salt, leafSalt, encoding, digest, same, measures, from, ...said } = meta;
  void [salt, leafSalt, encoding, from];
  return {
    ...(Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as typeof said),
    id: `${row.id}/${position}`,
    patient: row.patient,
    author: row.author,
    section,
    folder: row.folder,
    registry: row.registry,
    ...(measures && { measures: measures }),
    ...(same && { essence: toHex(same.essence) }),
    ...(same?.identity && { identity: toHex(same.identity) }),
    ...(same?.updated !== undefined && { updated: same.updated }),
    block: row.block,
    transaction: row.transaction,
    digest: toHex(digest),
  };
}
