import { Zip, ZipDeflate, ZipPassThrough } from 'fflate';
import { openChannel, serveChannel, type Remote } from '../../extension/adapters/messaging/channel.ts';
import type { StorageHost } from '../../extension/adapters/storage/storage-host.ts';
import { concat, fromHex, toHex, type Bytes } from '../../extension/core/bytes.ts';
import type { RecordItem } from '../../extension/core/catalogue/model.ts';
import { writeExport, type ExportSource } from '../../extension/core/export/write-export.ts';
import { FHIR_JSON } from '../../extension/core/fhir/media-type.ts';
import { eciesOpen } from '../../extension/core/keys/ecies.ts';
import { SECTIONS, type Section } from '../../extension/core/records/sections.ts';
import type { LedgerRow } from '../../extension/core/storage/ledger.ts';
import type { OutEntry } from '../../extension/core/wallet/take-out.ts';
import { Keeper, NOBODY, PATIENT_SECRET } from './keeper.ts';
import { randomBytes, time } from './timing.ts';

const MIB = 1_048_576;
const RESOURCES = 2_000;

interface Entry {
  readonly row: LedgerRow;
  readonly key: Bytes;
  readonly section: Section;
  readonly items: readonly RecordItem[];
}

/** Takes a record out of the storage host, over a channel and into a Blob, as the wallet’s page does. */
export class Exporter {
  readonly #host: StorageHost;
  readonly #channel: Remote<StorageHost>;
  #entries: readonly Entry[] = [];

  constructor(host: StorageHost) {
    this.#host = host;
    const { port1, port2 } = new MessageChannel();
    serveChannel(port2, host);
    this.#channel = openChannel<StorageHost>(port1);
  }

  /** Half of the bytes in one document, the others in documents of 1 MiB; and resources. */
  async make(bytes: number): Promise<void> {
    const keeper = new Keeper(this.#host);
    const slice = new Blob([randomBytes(Math.min(16 * MIB, bytes / 2))]);
    const large = new Blob(Array.from({ length: bytes / 2 / slice.size }, () => slice));
    const rows = [...(await keeper.keep(large, 'scan.bin')), ...(await keeper.keep(resources(), 'bundle.json'))];
    for (let i = 0; i < bytes / 2 / MIB; i++) {
      rows.push(...(await keeper.keep(new Blob([randomBytes(MIB)]), `picture ${i}.bin`)));
    }
    this.#entries = await Promise.all(rows.map((row) => this.#entryOf(row)));
  }

  async #entryOf(row: LedgerRow): Promise<Entry> {
    const key = await eciesOpen(PATIENT_SECRET, (await this.#host.keyOf(row.root)).capsule);
    const { section, items } = await this.#host.openIndex(row.root, key, fromHex(row.commitment));
    const listed = items.map(({ type, title, mediaType, size, digest }, position): RecordItem => {
      const said = { type, title, mediaType, size, digest: toHex(digest) };
      const place = {
        patient: NOBODY,
        author: NOBODY,
        registry: NOBODY,
        folder: row.folder,
        block: 0,
        transaction: '',
      };
      return { ...said, ...place, section, id: `${row.commitment}/${position}` };
    });
    return { row, key, section, items: listed };
  }

  async takeOut(): Promise<{ readonly measured: number; readonly limit: number }> {
    // What comes second finds more of it at hand.
    const measured = await time(() => this.#takeOut());
    return { measured, limit: await time(() => this.#readAndPack()) };
  }

  drop(): Promise<void> {
    return this.#host.wipe();
  }

  async #takeOut(): Promise<void> {
    const blobs: Blob[] = [];
    const sink = { write: (part: Bytes) => Promise.resolve(void blobs.push(new Blob([part]))) };
    const { items } = await writeExport(this.#source(), sink, {
      ...{ account: NOBODY, chainId: 1, sections: SECTIONS, made: new Date() },
      signal: new AbortController().signal,
      readme: () => '',
    });
    const there = this.#entries.reduce((sum, entry) => sum + entry.items.length, 0);
    if (items !== there) throw new Error(`${items} of ${there} items were taken out`);
  }

  #source(): ExportSource {
    const byId = new Map(this.#entries.map((entry) => [entry.row.root, entry]));
    return {
      // eslint-disable-next-line @typescript-eslint/require-await -- a list that is known
      async *ids() {
        yield* byId.keys();
      },
      entry: async (id): Promise<OutEntry | undefined> => {
        const entry = byId.get(id);
        if (entry === undefined) return undefined;
        const { row, key, section, items } = entry;
        const { root, commitment, folder } = row;
        const place = {
          registry: NOBODY,
          patient: NOBODY,
          author: NOBODY,
          epoch: 0,
          block: 0,
          index: 0,
          transaction: '',
        };
        return {
          row: { ...place, id: commitment, cid: root, commitment, folder, state: 'open', items },
          section,
          ticket: await this.#channel.openItems(root, key, fromHex(commitment)),
        };
      },
      parts: (ticket) => this.#channel.nextParts(ticket),
      close: (ticket) => this.#channel.closeItems(ticket),
      consents: () => Promise.resolve([]),
      activity: () => Promise.resolve({ items: [] }),
    };
  }

  /** What cannot be left out: each item is opened and proven, documents are put into an archive, resources packed. */
  async #readAndPack(): Promise<void> {
    const blobs: Blob[] = [];
    const zip = new Zip((error, bytes) => {
      if (error) throw error;
      blobs.push(new Blob([bytes]));
    });
    const lines: Bytes[] = [];
    for (const { row, key, items } of this.#entries) {
      const ticket = await this.#host.openItems(row.root, key, fromHex(row.commitment));
      let file: ZipPassThrough | undefined;
      for (
        let parts = await this.#host.nextParts(ticket);
        parts.length > 0;
        parts = await this.#host.nextParts(ticket)
      ) {
        for (const { position, bytes, done } of parts) {
          if (items[position]?.mediaType === FHIR_JSON) {
            if (bytes) lines.push(bytes);
            continue;
          }
          if (file === undefined) zip.add((file = new ZipPassThrough(`${row.root}/${position}`)));
          file.push(bytes ?? new Uint8Array(), done === true);
          if (done) file = undefined;
        }
      }
    }
    const text = new ZipDeflate('record.ndjson');
    zip.add(text);
    text.push(concat(...lines), true);
    zip.end();
  }
}

function resources(): Blob {
  const entry = Array.from({ length: RESOURCES }, (_, i) => ({
    resource: {
      resourceType: 'Observation',
      id: `o${i}`,
      status: 'final',
      code: { coding: [{ system: 'http://loinc.org', code: '2951-2' }], text: 'Sodium' },
      effectiveDateTime: new Date(i * 86_400_000).toISOString(),
      valueQuantity: { value: 130 + (i % 20), unit: 'mmol/L' },
      note: [{ text: toHex(randomBytes(200)) }],
    },
  }));
  return new Blob([JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry })], {
    type: 'application/json',
  });
}
