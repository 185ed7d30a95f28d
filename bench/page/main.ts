import { fhirValidator } from '../../extension/adapters/fhir-validator.ts';
import { StorageHost } from '../../extension/adapters/storage/storage-host.ts';
import { deriveKey } from '../../extension/core/vault/derive-key.ts';
import { CURRENT_KDF } from '../../extension/core/vault/kdf.ts';
import { Exporter } from './exporter.ts';
import { serialLimit, sum } from './limit.ts';
import { Keeper } from './keeper.ts';
import { randomBytes, time } from './timing.ts';

/** One round: the wallet's own modules and the limit over the same bytes, in milliseconds. */
export interface Round {
  readonly measured: number;
  readonly limit: number;
}

const SLICE_BYTES = 16 * 1_048_576;

const host = StorageHost.start(fhirValidator(), '');
const keeper = host.then((storage) => new Keeper(storage));
const exporter = host.then((storage) => new Exporter(storage));

/** What the bench asks of this page. */
const api = {
  /** Until everything is loaded and warm. */
  async ready(): Promise<void> {
    await (await keeper).keepFile(new Blob([randomBytes(1_048_576)]));
  },

  /** Seals and stores a file of random bytes, and measures the limit over them. */
  async seal(size: number): Promise<Round> {
    const bytes = randomBytes(size);
    const limit = sum(await serialLimit(bytes));
    return { measured: await (await keeper).keepFile(new Blob([bytes])), limit };
  },

  /** Seals and stores a file so large that only its parts are ever in memory: the same random slice many times. */
  async sealLong(size: number): Promise<number> {
    const slice = new Blob([randomBytes(Math.min(size, SLICE_BYTES))]);
    return (await keeper).keepFile(new Blob(Array.from({ length: size / slice.size }, () => slice)));
  },

  /** Imports a FHIR file. The limit reads it as JSON and stores the same bytes. */
  async importFhir(text: string): Promise<Round & { readonly resources: number }> {
    const bytes = new TextEncoder().encode(text);
    const limit = (await time(() => JSON.parse(text) as unknown)) + sum(await serialLimit(bytes));
    return { ...(await (await keeper).keepFhir(new Blob([bytes]))), limit };
  },

  /** A record with so many bytes of documents, and with small resources. */
  makeRecord: async (bytes: number): Promise<void> => (await exporter).make(bytes),
  /** Takes it out. The limit reads and packs the same bytes. */
  takeOut: async (): Promise<Round> => (await exporter).takeOut(),
  dropRecord: async (): Promise<void> => (await exporter).drop(),

  /** The bare key derivation of a vault. */
  derive: (): Promise<number> => time(() => deriveKey('correct horse battery', randomBytes(16), CURRENT_KDF)),
};

export type BenchPage = typeof api;
declare global {
  interface Window {
    bench: BenchPage;
  }
}
window.bench = api;
