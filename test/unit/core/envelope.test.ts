import { unixfs } from '@helia/unixfs';
import { fixedSize } from 'ipfs-unixfs-importer/chunker';
import { balanced } from 'ipfs-unixfs-importer/layout';
import { MemoryBlockstore } from 'blockstore-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concat, equal, random, sha256, utf8 } from '../../../extension/core/bytes.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { inclusionProof, leafHash, merkleRoot, verifyInclusion } from '../../../extension/core/merkle.ts';
import { padmeLength } from '../../../extension/core/envelope/padme.ts';
import { pad, unpad } from '../../../extension/core/envelope/padding.ts';
import { Kind, open, openWhole, seal } from '../../../extension/core/envelope/seal.ts';
import { decryptSegments, encryptSegments, importKey, SEGMENT_BYTES } from '../../../extension/core/envelope/stream.ts';
import { cidOf, RAW } from '../../../extension/core/storage/cid.ts';
import { chunks, collect, collectLong, fill, fromHex, MemoryBlocks, toHex } from './support.ts';

const header = utf8('header');
const bytes = fc.uint8Array({ maxLength: 5_000 });

describe('padding', () => {
  it('takes off exactly what it added, whatever the text ends with', async () => {
    const tricky = fc.oneof(
      bytes,
      fc.array(fc.constantFrom(0, 0x80, 1), { maxLength: 600 }).map((a) => Uint8Array.from(a)),
    );
    await fc.assert(
      fc.asyncProperty(tricky, fc.integer({ min: 1, max: 300 }), async (text, step) => {
        const padded = await collect(pad(chunks(text)));
        const parts = [];
        for (let i = 0; i < padded.length; i += step) parts.push(padded.subarray(i, i + step));
        expect(equal(await collect(unpad(chunks(...parts))), text)).toBe(true);
      }),
    );
  });

  it('lengthens by at most 12 % and hides small lengths altogether', () => {
    fc.assert(
      fc.property(fc.integer({ min: 257, max: 2 ** 40 }), (n) => {
        const padded = padmeLength(n);
        expect(padded).toBeGreaterThanOrEqual(n);
        expect(padded / n).toBeLessThanOrEqual(1.12);
      }),
    );
    expect(new Set(Array.from({ length: 256 }, (_, n) => padmeLength(n)))).toEqual(new Set([256]));
  });
});

describe('STREAM segments', () => {
  const sealed = async (text: Uint8Array) => {
    const key = await importKey(fill(32, 7));
    return { key, segments: await collect(encryptSegments(chunks(text), key, header)) };
  };

  it('gives back what went in', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, async (text) => {
        const { key, segments } = await sealed(text);
        expect(equal(await collect(decryptSegments(chunks(segments), key, header)), text)).toBe(true);
      }),
    );
  });

  it('refuses every flipped, cut or added byte', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 300 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (text, where, flip) => {
          const { key, segments } = await sealed(text);
          const at = where % segments.length;
          const flipped = segments.slice();
          flipped[at] = segments[at]! ^ flip;
          const attempts = [
            flipped,
            segments.slice(0, at),
            concat(segments, Uint8Array.of(flip)),
            concat(segments, segments),
          ];
          for (const attempt of attempts) {
            const result = collect(decryptSegments(chunks(attempt), key, header));
            await expect(result).rejects.toSatisfy((e) => isSalusError(e, 'sealed-data-damaged'));
          }
        },
      ),
    );
  });

  it('refuses segments that were moved, dropped, repeated, or taken from another stream', async () => {
    const key = await importKey(fill(32, 7));
    const text = random(65_536);
    const long = concat(...Array.from({ length: 40 }, () => text)); // three segments
    const split = async () => {
      const out: Uint8Array[] = [];
      for await (const s of encryptSegments(chunks(long), key, header)) out.push(s);
      return out;
    };
    const [a, b] = [await split(), await split()];
    expect(a.length).toBe(3);
    const [a0, a1, a2] = a as [Uint8Array, Uint8Array, Uint8Array];
    const wrong = [[a1, a0, a2], [a0, a2], [a0, a1], [a0, a0, a1, a2], [a0, b[1]!, a2], [a0, a1, b[2]!], [a2]];
    for (const order of wrong) {
      await expect(collectLong(decryptSegments(chunks(...order), key, header))).rejects.toSatisfy((e) =>
        isSalusError(e, 'sealed-data-damaged'),
      );
    }
    expect(equal(await collectLong(decryptSegments(chunks(...a), key, header)), long)).toBe(true);
  });

  it('is bound to its header', async () => {
    const { key, segments } = await sealed(utf8('text'));
    await expect(collect(decryptSegments(chunks(segments), key, utf8('other')))).rejects.toThrow();
  });

  it('makes segments of at most one IPFS block, each in a buffer of its own', async () => {
    const key = await importKey(fill(32, 7));
    for await (const segment of encryptSegments(chunks(fill(2_500_000)), key, header)) {
      expect(segment.byteLength).toBeLessThanOrEqual(SEGMENT_BYTES);
      expect(segment.buffer.byteLength).toBe(segment.byteLength);
    }
  });
});

describe('sealed objects', () => {
  const options = { key: fill(32, 3), kind: Kind.Item, salt: fill(32, 4) };

  it('round-trips text and bytes, with and without compression', async () => {
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom('deflate' as const, 'identity' as const), async (text, encoding) => {
        const blocks = new MemoryBlocks();
        const sealed = await seal(text, { ...options, encoding }, blocks);
        expect(sealed.size).toBe(text.length);
        expect(equal(sealed.digest, await sha256(text))).toBe(true);
        expect(equal(await openWhole(sealed.cid, { ...options, encoding, limit: text.length }, blocks), text)).toBe(
          true,
        );
      }),
      { numRuns: 40 },
    );
  });

  it('hashes a stream as it hashes an array', async () => {
    const text = random(3_000);
    const sealed = await seal(
      chunks(text.subarray(0, 1_000), text.subarray(1_000)),
      { ...options, encoding: 'identity' },
      new MemoryBlocks(),
    );
    expect(equal(sealed.digest, await sha256(text))).toBe(true);
    expect(sealed.size).toBe(3_000);
  });

  it('gives the CIDs that stock UnixFS gives for the same ciphertext', async () => {
    const blocks = new MemoryBlocks();
    const { cid, blocks: all } = await seal(random(65_536).subarray(), { ...options, encoding: 'identity' }, blocks);
    const single = await collect(blocks.file(cid));
    expect((await cidOf(RAW, single)).toString()).toBe(cid.toString());
    const long = new MemoryBlocks();
    const sealed = await seal(
      chunks(...Array.from({ length: 50 }, () => random(65_536))),
      { ...options, encoding: 'identity' },
      long,
    );
    const ciphertext = await collectLong(long.file(sealed.cid));
    const stock = unixfs({ blockstore: new MemoryBlockstore() });
    const same = await stock.addBytes(ciphertext, {
      chunker: fixedSize({ chunkSize: SEGMENT_BYTES }),
      layout: balanced({ maxChildrenPerNode: 1_024 }),
      rawLeaves: true,
      cidVersion: 1,
    });
    expect(sealed.cid.toString()).toBe(same.toString());
    expect(sealed.blocks.length).toBe(5);
    expect(all.length).toBe(1);
  });

  it('does not inflate past the length its author declared', async () => {
    const blocks = new MemoryBlocks();
    const bomb = await seal(fill(5_000_000, 0), { ...options, encoding: 'deflate' }, blocks);
    const result = collectLong(open(bomb.cid, { ...options, encoding: 'deflate', limit: 1_000 }, blocks));
    await expect(result).rejects.toSatisfy((e) => isSalusError(e, 'too-large'));
  });

  it('cannot be opened as another kind, with another salt, key or encoding', async () => {
    const blocks = new MemoryBlocks();
    const { cid } = await seal(utf8('hello'), { ...options, encoding: 'identity' }, blocks);
    const good = { ...options, encoding: 'identity' as const, limit: 10 };
    const wrong = [{ kind: Kind.Index }, { salt: fill(32, 9) }, { key: fill(32, 9) }, { encoding: 'deflate' as const }];
    for (const change of wrong) {
      await expect(openWhole(cid, { ...good, ...change }, blocks)).rejects.toSatisfy((e) =>
        isSalusError(e, 'sealed-data-damaged'),
      );
    }
    expect(equal(await openWhole(cid, good, blocks), utf8('hello'))).toBe(true);
  });
});

describe('Merkle commitment', () => {
  it('proves every leaf of every size, and nothing else', async () => {
    for (const size of [1, 2, 3, 4, 5, 7, 8, 9, 16, 21]) {
      const leaves = await Promise.all(
        Array.from({ length: size }, (_, i) => leafHash(fill(32, i), fill(32, 255 - i))),
      );
      const root = await merkleRoot(leaves);
      for (let i = 0; i < size; i++) {
        const proof = await inclusionProof(leaves, i);
        expect(await verifyInclusion(root, leaves[i]!, i, size, proof)).toBe(true);
        expect(await verifyInclusion(root, leaves[(i + 1) % size]!, i, size, proof)).toBe(size === 1);
        expect(await verifyInclusion(root, leaves[i]!, size, size, proof)).toBe(false);
        if (size > 1) expect(await verifyInclusion(root, leaves[i]!, i, size, proof.slice(1))).toBe(false);
      }
    }
  });

  it('is the tree of RFC 9162: known answers for its first eight test leaves', async () => {
    // Certificate Transparency's reference vectors, whose leaf hash is SHA-256(0x00 ‖ data); ours hashes salt ‖ digest as data.
    const data = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'];
    const leaves = await Promise.all(data.map((hex) => sha256(concat(Uint8Array.of(0), fromHex(hex)))));
    expect(toHex(await merkleRoot(leaves))).toBe('0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328');
    expect(toHex(await merkleRoot(leaves.slice(0, 3)))).toBe(
      '0xaeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    );
  });
});
