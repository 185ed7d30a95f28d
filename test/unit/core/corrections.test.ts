import { describe, expect, it } from 'vitest';
import { markBytes } from '../../../extension/core/records/marks.ts';
import { arrivals, keepArrivals } from '../../../extension/core/wallet/arrivals.ts';
import { saveByHand } from '../../../extension/core/wallet/by-hand.ts';
import { draftOf, keepDraft } from '../../../extension/core/wallet/drafts.ts';
import { overviewOf } from '../../../extension/core/wallet/overview.ts';
import { addMark, besideOf, hiddenItems } from '../../../extension/core/wallet/marks.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { searchOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { type ItemLinks } from '../../../extension/core/records/linked-plan.ts';
import { BY_HAND } from '../../../extension/core/records/sources.ts';
import { allergy, codeOf, DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

const text = (substance: string) => JSON.stringify(allergy(substance));
const own = async (session: Session) => titles(await filteredOwn(session, { section: 'allergies' }));
const idOf = async (session: Session, title: string): Promise<string> =>
  (await filteredOwn(session, {})).items.find((item) => item.title === title)!.id;
const overview = async (session: Session) => (await overviewOf(session, '2026-01-01')).allergies.map((a) => a.title);
/** A doctor adds something to a patient's allergies. */
async function commitShared(doctor: Session, to: string, json: string | Uint8Array, links: ItemLinks): Promise<void> {
  const blob = new Blob([json as BlobPart], { type: 'application/json' });
  await writeShared(doctor, to, 'allergies', await doctor.storage.stage(blob, 'a.json', 'test', { links }));
}
/** What a wallet knows that is made anew from the chain. */
async function anew(w: Awaited<ReturnType<typeof world>>, session: Session, entropy: Uint8Array): Promise<Session> {
  for (const rows of w.catalogues.values()) await rows.clear();
  const again = await w.open(entropy, session.network);
  await again.catalogue.sync();
  return again;
}

describe('a correction', () => {
  it('takes the place of the version before it, which stays with its item', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    expect(await saveByHand(patient, text('Penicilin'))).toBe(true);
    expect(await saveByHand(patient, text('Penicilin'))).toBe(false);
    const first = await idOf(patient, 'Penicilin');
    await saveByHand(patient, text('Penicillin'), first);
    expect(await own(patient)).toEqual(['Penicillin']);
    // Corrected from an outdated screen: the newest version is corrected.
    await saveByHand(patient, text('Penicillin V'), first);
    const check = async (session: Session) => {
      expect(await own(session)).toEqual(['Penicillin V']);
      expect(await overview(session)).toEqual(['Penicillin V']);
      expect((await searchOwn(session, 'peni')).map((i) => i.title)).toEqual(['Penicillin V']);
      const { total, sections } = (await session.catalogue.head()).summary;
      expect([total, sections.allergies?.count]).toEqual([1, 1]);
      const newest = await idOf(session, 'Penicillin V');
      const { earlier, later } = await besideOf(session, session.address, newest);
      expect(earlier.map((i) => i.item.title)).toEqual(['Penicillin', 'Penicilin']);
      expect(earlier[0]?.item.source).toBe(BY_HAND);
      expect(later).toBeUndefined();
      expect((await besideOf(session, session.address, first)).later?.title).toBe('Penicillin');
    };
    await check(patient);
    await drainOutbox(patient);
    await check(patient);
    await check(await anew(w, patient, PATIENT));
  });

  it('is seen as one item by those who read the section', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await saveByHand(patient, text('Peanut'));
    await drainOutbox(patient);
    await share(patient, doctor);
    await doctor.catalogue.sync();
    expect(titles(await openRecords(doctor, {}))).toEqual(['Peanut']);
    await saveByHand(patient, text('Peanuts'), await idOf(patient, 'Peanut'));
    await addMark(patient, await idOf(patient, 'Peanuts'), 'note', 'Since school');
    await addMark(patient, await idOf(patient, 'Peanuts'), 'hide');
    await drainOutbox(patient);
    await doctor.catalogue.sync();
    const read = await openRecords(doctor, {});
    expect(titles(read).toSorted()).toEqual(['Note by the patient', 'Peanuts']);
    const { items } = read;
    const { marks, hidden } = await besideOf(doctor, patient.address, items.find((i) => i.title === 'Peanuts')!.id);
    expect(marks.map((m) => m.text)).toEqual(['Since school']);
    expect(hidden).toBe(false); // that is the patient's alone
    expect((await doctor.catalogue.head()).summary.theirs).toBe(2);
  });

  it('by anybody else hides nothing, nor does what somebody else says of an item', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await saveByHand(patient, text('Latex'));
    await drainOutbox(patient);
    await share(patient, doctor);
    await doctor.catalogue.sync();
    const id = await idOf(patient, 'Latex');
    await commitShared(doctor, patient.address, text('Nothing'), { replaces: id });
    await commitShared(doctor, patient.address, markBytes('hide', id, '', '2030-01-01T00:00:00Z'), { about: id });
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    expect(await own(patient)).toContain('Latex');
    expect(await own(patient)).toContain('Nothing');
    expect((await besideOf(patient, patient.address, id)).later).toBeUndefined();
    expect((await besideOf(patient, patient.address, await idOf(patient, 'Nothing'))).earlier).toEqual([]);
    expect((await hiddenItems(patient)).items).toEqual([]);
    // Nor does the patient correct what somebody else wrote.
    expect(await codeOf(saveByHand(patient, text('Mine'), await idOf(patient, 'Nothing')))).toBe('bad-request');
    expect(await codeOf(saveByHand(patient, text('Mine'), '0x00/0'))).toBe('not-found');
  });
});

describe('what a patient says of an item', () => {
  it('stands beside it, and hides it until that is undone', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await saveByHand(patient, text('Pollen'));
    await saveByHand(patient, text('Dust'));
    const id = await idOf(patient, 'Pollen');
    const long = 'very '.repeat(200).trim();
    await addMark(patient, id, 'note', 'In spring');
    await addMark(patient, id, 'dispute', long);
    const beside = () => besideOf(patient, patient.address, id);
    expect((await beside()).marks.map((m) => [m.kind, m.text])).toEqual([
      ['dispute', long],
      ['note', 'In spring'],
    ]);
    expect((await beside()).disputed).toBe(true);
    await addMark(patient, id, 'settle');
    expect((await beside()).disputed).toBe(false);
    await addMark(patient, id, 'hide');
    const hiddenIs = async (session: Session) => {
      expect(await own(session)).toEqual(['Dust']);
      expect(await overview(session)).toEqual(['Dust']);
      expect(await searchOwn(session, 'pollen')).toEqual([]);
      expect(titles(await hiddenItems(session))).toEqual(['Pollen']);
      expect((await session.catalogue.head()).summary.total).toBe(1);
      expect((await besideOf(session, session.address, id)).hidden).toBe(true);
    };
    await hiddenIs(patient);
    await drainOutbox(patient);
    await hiddenIs(await anew(w, patient, PATIENT));
    await addMark(patient, id, 'show');
    expect((await own(patient)).toSorted()).toEqual(['Dust', 'Pollen']);
    expect((await hiddenItems(patient)).items).toEqual([]);
    expect((await filteredOwn(patient, { section: 'unsorted' })).items).toEqual([]);
    expect((await filteredOwn(patient, {})).items).toHaveLength(2);
  });
});

describe('what others add', () => {
  it('waits until the person has decided on each, or on all', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await saveByHand(patient, text('Mine'));
    await drainOutbox(patient);
    await share(patient, doctor);
    await doctor.catalogue.sync();
    for (const substance of ['One', 'Two', 'Three']) await commitShared(doctor, patient.address, text(substance), {});
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    const waiting = async () => (await arrivals(patient)).items.map((i) => i.title).toSorted();
    expect(await waiting()).toEqual(['One', 'Three', 'Two']);
    await keepArrivals(patient, [await idOf(patient, 'One')]);
    await addMark(patient, await idOf(patient, 'Two'), 'hide');
    expect(await waiting()).toEqual(['Three']);
    expect((await arrivals(patient)).count).toBe(1);
    await keepArrivals(patient, [await idOf(patient, 'Three')]);
    expect(await waiting()).toEqual([]);
    expect((await patient.state.read()).kept).toEqual([]);
    await commitShared(doctor, patient.address, text('Four'), {});
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    expect(await waiting()).toEqual(['Four']);
    await keepArrivals(patient);
    expect(await waiting()).toEqual([]);
  });
});

it('a draft is kept until it is saved or thrown away, sealed', async () => {
  const w = await world();
  const { patient } = await w.clinic();
  await keepDraft(patient, 'allergy', { substance: 'Penicillin' });
  expect(JSON.stringify([...w.slots.values()])).not.toContain('Penicillin');
  expect(await draftOf(await w.open(PATIENT, patient.network), 'allergy')).toEqual({ substance: 'Penicillin' });
  expect(await draftOf(await w.open(DOCTOR, patient.network), 'allergy')).toBeUndefined();
  await keepDraft(patient, 'allergy', undefined);
  expect(await draftOf(patient, 'allergy')).toBeUndefined();
});
