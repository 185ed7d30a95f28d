import { expect } from 'chai';
import { describe, it } from 'mocha';

import { Right } from '../../extension/core/registry/abi.ts';
import { GRANT_AS_TYPES } from '../../extension/core/registry/typed-data.ts';
import {
  DAY,
  deploy,
  digest,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
  type Network,
  type Signer,
  type Terms,
} from './fixture.ts';

const OTHER_PURPOSE = 2;
const RECEIPT = digest('receipt');
const may = ({ registry, who }: Network, grantee: Signer, rights: number) =>
  registry.may(grantee, who.patient, FOLDER, rights, TREATMENT);

/** Somebody of the family, a member like any patient, who may see, share, or both. */
async function deployWithDelegate(rights: number) {
  const net = await deploy();
  const { registry, who, fresh } = net;
  const delegate = fresh.patient;
  await registry.connect(delegate).join(digest('delegate'));
  const until = (await now()) + DAY;
  await registry.connect(who.patient).grant([{ ...termsFor(delegate, until), rights }], RECEIPT);
  return { ...net, delegate, until };
}
async function seer() {
  return deployWithDelegate(Right.Read);
}
async function sharer() {
  return deployWithDelegate(Right.Share);
}
async function both() {
  return deployWithDelegate(Right.Read | Right.Write | Right.Share);
}

/** What a delegate gives, whether it sends it or only signs it and anybody brings it. */
type Give = (net: Network & { until: number }, delegate: Signer, terms: Terms[]) => Promise<unknown>;
const GIVES: [string, Give][] = [
  ['sends', ({ registry, who }, delegate, terms) => registry.connect(delegate).grantAs(who.patient, terms, RECEIPT)],
  [
    'signs',
    async ({ registry, domain, who, until }, delegate, terms) => {
      const nonce = await registry['nonces(address,uint192)'](delegate, 8n);
      const message = { signer: delegate.address, patient: who.patient.address, terms, receipt: RECEIPT, nonce };
      const signature = await delegate.signTypedData(domain, GRANT_AS_TYPES, { ...message, deadline: until });
      const bringer = registry.connect(who.stranger);
      return bringer.grantAsFor(delegate, who.patient, terms, RECEIPT, 8n, until, signature);
    },
  ],
];

describe('A delegate', () => {
  it('who may see does not share', async () => {
    const net = await networkHelpers.loadFixture(seer);
    const { registry, who, delegate, until } = net;
    expect(await may(net, delegate, Right.Read)).to.equal(true);
    await expect(registry.connect(delegate).grantAs(who.patient, [termsFor(who.doctor, until)], RECEIPT))
      .to.be.revertedWithCustomError(registry, 'NoConsent')
      .withArgs(who.patient, delegate);
  });

  it('who may share lets others read, and reads nothing', async () => {
    const net = await networkHelpers.loadFixture(sharer);
    const { registry, who, delegate, until } = net;
    const terms = { ...termsFor(who.doctor, until), rights: Right.Read };
    const shared = registry.connect(delegate).grantAs(who.patient, [terms], RECEIPT);
    await expect(shared).to.emit(registry, 'GrantedBy').withArgs(who.patient, delegate, who.doctor, FOLDER);
    expect(await may(net, who.doctor, Right.Read)).to.equal(true);
    expect(await may(net, delegate, Right.Read)).to.equal(false);
  });

  it('gives on the rights it holds beside reading', async () => {
    const net = await networkHelpers.loadFixture(both);
    const { registry, who, delegate, until } = net;
    await registry.connect(delegate).grantAs(who.patient, [termsFor(who.doctor, until)], RECEIPT);
    expect(await may(net, who.doctor, Right.Read | Right.Write)).to.equal(true);
  });

  const BEYOND: [string, (net: Awaited<ReturnType<typeof both>>) => object][] = [
    ['a right it does not hold', () => ({ rights: Right.Dispense })],
    ['the right to share', () => ({ rights: Right.Share })],
    ['a purpose of its own making', () => ({ purposes: TREATMENT | OTHER_PURPOSE })],
    ['a second more than it has itself', ({ until }) => ({ until: until + 1 })],
    ['more to itself', ({ delegate }) => ({ grantee: delegate.address, rights: Right.Read })],
  ];
  for (const [how, give] of GIVES) {
    for (const [what, change] of BEYOND) {
      it(`who ${how} it does not give ${what}`, async () => {
        const net = await networkHelpers.loadFixture(both);
        const { registry, who, delegate, until } = net;
        const terms = { ...termsFor(who.doctor, until), ...change(net) };
        await expect(give(net, delegate, [terms])).to.be.revertedWithCustomError(registry, 'BadTerms');
      });
    }

    it(`who ${how} it gives no folder but those it was given, nothing in place of what stands, and nothing once it has ended`, async () => {
      const net = await networkHelpers.loadFixture(both);
      const { registry, who, delegate, until } = net;
      const terms = termsFor(who.doctor, until);
      const elsewhere = give(net, delegate, [terms, { ...terms, folder: FOLDER + 1 }]);
      await expect(elsewhere).to.be.revertedWithCustomError(registry, 'NoConsent').withArgs(who.patient, delegate);
      await expect(give(net, delegate, [terms]))
        .to.emit(registry, 'GrantedBy')
        .withArgs(who.patient, delegate, who.doctor, FOLDER);
      await expect(give(net, delegate, [terms])).to.be.revertedWithCustomError(registry, 'BadTerms');
      await registry.connect(who.patient).revoke(delegate, [FOLDER]);
      const lab = give(net, delegate, [{ ...terms, grantee: who.lab.address }]);
      await expect(lab).to.be.revertedWithCustomError(registry, 'NoConsent').withArgs(who.patient, delegate);
      // What was given stays until its own end.
      expect(await may(net, who.doctor, Right.Read)).to.equal(true);
    });
  }

  it('is whoever signed: what one delegate signed gives nothing of another', async () => {
    const net = await networkHelpers.loadFixture(both);
    const { registry, domain, who, delegate, until } = net;
    const terms = [termsFor(who.doctor, until)];
    const message = { signer: delegate.address, patient: who.patient.address, terms, receipt: RECEIPT };
    const forged = await who.lab.signTypedData(domain, GRANT_AS_TYPES, { ...message, nonce: 0, deadline: until });
    await expect(registry.grantAsFor(delegate, who.patient, terms, RECEIPT, 0, until, forged))
      .to.be.revertedWithCustomError(registry, 'BadSignature')
      .withArgs(delegate);
  });

  it('does not give a folder it was not given, nor any of several if one is not', async () => {
    const { registry, who, delegate, until } = await networkHelpers.loadFixture(both);
    const good = termsFor(who.doctor, until);
    await expect(
      registry.connect(delegate).grantAs(who.patient, [good, { ...good, folder: FOLDER + 1 }], RECEIPT),
    ).to.be.revertedWithCustomError(registry, 'NoConsent');
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(false);
  });

  it('does not replace what the patient gave, to begin now or later, until that has ended', async () => {
    const { registry, who, delegate, until } = await networkHelpers.loadFixture(both);
    const patient = registry.connect(who.patient);
    const terms = [termsFor(who.doctor, until)];
    const share = () => registry.connect(delegate).grantAs(who.patient, terms, RECEIPT);
    await patient.grant([{ ...termsFor(who.doctor, until), from: until - 60 }], RECEIPT);
    await expect(share()).to.be.revertedWithCustomError(registry, 'BadTerms');
    await patient.revoke(who.doctor, [FOLDER]);
    await expect(share()).to.emit(registry, 'Granted');
    await expect(share()).to.be.revertedWithCustomError(registry, 'BadTerms');
    // Voided is ended too; the delegate itself is named again.
    await patient.rotate([FOLDER], true, digest('keyring'));
    await patient.grant([{ ...termsFor(delegate, until), rights: Right.Write | Right.Share }], RECEIPT);
    await expect(share()).to.emit(registry, 'Granted');
  });

  it('shares no more once its own grant has ended, was revoked or voided', async () => {
    const terms = (net: Awaited<ReturnType<typeof both>>) => [
      { ...termsFor(net.who.doctor, net.until), rights: Right.Read },
    ];
    const ends: ((net: Awaited<ReturnType<typeof both>>) => Promise<unknown>)[] = [
      ({ until }) => networkHelpers.time.increaseTo(until),
      ({ registry, who, delegate }) => registry.connect(who.patient).revoke(delegate, [FOLDER]),
      ({ registry, who }) => registry.connect(who.patient).rotate([FOLDER], true, digest('keyring')),
    ];
    for (const end of ends) {
      const net = await networkHelpers.loadFixture(both);
      await end(net);
      await expect(
        net.registry.connect(net.delegate).grantAs(net.who.patient, terms(net), RECEIPT),
      ).to.be.revertedWithCustomError(net.registry, 'NoConsent');
    }
  });

  it('shares only as an active member, and for one who is a patient still', async () => {
    const { registry, who, delegate, until } = await networkHelpers.loadFixture(both);
    const share = () => registry.connect(delegate).grantAs(who.patient, [termsFor(who.doctor, until)], RECEIPT);
    await registry.connect(who.patient).remove(who.patient);
    await expect(share()).to.be.revertedWithCustomError(registry, 'NotA');
    await registry.connect(delegate).remove(delegate);
    await expect(share()).to.be.revertedWithCustomError(registry, 'NotActive').withArgs(delegate);
  });
});
