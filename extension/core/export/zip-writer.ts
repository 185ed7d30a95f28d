import { Zip, type ZipInputFile } from 'fflate';
import type { Bytes } from '../bytes.ts';
import { Crc32 } from '../crc32.ts';
import type { Spool } from './spool.ts';

/** Where an archive goes, part after part. */
export interface Sink {
  /** Resolves once there is room for more. */
  write(bytes: Bytes): Promise<void>;
}

/** APPNOTE 4.4.5. */
const [STORED, DEFLATED] = [0, 8];

/** A ZIP archive (APPNOTE 6.3) that is passed on as it comes, one file after the other. */
export class ZipWriter {
  readonly #zip: Zip;
  readonly #sink: Sink;
  readonly #made: Date;
  #waiting: Bytes[] = [];
  #problem: Error | undefined;
  /** Bytes that were passed on. */
  written = 0;

  constructor(sink: Sink, made: Date) {
    this.#sink = sink;
    this.#made = made;
    this.#zip = new Zip((error, bytes) => {
      if (error) this.#problem = error;
      else this.#waiting.push(bytes);
    });
  }

  /** One file as it is, whose parts are passed on as they come. */
  begin(name: string): { write(bytes: Bytes): Promise<void>; end(): Promise<void> } {
    const crc = new Crc32();
    const file: ZipInputFile = { filename: name, compression: STORED, mtime: this.#made, size: 0, crc: 0 };
    this.#zip.add(file);
    const give = async (bytes: Bytes, last: boolean) => {
      file.ondata?.(null, bytes, last);
      await this.#drain();
    };
    return {
      async write(bytes) {
        crc.update(bytes);
        file.size += bytes.byteLength;
        await give(bytes, false);
      },
      async end() {
        file.crc = crc.value;
        await give(new Uint8Array(), true);
      },
    };
  }

  /** A file that was put aside. @returns SHA-256 (hex) and length of what is in it */
  async put(name: string, spool: Spool): Promise<{ sha256: string; bytes: number }> {
    const { crc, size, sha256, packed } = await spool.close();
    const file: ZipInputFile = { filename: name, compression: DEFLATED, mtime: this.#made, size, crc };
    this.#zip.add(file);
    for (const blob of packed) {
      file.ondata?.(null, new Uint8Array(await blob.arrayBuffer()), false);
      await this.#drain();
    }
    file.ondata?.(null, new Uint8Array(), true);
    await this.#drain();
    return { sha256, bytes: size };
  }

  /** The directory at its end. */
  async end(): Promise<void> {
    this.#zip.end();
    await this.#drain();
  }

  async #drain(): Promise<void> {
    if (this.#problem) throw this.#problem;
    const parts = this.#waiting;
    this.#waiting = [];
    for (const part of parts) {
      this.written += part.byteLength;
      await this.#sink.write(part);
    }
  }
}
