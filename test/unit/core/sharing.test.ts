import { describe, expect, it } from 'vitest';
import { id as keccak } from 'ethers';
import { PURPOSE_BITS } from '../../../extension/core/consent/purposes.ts';
import { fromHex, own } from '../../../extension/core/bytes.ts';
import { SalusError } from '../../../extension/core/errors.ts';
import type { Section } from '../../../extension/core/records/sections.ts';
import { Right } from '../../../extension/core/registry/abi.ts';
import { cidFromDigest } from '../../../extension/core/storage/cid.ts';
import { endConsent } from '../../../extension/core/wallet/end-consent.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { ownConsents } from '../../../extension/core/wallet/sharing.ts';
import { listShared } from './listings.ts';
import { allergy, DOCTOR, importOwn, OTHER_DOCTOR, PATIENT, share, titles, world } from './wallets.ts';

const UNTIL = Math.floor(Date.now() / 1000) + 7_200;

/** A patient with an allergy and a problem on the chain, and two doctors. */
async function scene() {
  const w = await world();
  const registry = await w.deploy();
  const patient = await w.open(PATIENT, registry.network);
  await ensureMembership(patient);
  const [anna, bea] = [
    await w.open(DOCTOR, registry.network, 'provider'),
    await w.open(OTHER_DOCTOR, registry.network, 'provider'),
  ];
  for (const doctor of [anna, bea]) await w.hire(registry, doctor);
  await importOwn(patient, allergy('nuts'));
  await importOwn(patient, { resourceType: 'Condition', code: { text: 'asthma' } });
  await drainOutbox(patient);
  const folders = await patient.folders();
  const may = (doctor: Session, section: Section, right: number = Right.Read) =>
    patient.client.may(doctor.address, patient.address, folders.tag(section), right, 0);
  /** Grants as another program with the same words would give them: the wallet has not sealed what `receipt` names. */
  const grantElsewhere = async (
    receipt: string,
    ...terms: readonly { readonly to: Session; readonly section: Section; readonly rights?: number }[]
  ) => {
    const signed = await patient.calls.grant(
      terms.map(({ to, section, rights = Right.Read }) => ({
        grantee: to.address,
        folder: folders.tag(section),
        from: 0,
        until: UNTIL,
        purposes: PURPOSE_BITS.TREAT,
        rights,
      })),
      fromHex(receipt),
    );
    await patient.sponsor.submit([signed], registry.network.registry);
    await patient.catalogue.sync();
  };
  const again = () => w.open(PATIENT, registry.network);
  return { ...w, registry, patient, anna, bea, folders, may, grantElsewhere, again };
}

/** Takes an object away from whoever looks for it. */
function lose({ storage }: Session, consentId: string): void {
  const lost = cidFromDigest(fromHex(consentId)).toString();
  const real = storage.block.bind(storage);
  Object.assign(storage, {
    block: (cid: string) => (cid === lost ? Promise.reject(new SalusError('block-missing', 'x')) : real(cid)),
  });
}

describe('who may see something is what the chain says', () => {
  it('also where what it was given for cannot be fetched: it is listed, says for how long and for what, and can be ended', async () => {
    const { patient, anna, may, folders, catalogues, again } = await scene();
    const { consentId } = await share(patient, anna, ['read', 'write']);
    // A browser that knows nothing yet, and finds no receipt.
    lose(patient, consentId);
    for (const rows of catalogues.values()) rows.rows.clear();
    const wallet = await again();
    await wallet.catalogue.sync();
    const [consent, ...others] = await ownConsents(wallet);
    expect(others).toEqual([]);
    expect(consent).toMatchObject({ recipient: anna.address, rights: ['read', 'write'], sections: ['allergies'] });
    expect(consent?.receipt).toBeUndefined();
    expect(consent?.live).toHaveLength(1);
    await endConsent(wallet, consent!);
    expect(await may(anna, 'allergies')).toBe(false);
    expect((await wallet.client.grant(wallet.address, anna.address, folders.tag('allergies'))).rights).toBe(0);
    expect((await ownConsents(wallet)).flatMap(({ live }) => live)).toEqual([]);
  });

  it('also where nobody ever had what it names, or it is no receipt at all', async () => {
    const { patient, anna, bea, may, folders, grantElsewhere, shared } = await scene();
    await grantElsewhere(keccak('nothing'), { to: anna, section: 'allergies' });
    const junk = cidFromDigest(fromHex(keccak('junk')));
    await shared.put(junk, own(new Uint8Array(40)));
    await grantElsewhere(keccak('junk'), { to: bea, section: 'problems' });
    for (const [doctor, section] of [
      [anna, 'allergies'],
      [bea, 'problems'],
    ] as const) {
      const consent = (await ownConsents(patient)).find((c) => c.recipient === doctor.address);
      const live = [folders.tag(section)];
      expect(consent).toMatchObject({ sections: [section], rights: ['read'], until: UNTIL, live });
      await endConsent(patient, consent!);
      expect(await may(doctor, section)).toBe(false);
      const left = (await ownConsents(patient)).filter((c) => c.recipient === doctor.address);
      expect(left.map((c) => c.live)).toEqual([[]]);
    }
  });

  it('for each member by itself where two were given something under one name', async () => {
    const { patient, anna, bea, may, grantElsewhere } = await scene();
    await grantElsewhere(keccak('one'), { to: anna, section: 'allergies' }, { to: bea, section: 'allergies' });
    const consents = await ownConsents(patient);
    expect(consents.map(({ recipient }) => recipient).toSorted()).toEqual([anna.address, bea.address].toSorted());
    expect(new Set(consents.map(({ consentId }) => consentId)).size).toBe(1);
    await endConsent(patient, { consentId: keccak('one'), recipient: anna.address });
    expect([await may(anna, 'allergies'), await may(bea, 'allergies')]).toEqual([false, true]);
    await endConsent(patient, { consentId: keccak('one'), recipient: bea.address });
    expect(await may(bea, 'allergies')).toBe(false);
  });

  it('folder by folder: one that ended hides no other, and each says what it is', async () => {
    const { patient, anna, may, folders, grantElsewhere, registry } = await scene();
    await grantElsewhere(
      keccak('two'),
      { to: anna, section: 'allergies' },
      { to: anna, section: 'problems', rights: Right.Read | Right.Write },
    );
    const ended = await patient.calls.revoke(anna.address, [folders.tag('allergies')]);
    await patient.sponsor.submit([ended], registry.network.registry);
    await patient.catalogue.sync();
    const [consent] = await ownConsents(patient);
    expect(consent).toMatchObject({ rights: ['read', 'write'], live: [folders.tag('problems')] });
    await endConsent(patient, consent!);
    expect(await may(anna, 'problems', Right.Write)).toBe(false);
  });

  it('and whoever is in the list keeps what is theirs when another’s access ends, and gets no more than that', async () => {
    const { patient, anna, bea, folders, grantElsewhere, registry } = await scene();
    const given = await share(patient, anna, ['read']);
    await share(patient, bea, ['read']);
    // Of what Bea was given, the first has ended and the rest is for writing alone.
    const writing = { to: bea, section: 'problems' as const, rights: Right.Write };
    await grantElsewhere(keccak('mixed'), { to: bea, section: 'medications' }, writing);
    const over = await patient.calls.revoke(bea.address, [folders.tag('medications')]);
    await patient.sponsor.submit([over], registry.network.registry);
    await endConsent(patient, given);
    await importOwn(patient, allergy('dust'));
    await drainOutbox(patient);
    expect(titles(await listShared(bea)).toSorted()).toEqual(['dust', 'nuts']);
    expect(titles(await listShared(anna))).toEqual([]);
    const bees = (await ownConsents(patient)).filter(({ recipient }) => recipient === bea.address);
    expect(bees.flatMap(({ readable }) => readable)).toEqual([folders.tag('allergies')]);
  });
});
