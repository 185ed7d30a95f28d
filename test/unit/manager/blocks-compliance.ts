import * as dagCbor from '@ipld/dag-cbor';
import { CID } from 'multiformats/cid';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Blocks } from '../../../manager/blocks/blocks.ts';
import { cborBlock, entry, rawBlock, type Block } from './fixtures.ts';

/** Blocks somewhere, and what is done to them behind their back. */
export interface Place {
  readonly blocks: Blocks;
  /** Puts other bytes where a block is. */
  damage(cid: CID): Promise<void>;
}

/** What every place for blocks does. */
export function blocksCompliance(name: string, open: () => Promise<Place>): void {
  describe(name, () => {
    let place: Place;
    let blocks: Blocks;
    beforeEach(async () => {
      place = await open();
      ({ blocks } = place);
    });
    const put = async (...some: readonly Block[]) => {
      for (const { cid, bytes } of some) await blocks.put(cid, bytes);
    };
    const read = async ({ cid }: Pick<Block, 'cid'>) => {
      const bytes = await blocks.get(cid);
      return bytes && Buffer.from(bytes);
    };

    test('give back what was put, and nothing else', async () => {
      const [raw, cbor, absent] = [await rawBlock('raw'), await cborBlock({ v: 1 }), await rawBlock('absent')];
      await put(raw, cbor);
      expect(await read(raw)).toEqual(Buffer.from(raw.bytes));
      expect(await read(cbor)).toEqual(Buffer.from(cbor.bytes));
      expect(await read(absent)).toBeUndefined();
    });

    test('take a block of no byte, and one of the longest that wallets make', async () => {
      const [none, long] = [await rawBlock(new Uint8Array()), await rawBlock(new Uint8Array(2 ** 20).fill(7))];
      await put(none, long);
      expect(await read(none)).toEqual(Buffer.alloc(0));
      expect((await read(long))?.equals(long.bytes)).toBe(true);
    });

    test('are one under two codecs', async () => {
      const cbor = await cborBlock({ v: 1 });
      await put(cbor);
      expect(await read({ cid: CID.createV1(0x55, cbor.cid.multihash) })).toEqual(Buffer.from(cbor.bytes));
      expect(dagCbor.decode(new Uint8Array((await read(cbor))!))).toEqual({ v: 1 });
    });

    test('that are damaged are not given out, and are replaced when they are put again', async () => {
      const block = await rawBlock('a block');
      await put(block);
      await place.damage(block.cid);
      await expect(blocks.get(block.cid)).rejects.toMatchObject({ code: 'corrupt' });
      await put(block);
      expect(await read(block)).toEqual(Buffer.from(block.bytes));
    });

    test('are put by several at once', async () => {
      const some = await Promise.all(Array.from({ length: 20 }, (_, i) => rawBlock(`block ${i % 10}`)));
      await Promise.all(some.map(({ cid, bytes }) => blocks.put(cid, bytes)));
      for (const block of some) expect(await read(block)).toEqual(Buffer.from(block.bytes));
    });

    test('are kept, once or again', async () => {
      const [one, two] = [await entry('one'), await entry('two')];
      const raw = await rawBlock('a root without links');
      await put(...one.blocks, ...two.blocks, raw);
      const roots = [one.root.cid, two.root.cid, raw.cid];
      const cids = [...one.blocks, ...two.blocks, raw].map(({ cid }) => cid);
      await blocks.keep(roots, cids);
      await blocks.keep(roots, cids);
      for (const block of [...one.blocks, ...two.blocks, raw]) expect(await read(block)).toBeDefined();
    });

    test('say how many more bytes there is room for', async () => {
      const free = await blocks.freeBytes();
      expect(Number.isSafeInteger(free)).toBe(true);
      expect(free).toBeGreaterThan(2 ** 20);
    });
  });
}
