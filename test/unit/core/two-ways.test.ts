import { describe, expect, it } from 'vitest';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { listOwn, listShared } from './listings.ts';
import { fill } from './support.ts';
import { allergy, importOwn, json, OTHER_DOCTOR, share, titles, world } from './wallets.ts';

describe('an entry that its author sealed one way for the patient and another for the readers', () => {
  it('is set aside in the patient’s wallet with its author’s name, and opens for no reader', async () => {
    const w = await world();
    const { registry, network, patient, doctor } = await w.clinic();
    const other = await w.open(OTHER_DOCTOR, network, 'provider');
    await w.hire(registry, other);
    await importOwn(patient, allergy('Latex'));
    await drainOutbox(patient);
    await share(patient, doctor, ['read', 'write']);
    await share(patient, other, ['read']);
    const job = await doctor.storage.stage(json(allergy('Nuts')), 'test.json', 'test');
    const row = await writeShared(doctor, patient.address, 'allergies', job);
    // A changed wallet: what it wraps for the readers is not what is in the patient's capsule.
    await doctor.storage.rewrap(row.root, fill(32, 1), { key: fill(32, 2), epoch: 0 });
    await drainOutbox(doctor);

    const own = await listOwn(patient);
    expect(titles(own)).toEqual(['Latex']);
    expect(own.unreadable).toMatchObject([{ code: 'keys-disagree', author: doctor.address }]);
    expect(titles(await listShared(other))).toEqual(['Latex']);
  });
});
