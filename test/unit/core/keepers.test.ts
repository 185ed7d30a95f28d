import { describe, expect, it } from 'vitest';
import { deliverShares } from '../../../extension/core/wallet/deal.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { openRecords, readRecord } from '../../../extension/core/wallet/records.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { listOwn, listShared } from './listings.ts';
import { fill } from './support.ts';
import { allergy, codeOf, DOCTOR, importOwn, json, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

/** A patient with one entry, a doctor, and three keepers of whom two are needed. */
async function scene() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  await importOwn(patient, allergy('Latex'));
  await drainOutbox(patient);
  return { w, registry, network, patient, doctor, custody: registry.network.custody, ...w.keepers };
}

const write = async (doctor: Session, patient: Session, substance: string) => {
  const job = await doctor.storage.stage(json(allergy(substance)), 'test.json', 'test');
  return writeShared(doctor, patient.address, 'allergies', job);
};

const away = () => Promise.resolve(undefined);

describe('on a network with keepers', () => {
  it('a reader is given no secret, opens what it may by the keepers, and nothing more once that has ended', async () => {
    const { w, network, patient, doctor } = await scene();
    const { consentId } = await share(patient, doctor);
    await importOwn(patient, allergy('Nuts'));
    await drainOutbox(patient);
    expect(titles(await listShared(doctor)).toSorted()).toEqual(['Latex', 'Nuts']);
    const [item] = (await listShared(doctor)).items;
    expect((await readRecord(doctor, patient.address, item!.id)).bytes.byteLength).toBeGreaterThan(0);

    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    await endConsent(patient, { consentId, recipient: doctor.address });
    expect(titles(await listShared(doctor))).toEqual([]);
    expect(await codeOf(readRecord(doctor, patient.address, item!.id))).toBe('no-consent');
    // A wallet that did not hear of the end is refused by the keepers: nothing else stands in its way.
    const deaf = await w.open(fill(32, 2), network, 'provider', { tell: (log) => log });
    expect(await codeOf(readRecord(deaf, patient.address, item!.id))).toBe('no-consent');
    expect(w.sent.at(-1)?.calls).toHaveLength(1); // one small call: no new key, no other reader
  });

  it('asks once for what its author wrapped for no reader', async () => {
    const { patient, doctor, registry, reads } = await scene();
    await share(patient, doctor);
    // A changed wallet: what it adds is for the patient alone.
    const job = await doctor.storage.stage(json(allergy('Nuts')), 'test.json', 'test');
    await doctor.storage.plan(job, { digests: [] }, { into: 'allergies' });
    const folder = (await patient.folders()).tag('allergies');
    const patientKey = patient.keyring.encryption.publicX;
    const target = { section: 'allergies' as const, folder, registry: registry.network.registry, patientKey };
    await doctor.storage.commit(job, [target], patient.address, doctor.address);
    await drainOutbox(doctor);
    expect(titles(await listShared(doctor))).toEqual(['Latex']);
    const asked = reads();
    for (let i = 0; i < 3; i++) expect(titles(await listShared(doctor))).toEqual(['Latex']);
    expect(reads()).toBe(asked);
  });

  it('opens when somebody wants to see, once, and never by itself', async () => {
    const { patient, doctor, reads } = await scene();
    await share(patient, doctor);
    for (let i = 0; i < 3; i++) await doctor.catalogue.sync();
    expect(reads()).toBe(0);
    expect(titles(await listShared(doctor))).toEqual(['Latex']);
    expect(reads()).toBe(2);
    await Promise.all([listShared(doctor), listShared(doctor)]);
    await importOwn(patient, allergy('Nuts'));
    await drainOutbox(patient);
    await doctor.catalogue.sync();
    expect(reads()).toBe(2);
    await Promise.all([listShared(doctor), listShared(doctor)]);
    expect(reads()).toBe(4);
  });

  it.each<[string, Parameters<Awaited<ReturnType<typeof scene>>['instead']['set']>[1]]>([
    ['is down', away],
    ['hangs', () => new Promise((resolve) => setTimeout(() => resolve(undefined), 4_000))],
    ['answers with what is no answer', () => Promise.resolve({ status: 200, body: { sealed: 'AAAA' } })],
    ['fails', () => Promise.resolve({ status: 500, body: {} })],
    ['refuses', () => Promise.resolve({ status: 403, body: {} })],
    ['is always behind', () => Promise.resolve({ status: 425, body: {} })],
  ])(
    'any two suffice where one %s',
    async (_, how) => {
      const { patient, doctor, instead } = await scene();
      await share(patient, doctor);
      for (const bad of [0, 1, 2]) {
        instead.clear();
        instead.set(bad, how);
        await importOwn(patient, allergy(`substance ${bad}`));
        await drainOutbox(patient);
        expect((await listShared(doctor)).items).toHaveLength(bad + 2);
      }
    },
    60_000,
  );

  it('one that answers for other entries, or again what it answered before, is passed over', async () => {
    const { patient, doctor, instead } = await scene();
    await share(patient, doctor);
    let before: unknown;
    instead.set(0, async (own) => {
      const answer = await own();
      const said = before ?? answer?.body;
      before = answer?.body;
      return answer && { ...answer, body: said };
    });
    for (let i = 0; i < 3; i++) {
      await importOwn(patient, allergy(`substance ${i}`));
      await drainOutbox(patient);
      expect((await listShared(doctor)).items).toHaveLength(i + 2);
    }
  });

  it('with too few of them what is known is shown, the rest is counted, and a reading says so', async () => {
    const { patient, doctor, instead } = await scene();
    await share(patient, doctor);
    await listShared(doctor);
    await importOwn(patient, allergy('Nuts'));
    await drainOutbox(patient);
    for (const bad of [0, 1]) instead.set(bad, away);
    await doctor.catalogue.sync();
    const page = await openRecords(doctor, { patient: patient.address });
    expect(titles(page)).toEqual(['Latex']);
    expect(page.unopened).toBe(1);
    instead.clear();
    const again = await openRecords(doctor, { patient: patient.address });
    expect([titles(again).toSorted(), again.unopened]).toEqual([['Latex', 'Nuts'], 0]);
  });

  it('where too few take their shares nothing is shared; where one is away it gets its shares later', async () => {
    const { patient, doctor, instead } = await scene();
    for (const bad of [0, 1]) instead.set(bad, away);
    expect(await codeOf(share(patient, doctor))).toBe('managers-unreachable');
    await doctor.catalogue.sync();
    expect((await openRecords(doctor, {})).items).toEqual([]);
    instead.delete(1);
    await share(patient, doctor);
    expect((await patient.state.read()).undelivered).toHaveLength(1);
    await deliverShares(patient);
    expect((await patient.state.read()).undelivered).toHaveLength(1);
    instead.clear();
    await deliverShares(patient);
    expect((await patient.state.read()).undelivered).toEqual([]);
    // The one that came late answers with one of the others.
    instead.set(1, away);
    expect(titles(await listShared(doctor))).toEqual(['Latex']);
  });

  it('one that signs for another, or not at all, did not take its shares', async () => {
    const { patient, doctor, instead } = await scene();
    let signature: unknown;
    instead.set(0, async (own, [, path]) => {
      const answer = await own();
      if (path === '/v1/shares') signature = answer?.body;
      return answer;
    });
    await share(patient, doctor, ['read']);
    instead.set(1, () => Promise.resolve({ status: 200, body: signature }));
    instead.set(2, () => Promise.resolve({ status: 200, body: {} }));
    const folder = (await patient.folders()).tag('allergies');
    const lost = await patient.calls.rotate([folder], false, fill(32, 9));
    await patient.sponsor.submit([lost], patient.newest.registry);
    await patient.catalogue.sync();
    expect(await codeOf(share(patient, doctor))).toBe('managers-unreachable');
  });

  it('is not shared where a network names nobody', async () => {
    const { w, network, doctor } = await scene();
    const { custody, ...nobody } = network;
    void custody;
    const patient = await w.open(PATIENT, nobody);
    expect(await codeOf(share(patient, doctor))).toBe('no-keepers');
    expect(await codeOf(write(await w.open(DOCTOR, nobody, 'provider'), patient, 'Nuts'))).toBe('no-keepers');
  });

  it('is not shared on, where the registry does not know one of them', async () => {
    const { w, network, custody, doctor } = await scene();
    const keepers = custody.keepers.map((k, i) => (i === 0 ? { ...k, key: `0x${'11'.repeat(32)}` } : k));
    const lied = await w.open(PATIENT, { ...network, custody: { ...custody, keepers } });
    expect(await codeOf(share(lied, doctor))).toBe('network-invalid');
  });

  describe('an author', () => {
    it('who may only write gets the keys of what it writes, and readers read it at once', async () => {
      const { w, registry, network, patient, doctor } = await scene();
      const other = await w.open(OTHER_DOCTOR, network, 'provider');
      await w.hire(registry, other);
      await share(patient, doctor, ['write']);
      await share(patient, other, ['read']);
      const row = await write(doctor, patient, 'Nuts');
      expect(row.epoch).toBe(0);
      await drainOutbox(doctor);
      expect(titles(await listShared(other)).toSorted()).toEqual(['Latex', 'Nuts']);
      expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
      expect(titles(await listShared(doctor))).toEqual([]);
    });

    it('writes while keepers are away: it goes to the chain once they gave the key, and not before', async () => {
      const { w, patient, doctor, instead } = await scene();
      await share(patient, doctor);
      for (const bad of [0, 1]) instead.set(bad, away);
      const row = await write(doctor, patient, 'Nuts');
      expect(row).toMatchObject({ epoch: -1 });
      await drainOutbox(doctor);
      expect(titles(await listOwn(patient))).toEqual(['Latex']);
      instead.clear();
      await drainOutbox(doctor);
      expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
      const [kept] = [...w.storages.get(doctor.address)!.ledger.values()].filter((r) => r.kind === 'entry');
      expect(kept).toMatchObject({ epoch: 0 });
    });

    it('whose entry an epoch overtook wraps it anew', async () => {
      const { w, patient, doctor } = await scene();
      await share(patient, doctor);
      const before = await write(doctor, patient, 'Nuts');
      // The patient locks the folder anew: another epoch, and shares of its secret.
      const folder = (await patient.folders()).tag('allergies');
      const rotated = await patient.calls.rotate([folder], false, fill(32));
      await patient.sponsor.submit([rotated], patient.newest.registry);
      await patient.catalogue.sync();
      await drainOutbox(doctor);
      expect(titles(await listOwn(patient))).toEqual(['Latex']);
      await share(patient, doctor);
      await doctor.catalogue.sync();
      await drainOutbox(doctor);
      expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
      const rows = [...w.storages.get(doctor.address)!.ledger.values()].filter((r) => r.kind === 'entry');
      expect(rows).toMatchObject([{ epoch: 1, author: doctor.address }]);
      expect(rows[0]!.root).not.toBe(before.root);
      // Both epochs are in the keyring: what is old opens too.
      expect(titles(await listShared(doctor)).toSorted()).toEqual(['Latex', 'Nuts']);
    });
  });

  it('where the network names others to keep the keys, what was sealed before opens by them too', async () => {
    const { w, registry, network, patient, doctor, custody, instead, asked } = await scene();
    await share(patient, doctor, ['read']);
    // The first is replaced: from now on the other two keep the keys, and both are needed.
    const later = { ...network, custody: { threshold: 2, keepers: custody.keepers.slice(1) } };
    const again = await w.open(PATIENT, later);
    const reader = await w.open(OTHER_DOCTOR, later, 'provider');
    await w.hire(registry, reader);
    await again.catalogue.sync();
    instead.set(0, away);
    asked.length = 0;
    await share(again, reader, ['read']);
    expect(titles(await listShared(reader))).toEqual(['Latex']);
    expect(
      asked
        .filter(({ path }) => path === '/v1/shares')
        .map(({ keeper }) => keeper)
        .sort(),
    ).toEqual([1, 2]);
    // Who reads by the older description finds the keepers that are in both.
    await importOwn(again, allergy('Bees'));
    await drainOutbox(again);
    expect(titles(await listShared(doctor)).toSorted()).toEqual(['Bees', 'Latex']);
  });

  it('the words alone bring everything back, with no keeper at all', async () => {
    const { w, network, patient, doctor, instead } = await scene();
    await share(patient, doctor);
    await write(doctor, patient, 'Nuts');
    await drainOutbox(doctor);
    for (const bad of [0, 1, 2]) instead.set(bad, away);
    w.catalogues.clear();
    const again = await w.open(PATIENT, network);
    expect(titles(await listOwn(again)).toSorted()).toEqual(['Latex', 'Nuts']);
  });
});
