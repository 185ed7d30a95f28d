import { expect, it } from 'vitest';
import { SalusError } from '../../../extension/core/errors.ts';
import { cidFromDigest } from '../../../extension/core/storage/cid.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { fromHex } from '../../../extension/core/bytes.ts';
import { DOCTOR, PATIENT, share, world } from './wallets.ts';

it('lists access whose words cannot be fetched, and lets it be ended', async () => {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await w.hire(registry, doctor);
  const { consentId } = await share(patient, doctor);
  // Another browser of the same person, which no manager gives the consent object.
  w.catalogues.clear();
  const again = await w.open(PATIENT, registry.network);
  const real = again.storage.block.bind(again.storage);
  const gone = cidFromDigest(fromHex(consentId)).toString();
  again.storage.block = (cid) =>
    cid === gone ? Promise.reject(new SalusError('block-missing', 'nobody has it')) : real(cid);
  await again.catalogue.sync();
  const [consent] = await ownConsents(again);
  expect(consent).toMatchObject({ recipient: doctor.address, rights: ['read', 'write'], sections: ['allergies'] });
  expect(consent?.receipt).toBeUndefined();
  expect(consent?.live).toHaveLength(1);
  await endConsent(again, { consentId, recipient: doctor.address });
  expect((await ownConsents(again)).map((c) => c.live)).toEqual([[]]);
  const [folder] = consent?.live ?? [];
  expect((await again.client.grant(again.address, doctor.address, folder ?? 0)).rights).toBe(0);
});

it('lists access that was given without words at all', async () => {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const doctor = await w.open(DOCTOR, registry.network, 'provider');
  await w.hire(registry, doctor);
  const folder = (await patient.folders()).tag('allergies');
  const until = Math.floor(Date.now() / 1000) + 3_600;
  const terms = { grantee: doctor.address, folder, from: 0, until, purposes: 1, rights: 1 };
  const calls = [await patient.calls.grant([terms], new Uint8Array(32).fill(9))];
  await patient.sponsor.submit(calls, registry.network.registry);
  await patient.catalogue.sync();
  const [consent] = await ownConsents(patient);
  expect(consent).toMatchObject({ recipient: doctor.address, rights: ['read'], live: [folder] });
  await endConsent(patient, { consentId: consent!.consentId, recipient: doctor.address });
  expect((await ownConsents(patient)).map((c) => c.live)).toEqual([[]]);
});
