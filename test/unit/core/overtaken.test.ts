import { describe, expect, it } from 'vitest';
import { deliverShares } from '../../../extension/core/wallet/deal.ts';
import { forgetOutdated } from '../../../extension/core/wallet/erase-shares.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { lockAnew } from '../../../extension/core/wallet/lock-anew.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { searchOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, codeOf, importOwn, json, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

/** A patient who shared with two doctors. */
async function scene(rights: Parameters<typeof share>[2] = ['read', 'write']) {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  const other = await w.open(OTHER_DOCTOR, network, 'provider');
  await w.hire(registry, other);
  await importOwn(patient, allergy('Latex'));
  await drainOutbox(patient);
  const { consentId } = await share(patient, doctor);
  await share(patient, other, rights);
  await listShared(doctor);
  await listShared(other);
  const end = () => endConsent(patient, { consentId, recipient: doctor.address });
  const rowsOf = (session: Session) =>
    [...w.storages.get(session.address)!.ledger.values()].filter((r) => r.kind === 'entry');
  return { w, registry, network, patient, doctor, other, end, rowsOf };
}

const write = async (doctor: Session, patient: Session, substance: string) => {
  const job = await doctor.storage.stage(json(allergy(substance)), 'test.json', 'test');
  return writeShared(doctor, patient.address, 'allergies', job);
};

describe('an entry that was sealed before its folder was locked anew, and comes to the chain after it', () => {
  it('of the patient is wrapped anew: it is one entry all the same, and who may read reads it', async () => {
    const { patient, doctor, other, end, rowsOf } = await scene();
    await importOwn(patient, allergy('Penicillin'));
    const before = rowsOf(patient).at(-1)!;
    await end();
    expect(await lockAnew(patient)).toBe(1);
    await drainOutbox(patient);
    const rows = rowsOf(patient);
    expect(rows.map(({ root }) => root)).not.toContain(before.root);
    expect(rows.map(({ epoch, anchor }) => [epoch, anchor !== undefined])).toEqual([
      [0, true],
      [1, true],
    ]);
    const own = await listOwn(patient);
    expect(titles(own).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect(own.unreadable).toEqual([]);
    const { summary } = await patient.catalogue.head();
    expect(summary).toMatchObject({
      total: 2,
      sections: { allergies: { count: 2 } },
      entries: 2,
      anchored: 2,
      waiting: 0,
    });
    expect(titles({ items: await searchOwn(patient, 'peni') })).toEqual(['Penicillin']);
    const item = own.items.find(({ title }) => title === 'Penicillin')!;
    const { bytes } = await readRecord(patient, patient.address, item.id);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ code: { text: 'Penicillin' } });
    expect(titles(await listShared(other)).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect(titles(await listShared(doctor))).toEqual([]);
  });

  it.each([[['read', 'write']], [['write']]] as const)(
    'of another author, who may %j, is by that author',
    async (may) => {
      const { patient, other, rowsOf } = await scene([...may]);
      const before = await write(other, patient, 'Nuts');
      expect(before.epoch).toBe(0);
      await lockAnew(patient);
      await drainOutbox(other);
      const after = rowsOf(other).at(-1)!;
      expect(after).toMatchObject({ epoch: 1, author: other.address });
      expect(after.root).not.toBe(before.root);
      expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
    },
  );

  it('of one whose access has ended stays where it is: nothing of it comes to the chain', async () => {
    const { patient, doctor, end, rowsOf } = await scene();
    const before = await write(doctor, patient, 'Nuts');
    await end();
    await listShared(doctor);
    await drainOutbox(doctor).catch(() => undefined);
    expect(rowsOf(doctor).map(({ root, anchor }) => [root, anchor])).toContainEqual([before.root, undefined]);
    expect(titles(await listOwn(patient))).toEqual(['Latex']);
  });

  it('is wrapped anew once, also where the wallet was ended right after', async () => {
    const { w, network, patient, rowsOf } = await scene();
    await importOwn(patient, allergy('Penicillin'));
    await lockAnew(patient);
    // Ended before the catalogue learned of it.
    patient.catalogue.listPending = () => Promise.reject(new Error('ended'));
    await expect(drainOutbox(patient)).rejects.toThrow('ended');
    const again = await w.open(PATIENT, network);
    await drainOutbox(again);
    expect(rowsOf(again)).toHaveLength(2);
    expect(titles(await listOwn(again)).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect((await again.catalogue.head()).summary).toMatchObject({ total: 2, entries: 2, anchored: 2 });
    w.catalogues.clear();
    const anew = await w.open(PATIENT, network);
    expect(titles(await listOwn(anew)).toSorted()).toEqual(['Latex', 'Penicillin']);
  });
});

describe('a record that is locked anew', () => {
  it('opens as before for those who may read, by shares that open nothing together with the old ones', async () => {
    const { patient, other, w } = await scene();
    const dealt = w.keepers.asked.filter(({ path }) => path === '/v1/shares').length;
    await lockAnew(patient);
    expect(w.keepers.asked.filter(({ path }) => path === '/v1/shares').length).toBe(dealt + 3);
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    expect(titles(await listShared(other)).toSorted()).toEqual(['Bees', 'Latex']);
    w.catalogues.clear();
    const { network } = patient;
    const anew = await w.open(OTHER_DOCTOR, network, 'provider');
    expect(titles(await listShared(anew)).toSorted()).toEqual(['Bees', 'Latex']);
  });

  it('has keepers forget the old shares once the new ones are final, those that were away later', async () => {
    const { patient, other, w } = await scene();
    const { kept } = w.keepers;
    const before = kept();
    w.keepers.instead.set(1, () => Promise.resolve(undefined));
    w.keepers.instead.set(2, (answer, [, path]) =>
      // It says that it did, and does not.
      path === '/v1/erase' ? Promise.resolve({ status: 200, body: { signature: `0x${'11'.repeat(65)}` } }) : answer(),
    );
    await lockAnew(patient);
    await w.evm.mine(3);
    await patient.catalogue.sync();
    await forgetOutdated(patient);
    expect((await patient.state.read()).outdated).toHaveLength(2 * before[0]!.length);
    const [first, ...others] = kept();
    expect(first!.filter((digest) => before[0]!.includes(digest))).toEqual([]);
    for (const [i, digests] of others.entries()) expect(digests).toEqual(expect.arrayContaining(before[i + 1]!));

    w.keepers.instead.clear();
    await deliverShares(patient);
    await forgetOutdated(patient);
    expect((await patient.state.read()).outdated).toEqual([]);
    expect(new Set(kept().flat()).size).toBe(1);
    expect(titles(await listShared(other))).toEqual(['Latex']);
  });

  it('has keys for what comes, whatever is locked and shared at the same time', async () => {
    const { patient, other } = await scene();
    await Promise.all([lockAnew(patient), share(patient, other, ['read']), lockAnew(patient)]);
    const folder = (await patient.folders()).tag('allergies');
    expect((await patient.client.folder(patient.address, folder)).epoch).toBe(2);
    await importOwn(patient, allergy('Bees'));
    await drainOutbox(patient);
    expect(titles(await listShared(other)).toSorted()).toEqual(['Bees', 'Latex']);
  });

  it('is left as it was where too few keepers answer, or nothing was shared yet', async () => {
    const { patient, doctor, w } = await scene();
    w.keepers.instead.set(0, () => Promise.resolve(undefined));
    w.keepers.instead.set(1, () => Promise.resolve(undefined));
    expect(await codeOf(lockAnew(patient))).toBe('managers-unreachable');
    expect((await patient.client.folder(patient.address, (await patient.folders()).tag('allergies'))).epoch).toBe(0);
    expect(await lockAnew(doctor)).toBe(0);
  });
});
