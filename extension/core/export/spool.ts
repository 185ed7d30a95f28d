import { createSHA256, type IHasher } from 'hash-wasm';
import { toHex, utf8, type Bytes } from '../bytes.ts';
import { Crc32 } from '../crc32.ts';

/** Packed bytes that are gathered before they are put aside. */
const PART_BYTES = 1_048_576;

/**
 * A file of an archive that grows while others are written: packed (DEFLATE, RFC 1951) and put aside in Blobs, which a browser keeps
 * on the disk where there are many, until it is its turn.
 */
export class Spool {
  size = 0;
  readonly #hasher: IHasher;
  readonly #crc = new Crc32();
  readonly #writer: WritableStreamDefaultWriter<BufferSource>;
  readonly #packing: Promise<void>;
  readonly #parts: Blob[] = [];
  #gathered: Bytes[] = [];
  #bytes = 0;

  private constructor(hasher: IHasher) {
    this.#hasher = hasher;
    const { readable, writable } = new CompressionStream('deflate-raw');
    this.#writer = writable.getWriter();
    this.#packing = this.#gather(readable.getReader());
    this.#packing.catch(() => undefined); // thrown where it is closed
  }

  static async open(): Promise<Spool> {
    return new Spool(await createSHA256());
  }

  async #gather(reader: ReadableStreamDefaultReader<Bytes>): Promise<void> {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      this.#gathered.push(value);
      this.#bytes += value.byteLength;
      if (this.#bytes >= PART_BYTES) this.#putAside();
    }
    this.#putAside();
  }

  #putAside(): void {
    if (this.#gathered.length > 0) this.#parts.push(new Blob(this.#gathered));
    this.#gathered = [];
    this.#bytes = 0;
  }

  async write(content: string | Bytes): Promise<void> {
    const bytes = typeof content === 'string' ? utf8(content) : content;
    this.size += bytes.byteLength;
    this.#hasher.update(bytes);
    this.#crc.update(bytes);
    await this.#writer.write(bytes);
  }

  /** Nothing is written after it. */
  async close(): Promise<{ crc: number; size: number; sha256: string; packed: readonly Blob[] }> {
    await this.#writer.close();
    await this.#packing;
    const sha256 = toHex(this.#hasher.digest('binary')).slice(2);
    return { crc: this.#crc.value, size: this.size, sha256, packed: this.#parts };
  }

  /** It is not wanted any more. */
  async drop(): Promise<void> {
    await this.#writer.abort().catch(() => undefined);
    this.#parts.length = 0;
  }
}
