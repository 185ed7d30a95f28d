import { describe, expect, it } from 'vitest';
import { utf8 } from '../../../extension/core/bytes.ts';
import { canonicalBytes } from '../../../extension/core/fhir/canonical.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { listShared } from './listings.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { verifyRecord } from '../../../extension/core/wallet/verify-record.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { allergy, codeOf, DOCTOR, importOwn, json, OTHER_DOCTOR, PATIENT, share, world } from './wallets.ts';

/** A patient with one record of their own and one by the doctor they let in. */
async function clinic() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await ensureMembership(patient);
  await w.hire(registry, doctor);
  await importOwn(patient, allergy('Penicillin'));
  await drainOutbox(patient);
  await share(patient, doctor);
  const job = await doctor.storage.stage(json(allergy('Latex')), 'test.json', 'test');
  await doctor.storage.plan(job, { digests: [] }, { into: 'allergies' });
  await writeShared(doctor, patient.address, 'allergies', job);
  await drainOutbox(doctor);
  const { items } = await listShared(doctor);
  const idOf = (title: string) => items.find((item) => item.title === title)!.id;
  const verify = (title: string, resource: unknown) =>
    verifyRecord(doctor, patient.address, idOf(title), canonicalBytes(resource));
  return { ...w, registry, patient, doctor, idOf, verify };
}

describe('a record in hand', () => {
  it('is traced to the chain, to its author, and to the hospital that vouches for them', async () => {
    const { verify, doctor, evm } = await clinic();
    expect(await verify('Latex', allergy('Latex'))).toEqual([
      {
        step: 'chain',
        holds: true,
        block: expect.any(Number) as number,
        transactionHash: expect.any(String) as string,
      },
      { step: 'content', holds: true, digest: expect.stringMatching(/^0x[0-9a-f]{64}$/) as string },
      { step: 'author', holds: true, address: doctor.address, role: Role.Doctor },
      { step: 'voucher', holds: true, address: evm.who.hospital.address, role: Role.Hospital },
    ]);
  });

  it('is the patient’s own word where they recorded it themselves', async () => {
    const { verify, patient } = await clinic();
    const steps = await verify('Penicillin', allergy('Penicillin'));
    expect(steps.at(-1)).toMatchObject({ step: 'author', holds: true, address: patient.address, role: Role.Patient });
  });

  it('is the same whatever the order of its fields, and another when one of them differs', async () => {
    const { verify } = await clinic();
    const { resourceType, code, patient } = allergy('Latex');
    expect(await verify('Latex', { patient, code, resourceType })).toMatchObject([{}, { holds: true }, {}, {}]);
    const changed = await verify('Latex', { ...allergy('Latex'), criticality: 'high' });
    expect(changed.map(({ step, holds }) => [step, holds])).toEqual([
      ['chain', true],
      ['content', false],
      ['author', true],
      ['voucher', true],
    ]);
  });

  it('is not vouched for by a doctor who is suspended', async () => {
    const { verify, registry, evm, doctor } = await clinic();
    await registry.as(evm.who.hospital).getFunction('suspend').send(doctor.address);
    expect(await codeOf(verify('Latex', allergy('Latex')))).toBe('no-consent'); // nor may that doctor read any more
  });

  it('whose block was changed on the way fails at the chain, and nothing after it is claimed', async () => {
    const { verify, shared } = await clinic();
    // The last byte of every block, as a bad disk or a lying manager may have it.
    for (const cid of shared.order) {
      const bytes = Uint8Array.from(await shared.block(cid));
      bytes[bytes.length - 1]! ^= 1;
      await shared.store.put(cid, bytes);
    }
    const steps = await verify('Latex', allergy('Latex'));
    expect(steps).toMatchObject([{ step: 'chain', holds: false }]);
    expect(steps).toHaveLength(1);
  });

  it('is not proven to somebody who has no access', async () => {
    const { open, registry, patient, idOf } = await clinic();
    const stranger = await open(OTHER_DOCTOR, registry.network, 'provider');
    const answer = verifyRecord(stranger, patient.address, idOf('Latex'), utf8('{}'));
    expect(['no-consent', 'not-found']).toContain(await codeOf(answer));
  });
});
