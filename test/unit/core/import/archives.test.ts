import { gzipSync as nodeGzip } from 'node:zlib';
import fc from 'fast-check';
import { gzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, it } from 'vitest';
import { isSalusError } from '../../../../extension/core/errors.ts';
import { planImport } from '../../../../extension/core/records/importer.ts';
import {
  bundle,
  bytes,
  formatOf,
  mutated,
  patient,
  planned,
  plannedOrRefused,
  remarksOf,
  sodium,
  stored,
  titles,
} from './support.ts';

const json = bytes(JSON.stringify(bundle));
const pdf = bytes('%PDF-1.4\n1 0 obj << /Title (Discharge letter) /CreationDate (D:20240305120000) >>');
const both = [patient, sodium];

describe('archives', () => {
  it('gzip is read as what is in it, also twice over', async () => {
    for (const packed of [gzipSync(json), gzipSync(gzipSync(json)), new Uint8Array(nodeGzip(json))]) {
      const plan = await planned(packed, 'bundle.json.gz');
      expect(formatOf(plan)).toBe('fhir-json');
      expect(stored(plan)).toEqual(both);
    }
  });

  it('ZIP: every file in it is read or named', async () => {
    const packed = zipSync({
      'a/bundle.json': json,
      'a/lines.ndjson.gz': gzipSync(bytes(`${JSON.stringify({ ...sodium, id: '2' })}\n`)),
      'letter.pdf': [pdf, { level: 0 }],
      'scan.png': new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0]),
      'inner.zip': zipSync({ 'x.json': bytes(JSON.stringify({ ...sodium, id: '3' })) }),
      '__MACOSX/._letter.pdf': bytes('x'),
      'empty.txt': new Uint8Array(),
    });
    const plan = await planned(packed, 'export.zip');
    expect(formatOf(plan)).toBe('zip');
    expect(plan.report).toMatchObject({ total: 8, taken: 6 });
    expect(plan.report.skipped.map(({ reason }) => reason)).toEqual(['not-a-record', 'empty']);
    expect(titles(plan)).toEqual(expect.arrayContaining(['Discharge letter', 'scan']));
    expect(stored(plan)).toHaveLength(4);
  });

  it('documents in it are the bytes that they were', async () => {
    const plan = await planned(zipSync({ 'letter.pdf': pdf }), 'export.zip');
    const [item] = plan.items.get('documents') ?? [];
    expect(item).toMatchObject({ mediaType: 'application/pdf', date: '2024-03-05' });
    for (let round = 0; round < 2; round++) {
      const parts: Uint8Array[] = [];
      for await (const part of item?.plaintext as AsyncIterable<Uint8Array>) parts.push(part);
      expect(Buffer.concat(parts)).toEqual(Buffer.from(pdf));
    }
  });

  it('an office document is one document', async () => {
    const plan = await planned(
      zipSync({ '[Content_Types].xml': bytes('<x/>'), 'word/document.xml': bytes('<x/>') }),
      'Brief.docx',
    );
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1 });
    const [item] = plan.items.get('documents') ?? [];
    expect(item).toMatchObject({ title: 'Brief', mediaType: expect.stringContaining('wordprocessingml') as string });
  });

  it('what is locked or damaged in it is named, and the rest is taken', async () => {
    const packed = zipSync({
      'a.json': json,
      'b.json': [bytes(JSON.stringify({ ...sodium, id: '9', note: 'x'.repeat(50) })), { level: 0 }],
    });
    const at = Buffer.from(packed).indexOf('xxxxx');
    packed[at] = 0x79;
    const plan = await planned(packed, 'x.zip');
    expect(plan.report.skipped.map(({ reason }) => reason)).toEqual(['damaged']);
    expect(stored(plan)).toEqual(both);
    const locked = zipSync({ 'a.json': json });
    locked[Buffer.from(locked).indexOf(Buffer.from([0x50, 0x4b, 1, 2])) + 8]! |= 1;
    expect((await planned(locked, 'x.zip')).report.skipped.map(({ reason }) => reason)).toEqual(['encrypted']);
  });

  it('one that is cut short is kept as a file', async () => {
    const plan = await planned(zipSync({ 'a.json': json }).slice(0, -20), 'x.zip');
    expect(plan.report).toMatchObject({ kind: 'document' });
    expect(remarksOf(plan)).toEqual(['not-understood']);
  });

  const refused = async (content: Uint8Array, name: string) => {
    const context = { name, source: name, known: { digests: [] }, validate: () => [] };
    await expect(planImport(new Blob([Uint8Array.from(content)]), context)).rejects.toSatisfy((e) =>
      isSalusError(e, 'too-large'),
    );
  };

  it('what unpacks to more than makes sense is refused', async () => {
    const zeros = new Uint8Array(64 * 1_048_576);
    await refused(gzipSync(zeros), 'bomb.gz');
    await refused(zipSync({ 'bomb.bin': zeros }), 'bomb.zip');
    let nested: Uint8Array = zipSync({ 'x.json': json });
    for (let i = 0; i < 10; i++) nested = zipSync({ 'x.zip': nested });
    await refused(nested, 'deep.zip');
    const many: Zippable = {};
    for (let i = 0; i < 10_001; i++) many[`${i}.txt`] = [new Uint8Array([65]), { level: 0 }];
    await refused(zipSync(many), 'many.zip');
  });

  it('whatever the bytes, it is taken or refused on purpose', async () => {
    const samples = [gzipSync(json), zipSync({ 'a.json': json, 'b.pdf': [pdf, { level: 0 }] })];
    const change = fc.tuple(fc.nat(5_000), fc.nat(255), fc.nat(2));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 4 }),
        async (sample, changes) => {
          await plannedOrRefused(mutated(sample, changes), 'x.zip');
        },
      ),
      { numRuns: 300 },
    );
  });
});
