import { nobleGroup } from '../../../extension/core/custody/noble-group.ts';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fhirValidator } from '../../../extension/adapters/fhir-validator.ts';
import { sha256, toHex } from '../../../extension/core/bytes.ts';
import { isSalusError, type ErrorCode } from '../../../extension/core/errors.ts';
import { classify } from '../../../extension/core/fhir/classify.ts';
import { MOST_FILE_BYTES, planImport, type SourceFile } from '../../../extension/core/records/importer.ts';
import { LocalEntryReader } from '../../../extension/core/records/local-reader.ts';
import { sealEntry } from '../../../extension/core/records/seal-entry.ts';
import { evenKey } from '../../../extension/core/keys/keyring.ts';
import { eciesOpen } from '../../../extension/core/keys/ecies.ts';
import { fill, MemoryBlocks } from './support.ts';

const validate = fhirValidator();
const context = { name: 'record.json', source: 'record.json', known: { digests: [] }, validate };
const file = (text: string | Uint8Array, type = 'application/json'): SourceFile =>
  new Blob([text as BlobPart], { type });
const bundle = (...entry: unknown[]) => file(JSON.stringify({ resourceType: 'Bundle', type: 'collection', entry }));
const patient = { resourceType: 'Patient', name: [{ given: ['Ada'], family: 'Byron' }] };

describe('planning an import', () => {
  it.each<[string, SourceFile, ErrorCode]>([
    ['an empty bundle', bundle(), 'nothing-to-import'],
    ['an empty file', file(''), 'nothing-to-import'],
    ['a file over 2 GB', { size: MOST_FILE_BYTES + 1, type: '', slice: () => new Blob() }, 'too-large'],
  ])('refuses %s with a reason', async (_, source, code) => {
    await expect(planImport(source, context)).rejects.toSatisfy((e) => isSalusError(e, code));
  });

  it.each<[string, SourceFile, ErrorCode]>([
    ['not JSON', file('<html>'), 'not-json'],
    ['JSON that is no FHIR', file('{"a":1}'), 'not-fhir'],
    ['an array', file('[]'), 'not-fhir'],
    ['a bundle whose entries are no list', file('{"resourceType":"Bundle","entry":{}}'), 'not-fhir'],
  ])('keeps %s as a document of the person’s own, and refuses it from a site', async (_, source, code) => {
    const { report } = await planImport(source, context);
    expect(report).toMatchObject({ kind: 'document', total: 1, taken: 1 });
    expect(report.files[0]?.remarks).toEqual(['not-understood']);
    await expect(planImport(source, { ...context, into: 'results' })).rejects.toSatisfy((e) => isSalusError(e, code));
    const offered = file(await (source as Blob).text(), 'application/fhir+json');
    await expect(planImport(offered, context)).rejects.toSatisfy((e) => isSalusError(e, code));
  });

  it('takes what is good, names what is not, and loses nothing', async () => {
    const plan = await planImport(
      bundle(
        { resource: patient },
        { fullUrl: 'urn:uuid:1' },
        { resource: { resourceType: 'Sandwich' } },
        { resource: 'text' },
        { resource: { resourceType: 'OperationOutcome', issue: [] } },
        { resource: patient },
        { resource: { resourceType: 'Observation', status: 7, secretValue: 'HIV positive' } },
        null,
      ),
      context,
    );
    const { report } = plan;
    expect(report.taken + report.skipped.length).toBe(report.total);
    expect(report.taken).toBe(3);
    expect(report.skipped.map((s) => [s.position, s.reason])).toEqual([
      [1, 'no-resource'],
      [3, 'not-a-resource'],
      [4, 'server-message'],
      [5, 'already-here'],
      [7, 'no-resource'],
    ]);
    expect(report.findings.map((f) => f.position)).toEqual([2, 6]);
    expect(report.findings[0]?.remarks).toEqual(['unknown-type']);
    expect(JSON.stringify(report)).not.toContain('HIV positive');
  });

  it('does not take twice what is already in the wallet', async () => {
    const first = await planImport(bundle({ resource: patient }), context);
    const [item] = first.items.get('profile') ?? [];
    const digest = toHex(
      new Uint8Array(await crypto.subtle.digest('SHA-256', item!.plaintext as Uint8Array<ArrayBuffer>)),
    );
    const again = await planImport(bundle({ resource: { name: patient.name, resourceType: 'Patient' } }), {
      ...context,
      known: { digests: [digest] },
    });
    expect(again.report.skipped[0]?.reason).toBe('already-here');
  });

  it('knows a document again that is kept already', async () => {
    const scan = { ...context, name: 'scan.png' };
    const known = { digests: [toHex(await sha256(fill(10)))] };
    const again = await planImport(file(fill(10), 'image/png'), { ...scan, known });
    expect(again.report).toMatchObject({ total: 1, taken: 0, skipped: [{ reason: 'already-here' }] });
    const other = await planImport(file(fill(11), 'image/png'), { ...scan, known });
    expect(other.report).toMatchObject({ total: 1, taken: 1, skipped: [] });
  });

  it('keeps any other file whole, as a document', async () => {
    const plan = await planImport(file(fill(10), 'image/png'), { ...context, name: 'scan.png' });
    expect(plan.report).toMatchObject({ kind: 'document', taken: 1, sections: { documents: 1 } });
  });
});

describe('sections', () => {
  const coded = (resourceType: string, coding: object, extra: object = {}) => ({
    resourceType,
    code: { coding: [coding] },
    ...extra,
  });
  it.each([
    [
      coded('Condition', { system: 'http://hl7.org/fhir/sid/icd-10', code: 'I10', display: 'Hypertension' }),
      'problems',
    ],
    [coded('Condition', { system: 'http://hl7.org/fhir/sid/icd-10', code: 'F32.1' }), 'mental-health'],
    [coded('Condition', { system: 'http://snomed.info/sct', display: 'Opioid abuse (disorder)' }), 'substance-use'],
    [coded('Condition', { display: 'Human immunodeficiency virus infection' }), 'sexual-health'],
    [coded('Observation', { display: 'BRCA1 gene mutation' }), 'genetics'],
    [coded('Observation', { display: 'Heart rate' }, { category: [{ coding: [{ code: 'vital-signs' }] }] }), 'vitals'],
    [coded('Observation', { display: 'Cholesterol' }, { category: [{ coding: [{ code: 'laboratory' }] }] }), 'results'],
    [coded('Observation', { display: 'Note' }, { meta: { security: [{ code: 'PSY' }] } }), 'mental-health'],
    [{ resourceType: 'Basic' }, 'unsorted'],
  ])('%#: goes to its section, a sensitive one first', (resource, section) => {
    expect(classify(resource)).toBe(section);
  });
});

describe('sealing what was planned', () => {
  const item = { type: 'Patient', title: 'Ada', mediaType: 'application/fhir+json', encoding: 'deflate' as const };
  const plaintext = new TextEncoder().encode('{"resourceType":"Patient"}');

  it('opens for the patient and for who has the entry’s key, for nobody else, and only against its commitment', async () => {
    const blocks = new MemoryBlocks();
    const entryKey = fill(32, 6);
    const committed: Uint8Array[] = [];
    const sealedFor = {
      patientKey: evenKey(fill(32, 9)).publicX,
      entryKey: (commitment: Uint8Array) => (committed.push(commitment), entryKey),
    };
    const sealed = await sealEntry(
      'profile',
      [
        { ...item, plaintext },
        { ...item, plaintext: fill(9) },
      ],
      sealedFor,
      blocks,
    );
    const reader = new LocalEntryReader(blocks, nobleGroup);
    const cid = sealed.cid.toString();
    expect(committed).toEqual([sealed.commitment]);
    const key = await reader.unwrap(cid, { key: entryKey });
    // The patient's own way gives the same.
    expect(await eciesOpen(evenKey(fill(32, 9)).secret, (await reader.keyOf(cid)).capsule)).toEqual(key);
    const { bytes } = await reader.readItem(cid, key, sealed.commitment, 1);
    expect(bytes).toEqual(fill(9));
    await expect(reader.unwrap(cid, { key: fill(32, 7) })).rejects.toMatchObject({ code: 'wrong-key' });
    await expect(reader.openIndex(cid, fill(32, 7), sealed.commitment)).rejects.toSatisfy((e) =>
      isSalusError(e, 'sealed-data-damaged'),
    );
    await expect(reader.openIndex(cid, key, fill(32))).rejects.toSatisfy((e) => isSalusError(e, 'commitment-mismatch'));
    await expect(reader.readItem(cid, key, sealed.commitment, 2)).rejects.toSatisfy((e) =>
      isSalusError(e, 'not-found'),
    );
  });

  it('can be made by an author who cannot read, and opened by the patient alone', async () => {
    const blocks = new MemoryBlocks();
    const patientKey = evenKey(fill(32, 9));
    const sealed = await sealEntry('results', [{ ...item, plaintext }], { patientKey: patientKey.publicX }, blocks);
    const reader = new LocalEntryReader(blocks, nobleGroup);
    const how = await reader.keyOf(sealed.cid.toString());
    expect(how.wrapped).toBeUndefined();
    await expect(reader.unwrap(sealed.cid.toString(), { key: fill(32) })).rejects.toMatchObject({ code: 'no-consent' });
    const key = await eciesOpen(patientKey.secret, how.capsule);
    expect((await reader.readItem(sealed.cid.toString(), key, sealed.commitment, 0)).bytes).toEqual(plaintext);
  });

  it('leaves no plaintext in any block', async () => {
    const blocks = new MemoryBlocks();
    const marker = new TextEncoder().encode('PLAINTEXT-MARKER-4711 '.repeat(50));
    await sealEntry(
      'documents',
      [{ ...item, title: 'PLAINTEXT-MARKER-4711', encoding: 'identity', plaintext: marker }],
      { patientKey: evenKey(fill(32, 9)).publicX, entryKey: () => fill(32, 6) },
      blocks,
    );
    for (const cid of blocks.order) expect(Buffer.from(await blocks.block(cid)).includes('MARKER')).toBe(false);
  });
});

const DATA = join(import.meta.dirname, '../../../../shared/data');
const bundles = existsSync(DATA)
  ? ['ips', 'synthea'].flatMap((d) =>
      readdirSync(join(DATA, d))
        .filter((f) => f.endsWith('.json'))
        .map((f) => join(DATA, d, f)),
    )
  : [];
describe.runIf(bundles.length > 0)('records exported by real vendors', () => {
  it.each(bundles.map((b) => [b.split('/').slice(-2).join('/'), b]))(
    '%s: every entry is taken or named',
    async (_, path) => {
      const text = readFileSync(path, 'utf8');
      const entries = (JSON.parse(text) as { entry: { resource?: unknown }[] }).entry;
      const { report, items } = await planImport(file(text), context);
      expect(report.total).toBe(entries.length);
      expect(report.taken + report.skipped.length).toBe(entries.length);
      expect([...items.values()].flat().length).toBe(report.taken);
      expect(Object.values(report.sections).reduce((a, b) => a + b, 0)).toBe(report.taken);
      for (const skip of report.skipped)
        expect(['already-here', 'server-message', 'no-resource']).toContain(skip.reason);
    },
  );
});
