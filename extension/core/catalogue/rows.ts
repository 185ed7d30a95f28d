import { decode, encode } from '@ipld/dag-cbor';
import { concat, fromUtf8, own, random, toHex, utf8, type Bytes } from '../bytes.ts';
import { importKey } from '../envelope/stream.ts';
import { SalusError } from '../errors.ts';
import { hkdf } from '../keys/hkdf.ts';

/** Where sealed rows are kept: names and values are of no use to whoever reads them. */
export interface RowStore {
  get(names: readonly string[]): Promise<(Bytes | undefined)[]>;
  /** All of it or nothing; an undefined value deletes. @throws SalusError `storage-full` */
  write(changes: ReadonlyMap<string, Bytes | undefined>): Promise<void>;
  clear(): Promise<void>;
}

/** Part of what every row is bound to: rows of another format are not opened, and the catalogue is made anew. */
const FORMAT = 'salus/catalogue/v1';
/** Rows that are kept open in memory. */
const MOST_CACHED = 512;

interface Keys {
  readonly seal: CryptoKey;
  readonly name: CryptoKey;
}

/** What was there before a change: as it was sealed, so that nothing is opened to be kept. */
type Before = readonly (readonly [name: string, sealed: Uint8Array | null])[];

/**
 * Rows sealed one by one: AES-256-GCM under a random nonce, bound to the row's name; the store knows a row by an HMAC-SHA256 of its
 * name. What changes together is written together by a {@link Draft}, which can be undone.
 */
export class SealedRows {
  readonly #store: RowStore;
  readonly #root: () => Promise<Bytes>;
  readonly #check: () => void;
  #keys: Promise<Keys> | undefined;
  readonly #cache = new Map<string, unknown>();
  /** Of the store's contents: another one after each write. */
  #generation = 0;

  /**
   * @param root 32 bytes that all keys come from
   * @param check throws SalusError `vault-locked` once nothing may be opened or sealed any more
   */
  constructor(store: RowStore, root: () => Promise<Bytes>, check: () => void) {
    this.#store = store;
    this.#root = root;
    this.#check = check;
  }

  /** @throws SalusError `catalogue-damaged` for a row that does not open */
  async get<T>(name: string): Promise<T | undefined> {
    const [value] = await this.getAll<T>([name]);
    return value;
  }

  /** @throws SalusError `catalogue-damaged` */
  async getAll<T>(names: readonly string[]): Promise<(T | undefined)[]> {
    this.#check();
    const known = names.filter((name) => this.#cache.has(name));
    const found = new Map(known.map((name) => [name, this.#cache.get(name)]));
    const missing = [...new Set(names.filter((name) => !found.has(name)))];
    if (missing.length > 0) {
      const generation = this.#generation;
      const keys = await Promise.all(missing.map((name) => this.#nameOf(name)));
      const sealed = await this.#store.get(keys);
      await Promise.all(
        missing.map(async (name, i) => {
          const bytes = sealed[i];
          found.set(name, bytes === undefined ? undefined : await this.#open(name, bytes));
        }),
      );
      this.#check();
      // What was written meanwhile is newer than what was read.
      if (generation === this.#generation) for (const name of missing) this.#keep(name, found.get(name));
    }
    return names.map((name) => found.get(name) as T | undefined);
  }

  /** Changes that are written together. */
  draft(): Draft {
    return new Draft(this);
  }

  /**
   * @param undo row to keep what was there before under, so that {@link undo} brings it back
   * @param over rows of that kind that are not needed any more: they go for good, or each would hold all before it
   */
  async write(changes: ReadonlyMap<string, unknown>, undo?: string, over: readonly string[] = []): Promise<void> {
    this.#check();
    const named = await Promise.all(
      [...changes].map(async ([name, value]) => {
        return [await this.#nameOf(name), value === undefined ? undefined : await this.#seal(name, value)] as const;
      }),
    );
    const sealed = new Map(named);
    if (undo !== undefined) {
      const names = [...sealed.keys()];
      const bytes = await this.#store.get(names);
      const before: Before = names.map((name, i) => [name, bytes[i] ?? null]);
      sealed.set(await this.#nameOf(undo), await this.#sealBytes(undo, encode(before)));
    }
    for (const name of over) sealed.set(await this.#nameOf(name), undefined);
    this.#check();
    await this.#store.write(sealed);
    this.#generation++;
    for (const [name, value] of changes) this.#keep(name, value);
    for (const name of over) this.#cache.delete(name);
  }

  /** Brings back what `undo` kept, the newest first. */
  async undo(rows: readonly string[]): Promise<void> {
    for (const row of rows) {
      this.#check();
      const key = await this.#nameOf(row);
      const [kept] = await this.#store.get([key]);
      const before = kept === undefined ? [] : await this.#openBytes(row, kept, (bytes) => decode<Before>(bytes));
      const changes = new Map(before.map(([name, sealed]) => [name, sealed === null ? undefined : own(sealed)]));
      changes.set(key, undefined);
      await this.#store.write(changes);
      this.#forget();
    }
  }

  async clear(): Promise<void> {
    await this.#store.clear();
    this.#forget();
  }

  #forget(): void {
    this.#generation++;
    this.#cache.clear();
  }

  #keep(name: string, value: unknown): void {
    this.#cache.delete(name);
    this.#cache.set(name, value);
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= MOST_CACHED) return;
      this.#cache.delete(oldest);
    }
  }

  /** One row that does not open spoils what the others add up to: all of them are dropped, to be made anew. */
  #open(name: string, bytes: Bytes): Promise<unknown> {
    return this.#openBytes(name, bytes, (plain) => JSON.parse(fromUtf8(plain)) as unknown);
  }

  async #openBytes<T>(name: string, bytes: Bytes, parse: (plain: Bytes) => T): Promise<T> {
    const { seal } = await this.#opened();
    try {
      const params = { name: 'AES-GCM', iv: bytes.slice(0, 12), additionalData: utf8(`${FORMAT}/${name}`) };
      return parse(new Uint8Array(await crypto.subtle.decrypt(params, seal, bytes.slice(12))));
    } catch {
      await this.clear();
      throw new SalusError('catalogue-damaged', 'What this browser knew of your record is damaged. It is made anew.');
    }
  }

  #seal(name: string, value: unknown): Promise<Bytes> {
    return this.#sealBytes(name, utf8(JSON.stringify(value)));
  }

  async #sealBytes(name: string, plain: Uint8Array): Promise<Bytes> {
    const { seal } = await this.#opened();
    const params = { name: 'AES-GCM', iv: random(12), additionalData: utf8(`${FORMAT}/${name}`) };
    return concat(params.iv, new Uint8Array(await crypto.subtle.encrypt(params, seal, own(plain))));
  }

  async #nameOf(name: string): Promise<string> {
    const mac = await crypto.subtle.sign('HMAC', (await this.#opened()).name, utf8(name));
    return toHex(new Uint8Array(mac, 0, 16)).slice(2);
  }

  #opened(): Promise<Keys> {
    this.#keys ??= this.#root().then(async (root) => {
      const name = await hkdf(root, new Uint8Array(), utf8(`${FORMAT}/names`));
      const hmac = { name: 'HMAC', hash: 'SHA-256' };
      return {
        seal: await importKey(root),
        name: await crypto.subtle.importKey('raw', name, hmac, false, ['sign']),
      };
    });
    return this.#keys;
  }
}

/** What is changed together. Reads see what was changed in it. */
export class Draft {
  readonly #rows: SealedRows;
  readonly #changes = new Map<string, unknown>();

  constructor(rows: SealedRows) {
    this.#rows = rows;
  }

  async get<T>(name: string): Promise<T | undefined> {
    return this.#changes.has(name) ? (this.#changes.get(name) as T | undefined) : this.#rows.get<T>(name);
  }

  async getAll<T>(names: readonly string[]): Promise<(T | undefined)[]> {
    const missing = names.filter((name) => !this.#changes.has(name));
    const found = new Map(zip(missing, await this.#rows.getAll<T>(missing)));
    return names.map((name) =>
      this.#changes.has(name) ? (this.#changes.get(name) as T | undefined) : found.get(name),
    );
  }

  /** @param value plain JSON; it must not be changed afterwards */
  put(name: string, value: unknown): void {
    this.#changes.set(name, value);
  }

  delete(name: string): void {
    this.#changes.set(name, undefined);
  }

  get isEmpty(): boolean {
    return this.#changes.size === 0;
  }

  /** See {@link SealedRows.write}. */
  async commit(undo?: string, over?: readonly string[]): Promise<void> {
    if (!this.isEmpty) await this.#rows.write(this.#changes, undo, over);
  }
}

const zip = <A, B>(as: readonly A[], bs: readonly B[]): (readonly [A, B])[] =>
  as.map((a, i) => [a, bs[i] as B] as const);
