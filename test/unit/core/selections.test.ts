import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entriesOf, type EntryRow } from '../../../extension/core/catalogue/model.ts';
import type { PickedItem } from '../../../extension/core/records/selection.ts';
import { saveByHand } from '../../../extension/core/wallet/by-hand.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { lockAnew } from '../../../extension/core/wallet/lock-anew.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { eraseItem, moveItem } from '../../../extension/core/wallet/rearrange.ts';
import { openRecords, readRecord } from '../../../extension/core/wallet/records.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { seenBy } from '../../../extension/core/wallet/seen-by.ts';
import { fillSelections, MOST_PICKED, sharePicked, type Picking } from '../../../extension/core/wallet/selections.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { withdrawDue } from '../../../extension/core/wallet/withdraw.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import type { MemoryStorage } from './memory-storage.ts';
import { allergy, codeOf, importOwn, json, PATIENT, share, titles, world } from './wallets.ts';

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const weight = (kg: number, day: string) => ({
  resourceType: 'Observation',
  status: 'final',
  category: [
    { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'vital-signs' }] },
  ],
  code: { coding: [{ system: 'http://loinc.org', code: '29463-7' }], text: `Weight ${kg}` },
  effectiveDateTime: day,
  valueQuantity: { value: kg, unit: 'kg', system: 'http://unitsofmeasure.org', code: 'kg' },
});

async function record() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  for (const substance of ['Peanut', 'Penicillin', 'Latex']) await importOwn(patient, allergy(substance));
  await importOwn(patient, weight(80, '2026-01-02'));
  await drainOutbox(patient);
  return { w, registry, network, patient, doctor };
}
const idOf = async (session: Session, title: string) =>
  (await filteredOwn(session, {})).items.find((item) => item.title === title)!.id;
const pick = async (patient: Session, doctor: Session, picking: Picking, until = now() + DAY) => {
  const consent = await sharePicked(patient, picking, {
    origin: 'https://clinic.example',
    recipient: doctor.address,
    purpose: 'TREAT',
    reason: 'a second opinion',
    rights: ['read'],
    until,
  });
  await drainOutbox(patient);
  return consent;
};
const settle = async (patient: Session) => {
  await patient.catalogue.sync();
  await drainOutbox(patient);
  if (await fillSelections(patient)) await drainOutbox(patient);
  await withdrawDue(patient);
};
const reads = async (doctor: Session) => {
  await doctor.catalogue.sync();
  return titles(await openRecords(doctor, {})).toSorted();
};

describe('things that are picked', () => {
  it('are what their reader gets, and nothing else of their sections', async () => {
    const { patient, doctor } = await record();
    const ids = [await idOf(patient, 'Penicillin'), await idOf(patient, 'Weight 80')];
    const consent = await pick(patient, doctor, { ids });
    expect(consent.sections).toEqual(['selection']);
    expect(await reads(doctor)).toEqual(['Penicillin', 'Weight 80']);
    const items = (await openRecords(doctor, {})).items;
    expect(items.map(({ section }) => section).toSorted()).toEqual(['allergies', 'vitals']);
    for (const { patient: whose, id, title } of items) {
      const { bytes } = await readRecord(doctor, whose, id);
      expect(new TextDecoder().decode(bytes)).toContain(title);
    }
    expect(titles({ items: await seenBy(patient, (await ownConsents(patient)).at(-1)!) }).toSorted()).toEqual([
      'Penicillin',
      'Weight 80',
    ]);
    // The record itself holds them once.
    expect(titles(await filteredOwn(patient, {}))).toHaveLength(4);
    const { summary } = await patient.catalogue.head();
    expect(summary.total).toBe(4);
  });

  it('keep the author who recorded them', async () => {
    const { patient, doctor, w, registry, network } = await record();
    const other = await w.open(new Uint8Array(32).fill(3), network, 'provider');
    await w.hire(registry, other);
    await share(patient, other);
    await other.catalogue.sync();
    const job = await other.storage.stage(json(allergy('Nickel')), 'n.json', 'test');
    await writeShared(other, patient.address, 'allergies', job);
    await drainOutbox(other);
    await patient.catalogue.sync();
    await pick(patient, doctor, { ids: [await idOf(patient, 'Nickel')] });
    await doctor.catalogue.sync();
    const [item] = (await openRecords(doctor, {})).items;
    expect(item).toMatchObject({ title: 'Nickel', author: other.address });
    const { provenance } = await readRecord(doctor, patient.address, item!.id);
    expect(provenance.author.address).toBe(other.address);
  });

  it('end with their permission, like everything', async () => {
    const { patient, doctor } = await record();
    const consent = await pick(patient, doctor, { ids: [await idOf(patient, 'Peanut')] });
    expect(await reads(doctor)).toEqual(['Peanut']);
    await endConsent(patient, { consentId: consent.consentId, recipient: doctor.address });
    expect(await reads(doctor)).toEqual([]);
  });

  it('are there in a blank browser that has the words alone, and are added to from there', async () => {
    const { w, network, patient, doctor } = await record();
    const rule = { sections: ['vitals' as const], codes: ['http://loinc.org|29463-7'] };
    await pick(patient, doctor, { ids: [await idOf(patient, 'Peanut')], rule });
    await settle(patient);
    w.slots.clear();
    w.catalogues.clear();
    const again = await w.open(PATIENT, network);
    await again.catalogue.sync();
    const consent = (await ownConsents(again)).at(-1)!;
    expect(titles({ items: await seenBy(again, consent) }).toSorted()).toEqual(['Peanut', 'Weight 80']);
    await importOwn(again, weight(81, '2026-02-02'));
    await settle(again);
    await settle(again);
    expect(await reads(doctor)).toEqual(['Peanut', 'Weight 80', 'Weight 81']);
  });

  it('are no more than can be, and only what is there', async () => {
    const { patient, doctor } = await record();
    expect(await codeOf(pick(patient, doctor, { ids: ['0x00/0'] }))).toBe('not-found');
    expect(await codeOf(pick(patient, doctor, { ids: Array<string>(MOST_PICKED + 1).fill('0x00/0') }))).toBe(
      'too-large',
    );
    expect((await ownConsents(patient)).length).toBe(0);
  });

  it('each go into a folder of their own, however many are shared at once', async () => {
    const { patient, doctor } = await record();
    const ids = await Promise.all(['Peanut', 'Latex', 'Penicillin'].map((title) => idOf(patient, title)));
    await Promise.all(ids.map((id) => pick(patient, doctor, { ids: [id] })));
    const consents = (await ownConsents(patient)).filter(({ live }) => live.length > 0);
    expect(new Set(consents.flatMap(({ live }) => live)).size).toBe(3);
    expect(await reads(doctor)).toEqual(['Latex', 'Peanut', 'Penicillin']);
  });

  it('stay open under new locks', async () => {
    const { patient, doctor } = await record();
    await pick(patient, doctor, { ids: [await idOf(patient, 'Peanut')] });
    expect(await lockAnew(patient)).toBe(1);
    expect(await reads(doctor)).toEqual(['Peanut']);
  });

  it('have their later versions after them', async () => {
    const { patient, doctor } = await record();
    const id = await idOf(patient, 'Peanut');
    await pick(patient, doctor, { ids: [id] });
    await saveByHand(patient, JSON.stringify(allergy('Peanut, severe')), id);
    await settle(patient);
    await settle(patient);
    expect(await reads(doctor)).toContain('Peanut, severe');
  });

  it('go when they are erased, and what else was picked stays', async () => {
    const { patient, doctor } = await record();
    const [peanut, latex] = [await idOf(patient, 'Peanut'), await idOf(patient, 'Latex')];
    await pick(patient, doctor, { ids: [peanut, latex] });
    expect(await reads(doctor)).toEqual(['Latex', 'Peanut']);
    await eraseItem(patient, peanut);
    for (let i = 0; i < 3; i++) await settle(patient);
    expect(await reads(doctor)).toEqual(['Latex']);
  });

  it('stay picked when they are moved to another section', async () => {
    const { patient, doctor } = await record();
    const id = await idOf(patient, 'Latex');
    await pick(patient, doctor, { ids: [id] });
    await moveItem(patient, id, 'problems', false);
    for (let i = 0; i < 3; i++) await settle(patient);
    await doctor.catalogue.sync();
    const { items } = await openRecords(doctor, {});
    expect(items.map(({ title, section }) => [title, section])).toEqual([['Latex', 'problems']]);
  });
});

describe('a selection that is not what it says', () => {
  /** Changes what a patient's wallet writes of picked items. */
  const forged = async (change: (item: PickedItem) => PickedItem) => {
    const { patient, doctor } = await record();
    const storage = patient.storage as MemoryStorage;
    storage.beforePicking = change;
    await pick(patient, doctor, { ids: [await idOf(patient, 'Peanut')] });
    await doctor.catalogue.sync();
    await openRecords(doctor, {});
    const rows = await doctor.catalogue.rows.getAll<EntryRow>(
      await entriesOf(
        patient.newest.registry.toLowerCase(),
        patient.address,
        (await patient.folders()).selections[0]!,
      ).all(doctor.catalogue.rows),
    );
    return rows.map((row) => row?.code ?? row?.state);
  };
  const withFrom = (item: PickedItem, from: Partial<NonNullable<PickedItem['meta']['from']>>): PickedItem => ({
    ...item,
    meta: { ...item.meta, from: { ...item.meta.from!, ...from } },
  });

  it('opens where nothing is changed', async () => {
    expect(await forged((item) => item)).toEqual(['open']);
  });
  it('is refused where it says that another entry held it', async () => {
    const hash = new Uint8Array(32);
    expect(await forged((item) => withFrom(item, { path: [{ side: 'left', hash }] }))).toEqual(['commitment-mismatch']);
  });
  it('is refused where its items are of no other entry', async () => {
    const without = ({ meta: { from, ...meta }, ...item }: PickedItem): PickedItem => (void from, { ...item, meta });
    expect(await forged(without)).toEqual(['misfiled']);
  });
  it('shows nothing under a key that is not the item’s', async () => {
    const { patient, doctor } = await record();
    const storage = patient.storage as MemoryStorage;
    storage.beforePicking = (item) => withFrom(item, { key: new Uint8Array(32).fill(9) });
    await pick(patient, doctor, { ids: [await idOf(patient, 'Peanut')] });
    await doctor.catalogue.sync();
    const [item] = (await openRecords(doctor, {})).items;
    expect(await codeOf(readRecord(doctor, patient.address, item!.id))).toBe('sealed-data-damaged');
  });
});

describe('a rule', () => {
  it('adds what it is for as it comes, and nothing else, until it ends', async () => {
    const { patient, doctor } = await record();
    const rule = { sections: ['vitals' as const], codes: ['http://loinc.org|29463-7'], from: '2026-01' };
    const consent = await pick(patient, doctor, { ids: [], rule });
    expect(consent.receipt.rule).toEqual(rule);
    expect(await reads(doctor)).toEqual(['Weight 80']);
    await importOwn(patient, weight(82, '2026-03-01'));
    await importOwn(patient, weight(70, '2025-03-01'));
    await importOwn(patient, allergy('Egg'));
    await settle(patient);
    await settle(patient);
    expect(await reads(doctor)).toEqual(['Weight 80', 'Weight 82']);
    await endConsent(patient, { consentId: consent.consentId, recipient: doctor.address });
    await importOwn(patient, weight(83, '2026-04-01'));
    await settle(patient);
    expect(await reads(doctor)).toEqual([]);
  });

  it('looks at nothing twice, where nothing is new', async () => {
    const { patient, doctor } = await record();
    await pick(patient, doctor, { ids: [], rule: { sections: ['allergies'] } });
    await settle(patient);
    expect(await fillSelections(patient)).toBe(false);
    const { entries } = (await patient.catalogue.head()).summary;
    await settle(patient);
    expect((await patient.catalogue.head()).summary.entries).toBe(entries);
  });
});

it('whatever is picked, its reader sees exactly that, and the person is shown the same', async () => {
  const { patient, doctor } = await record();
  const all = (await filteredOwn(patient, {})).items;
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(fc.integer({ min: 0, max: all.length - 1 }), { minLength: 1 }), async (chosen) => {
      const wanted = chosen.map((i) => all[i]!);
      const consent = await pick(patient, doctor, { ids: wanted.map(({ id }) => id) });
      const expected = wanted.map(({ title }) => title).toSorted();
      expect(await reads(doctor)).toEqual(expected);
      const view = (await ownConsents(patient)).find(({ consentId }) => consentId === consent.consentId)!;
      expect(titles({ items: await seenBy(patient, view) }).toSorted()).toEqual(expected);
      await endConsent(patient, { consentId: consent.consentId, recipient: doctor.address });
    }),
    { numRuns: 6 },
  );
});
