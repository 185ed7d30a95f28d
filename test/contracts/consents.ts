import { expect } from 'chai';
import { ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import {
  DAY,
  deploy,
  deployWithGrant,
  digest,
  ethers,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
  type Network,
} from './fixture.ts';

const OTHER_PURPOSE = 2;
const RECEIPT = digest('receipt');

const mayRead = ({ registry, who }: Network) => registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT);

describe('A grant', () => {
  it('says who, which folder, until when, why and what, and points to its receipt', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const time = (await now()) + 10;
    const until = time + DAY;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await expect(registry.connect(who.patient).grant([termsFor(who.doctor, until)], RECEIPT))
      .to.emit(registry, 'Granted')
      .withArgs(who.patient, who.doctor, FOLDER, time, until, TREATMENT, Right.Read | Right.Write, 0, RECEIPT);
    const grant = await registry.grants(who.patient, who.doctor, FOLDER);
    expect([grant.from, grant.until, grant.epoch]).to.deep.equal([BigInt(time), BigInt(until), 0n]);
    expect([grant.purposes, grant.rights]).to.deep.equal([BigInt(TREATMENT), BigInt(Right.Read | Right.Write)]);
    expect(grant.changed).to.equal(await ethers.provider.getBlockNumber());
  });

  it('covers its rights and purposes, and no others', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const may = (rights: number, purposes: number, folder = FOLDER) =>
      registry.may(who.doctor, who.patient, folder, rights, purposes);
    expect(await may(Right.Read, TREATMENT)).to.equal(true);
    expect(await may(Right.Read | Right.Write, TREATMENT)).to.equal(true);
    expect(await may(0, 0)).to.equal(true);
    expect(await may(Right.Dispense, TREATMENT)).to.equal(false);
    expect(await may(Right.Read | Right.Dispense, TREATMENT)).to.equal(false);
    expect(await may(Right.Read, OTHER_PURPOSE)).to.equal(false);
    expect(await may(Right.Read, TREATMENT | OTHER_PURPOSE)).to.equal(false);
    expect(await may(Right.Read, TREATMENT, FOLDER + 1)).to.equal(false);
    expect(await registry.may(who.lab, who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(false);
  });

  it('ends by itself at `until`', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await networkHelpers.time.increaseTo(net.until - 1);
    expect(await mayRead(net)).to.equal(true);
    await networkHelpers.time.increaseTo(net.until);
    expect(await mayRead(net)).to.equal(false);
  });

  it('is replaced by the next one, wider or narrower', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const narrow = { ...termsFor(who.doctor, until), rights: Right.Dispense };
    await registry.connect(who.patient).grant([narrow], RECEIPT);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read, 0)).to.equal(false);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Dispense, 0)).to.equal(true);
  });

  it('sleeps while its grantee is not active', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    for (const member of [who.doctor, who.hospital]) {
      await registry.connect(who.owner).suspend(member);
      expect(await mayRead(net)).to.equal(false);
      await registry.connect(who.owner).restore(member);
      expect(await mayRead(net)).to.equal(true);
    }
  });

  it('may go to a member whose hospital is gone, and sleeps too', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who } = net;
    await registry.connect(who.registrar).remove(who.hospital);
    await registry.connect(who.patient).grant([termsFor(who.doctor, (await now()) + DAY)], RECEIPT);
    expect(await mayRead(net)).to.equal(false);
  });

  it('comes with others in one act, or none of them comes', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const until = (await now()) + DAY;
    const good = termsFor(who.doctor, until);
    await expect(
      registry.connect(who.patient).grant([good, { ...good, rights: 0 }], RECEIPT),
    ).to.be.revertedWithCustomError(registry, 'BadTerms');
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(false);
    await registry.connect(who.patient).grant([good, termsFor(who.lab, until)], RECEIPT);
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(true);
    expect(await registry.may(who.lab, who.patient, FOLDER, 0, 0)).to.equal(true);
  });

  const BAD: [string, (net: Network, time: number) => object][] = [
    ['no right', () => ({ rights: 0 })],
    ['a right that does not exist', () => ({ rights: Right.Read | 16 })],
    ['no purpose', () => ({ purposes: 0 })],
    ['an end that has come', (_, time) => ({ until: time })],
    ['an end that comes with its beginning', (_, time) => ({ from: time + 60, until: time + 60 })],
    ['a grantee who is no member', ({ who }) => ({ grantee: who.stranger.address })],
  ];
  for (const [what, change] of BAD) {
    it(`is refused with ${what}`, async () => {
      const net = await networkHelpers.loadFixture(deploy);
      const time = (await now()) + 10;
      await networkHelpers.time.setNextBlockTimestamp(time);
      const terms = { ...termsFor(net.who.doctor, time + DAY), ...change(net, time) };
      await expect(net.registry.connect(net.who.patient).grant([terms], RECEIPT)).to.be.revertedWithCustomError(
        net.registry,
        'BadTerms',
      );
    });
  }

  it('to a payer is for payment, and for nothing else', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    const [payer, payment] = [fresh.other, PURPOSE_BITS.HPAYMT];
    await registry.connect(who.registrar).enrol(payer, Role.Payer);
    const grant = async (purposes: number) => {
      const terms = { ...termsFor(payer, (await now()) + DAY), purposes };
      return registry.connect(who.patient).grant([terms], RECEIPT);
    };
    for (const purposes of [1, payment | 1, 32, 0xffff])
      await expect(grant(purposes)).to.be.revertedWithCustomError(registry, 'BadTerms');
    await grant(payment);
    expect(await registry.may(payer, who.patient, FOLDER, Right.Read, payment)).to.equal(true);
    for (const purposes of [1, payment | 1])
      expect(await registry.may(payer, who.patient, FOLDER, Right.Read, purposes)).to.equal(false);
    await registry.connect(who.owner).suspend(payer);
    expect(await registry.may(payer, who.patient, FOLDER, Right.Read, payment)).to.equal(false);
  });

  it('to somebody who becomes a payer holds no more', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.patient).grant([termsFor(who.doctor, (await now()) + DAY)], RECEIPT);
    await registry.connect(who.hospital).remove(who.doctor);
    await registry.connect(who.registrar).enrol(who.doctor, Role.Payer);
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(false);
  });

  it('is refused when it grants nothing', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.patient).grant([], RECEIPT)).to.be.revertedWithCustomError(registry, 'BadTerms');
  });
});

describe('Revoking', () => {
  it('ends a grant at once and says when', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    await expect(registry.connect(who.patient).revoke(who.doctor, [FOLDER]))
      .to.emit(registry, 'Revoked')
      .withArgs(who.patient, who.doctor, FOLDER);
    expect(await mayRead(net)).to.equal(false);
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(false);
    const grant = await registry.grants(who.patient, who.doctor, FOLDER);
    expect(grant.until).to.equal(await now());
    expect(grant.rights).to.equal(0);
  });

  it('ends every folder it names and leaves the others', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const terms = [1, 2, 3].map((folder) => ({ ...termsFor(who.doctor, until), folder }));
    await registry.connect(who.patient).grant(terms, RECEIPT);
    await registry.connect(who.patient).revoke(who.doctor, [1, 3]);
    const may = await Promise.all([1, 2, 3].map((folder) => registry.may(who.doctor, who.patient, folder, 0, 0)));
    expect(may).to.deep.equal([false, true, false]);
  });

  it('does not move the end of a grant that ran out before', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    await networkHelpers.time.increaseTo(until + DAY);
    await registry.connect(who.patient).revoke(who.doctor, [FOLDER]);
    expect((await registry.grants(who.patient, who.doctor, FOLDER)).until).to.equal(until);
  });

  it('may be followed by a new grant', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const patient = net.registry.connect(net.who.patient);
    await patient.revoke(net.who.doctor, [FOLDER]);
    await patient.grant([termsFor(net.who.doctor, net.until)], RECEIPT);
    expect(await mayRead(net)).to.equal(true);
  });

  it('of nothing is refused', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.patient).revoke(who.doctor, [])).to.be.revertedWithCustomError(
      registry,
      'BadTerms',
    );
  });
});

describe('Rotating', () => {
  it('begins a new epoch and keeps the grants', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    await expect(registry.connect(who.patient).rotate([FOLDER], false, digest('keyring')))
      .to.emit(registry, 'Rotated')
      .withArgs(who.patient, FOLDER, 1, false, digest('keyring'));
    expect((await registry.folders(who.patient, FOLDER)).epoch).to.equal(1);
    expect(await mayRead(net)).to.equal(true);
  });

  it('voids every earlier grant when asked to, and none after it', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who, until } = net;
    await registry.connect(who.patient).rotate([FOLDER], true, digest('keyring'));
    expect(await mayRead(net)).to.equal(false);
    await registry.connect(who.patient).grant([termsFor(who.doctor, until)], RECEIPT);
    expect(await mayRead(net)).to.equal(true);
    await registry.connect(who.patient).rotate([FOLDER], false, digest('keyring'));
    expect(await mayRead(net)).to.equal(true);
  });

  it('turns every folder it names and leaves the others', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.patient).rotate([1, 3], false, digest('keyring'));
    const epochs = await Promise.all(
      [1, 2, 3].map(async (folder) => (await registry.folders(who.patient, folder)).epoch),
    );
    expect(epochs).to.deep.equal([1n, 0n, 1n]);
  });

  it('of nothing is refused', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.patient).rotate([], true, RECEIPT)).to.be.revertedWithCustomError(
      registry,
      'BadTerms',
    );
  });
});

describe('A request', () => {
  it('is a log that changes nothing', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const until = (await now()) + DAY;
    await expect(
      registry.connect(who.doctor).request({
        patient: who.patient,
        folder: FOLDER,
        until,
        purposes: TREATMENT,
        rights: Right.Read,
        note: digest('note'),
      }),
    )
      .to.emit(registry, 'Requested')
      .withArgs(who.doctor, who.patient, FOLDER, until, TREATMENT, Right.Read, digest('note'));
    expect(await registry.may(who.doctor, who.patient, FOLDER, 0, 0)).to.equal(false);
  });

  it('needs the good standing of its author, and not that of its hospital', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const wish = { patient: who.patient, folder: 1, until: 0, purposes: 0, rights: 0, note: ZeroHash };
    await registry.connect(who.registrar).suspend(who.hospital);
    await expect(registry.connect(who.doctor).request(wish)).to.emit(registry, 'Requested');
    await registry.connect(who.owner).suspend(who.doctor);
    await expect(registry.connect(who.doctor).request(wish))
      .to.be.revertedWithCustomError(registry, 'NotActive')
      .withArgs(who.doctor);
  });
});

describe('A keyring', () => {
  it('is set for the present epoch of each folder, and turns none', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const patient = registry.connect(who.patient);
    await patient.rotate([1], false, digest('first'));
    const set = patient.setKeyring([1, 2], digest('keyring'));
    await expect(set).to.emit(registry, 'KeyringSet').withArgs(who.patient, 1, 1, digest('keyring'));
    await expect(set).to.emit(registry, 'KeyringSet').withArgs(who.patient, 2, 0, digest('keyring'));
    expect((await registry.folders(who.patient, 1)).epoch).to.equal(1);
  });

  it('of nothing is refused', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.patient).setKeyring([], RECEIPT)).to.be.revertedWithCustomError(
      registry,
      'BadTerms',
    );
  });
});

describe('A window', () => {
  it('opens at `from`, and a `from` that has passed means now', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who } = net;
    const from = (await now()) + DAY;
    await registry.connect(who.patient).grant([{ ...termsFor(who.doctor, from + DAY), from }], RECEIPT);
    expect((await registry.grants(who.patient, who.doctor, FOLDER)).from).to.equal(from);
    expect(await mayRead(net)).to.equal(false);
    await networkHelpers.time.increaseTo(from - 1);
    expect(await mayRead(net)).to.equal(false);
    await networkHelpers.time.increaseTo(from);
    expect(await mayRead(net)).to.equal(true);
    await registry.connect(who.patient).grant([{ ...termsFor(who.doctor, from + DAY), from: from - 60 }], RECEIPT);
    expect((await registry.grants(who.patient, who.doctor, FOLDER)).from).to.equal(await now());
  });

  it('that was revoked before it opened stays shut', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who } = net;
    const from = (await now()) + DAY;
    await registry.connect(who.patient).grant([{ ...termsFor(who.doctor, from + DAY), from }], RECEIPT);
    await registry.connect(who.patient).revoke(who.doctor, [FOLDER]);
    await networkHelpers.time.increaseTo(from);
    expect(await mayRead(net)).to.equal(false);
  });
});

describe('A grant to one who left and was let in again', () => {
  const AGAIN: readonly [string, (net: Network) => Promise<unknown>][] = [
    [
      'by another hospital, as a researcher',
      async ({ registry, who, fresh }) => {
        await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
        return registry.connect(fresh.hospital).enrol(who.doctor, Role.Researcher);
      },
    ],
    [
      'by the same hospital, as the same',
      ({ registry, who }) => registry.connect(who.hospital).enrol(who.doctor, Role.Doctor),
    ],
    ['as a patient', ({ registry, who }) => registry.connect(who.doctor).join(digest('key'))],
  ];
  for (const [how, again] of AGAIN) {
    it(`${how}, does not live again, nor does an emergency opening`, async () => {
      const net = await networkHelpers.loadFixture(deployWithGrant);
      const { registry, who, until } = net;
      const mayRead = (folder: number, purpose: number) =>
        registry.may(who.doctor, who.patient, folder, Right.Read, purpose);
      const { BTG } = PURPOSE_BITS;
      await registry.connect(who.patient).allowEmergency([FOLDER, 1], true);
      for (const folder of [FOLDER, 1]) await registry.connect(who.doctor).breakGlass(who.patient, folder, ZeroHash);
      expect(await mayRead(FOLDER, TREATMENT)).to.equal(true);
      expect(await mayRead(1, BTG)).to.equal(true);
      await registry.connect(who.doctor).remove(who.doctor);
      await again(net);
      expect(await registry.isActive(who.doctor)).to.equal(true);
      for (const folder of [FOLDER, 1]) {
        expect(await mayRead(folder, TREATMENT)).to.equal(false);
        expect(await mayRead(folder, BTG)).to.equal(false);
      }
      const add = registry
        .connect(who.doctor)
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient);
      await expect(add).to.be.revertedWithCustomError(registry, 'NoConsent');
      // A new consent is for who it is now, and wakes up nothing of before.
      await registry.connect(who.patient).grant([termsFor(who.doctor, until)], RECEIPT);
      expect(await mayRead(FOLDER, TREATMENT)).to.equal(true);
      expect(await mayRead(FOLDER, BTG)).to.equal(false);
      expect(await mayRead(1, BTG)).to.equal(false);
    });
  }

  it('is no delegation any more', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const terms = { ...termsFor(who.doctor, until), rights: Right.Read | Right.Share };
    await registry.connect(who.patient).grant([terms], RECEIPT);
    await registry.connect(who.hospital).remove(who.doctor);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Doctor);
    const given = { ...termsFor(who.lab, until), rights: Right.Read };
    await expect(registry.connect(who.doctor).grantAs(who.patient, [given], RECEIPT)).to.be.revertedWithCustomError(
      registry,
      'NoConsent',
    );
  });
});

describe('A batch', () => {
  it('does several acts of one sender, or none', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    const rotate = registry.interface.encodeFunctionData('rotate', [[FOLDER], true, digest('keyring')]);
    const empty = registry.interface.encodeFunctionData('revoke', [who.doctor.address, []]);
    const grant = registry.interface.encodeFunctionData('grant', [[termsFor(who.lab, net.until)], RECEIPT]);
    await expect(registry.connect(who.patient).multicall([rotate, empty])).to.be.revertedWithCustomError(
      registry,
      'BadTerms',
    );
    expect(await mayRead(net)).to.equal(true);
    await registry.connect(who.patient).multicall([rotate, grant]);
    expect(await mayRead(net)).to.equal(false);
    expect(await registry.may(who.lab, who.patient, FOLDER, 0, 0)).to.equal(true);
  });
});
