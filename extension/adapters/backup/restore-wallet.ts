import { CID } from 'multiformats/cid';
import * as Digest from 'multiformats/hashes/digest';
import { own, toHex, type Bytes } from '../../core/bytes.ts';
import { SalusError } from '../../core/errors.ts';
import { openParts } from '../../core/backup/file.ts';
import { readHead, type BackupHead, type BackupKey } from '../../core/backup/header.ts';
import { keyringsOf, withoutSites } from '../../core/backup/own-state.ts';
import type { Part } from '../../core/backup/parts.ts';
import type { Keyring } from '../../core/keys/keyring.ts';
import { parseNetwork, type Network } from '../../core/network/descriptor.ts';
import { matches, RAW } from '../../core/storage/cid.ts';
import { browser } from '../browser/api.ts';
import { databaseRows } from '../storage/database-rows.ts';
import { openDatabase, type Database } from '../storage/database.ts';
import { writeFault } from '../storage/full-disk.ts';
import { blockKey } from '../storage/idb-blockstore.ts';
import { Ingest, INGEST_LOCK, type Root } from '../storage/ingest.ts';
import { dropUnfinished, whileRestoring } from './unfinished.ts';

type Of<K extends Part['is']> = Extract<Part, { is: K }>;

export interface Reading {
  readonly signal: AbortSignal;
  /** @param bytes of the file, so far */
  readonly onRead: (bytes: number) => void;
}

/** What a backup that was looked through holds. */
export interface BackupContents {
  /** Unix seconds. */
  readonly made: number;
  readonly entries: number;
}

const fileOf = (blob: Blob) => ({
  size: blob.size,
  read: async (from: number, to: number) => new Uint8Array(await blob.slice(from, to).arrayBuffer()),
});

/** @throws SalusError `not-a-backup`, `backup-newer`, `backup-damaged` */
export const headOf = (blob: Blob): Promise<BackupHead> => readHead((from, to) => fileOf(blob).read(from, to));

const cidOfKey = (key: Uint8Array): CID => CID.createV1(RAW, Digest.decode(key));

/**
 * Reads a backup from its beginning to its end, and writes nothing: so that one that is cut or was changed leaves nothing behind.
 * @throws SalusError `backup-damaged`; the signal's reason
 */
export async function lookThrough(
  blob: Blob,
  head: BackupHead,
  key: BackupKey,
  { signal, onRead }: Reading,
): Promise<BackupContents> {
  const damaged = () => new SalusError('backup-damaged', 'What is in this backup contradicts itself.', { at: 100 });
  const blocks = new Set<string>();
  let made = 0;
  let entries = 0;
  for await (const part of openParts(fileOf(blob), head, key, { signal, onRead })) {
    if (part.is === 'about') made = part.made;
    if (part.is === 'block') {
      if (!(await isBlock(part))) throw damaged();
      blocks.add(`${part.place} ${toHex(part.key)}`);
    }
    if (part.is !== 'root') continue;
    const { place } = part;
    if (!cidsOf(part).every((cid) => blocks.has(`${place} ${toHex(blockKey(cid))}`))) throw damaged();
    entries++;
  }
  return { made, entries };
}

async function isBlock({ key, value }: Of<'block'>): Promise<boolean> {
  try {
    return await matches(cidOfKey(key), value);
  } catch {
    return false;
  }
}

/** @returns none that is there for what names nothing */
function cidsOf({ row, blocks }: Of<'root'>): CID[] {
  try {
    return [CID.parse(row.root), ...blocks.map((cid) => CID.decode(cid))];
  } catch {
    return [cidOfKey(Uint8Array.of(0, 0))];
  }
}

/** What a backup brought back beside the record. */
export interface Restored {
  /** Key of the network that was in use, where it is not the build's own. */
  readonly chosen?: string;
}

/**
 * Brings everything back that is in a backup, into a browser without a wallet. The vault is not in it: until one is made of the same
 * words, what was written counts for nothing. Where this fails nothing is left.
 * @throws SalusError `storage-full`, `backup-damaged`; the signal's reason
 */
export async function restoreWallet(
  blob: Blob,
  head: BackupHead,
  key: BackupKey,
  { signal, onRead }: Reading,
): Promise<Restored> {
  await dropUnfinished();
  try {
    return await whileRestoring(() =>
      navigator.locks.request(INGEST_LOCK, { mode: 'shared' }, async () => {
        const target = new Target(key.entropy);
        try {
          for await (const part of openParts(fileOf(blob), head, key, { signal, onRead })) await target.take(part);
          return await target.commit();
        } finally {
          await target.close();
        }
      }),
    );
  } catch (error) {
    await dropUnfinished();
    throw error;
  }
}

/** Rows of a catalogue that are written together. */
const BATCH_BYTES = 4 * 1_048_576;

/** Where the parts of a backup go. */
class Target {
  readonly #entropy: Bytes;
  readonly #over = new AbortController();
  #accounts: string | undefined;
  #keyrings: Promise<Map<string, Keyring>> | undefined;
  readonly #values = new Map<string, unknown>();
  #networks: readonly Network[] = [];
  #chosen: string | undefined;
  readonly #records = new Map<string, { readonly db: Database; readonly ingest: Ingest; readonly roots: Root[] }>();
  readonly #rows = new Map<string, Map<string, Bytes>>();
  #bytes = 0;

  constructor(entropy: Bytes) {
    this.#entropy = entropy;
  }

  async take(part: Part): Promise<void> {
    if (part.is === 'about') this.#about(part);
    else if (part.is === 'accounts') this.#accounts = part.value;
    else if (part.is === 'state') await this.#state(part);
    else if (part.is === 'known') await this.#known(part);
    else if (part.is === 'block')
      await (await this.#record(part.place)).ingest.put(cidOfKey(part.key), own(part.value));
    else if (part.is === 'root') await this.#root(part);
  }

  /** All that was taken is there from here on. @throws SalusError `storage-full` */
  async commit(): Promise<Restored> {
    await this.#flush();
    for (const { ingest, roots } of this.#records.values()) await ingest.commit(roots);
    if (this.#accounts !== undefined) this.#values.set('accounts', this.#accounts);
    if (this.#networks.length > 0) this.#values.set('networks', { added: this.#networks });
    await browser.storage.local.set(Object.fromEntries(this.#values)).catch((error: unknown) => {
      throw writeFault(error);
    });
    return { ...(this.#chosen !== undefined && { chosen: this.#chosen }) };
  }

  async close(): Promise<void> {
    this.#over.abort();
    for (const { db, ingest } of this.#records.values()) {
      await ingest.abandon();
      db.close();
    }
    for (const keyring of (await this.#keyrings?.catch(() => undefined))?.values() ?? []) keyring.wipe();
  }

  /** What is no description of a network any more can be added again. */
  #about({ networks, chosen }: Of<'about'>): void {
    this.#networks = networks.flatMap((one) => {
      try {
        return [parseNetwork(one)];
      } catch {
        return [];
      }
    });
    this.#chosen = chosen;
  }

  /** The list of accounts comes before all that is of one. */
  #keyring(alias: string): Promise<Keyring | undefined> {
    this.#keyrings ??= keyringsOf(this.#entropy, this.#accounts);
    return this.#keyrings.then((all) => all.get(alias));
  }

  /** What was another wallet's, which this one took the place of, is left. */
  async #state({ place, alias, value }: Of<'state'>): Promise<void> {
    const keyring = await this.#keyring(alias);
    if (keyring !== undefined) this.#values.set(`state:${place}:${alias}`, await withoutSites(value, keyring));
  }

  async #known({ place, alias, name, value }: Of<'known'>): Promise<void> {
    if ((await this.#keyring(alias)) === undefined) return;
    const database = `salus-catalogue:${place}:${alias}`;
    const rows = this.#rows.get(database) ?? new Map<string, Bytes>();
    this.#rows.set(database, rows.set(name, own(value)));
    this.#bytes += value.length;
    if (this.#bytes >= BATCH_BYTES) await this.#flush();
  }

  async #flush(): Promise<void> {
    for (const [database, rows] of this.#rows) await databaseRows(database, this.#over.signal).write(rows);
    this.#rows.clear();
    this.#bytes = 0;
  }

  async #record(place: string) {
    const known = this.#records.get(place);
    if (known !== undefined) return known;
    const db = await openDatabase(place === '' ? undefined : `salus:${place}`);
    const record = { db, ingest: new Ingest(db), roots: [] };
    this.#records.set(place, record);
    return record;
  }

  async #root(part: Of<'root'>): Promise<void> {
    const [cid, ...blocks] = cidsOf(part);
    if (cid !== undefined) (await this.#record(part.place)).roots.push({ cid, blocks, row: part.row });
  }
}
