import { describe, expect, it } from 'vitest';
import { sealConsent } from '../../../extension/core/consent/consent-object.ts';
import { SECTIONS, type Section } from '../../../extension/core/records/sections.ts';
import { registryInterface } from '../../../extension/core/registry/abi.ts';
import { digestOf } from '../../../extension/core/storage/cid.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { listOwn, listShared } from './listings.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { toHex } from './support.ts';
import type { RawLog } from './evm.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
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
    expect(tags.map((tag) => folders.kind(tag))).toEqual(SECTIONS);
    expect(folders.kind(tags[0]! + 1)).toBeUndefined();
    const [item] = (await listOwn(patient)).items;
    expect(item).toMatchObject({ section: 'mental-health', folder: folders.tag('mental-health') });
  });

  it('is not what a writer says: an entry under another name is shown as misfiled, and shared with nobody', async () => {
    const { registry, patient, doctor, other, folders } = await setUp();
    await give(patient, doctor, 'mental-health', ['write']);
    // A changed wallet: it calls the folder that it may write to “medications”.
    const aspirin = { resourceType: 'MedicationStatement', medicationCodeableConcept: { text: 'aspirin' } };
    const job = await doctor.storage.stage(json(aspirin), 'a.json', 'test');
    await doctor.storage.plan(job, { digests: [] }, { into: 'medications' });
    const { encryptionKey } = await doctor.client.member(patient.address);
    const target = {
      section: 'medications' as const,
      folder: folders.tag('mental-health'),
      registry: registry.network.registry,
      patientKey: encryptionKey!,
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
      context: 'salus/consent/v3' as const,
      registry: registry.network.registry,
      patient: patient.address,
    };
    const { cid, bytes } = await sealConsent({ ...content, receipt }, [patient.keyring.encryption.publicX]);
    await w.shared.put(cid, bytes);
    // A real grant of the folder by its number, whose log the node tells with another receipt.
    const real = await give(patient, doctor, 'mental-health', ['write']);
    const { topicHash } = registryInterface.getEvent('Granted')!;
    const tell = (log: RawLog): RawLog =>
      log.topics[0] === topicHash && log.data.endsWith(real.consent.consentId.slice(2))
        ? { ...log, data: log.data.slice(0, -64) + toHex(digestOf(cid)).slice(2) }
        : log;
    w.catalogues.clear();
    const lied = await w.open(PATIENT, registry.network, 'patient', { tell });
    await lied.catalogue.sync();
    expect((await ownConsents(lied))[0]).toMatchObject({ receipt: { reason: 'forged' }, sections: ['mental-health'] });
    const { consent } = await give(lied, other, 'medications', ['read']);
    expect(consent.receipt.sections).toEqual([{ section: 'medications', folder: folders.tag('medications') }]);
    expect(titles(await listShared(other, patient.address))).toEqual([]);
  });
});
