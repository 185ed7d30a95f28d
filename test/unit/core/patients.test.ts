import { describe, expect, it } from 'vitest';
import type { Section } from '../../../extension/core/records/sections.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { patientRecords, patientsOf } from '../../../extension/core/wallet/patients.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { allergy, DOCTOR, importOwn, json, PATIENT, titles, world } from './wallets.ts';

const NOW = Math.floor(Date.now() / 1000);

async function scene() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await w.hire(registry, doctor);
  for (const what of ['nuts', 'latex']) await importOwn(patient, allergy(what));
  await importOwn(patient, { resourceType: 'Condition', code: { text: 'asthma' } });
  await drainOutbox(patient);
  const share = (sections: Section[], principalName: string | undefined, rights: ('read' | 'write')[], until: number) =>
    giveConsent(patient, {
      origin: 'https://clinic.example',
      recipient: doctor.address,
      ...(principalName && { principalName }),
      purpose: 'TREAT',
      reason: 'test',
      sections,
      rights,
      until: NOW + until,
    });
  return { ...w, patient, doctor, share };
}

const seen = async (doctor: Session) => {
  await doctor.catalogue.sync();
  return patientsOf(doctor);
};

describe('a member’s patients', () => {
  it('are called what they chose to be called, with what they share and until when; nothing is opened for it', async () => {
    const { patient, doctor, share } = await scene();
    await share(['problems'], undefined, ['read', 'write'], 7_200);
    expect((await seen(doctor)).map(({ name }) => name)).toEqual([undefined]);
    await share(['allergies'], 'Mira', ['read'], 3_600);
    expect(await seen(doctor)).toEqual([
      {
        patient: patient.address,
        name: 'Mira',
        until: NOW + 7_200,
        sections: [
          { section: 'allergies', read: true, write: false, until: NOW + 3_600, opened: 0 },
          { section: 'problems', read: true, write: true, until: NOW + 7_200, opened: 0 },
        ],
      },
    ]);
  });

  it('have only the section opened that is looked at; what was opened is searched', async () => {
    const { patient, doctor, share } = await scene();
    await share(['allergies', 'problems'], 'Mira', ['read'], 7_200);
    await doctor.catalogue.sync();
    const of = { patient: patient.address };
    expect(titles(await patientRecords(doctor, of))).toEqual([]);
    expect(titles(await patientRecords(doctor, { ...of, section: 'allergies' })).sort()).toEqual(['latex', 'nuts']);
    expect(titles(await patientRecords(doctor, of)).sort()).toEqual(['latex', 'nuts']);
    expect((await patientsOf(doctor))[0]?.sections.map(({ opened }) => opened)).toEqual([2, 0]);
    expect(titles(await patientRecords(doctor, { ...of, typed: 'LAT' }))).toEqual(['latex']);
    expect(titles(await patientRecords(doctor, { ...of, section: 'problems', typed: 'lat' }))).toEqual([]);
  });

  it('see what is added for them, from whom it is', async () => {
    const { patient, doctor, share } = await scene();
    await share(['allergies'], undefined, ['read', 'write'], 7_200);
    await doctor.catalogue.sync();
    const job = await doctor.storage.stage(json(allergy('bees')), 'by-hand.json', 'by hand');
    await writeShared(doctor, patient.address, 'allergies', job);
    await drainOutbox(doctor);
    await patient.catalogue.sync();
    const { items } = await patientRecords(doctor, { patient: patient.address, section: 'allergies', typed: 'bees' });
    expect(items.map(({ author, source }) => [author, source])).toEqual([[doctor.address, 'by hand']]);
  });
});
