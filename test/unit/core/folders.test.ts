import { describe, expect, it } from 'vitest';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { sealConsent } from '../../../extension/core/consent/consent-object.ts';
import { SECTIONS, type Section } from '../../../extension/core/records/sections.ts';
import type { Granted } from '../../../extension/core/registry/client.ts';
import { digestOf } from '../../../extension/core/storage/cid.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { listOwn, listShared } from '../../../extension/core/wallet/list-records.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { DOCTOR, importOwn, json, OTHER_DOCTOR, PATIENT, titles, world } from './wallets.ts';

const give = (patient: Session, to: Session, section: Section, rights: readonly ('read' | 'write')[]) =>
  giveConsent(patient, {
    origin: 'https://clinic.example',
    recipient: to.address,
    purpose: 'TREAT',
    reason: 'test',
    sections: [section],
    rights,
    until: Math.floor(Date.now() / 1000) + 3_600,
  });

/** A patient with an entry under mental health, and two doctors. */
async function setUp() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  const other = await w.open(OTHER_DOCTOR, registry.network, 'provider');
  for (const one of [doctor, other]) await w.hire(registry, one);
  await importOwn(patient, { resourceType: 'Condition', code: { text: 'depression' } });
  await drainOutbox(patient);
  return { w, registry, patient, doctor, other, folders: await patient.folders() };
}

describe('what a folder of a record is', () => {
  it('comes from the words: one tag for each section, always the same, and no other', async () => {
    const { w, registry, patient, folders } = await setUp();
    const again = await (await w.open(PATIENT, registry.network)).folders();
    const tags = SECTIONS.map((section) => folders.tag(section));
    expect(SECTIONS.map((section) => again.tag(section))).toEqual(tags);
    expect(new Set(tags).size).toBe(SECTIONS.length);
    expect(tags.map((tag) => folders.section(tag))).toEqual(SECTIONS);
    expect(folders.section(tags[0]! + 1)).toBeUndefined();
    const [item] = (await listOwn(patient)).items;
    expect(item).toMatchObject({ section: 'mental-health', folder: folders.tag('mental-health') });
  });

  it('is not what a writer says: an entry under another name is shown as misfiled, and shared with nobody', async () => {
    const { registry, patient, doctor, other, folders } = await setUp();
    await give(patient, doctor, 'mental-health', ['write']);
    // A changed wallet: it calls the folder that it may write to “medications”.
    const aspirin = { resourceType: 'MedicationStatement', medicationCodeableConcept: { text: 'aspirin' } };
    const job = await doctor.storage.stage(json(aspirin), 'a.json', 'test');
    await doctor.storage.plan(job, [], 'medications');
    const { encryptionKey } = await doctor.client.member(patient.address);
    const target = {
      section: 'medications' as const,
      folder: folders.tag('mental-health'),
      registry: registry.network.registry,
      key: { patientKey: encryptionKey! },
    };
    await doctor.storage.commit(job, [target], patient.address, doctor.address);
    await drainOutbox(doctor);
    expect(await listOwn(patient)).toMatchObject({
      items: [{ title: 'depression' }],
      unreadable: [{ code: 'misfiled' }],
    });
    const { consent } = await give(patient, other, 'medications', ['read']);
    expect(consent.live).toEqual([folders.tag('medications')]);
    expect(titles(await listShared(other, patient.address))).toEqual([]);
    await importOwn(patient, aspirin);
    await drainOutbox(patient);
    expect(titles(await listShared(other, patient.address))).toEqual(['aspirin']);
  });

  it('is not what a node says with a receipt that somebody forged', async () => {
    const { w, registry, patient, doctor, other, folders } = await setUp();
    const sections = [{ section: 'medications' as const, folder: folders.tag('mental-health') }];
    const receipt = {
      schema: 'salus/receipt/v1' as const,
      recordId: '0'.repeat(32),
      principal: patient.address,
      recipient: doctor.address,
      origin: 'https://clinic.example',
      purpose: 'TREAT' as const,
      reason: 'forged',
      sections,
      rights: ['read' as const],
      issued: 0,
      until: 4_000_000_000,
      chainId: registry.network.chainId,
      registry: registry.network.registry,
      jurisdictionNote: 'Access can be stopped at any time. What was already read cannot be taken back.' as const,
    };
    const content = {
      context: 'salus/consent/v1' as const,
      registry: registry.network.registry,
      patient: patient.address,
    };
    const { cid, bytes } = await sealConsent({ ...content, keys: [], receipt }, [patient.keyring.encryption.publicX]);
    await w.shared.put(cid, bytes);
    const told: Granted = {
      patient: patient.address,
      grantee: doctor.address,
      folder: folders.tag('mental-health'),
      from: 1,
      until: 4_000_000_000,
      purposes: PURPOSE_BITS.TREAT,
      rights: 1,
      epoch: 0,
      previous: 0,
      receipt: digestOf(cid),
      block: 1,
      transaction: `0x${'11'.repeat(32)}`,
    };
    Object.assign(patient.client, { granted: () => Promise.resolve([told]) });
    const { consent } = await give(patient, other, 'medications', ['read']);
    expect(consent.receipt.sections).toEqual([{ section: 'medications', folder: folders.tag('medications') }]);
    expect(titles(await listShared(other, patient.address))).toEqual([]);
  });
});
