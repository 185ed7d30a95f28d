import { describe, expect, it } from 'vitest';
import { seedsName } from '../../../extension/core/catalogue/model.ts';
import type { GivenSeeds } from '../../../extension/core/catalogue/openings.ts';
import { fromHex } from '../../../extension/core/bytes.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { searchOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import type { LedgerRow } from '../../../extension/core/storage/ledger.ts';
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
  const folder = (await patient.folders()).tag('allergies');
  /** Whether what a former reader was given once opens an entry. */
  const opensFor = async (reader: Session, { root, author, commitment }: LedgerRow) => {
    const { chainId, registry: address } = registry.network;
    const seeds = await reader.catalogue.rows.get<GivenSeeds>(seedsName(address, patient.address, folder));
    const codes = await Promise.all(
      Object.entries(seeds ?? {}).map(([epoch, seed]) => {
        const place = { chainId, registry: address, patient: patient.address, folder, epoch: Number(epoch), author };
        const source = { seed: fromHex(seed), place: { ...place, commitment: fromHex(commitment) } };
        return codeOf(patient.storage.unwrap(root, source));
      }),
    );
    return codes.includes('none');
  };
  return { w, registry, network, patient, doctor, other, end, rowsOf, opensFor };
}

const write = async (doctor: Session, patient: Session, substance: string) => {
  const job = await doctor.storage.stage(json(allergy(substance)), 'test.json', 'test');
  return writeShared(doctor, patient.address, 'allergies', job);
};

describe('an entry that was sealed before access ended, and comes to the chain after it', () => {
  it('of the patient is sealed anew, and nothing of it opens for the former reader', async () => {
    const { patient, doctor, other, end, rowsOf, opensFor } = await scene();
    await importOwn(patient, allergy('Penicillin'));
    const before = rowsOf(patient).at(-1)!;
    expect(await opensFor(doctor, before)).toBe(true);
    await end();
    await drainOutbox(patient);
    const rows = rowsOf(patient);
    expect(rows.map(({ root }) => root)).not.toContain(before.root);
    expect(rows.map(({ epoch, anchor }) => [epoch, anchor !== undefined])).toEqual([
      [0, true],
      [1, true],
    ]);
    const after = rows.at(-1)!;
    expect(await opensFor(doctor, after)).toBe(false);
    expect(await codeOf(doctor.client.may(doctor.address, patient.address, after.folder, 1, 0))).toBe('none');

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
    // Who still reads reads it too.
    expect(titles(await listShared(other)).toSorted()).toEqual(['Latex', 'Penicillin']);
  });

  it('of another doctor is sealed anew by that doctor', async () => {
    const { patient, doctor, other, end, rowsOf, opensFor } = await scene();
    const before = await write(other, patient, 'Nuts');
    await end();
    await listShared(other); // the keys of the new epoch
    await drainOutbox(other);
    const after = rowsOf(other).at(-1)!;
    expect(after).toMatchObject({ epoch: 1, author: other.address });
    expect(after.root).not.toBe(before.root);
    expect(await opensFor(doctor, after)).toBe(false);
    expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
  });

  it('of one who may only write goes as it is: it is for the patient alone', async () => {
    const { patient, other, end, rowsOf } = await scene(['write']);
    const before = await write(other, patient, 'Nuts');
    await end();
    await drainOutbox(other);
    expect(rowsOf(other).at(-1)).toMatchObject({ root: before.root, epoch: -1 });
    expect(titles(await listOwn(patient)).toSorted()).toEqual(['Latex', 'Nuts']);
  });

  it('of the former reader itself stays where it is: nothing of it comes to the chain', async () => {
    const { patient, doctor, end, rowsOf } = await scene();
    const before = await write(doctor, patient, 'Nuts');
    await end();
    await listShared(doctor);
    await drainOutbox(doctor).catch(() => undefined);
    expect(rowsOf(doctor).map(({ root, anchor }) => [root, anchor])).toContainEqual([before.root, undefined]);
    expect(titles(await listOwn(patient))).toEqual(['Latex']);
  });

  it('is sealed anew once, also where the wallet was ended right after', async () => {
    const { w, network, patient, end, rowsOf } = await scene();
    await importOwn(patient, allergy('Penicillin'));
    await end();
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
