import type { StorageHost } from '../../extension/adapters/storage/storage-host.ts';
import { fromHex } from '../../extension/core/bytes.ts';
import type { ImportReport } from '../../extension/core/records/importer.ts';
import { isSection } from '../../extension/core/records/sections.ts';
import type { LedgerRow } from '../../extension/core/storage/ledger.ts';
import { time, randomBytes } from './timing.ts';

/** x coordinate of the generator of secp256k1: a key that is a point. */
export const PATIENT_SECRET = Uint8Array.from({ length: 32 }, (_, at) => (at === 31 ? 1 : 0));
const PATIENT_KEY = fromHex('0x79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798');
export const NOBODY = '0x0000000000000000000000000000000000000000';

/** Runs whole imports through the storage host, as the wallet does, and leaves nothing behind. */
export class Keeper {
  readonly #host: StorageHost;

  constructor(host: StorageHost) {
    this.#host = host;
  }

  /** Seals and stores a file that is no FHIR. @returns milliseconds, without those of reading its first bytes */
  async keepFile(file: Blob): Promise<number> {
    const job = await this.#host.stage(file, 'file.bin', 'bench');
    const report = await this.#host.plan(job, { digests: [] });
    const took = await time(() => this.#commit(job, report));
    await this.#host.wipe();
    return took;
  }

  /** Reads, seals and stores a FHIR file. */
  async keepFhir(file: Blob): Promise<{ measured: number; resources: number }> {
    const job = await this.#host.stage(file, 'bundle.json', 'bench');
    let resources = 0;
    const measured = await time(async () => {
      const report = await this.#host.plan(job, { digests: [] });
      resources = report.taken;
      await this.#commit(job, report);
    });
    await this.#host.wipe();
    return { measured, resources };
  }

  /** Reads, seals and stores a file, and leaves it there. @returns the entries that it gave */
  async keep(file: Blob, name: string): Promise<LedgerRow[]> {
    const job = await this.#host.stage(file, name, name);
    return this.#commit(job, await this.#host.plan(job, { digests: [] }));
  }

  #commit(job: string, report: ImportReport): Promise<LedgerRow[]> {
    const sections = Object.keys(report.sections).filter(isSection);
    const targets = sections.map((section, index) => ({
      section,
      folder: index + 1,
      patientKey: PATIENT_KEY,
      under: {
        seed: randomBytes(64),
        place: { chainId: 1, registry: NOBODY, patient: NOBODY, author: NOBODY, folder: index + 1, epoch: 0 },
      },
    }));
    return this.#host.commit(job, targets, NOBODY, NOBODY);
  }
}
