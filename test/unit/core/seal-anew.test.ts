import { describe, expect, it } from 'vitest';
import { wipedFolderKey } from '../../../extension/core/keys/keyring.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { readRecord } from '../../../extension/core/wallet/records.ts';
import { sealAnew } from '../../../extension/core/wallet/seal-anew.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { listOwn, listShared } from './listings.ts';
import { allergy, DOCTOR, importOwn, json, PATIENT, share, titles, world } from './wallets.ts';

/** As an early version did when the wallet was locked in the middle of an import. */
async function importExposed(session: Session, resource: unknown): Promise<void> {
  const { registry } = session.newest;
  const folder = (await session.folders()).tag('allergies');
  const job = await session.storage.stage(json(resource), 'test.json', 'test');
  await session.storage.plan(job, []);
  const key = { epoch: 0, folderKey: await wipedFolderKey(registry, folder, 0) };
  await session.storage.commit(
    job,
    [{ section: 'allergies', folder, registry, key }],
    session.address,
    session.address,
  );
  await session.catalogue.listPending();
}

describe('an entry that an early version sealed under a key that anybody can work out', () => {
  async function scene() {
    const w = await world();
    const registry = await w.deploy();
    const patient = await w.open(PATIENT, registry.network);
    await ensureMembership(patient);
    await importOwn(patient, allergy('Latex'));
    await importExposed(patient, allergy('Penicillin'));
    await drainOutbox(patient);
    return { w, registry, patient };
  }

  it('is found, sealed anew, and told of; once', async () => {
    const { w, registry, patient } = await scene();
    const before = await listOwn(patient);
    expect(titles(before)).toEqual(['Latex']);
    expect(before.unreadable).toMatchObject([{ code: 'exposed', author: patient.address }]);
    await sealAnew(patient);
    await drainOutbox(patient);
    const after = await listOwn(patient);
    expect(titles(after).toSorted()).toEqual(['Latex', 'Penicillin']);
    expect(after.unreadable).toMatchObject([{ code: 'exposed' }]);
    const { ledger } = w.storages.get(patient.address)!;
    const entries = ledger.size;
    await sealAnew(patient);
    expect(ledger.size).toBe(entries);

    // Who reads gets it under the key of the folder.
    const doctor = await w.open(DOCTOR, registry.network, 'provider');
    await w.hire(registry, doctor);
    await share(patient, doctor, ['read']);
    expect(titles(await listShared(doctor)).toSorted()).toEqual(['Latex', 'Penicillin']);
    const item = after.items.find(({ title }) => title === 'Penicillin')!;
    const { bytes } = await readRecord(patient, patient.address, item.id);
    expect(JSON.parse(new TextDecoder().decode(bytes))).toMatchObject({ code: { text: 'Penicillin' } });
  });

  it('is not sealed twice where the catalogue is made anew, nor where the person added it again', async () => {
    const { w, registry, patient } = await scene();
    await importOwn(patient, allergy('Penicillin'));
    await drainOutbox(patient);
    const entries = w.storages.get(patient.address)!.ledger.size;
    await sealAnew(patient);
    expect(w.storages.get(patient.address)!.ledger.size).toBe(entries);
    w.catalogues.clear();
    const again = await w.open(PATIENT, registry.network);
    await listOwn(again);
    await sealAnew(again);
    expect(w.storages.get(patient.address)!.ledger.size).toBe(entries);
    expect(titles(await listOwn(again)).toSorted()).toEqual(['Latex', 'Penicillin']);
  });

  it('is not found in what somebody else wrote', async () => {
    const { w, registry, patient } = await scene();
    const doctor = await w.open(DOCTOR, registry.network, 'provider');
    await w.hire(registry, doctor);
    await share(patient, doctor, ['read', 'write']);
    const folder = (await patient.folders()).tag('allergies');
    const job = await doctor.storage.stage(json(allergy('Planted')), 'test.json', 'test');
    await doctor.storage.plan(job, []);
    const key = { epoch: 0, folderKey: await wipedFolderKey(registry.network.registry, folder, 0) };
    const target = { section: 'allergies' as const, folder, registry: registry.network.registry, key };
    await doctor.storage.commit(job, [target], patient.address, doctor.address);
    await drainOutbox(doctor);
    const { unreadable } = await listOwn(patient);
    expect(unreadable.find((e) => e.author === doctor.address)).toMatchObject({ code: 'sealed-data-damaged' });
    await sealAnew(patient);
    expect(titles(await listOwn(patient))).not.toContain('Planted');
  });
});
