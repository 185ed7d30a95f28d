import * as dagCbor from '@ipld/dag-cbor';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CID } from 'multiformats/cid';
import { own, random, toHex } from '../../../extension/core/bytes.ts';
import { leafHash, merkleRoot } from '../../../extension/core/merkle.ts';
import { Kind, open, seal } from '../../../extension/core/envelope/seal.ts';
import { encodeEntry } from '../../../extension/core/records/entry.ts';
import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { evenKey } from '../../../extension/core/keys/keyring.ts';
import { planImport } from '../../../extension/core/records/importer.ts';
import { INDEX_LIMIT, MOST_ITEMS } from '../../../extension/core/records/limits.ts';
import { LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { indexKey, sealEntry, splitItems, type NewItem } from '../../../extension/core/records/seal-entry.ts';
import { cidOf, DAG_CBOR } from '../../../extension/core/storage/cid.ts';
import { fill, MemoryBlocks } from './support.ts';

const context = { name: 'a.json', source: 'a.json', known: { digests: [] }, validate: () => [] };
const entryKey = fill(32, 6);
const contentKey = fill(32, 7);
const sealedFor = { patientKey: evenKey(fill(32, 9)).publicX, entryKey: () => entryKey };
const readerOf = (blocks: MemoryBlocks) => new LocalEntryReader(blocks, nobleGroup);
/** Content key of an entry that was sealed here. */
const keyOf = (blocks: MemoryBlocks, cid: CID) => readerOf(blocks).unwrap(cid.toString(), { key: entryKey });
/** An entry of which only its public part is at hand. */
const sealedBy = (index: CID, item: CID, salt: Uint8Array) =>
  encodeEntry({ v: 2, suite: 1, key: { capsule: fill(93) }, salt: own(salt), index, items: [item] });
const item: NewItem = { type: 'Basic', title: 'x', mediaType: 'text/plain', encoding: 'deflate', plaintext: fill(3) };

/** Seals every part of a plan, and opens each item again. @returns how many there were */
async function sealAndOpen(file: Blob, from = context): Promise<number> {
  const { items } = await planImport(file, from);
  const blocks = new MemoryBlocks();
  const reader = readerOf(blocks);
  let opened = 0;
  for (const [section, list] of items) {
    for (const part of splitItems(list)) {
      const { cid, commitment } = await sealEntry(section, part, sealedFor, blocks);
      const key = await keyOf(blocks, cid);
      const { items: metas } = await reader.openIndex(cid.toString(), key, commitment);
      expect(metas.length).toBe(part.length);
      for (const [position, { plaintext }] of part.entries()) {
        const { bytes } = await reader.readItem(cid.toString(), key, commitment, position);
        if (plaintext instanceof Uint8Array) expect(toHex(bytes)).toBe(toHex(plaintext));
        opened++;
      }
    }
  }
  return opened;
}
const json = (value: unknown) => new Blob([JSON.stringify(value)], { type: 'application/json' });
const bundle = (...entry: unknown[]) => json({ resourceType: 'Bundle', type: 'collection', entry });

describe('what is sealed opens', () => {
  const odd = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.tuple(fc.string({ unit: 'binary', minLength: 1, maxLength: 5 }), fc.nat(1_000)).map(([s, n]) => s.repeat(n)),
    fc.string({ maxLength: 10 }).map((s) => `2026${s}${'9'.repeat(80)}`),
    fc.constantFrom(null, 7, true, [], {}, '\uD83D\uDE00'.repeat(700), 'a'.repeat(70), '2026'),
  );
  const resource = fc.record({
    resourceType: fc.constantFrom('Observation', 'Condition', 'Patient', 'MedicationStatement', 'Basic'),
    effectiveDateTime: odd,
    onsetDateTime: odd,
    name: odd,
    title: odd,
    code: fc.record({
      text: odd,
      coding: fc.array(fc.record({ system: odd, code: odd, display: odd }), { maxLength: 2 }),
    }),
    status: odd,
  });

  it('whatever a file says of itself', async () => {
    const entry = fc.record({ fullUrl: odd, resource });
    await fc.assert(
      fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), odd, async (entries, source) => {
        const from = { ...context, source: JSON.stringify(source) };
        const different = new Set(entries.map((e) => JSON.stringify(e.resource)));
        expect(await sealAndOpen(bundle(...entries), from)).toBe(different.size);
      }),
      { numRuns: 50, interruptAfterTimeLimit: 20_000, markInterruptAsFailure: false },
    );
  });

  it('and a document, whatever its name and kind', async () => {
    for (const odd of ['\uD83D\uDE00'.repeat(600), 'x'.repeat(10_000), 'a\uD83D'.repeat(200)]) {
      const file = new Blob(['text'.repeat(100)], { type: `text/${'x'.repeat(300)}` });
      expect(await sealAndOpen(file, { ...context, name: odd, source: odd })).toBe(1);
    }
  });

  it('and what was cut or left out is told', async () => {
    const long = {
      resourceType: 'Observation',
      effectiveDateTime: `2026-01-01${' '.repeat(60)}x`,
      code: { text: 'Sodium' },
    };
    const fullUrl = `urn:${'z'.repeat(3_000)}`;
    const plan = await planImport(
      bundle({ fullUrl, resource: long }, { fullUrl: null, resource: { ...long, id: '2' } }),
      context,
    );
    expect(plan.report).toMatchObject({ total: 2, taken: 2, skipped: [] });
    expect(plan.report.findings).toEqual([
      { position: 0, type: 'Observation', paths: ['Observation: date', 'Observation: fullUrl'] },
      { position: 1, type: 'Observation', paths: ['Observation: date'], remarks: ['full-url-not-text'] },
    ]);
    const [first] = plan.items.get('results') ?? [];
    expect([first?.date, first?.fullUrl, first?.findings]).toEqual([undefined, undefined, 2]);
  });

  it('also where it shrinks to next to nothing, in one piece and as a stream', async () => {
    const blocks = new MemoryBlocks();
    const zeros = new Uint8Array(8_000_000);
    const stream = {
      async *[Symbol.asyncIterator]() {
        for (let at = 0; at < 8; at++)
          yield await Promise.resolve(zeros.subarray(at * 1_000_000, (at + 1) * 1_000_000));
      },
    };
    const items = [zeros, stream].map((plaintext) => ({ ...item, plaintext }));
    const { cid, commitment } = await sealEntry('documents', items, sealedFor, blocks);
    const reader = readerOf(blocks);
    for (const position of [0, 1]) {
      const { meta, bytes } = await reader.readItem(cid.toString(), await keyOf(blocks, cid), commitment, position);
      expect(bytes.byteLength).toBe(zeros.byteLength);
      expect(meta.encoding).toBe('identity');
    }
  });

  it('from entries of earlier versions too, whose words are longer than there is room for', async () => {
    const blocks = new MemoryBlocks();
    const [salt, digest] = [random(32), random(32)];
    const { cid: sealed } = await seal(
      fill(3),
      { key: random(32), kind: Kind.Item, salt, encoding: 'deflate' },
      blocks,
    );
    const meta = {
      type: 'Basic',
      title: 't'.repeat(900),
      date: 'd'.repeat(70),
      code: 'c'.repeat(600),
      mediaType: 'text/plain',
    };
    const one = { ...meta, size: 3, encoding: 'deflate', salt, leafSalt: salt, digest };
    const bytes = own(dagCbor.encode({ v: 1, section: 'results', items: [one] }));
    const options = { key: await indexKey(contentKey, salt), kind: Kind.Index, salt, encoding: 'deflate' as const };
    const { cid: index } = await seal(bytes, options, blocks);
    const entry = sealedBy(index, sealed, salt);
    const cid = await cidOf(DAG_CBOR, entry);
    await blocks.put(cid, entry);
    const commitment = await merkleRoot([await leafHash(salt, digest)]);
    const opened = await readerOf(blocks).openIndex(cid.toString(), contentKey, commitment);
    expect(opened.items[0]).toMatchObject({ title: 't'.repeat(512), date: 'd'.repeat(64), code: 'c'.repeat(512) });
  });
});

describe('one entry', () => {
  it('holds a bounded number of items and a bounded index; more are split, in their order', async () => {
    const many = Array.from({ length: 2 * MOST_ITEMS + 1 }, (_, i) => ({ ...item, title: String(i) }));
    const parts = splitItems(many);
    expect(parts.map((p) => p.length)).toEqual([MOST_ITEMS, MOST_ITEMS, 1]);
    expect(parts.flat()).toEqual(many);
    expect(splitItems([])).toEqual([]);
    await expect(sealEntry('results', many, sealedFor, new MemoryBlocks())).rejects.toMatchObject({
      code: 'too-large',
    });

    const wordy = Array.from({ length: 3_000 }, () => ({
      ...item,
      title: 'ü'.repeat(512),
      fullUrl: 'x'.repeat(2_048),
    }));
    const lists = splitItems(wordy);
    expect(lists.length).toBeGreaterThan(1);
    const blocks = new MemoryBlocks();
    const reader = readerOf(blocks);
    for (const list of lists.slice(0, 1)) {
      const { cid, commitment } = await sealEntry('results', list, sealedFor, blocks);
      await reader.openIndex(cid.toString(), await keyOf(blocks, cid), commitment);
    }
  }, 180_000);

  it('costs its reader no more, whoever wrote it', async () => {
    const blocks = new MemoryBlocks();
    const salt = random(32);
    const big = { key: await indexKey(contentKey, salt), kind: Kind.Index, salt, encoding: 'deflate' as const };
    const { cid: index } = await seal(new Uint8Array(INDEX_LIMIT + 1), big, blocks);
    const { cid: sealed } = await seal(new Uint8Array(60_000_000), { ...big, kind: Kind.Item }, blocks);
    const entry = sealedBy(index, sealed, salt);
    const cid = await cidOf(DAG_CBOR, entry);
    await blocks.put(cid, entry);
    const reader = readerOf(blocks);
    await expect(reader.openIndex(cid.toString(), contentKey, fill(32))).rejects.toMatchObject({ code: 'too-large' });
    const unpacked: number[] = [];
    const reading = async () => {
      for await (const part of open(sealed, { ...big, kind: Kind.Item, limit: 2 ** 40 }, blocks))
        unpacked.push(part.byteLength);
    };
    await expect(reading()).rejects.toMatchObject({ code: 'too-large' });
    expect(unpacked.reduce((a, b) => a + b, 0)).toBeLessThan(40_000_000);
  });
});
