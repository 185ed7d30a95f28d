import { fromHex, toHex, type Bytes } from '../../../extension/core/bytes.ts';
import { SalusError } from '../../../extension/core/errors.ts';
import { matches } from '../../../extension/core/storage/cid.ts';
import type { BlockSink, BlockSource } from '../../../extension/core/storage/ports.ts';
import { unixfs } from '@helia/unixfs';
import { MemoryBlockstore } from 'blockstore-core';
import type { CID } from 'multiformats/cid';

/** Blocks in memory, read through the same UnixFS reader as in the browser. */
export class MemoryBlocks implements BlockSink, BlockSource {
  readonly store = new MemoryBlockstore();
  readonly order: CID[] = [];

  async put(cid: CID, bytes: Uint8Array): Promise<void> {
    this.order.push(cid);
    await this.store.put(cid, bytes);
  }

  async block(cid: CID): Promise<Uint8Array> {
    const parts: Uint8Array[] = [];
    try {
      for await (const part of this.store.get(cid)) parts.push(part);
    } catch {
      throw new SalusError('block-missing', 'missing');
    }
    const bytes = parts[0]!;
    if (!(await matches(cid, bytes))) throw new SalusError('block-damaged', 'damaged');
    return bytes;
  }

  file(cid: CID): AsyncIterable<Uint8Array> {
    return unixfs({ blockstore: this.store }).cat(cid);
  }
}

export async function collect(source: AsyncIterable<Uint8Array>): Promise<Bytes> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Uint8Array.from(parts.flatMap((p) => [...p]));
}

/** Like {@link collect}, for long streams. */
export async function collectLong(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of source) parts.push(part);
  return Buffer.concat(parts);
}

// eslint-disable-next-line @typescript-eslint/require-await
export async function* chunks(...parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

export const fill = (length: number, byte = 1): Bytes => new Uint8Array(length).fill(byte);
export { fromHex, toHex };
