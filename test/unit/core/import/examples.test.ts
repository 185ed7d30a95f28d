import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { asR4 } from '../../../../extension/core/fhir/releases.ts';
import type { Format } from '../../../../extension/core/import/reader.ts';
import { planned, stored } from './support.ts';

const SHARED = join(import.meta.dirname, '../../../../../shared');
const INPUTS = join(SHARED, 'faults/inputs');
const DATA = join(SHARED, 'data');
const names = existsSync(INPUTS) ? readdirSync(INPUTS) : [];

/** What each gives: its format, how many are taken, how many are named instead. Others: FHIR JSON, everything taken. */
const EXPECTED: Readonly<Record<string, readonly [Format, taken: number, skipped: number]>> = {
  'a03-export.ndjson': ['fhir-ndjson', 3, 0],
  'a05-fhir.xml': ['fhir-xml', 1, 0],
  'a32-nested.json': ['fhir-json', 2, 1],
  'a37-card.smart-health-card': ['file', 1, 0],
  'a38-history.json': ['fhir-json', 2, 1],
  'a48-empty.json': ['fhir-json', 1, 7],
  'a50-comments.json': ['text', 1, 0],
  'a51-not-fhir.json': ['file', 1, 0],
};

describe.runIf(names.length > 0)('examples of what exports are like', () => {
  it.each(names)('%s', async (name) => {
    const plan = await planned(readFileSync(join(INPUTS, name)), name);
    const { report } = plan;
    if (name === 'a06-ccda.xml') {
      expect(report.files[0]?.format).toBe('c-cda');
      expect(plan.items.get('documents')?.filter(({ type }) => type === 'File')).toHaveLength(1);
      return;
    }
    const [format, taken, skipped] = EXPECTED[name] ?? ['fhir-json', report.total, 0];
    expect([report.files[0]?.format, report.taken, report.skipped.length]).toEqual([format, taken, skipped]);
    if (report.kind === 'document') expect(report.files[0]?.remarks).toEqual(['not-understood']);
  });

  it('older and newer releases have titles and dates', async () => {
    const { report } = await planned(readFileSync(join(INPUTS, 'a09-dstu2.json')), 'x');
    const lines = report.preview.map(({ type, title, date }) => [type, title, date]);
    expect(lines).toContainEqual(['MedicationRequest', 'Warfarin 5 mg', '2019-02-02']);
    expect(lines).toContainEqual(['ServiceRequest', 'Lipid panel', undefined]);
    expect(lines).toContainEqual(['AllergyIntolerance', 'Latex', '2018-01-01']);
    const newer = await planned(readFileSync(join(INPUTS, 'a10-r5.json')), 'x');
    expect(newer.report.preview.map(({ title }) => title)).toContain('Ibuprofen 400 mg');
  });
});

const bundles = existsSync(DATA)
  ? ['ips', 'synthea'].flatMap((folder) =>
      readdirSync(join(DATA, folder))
        .filter((name) => name.endsWith('.json'))
        .map((name) => join(DATA, folder, name)),
    )
  : [];

describe.runIf(bundles.length > 0)('records exported by real vendors', () => {
  it.each(bundles)('%s: R4 is R4, and what was taken gives itself again', async (path) => {
    const text = readFileSync(path, 'utf8');
    const { entry } = JSON.parse(text) as { entry: { resource?: { resourceType: string } }[] };
    for (const { resource } of entry) if (resource) expect(asR4(resource)).toBe(resource);
    const plan = await planned(text, 'x');
    expect(plan.report.total).toBe(entry.length);
    // As an export in plain text would write it: the bytes that are kept, in a bundle and by the line.
    const kept = [...plan.items.values()]
      .flat()
      .map(({ plaintext }) => new TextDecoder().decode(plaintext as Uint8Array));
    const again = await planned(
      `{"resourceType":"Bundle","entry":[${kept.map((one) => `{"resource":${one}}`).join(',')}]}`,
      'x',
    );
    const lines = await planned(`${kept.join('\n')}\n`, 'x');
    expect(new Set(again.digests)).toEqual(new Set(plan.digests));
    expect(new Set(lines.digests)).toEqual(new Set(plan.digests));
    expect(stored(again)).toHaveLength(plan.report.taken);
  });
});
