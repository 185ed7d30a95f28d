import { fromHex, toHex, type Bytes } from '../bytes.ts';
import { openConsent, type ConsentContent } from '../consent/consent-object.ts';
import { isSalusError, noConsent, SalusError, type ErrorCode } from '../errors.ts';
import { eciesOpen } from '../keys/ecies.ts';
import { wipedFolderKey } from '../keys/keyring.ts';
import type { EntryReader } from '../records/entry-reader.ts';
import type { Section } from '../records/sections.ts';
import { cidFromDigest } from '../storage/cid.ts';
import { keysName, type EntryRow, type EntryState, type RecordItem } from './model.ts';
import type { RowReader } from './sorted-list.ts';

/** What the catalogue may use of a person's keys. Every call throws SalusError `vault-locked` once the wallet is locked. */
export interface CatalogueKeys {
  readonly address: string;
  check(): void;
  /** Key of the catalogue itself. */
  rowsKey(): Promise<Bytes>;
  /** Key of one of this account's own folders. */
  folderKey(registry: string, folder: number, epoch: number): Promise<Bytes>;
  /** Opens capsules. */
  secret(): Bytes;
  /** What one of this account's own folders holds. */
  sectionOf(folder: number): Promise<Section | undefined>;
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

/** Folder keys that a reader was given: epoch → key in hex. */
export type GivenKeys = Readonly<Record<string, string>>;

/** Opens entries and consent objects, and says how each stands afterwards. Never throws but `vault-locked`. */
export class Openings {
  readonly #source: SealedSource;
  readonly #keys: CatalogueKeys;
  readonly #now: () => number;

  constructor(source: SealedSource, keys: CatalogueKeys, now: () => number) {
    this.#source = source;
    this.#keys = keys;
    this.#now = now;
  }

  /** @param section what the folder holds, by what its patient says; undefined where nobody said */
  async open(rows: RowReader, row: EntryRow, section: Section | undefined): Promise<Opened> {
    try {
      const key = await this.keyOf(rows, row);
      const cid = cidFromDigest(fromHex(row.cid)).toString();
      const commitment = fromHex(row.commitment);
      const index = await this.#source.openIndex(cid, key, commitment).catch(async (error: unknown) => {
        if (await this.#isExposed(row, error)) {
          throw new SalusError('exposed', 'This was sealed under a key that anybody can work out.');
        }
        throw error;
      });
      if (section === undefined || index.section !== section) {
        throw new SalusError(
          'misfiled',
          'Its author put this entry under another section than the folder that it is in.',
        );
      }
      const items = index.items.map((meta, position): RecordItem => {
        const { type, title, date, code, mediaType, size, fullUrl, findings, source, digest } = meta;
        return {
          id: `${row.id}/${position}`,
          patient: row.patient,
          author: row.author,
          section,
          folder: row.folder,
          registry: row.registry,
          type,
          title,
          ...(date !== undefined && { date }),
          ...(code !== undefined && { code }),
          mediaType,
          size,
          ...(fullUrl !== undefined && { fullUrl }),
          ...(findings !== undefined && { findings }),
          ...(source !== undefined && { source }),
          block: row.block,
          transaction: row.transaction,
          digest: toHex(digest),
        };
      });
      return { state: 'open', items };
    } catch (error) {
      return this.#failed(error, row.tries ?? 0);
    }
  }

  /** The key of an entry. @throws SalusError `no-consent`, `wrong-key`, `block-missing` */
  async keyOf(rows: RowReader, row: EntryRow): Promise<Bytes> {
    const how = await this.#source.keyOf(cidFromDigest(fromHex(row.cid)).toString());
    const own = row.patient.toLowerCase() === this.#keys.address.toLowerCase();
    if (own) {
      if ('capsule' in how) return eciesOpen(this.#keys.secret(), how.capsule);
      return this.#keys.folderKey(row.registry, row.folder, how.epoch);
    }
    this.#keys.check();
    if ('capsule' in how) throw noConsent(); // sealed to the patient alone
    const given = await rows.get<GivenKeys>(keysName(row.registry, row.patient, row.folder));
    const key = given?.[how.epoch];
    if (key === undefined) throw noConsent();
    return fromHex(key);
  }

  /** Whether an own entry opens under what a wiped keyring gave. */
  async #isExposed(row: EntryRow, error: unknown): Promise<boolean> {
    const me = this.#keys.address.toLowerCase();
    if (!isSalusError(error, 'sealed-data-damaged')) return false;
    if (row.patient.toLowerCase() !== me || row.author.toLowerCase() !== me) return false;
    const index = this.#source.openIndex(
      cidFromDigest(fromHex(row.cid)).toString(),
      await wipedFolderKey(row.registry, row.folder, row.epoch),
      fromHex(row.commitment),
    );
    return index.then(
      () => true,
      () => false,
    );
  }

  /** Opens a consent or keyring object. @returns undefined for one that is not for this reader, and `later` for one to be tried again */
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
    const code: ErrorCode = isSalusError(error) ? error.code : 'sealed-data-damaged';
    if (code === 'vault-locked') throw error;
    const state: EntryState = PASSING.includes(code) ? 'waiting' : code === 'no-consent' ? 'closed' : 'bad';
    const again = state === 'waiting' ? { tries: tries + 1, due: this.due(tries) } : {};
    return { state, code, items: [], ...again };
  }
}
