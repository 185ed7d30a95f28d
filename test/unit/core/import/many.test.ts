import { describe, expect, it } from 'vitest';
import { isSalusError } from '../../../../extension/core/errors.ts';
import { planOf } from '../../../../extension/core/records/import-plan.ts';
import { planImport, readFiles, type ImportFile } from '../../../../extension/core/records/importer.ts';
import { bundle, expectSums, fileOf, patient } from './support.ts';

const validate = () => [];
const named = (name: string, content: string | Uint8Array): ImportFile => ({
  file: fileOf(content),
  name,
  source: name,
});

describe('several files at once', () => {
  it('are one import, each with its own counts; one that gives nothing keeps no other out', async () => {
    const files = [
      named('a.json', JSON.stringify(bundle)),
      named('empty.txt', ''),
      named('again.json', JSON.stringify(patient)),
      named('letter.pdf', '%PDF-1.4'),
    ];
    const plan = planOf(await readFiles(files, { validate }), { digests: [] });
    expectSums(plan);
    expect(plan.report.files.map(({ name, total, taken }) => [name, total, taken])).toEqual([
      ['a.json', 2, 2],
      ['empty.txt', 1, 0],
      ['again.json', 1, 0],
      ['letter.pdf', 1, 1],
    ]);
    expect(plan.report.skipped.map(({ position, reason }) => [position, reason])).toEqual([
      [2, 'empty'],
      [3, 'already-here'],
    ]);
    expect([...plan.documents.values()]).toEqual([files[3]?.file]);
    const known = planOf(await readFiles(files, { validate }), plan);
    expect(known.report.taken).toBe(0);
  });

  it('can be stopped between two items', async () => {
    const abort = new AbortController();
    let items = 0;
    const onItem = () => {
      if (++items === 10) abort.abort(new Error('stopped'));
    };
    const lines = Array.from({ length: 1_000 }, (_, id) => JSON.stringify({ ...patient, id: String(id) })).join('\n');
    const read = readFiles([named('x.ndjson', lines)], { validate, signal: abort.signal, onItem });
    await expect(read).rejects.toThrow('stopped');
    expect(items).toBe(10);
  });

  it('a hundred thousand resources are planned in time that grows with their number, and others have their turn', async () => {
    const entry = (count: number) =>
      Array.from({ length: count }, (_, id) => ({
        resource: {
          resourceType: 'Observation',
          id: String(id),
          status: 'final',
          code: { text: 'Sodium' },
          valueQuantity: { value: id / 7 },
        },
      }));
    const context = { name: 'x.json', source: 'x', known: { digests: [] }, validate };
    const took = async (count: number) => {
      const file = fileOf(JSON.stringify({ resourceType: 'Bundle', entry: entry(count) }));
      const start = performance.now();
      const plan = await planImport(file, context);
      expect(plan.report.taken).toBe(count);
      return performance.now() - start;
    };
    await took(2_000);
    const small = await took(10_000);
    let turns = 0;
    const timer = setInterval(() => turns++, 20);
    const large = await took(100_000);
    clearInterval(timer);
    expect(large).toBeLessThan(small * 30 + 2_000);
    expect(turns).toBeGreaterThan(10);
  });

  it('a site’s own are FHIR or nothing', async () => {
    const context = { name: 'offer.json', source: 'https://site.example', known: { digests: [] }, validate };
    const pdf = fileOf('%PDF-1.4', 'application/fhir+json');
    await expect(planImport(pdf, context)).rejects.toSatisfy((e) => isSalusError(e, 'not-json'));
    await expect(
      planImport(fileOf('{"resourceType":"Patient"}', 'application/fhir+json'), context),
    ).resolves.toMatchObject({ report: { taken: 1 } });
  });
});
