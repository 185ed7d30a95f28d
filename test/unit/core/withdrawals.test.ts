import { describe, expect, it } from 'vitest';
import { activity } from '../../../extension/core/wallet/activity.ts';
import { saveByHand } from '../../../extension/core/wallet/by-hand.ts';
import { lockAnew } from '../../../extension/core/wallet/lock-anew.ts';
import { addMark, besideOf, hiddenItems } from '../../../extension/core/wallet/marks.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { aboutErasing, eraseItem, likeItem, moveItem } from '../../../extension/core/wallet/rearrange.ts';
import { openRecords, readRecord } from '../../../extension/core/wallet/records.ts';
import { filteredOwn, searchOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { withdrawDue } from '../../../extension/core/wallet/withdraw.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { allergy, codeOf, DOCTOR, importOwn, json, PATIENT, share, titles, world } from './wallets.ts';

type World = Awaited<ReturnType<typeof world>>;

const bundle = (...resources: readonly unknown[]) => ({
  resourceType: 'Bundle',
  type: 'collection',
  entry: resources.map((resource) => ({ resource })),
});
const listed = async (session: Session, section?: 'allergies' | 'unsorted' | 'mental-health') =>
  titles(await filteredOwn(session, section ? { section } : {})).toSorted();
const itemOf = async (session: Session, title: string) =>
  (await filteredOwn(session, {})).items.find((item) => item.title === title)!;
const idOf = async (session: Session, title: string) => (await itemOf(session, title)).id;
/** What the wallet does by itself. */
async function settle(session: Session): Promise<void> {
  await session.catalogue.sync();
  await drainOutbox(session);
  await withdrawDue(session);
  await withdrawDue(session);
}
/** What a wallet knows that is made anew from words, chain and blocks alone. */
async function restored(w: World, session: Session, entropy = PATIENT): Promise<Session> {
  for (const rows of w.catalogues.values()) await rows.clear();
  w.slots.clear();
  const again = await w.open(entropy, session.network);
  await again.catalogue.sync();
  return again;
}
const counts = async (session: Session) => {
  const { total, entries, anchored } = (await session.catalogue.head()).summary;
  return { total, entries, anchored };
};
const erasedLines = async (session: Session) =>
  (await activity(session)).items.filter(({ kind }) => kind === 'erased').length;

describe('an item that is erased', () => {
  it('is gone here at once, and for everybody once the chain says so; what came with it stays, with what was said of it', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await importOwn(patient, bundle(allergy('Peanut'), allergy('Latex'), allergy('Pollen')));
    await addMark(patient, await idOf(patient, 'Latex'), 'note', 'Since school');
    await addMark(patient, await idOf(patient, 'Pollen'), 'hide');
    await settle(patient);
    await share(patient, doctor);
    await doctor.catalogue.sync();
    const before = await openRecords(doctor, {});
    expect(titles(before)).toContain('Peanut');
    const old = await idOf(patient, 'Peanut');
    const latex = await idOf(patient, 'Latex');

    expect(await aboutErasing(patient, old)).toEqual({ with: 0, together: [] });
    await eraseItem(patient, old);
    const check = async (session: Session) => {
      expect(await listed(session)).toEqual(['Latex']);
      expect((await searchOwn(session, 'pean')).map(({ title }) => title)).toEqual([]);
      expect(titles(await hiddenItems(session))).toEqual(['Pollen']);
      const beside = await besideOf(session, session.address, await idOf(session, 'Latex'));
      expect(beside.marks.map(({ text }) => text)).toEqual(['Since school']);
      expect((await session.catalogue.head()).summary.sections.allergies?.count).toBe(1);
    };
    await check(patient);
    expect(await codeOf(readRecord(patient, patient.address, old))).toBe('not-found');
    expect((await readRecord(patient, patient.address, await idOf(patient, 'Latex'))).item.was).toEqual([latex]);
    // The old address of what stays leads to it.
    expect((await besideOf(patient, patient.address, latex)).marks).toHaveLength(1);

    await settle(patient);
    await check(patient);
    expect(await counts(patient)).toEqual({ total: 1, entries: 3, anchored: 3 });
    expect(await erasedLines(patient)).toBe(1);
    const { withdrawals } = await patient.state.read();
    expect(withdrawals.map(({ erased, receipts }) => [erased, receipts.length])).toEqual([[true, 3]]);
    await doctor.catalogue.sync();
    const after = titles(await openRecords(doctor, {}));
    expect(after.toSorted()).toEqual(['Latex', 'Note by the patient', 'Pollen']);
    expect(await codeOf(readRecord(doctor, patient.address, old, { purpose: 1 }))).toBe('no-consent');

    const again = await restored(w, patient);
    await check(again);
    expect(await counts(again)).toEqual({ total: 1, entries: 3, anchored: 3 });
    // It was erased, and not left out for ever: who adds the file again means it.
    await importOwn(again, bundle(allergy('Peanut'), allergy('Latex')));
    expect(await listed(again)).toEqual(['Latex', 'Peanut']);
  });

  it('goes in every version, with what was said of each', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await saveByHand(patient, JSON.stringify(allergy('Penicilin')));
    await addMark(patient, await idOf(patient, 'Penicilin'), 'note', 'In 2003');
    await saveByHand(patient, JSON.stringify(allergy('Penicillin')), await idOf(patient, 'Penicilin'));
    await saveByHand(patient, JSON.stringify(allergy('Dust')));
    await settle(patient);
    const id = await idOf(patient, 'Penicillin');
    expect(await aboutErasing(patient, id)).toEqual({ with: 2, together: [] });
    await eraseItem(patient, id);
    await settle(patient);
    const check = async (session: Session) => {
      expect(await listed(session)).toEqual(['Dust']);
      expect(await counts(session)).toEqual({ total: 1, entries: 1, anchored: 1 });
    };
    await check(patient);
    await check(await restored(w, patient));
  });

  it('goes with all that its author put into one entry, where somebody else wrote it', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await share(patient, doctor);
    await doctor.catalogue.sync();
    const job = await doctor.storage.stage(json(bundle(allergy('Peanut'), allergy('Latex'))), 'a.json', 'test');
    await writeShared(doctor, patient.address, 'allergies', job);
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    await addMark(patient, await idOf(patient, 'Latex'), 'dispute', 'Never tested');
    await settle(patient);
    const { together } = await aboutErasing(patient, await idOf(patient, 'Peanut'));
    expect(together.map(({ title }) => title)).toEqual(['Latex']);
    await eraseItem(patient, await idOf(patient, 'Peanut'));
    await settle(patient);
    expect(await listed(patient)).toEqual([]);
    expect(await counts(patient)).toEqual({ total: 0, entries: 0, anchored: 0 });
    await doctor.catalogue.sync();
    expect(titles(await openRecords(doctor, {}))).toEqual([]);
  });

  it('never goes to the chain where it was not there yet, and comes back from nowhere', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await saveByHand(patient, JSON.stringify(allergy('Peanut')));
    await eraseItem(patient, await idOf(patient, 'Peanut'));
    expect(await listed(patient)).toEqual([]);
    await settle(patient);
    expect(await listed(await restored(w, patient))).toEqual([]);
  });

  it('waits for what takes its place to be on the chain; killed at any step, it is finished', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await importOwn(patient, bundle(allergy('Peanut'), allergy('Latex')));
    await settle(patient);
    const sent = () => w.sent.flatMap(({ calls }) => calls).length;
    const { storage } = patient;
    const [reseal, drop] = [storage.reseal.bind(storage), storage.drop.bind(storage)];
    const died = () => Promise.reject(new Error('the worker was killed'));

    // Right after the rest was sealed anew.
    storage.reseal = async (...args) => {
      await reseal(...args);
      throw new Error('the worker was killed');
    };
    await expect(eraseItem(patient, await idOf(patient, 'Peanut'))).rejects.toThrow('killed');
    storage.reseal = reseal;
    const again = await w.open(PATIENT, patient.network);
    await again.catalogue.listPending();
    expect(await listed(again)).toEqual(['Latex', 'Peanut']);
    // Before the blocks go.
    again.storage.drop = died;
    await expect(eraseItem(again, await idOf(again, 'Peanut'))).rejects.toThrow('killed');
    again.storage.drop = drop;
    expect(await listed(again)).toEqual(['Latex']);
    const before = sent();
    await withdrawDue(again);
    expect(sent(), 'what takes its place is not there yet').toBe(before);
    await settle(again);
    expect(await listed(again)).toEqual(['Latex']);
    expect(await listed(await restored(w, again))).toEqual(['Latex']);
  });

  it('is erased once where two are at the same time, and nothing is there twice', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await importOwn(patient, bundle(allergy('Peanut'), allergy('Latex'), allergy('Pollen'), allergy('Dust')));
    await settle(patient);
    const [peanut, latex, dust] = await Promise.all(['Peanut', 'Latex', 'Dust'].map((title) => idOf(patient, title)));
    await Promise.all([
      eraseItem(patient, peanut!),
      moveItem(patient, dust!, 'unsorted', false),
      eraseItem(patient, latex!),
    ]);
    const check = async (session: Session) => {
      expect(await listed(session)).toEqual(['Dust', 'Pollen']);
      expect(await listed(session, 'unsorted')).toEqual(['Dust']);
    };
    await check(patient);
    await settle(patient);
    await check(patient);
    await check(await restored(w, patient));
  });

  it('of several that are due, one that the health network refuses holds up no other', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await saveByHand(patient, JSON.stringify(allergy('Peanut')));
    await saveByHand(patient, JSON.stringify(allergy('Latex')));
    await settle(patient);
    await eraseItem(patient, await idOf(patient, 'Peanut'));
    await eraseItem(patient, await idOf(patient, 'Latex'));
    const { calls } = patient.newest;
    const sign = calls.withdrawRecords.bind(calls);
    const [refused] = (await patient.state.read()).withdrawals;
    calls.withdrawRecords = (ids) =>
      ids.join() === refused!.records.join() ? Promise.reject(new Error('refused')) : sign(ids);
    await expect(withdrawDue(patient)).rejects.toThrow('refused');
    await expect(withdrawDue(patient)).rejects.toThrow('refused');
    const done = async () => (await patient.state.read()).withdrawals.map(({ receipts }) => receipts.length);
    expect(await done()).toEqual([0, 3]);
    calls.withdrawRecords = sign;
    await settle(patient);
    expect(await done()).toEqual([3, 3]);
  });

  it('waits also for what was sealed anew once more: for another epoch, or as something else of it was erased', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await importOwn(patient, bundle(allergy('Peanut'), allergy('Latex'), allergy('Pollen')));
    await settle(patient);
    await share(patient, doctor);
    const due = async () => (await patient.state.read()).withdrawals.flatMap(({ after }) => after).length;
    await eraseItem(patient, await idOf(patient, 'Peanut'));
    await eraseItem(patient, await idOf(patient, 'Pollen'));
    expect(await due()).toBe(2);
    await lockAnew(patient);
    const sent = w.sent.length;
    await withdrawDue(patient);
    expect(w.sent.length).toBe(sent);
    await settle(patient);
    expect(await listed(patient)).toEqual(['Latex']);
    expect((await patient.state.read()).withdrawals.map(({ receipts }) => receipts.length)).toEqual([3, 3]);
    expect(await listed(await restored(w, patient))).toEqual(['Latex']);
  });

  it('is said to keepers that are away once they are back, and not believed of one that signs something else', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    await saveByHand(patient, JSON.stringify(allergy('Peanut')));
    await settle(patient);
    w.keepers.instead.set(0, () => Promise.resolve(undefined));
    w.keepers.instead.set(1, async (answer, [, path]) => {
      const given = await answer();
      return path === '/v1/withdrawn' ? { status: 200, body: { signature: `0x${'11'.repeat(65)}` } } : given;
    });
    await eraseItem(patient, await idOf(patient, 'Peanut'));
    await settle(patient);
    const signed = async () => (await patient.state.read()).withdrawals[0]?.receipts.length;
    expect(await signed()).toBe(1);
    w.keepers.instead.clear();
    await settle(patient);
    expect(await signed()).toBe(3);
  });
});

describe('an item that is moved', () => {
  it('is in the other section with its versions and what was said of it, and readers of the first have it no more', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await importOwn(patient, bundle(allergy('Peanut'), allergy('Latex')));
    await saveByHand(patient, JSON.stringify(allergy('Latex gloves')), await idOf(patient, 'Latex'));
    await addMark(patient, await idOf(patient, 'Latex gloves'), 'note', 'At work');
    await settle(patient);
    await share(patient, doctor);
    await doctor.catalogue.sync();
    await openRecords(doctor, {});
    expect(await moveItem(patient, await idOf(patient, 'Latex gloves'), 'mental-health', false)).toBe(1);
    const check = async (session: Session) => {
      expect(await listed(session, 'allergies')).toEqual(['Peanut']);
      expect(await listed(session, 'mental-health')).toEqual(['Latex gloves']);
      const { marks, earlier } = await besideOf(session, session.address, await idOf(session, 'Latex gloves'));
      expect(marks.map(({ text }) => text)).toEqual(['At work']);
      expect(earlier.map(({ item }) => [item.title, item.section])).toEqual([['Latex', 'mental-health']]);
      const { sections, total } = (await session.catalogue.head()).summary;
      expect([total, sections.allergies?.count, sections['mental-health']?.count]).toEqual([2, 1, 1]);
    };
    await check(patient);
    await settle(patient);
    await check(patient);
    expect(await erasedLines(patient), 'it is not said to be erased').toBe(0);
    expect((await patient.state.read()).withdrawals, 'nothing is left to do').toEqual([]);
    await doctor.catalogue.sync();
    expect(titles(await openRecords(doctor, {}))).toEqual(['Peanut']);
    const again = await restored(w, patient);
    await check(again);
    // And back.
    await moveItem(again, await idOf(again, 'Latex gloves'), 'allergies', false);
    await settle(again);
    expect(await listed(again, 'allergies')).toEqual(['Latex gloves', 'Peanut']);
    expect((await itemOf(again, 'Latex gloves')).was).toHaveLength(2);
  });

  it('takes what is like it along where that is wanted, and what comes later goes there too', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    const dated = (year: number, substance = 'Peanut') => ({ ...allergy(substance), recordedDate: `${year}-01-01` });
    await importOwn(patient, bundle(dated(2001), dated(2002), dated(2003, 'Latex')));
    await importOwn(patient, dated(2004));
    await settle(patient);
    const id = (await filteredOwn(patient, {})).items.find(({ date }) => date === '2002-01-01')!.id;
    expect((await likeItem(patient, id, 'unsorted')).map(({ date }) => date).toSorted()).toEqual([
      '2001-01-01',
      '2002-01-01',
      '2004-01-01',
    ]);
    expect(await moveItem(patient, id, 'unsorted', true)).toBe(3);
    await importOwn(patient, bundle(dated(2005), dated(2006, 'Latex')));
    expect(await listed(patient, 'unsorted')).toEqual(['Peanut', 'Peanut', 'Peanut', 'Peanut']);
    expect(await listed(patient, 'allergies')).toEqual(['Latex', 'Latex']);
  });

  it('is where its later versions go', async () => {
    const w = await world();
    const { patient } = await w.clinic();
    const version = (day: number, substance: string) => ({
      ...allergy(substance),
      identifier: [{ system: 'https://clinic.example/allergies', value: '1' }],
      meta: { lastUpdated: `2026-01-0${day}T00:00:00Z` },
    });
    await importOwn(patient, version(1, 'Peanut'));
    await moveItem(patient, await idOf(patient, 'Peanut'), 'unsorted', false);
    await importOwn(patient, version(2, 'Peanuts'));
    expect(await listed(patient, 'unsorted')).toEqual(['Peanuts']);
    expect(await listed(patient)).toEqual(['Peanuts']);
  });

  it('is not moved where somebody else wrote it', async () => {
    const w = await world();
    const { patient, doctor } = await w.clinic();
    await share(patient, doctor);
    await doctor.catalogue.sync();
    const job = await doctor.storage.stage(json(allergy('Peanut')), 'a.json', 'test');
    await writeShared(doctor, patient.address, 'allergies', job);
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    expect(await codeOf(moveItem(patient, await idOf(patient, 'Peanut'), 'unsorted', false))).toBe('bad-request');
  });
});

it('nobody but the patient takes anything back', async () => {
  const w = await world();
  const { patient, doctor, registry } = await w.clinic();
  await importOwn(patient, allergy('Peanut'));
  await settle(patient);
  await share(patient, doctor);
  const [entry = ''] = (await idOf(patient, 'Peanut')).split('/');
  const before = await w.open(DOCTOR, patient.network, 'provider');
  await before.catalogue.sync();
  expect(titles(await openRecords(before, {}))).toEqual(['Peanut']);
  await registry.as(w.evm.next()).getFunction('withdrawRecords').send([entry]);
  await patient.catalogue.sync();
  await before.catalogue.sync();
  expect(await listed(patient)).toEqual(['Peanut']);
  expect(titles(await openRecords(before, {}))).toEqual(['Peanut']);
});
