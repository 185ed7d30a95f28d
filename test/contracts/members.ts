import { expect } from 'chai';
import { ZeroAddress, ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { Right, Role, Suspension } from '../../extension/core/registry/abi.ts';
import { REDEEM_TYPES, VOUCHER_TYPES } from '../../extension/core/registry/typed-data.ts';
import {
  deploy,
  deployWithGrant,
  digest,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
  type Network,
  type Signer,
} from './fixture.ts';

const ORIGIN = digest('https://portal.example');

describe('Membership', () => {
  it('is one slot: role, standing and enroller', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    expect(await registry.member(who.doctor)).to.deep.equal([Role.Doctor, 0n, 0n, 1n, 1n, who.hospital.address]);
    expect(await registry.member(who.patient)).to.deep.equal([Role.Patient, 0n, 0n, 1n, 0n, who.patient.address]);
    expect(await registry.member(who.stranger)).to.deep.equal([Role.None, 0n, 0n, 0n, 0n, ZeroAddress]);
  });

  it('is given once', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.hospital).enrol(who.patient, Role.Doctor))
      .to.be.revertedWithCustomError(registry, 'AlreadyEnrolled')
      .withArgs(who.patient);
    await expect(registry.connect(who.doctor).join(digest('key')))
      .to.be.revertedWithCustomError(registry, 'AlreadyEnrolled')
      .withArgs(who.doctor);
  });

  it('of a patient begins with a key', async () => {
    const { registry, fresh } = await networkHelpers.loadFixture(deploy);
    const join = registry.connect(fresh.patient).join(digest('key'));
    await expect(join).to.emit(registry, 'Enrolled').withArgs(fresh.patient, Role.Patient, fresh.patient);
    await expect(join).to.emit(registry, 'KeySet').withArgs(fresh.patient, digest('key'));
    expect(await registry.encryptionKey(fresh.patient)).to.equal(digest('key'));
  });

  it('of a patient does not begin without one', async () => {
    const { registry, fresh } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(fresh.patient).join(ZeroHash)).to.be.revertedWithCustomError(registry, 'BadKey');
    expect(await registry.isActive(fresh.patient)).to.equal(false);
  });

  it('ends by removal, and may begin again in another role', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.hospital).remove(who.doctor))
      .to.emit(registry, 'Removed')
      .withArgs(who.doctor, who.hospital);
    expect(await registry.member(who.doctor)).to.deep.equal([Role.None, 0n, 0n, 1n, 1n, ZeroAddress]);
    expect(await registry.isActive(who.doctor)).to.equal(false);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Lab);
    expect(await registry.member(who.doctor)).to.deep.equal([Role.Lab, 0n, 0n, 2n, 1n, who.hospital.address]);
  });

  it('may be left by anyone', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    for (const member of [who.registrar, who.hospital, who.manager, who.doctor, who.patient]) {
      await expect(registry.connect(member).remove(member)).to.emit(registry, 'Removed').withArgs(member, member);
    }
    await expect(registry.connect(who.stranger).remove(who.stranger)).to.be.revertedWithCustomError(
      registry,
      'NotActive',
    );
  });

  it('cannot end before it began', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.owner).remove(who.stranger))
      .to.be.revertedWithCustomError(registry, 'NotActive')
      .withArgs(who.stranger);
  });

  it('keeps nothing of a patient who leaves but the ways to withdraw consent', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const patient = registry.connect(who.patient);
    await patient.remove(who.patient);
    await expect(
      patient.addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient),
    ).to.be.revertedWithCustomError(registry, 'NotA');
    await expect(patient.grant([termsFor(who.lab, until)], digest('receipt'))).to.be.revertedWithCustomError(
      registry,
      'NotA',
    );
    // What was given stands until it ends or is withdrawn.
    await registry
      .connect(who.doctor)
      .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient);
    await patient.allowEmergency([FOLDER], false);
    await patient.revoke(who.doctor, [FOLDER]);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(false);
  });
});

describe('Suspension', () => {
  it('makes a member inactive until it is restored, and keeps role and enroller', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const hospital = registry.connect(who.hospital);
    await expect(hospital.suspend(who.doctor)).to.emit(registry, 'Suspended').withArgs(who.doctor, who.hospital, true);
    expect(await registry.isActive(who.doctor)).to.equal(false);
    expect(await registry.isActiveAs(who.doctor, Role.Doctor)).to.equal(false);
    const { role, suspension, enroller } = await registry.member(who.doctor);
    expect([role, suspension, enroller]).to.deep.equal([
      BigInt(Role.Doctor),
      BigInt(Suspension.ByEnroller),
      who.hospital.address,
    ]);
    await expect(hospital.restore(who.doctor)).to.emit(registry, 'Suspended').withArgs(who.doctor, who.hospital, false);
    expect(await registry.isActiveAs(who.doctor, Role.Doctor)).to.equal(true);
  });

  it('of a hospital makes its staff inactive at once, and lets it act no more', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deployWithGrant);
    await registry.connect(who.hospital).setOrigin(ORIGIN, true);
    await registry.connect(who.registrar).suspend(who.hospital);
    expect(await registry.isActive(who.doctor)).to.equal(false);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(false);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(ZeroAddress);
    const hospital = registry.connect(who.hospital);
    for (const act of [hospital.enrol(fresh.doctor, Role.Doctor), hospital.remove(who.doctor)]) {
      await expect(act).to.be.revertedWithCustomError(registry, 'MayNotEnrol');
    }
    await registry.connect(who.registrar).restore(who.hospital);
    expect(await registry.isActive(who.doctor)).to.equal(true);
  });

  it('by the owner is lifted by the owner alone', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.owner).suspend(who.doctor);
    const hospital = registry.connect(who.hospital);
    await expect(hospital.restore(who.doctor))
      .to.be.revertedWithCustomError(registry, 'MayNotEnrol')
      .withArgs(who.hospital, Role.Doctor);
    // Nor does suspending again make it the hospital's own.
    await hospital.suspend(who.doctor);
    expect((await registry.member(who.doctor)).suspension).to.equal(Suspension.ByOwner);
    await registry.connect(who.owner).restore(who.doctor);
    expect(await registry.isActive(who.doctor)).to.equal(true);
  });

  it('is not laundered by removal and a new enrolment', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.owner).suspend(who.doctor);
    await registry.connect(who.hospital).remove(who.doctor);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Pharmacist);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });

  it('ends nothing for one who is no member', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const owner = registry.connect(who.owner);
    for (const act of [owner.suspend(who.stranger), owner.restore(who.stranger)]) {
      await expect(act).to.be.revertedWithCustomError(registry, 'NotActive').withArgs(who.stranger);
    }
  });
});

describe('A voucher', () => {
  /** What `by` signs for `person`. */
  async function voucherFor(net: Network, person: Signer, role: Role, by = net.who.hospital, count = 0n) {
    const deadline = (await now()) + 3600;
    const nonce = (BigInt(person.address) << 64n) | count;
    const message = { signer: by.address, who: person.address, role, nonce, deadline };
    return {
      role,
      enroller: by.address,
      deadline,
      signature: await by.signTypedData(net.domain, VOUCHER_TYPES, message),
    };
  }
  const KEY = digest('key');

  it('of a hospital lets in a patient, whom the hospital then cannot touch', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    const redeem = registry.connect(fresh.patient).redeem(KEY, await voucherFor(net, fresh.patient, Role.Patient));
    await expect(redeem).to.emit(registry, 'Enrolled').withArgs(fresh.patient, Role.Patient, who.hospital);
    expect(await registry.encryptionKey(fresh.patient)).to.equal(KEY);
    const hospital = registry.connect(who.hospital);
    for (const act of [hospital.remove(fresh.patient), hospital.suspend(fresh.patient)]) {
      await expect(act).to.be.revertedWithCustomError(registry, 'MayNotEnrol').withArgs(who.hospital, Role.Patient);
    }
    await registry.connect(fresh.patient).remove(fresh.patient);
  });

  it('lets in staff, who then depends on its hospital', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    await registry.connect(fresh.doctor).redeem(KEY, await voucherFor(net, fresh.doctor, Role.Doctor));
    expect(await registry.isActiveAs(fresh.doctor, Role.Doctor)).to.equal(true);
    await registry.connect(who.registrar).suspend(who.hospital);
    expect(await registry.isActive(fresh.doctor)).to.equal(false);
  });

  it('is of no use to anyone but the person it names', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    const voucher = await voucherFor(net, fresh.doctor, Role.Doctor);
    await expect(registry.connect(fresh.other).redeem(KEY, voucher))
      .to.be.revertedWithCustomError(registry, 'BadSignature')
      .withArgs(who.hospital);
  });

  it('says what it says: no other role, enroller or deadline', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
    const voucher = await voucherFor(net, fresh.doctor, Role.Lab);
    const changes = [{ role: Role.Doctor }, { enroller: fresh.hospital.address }, { deadline: voucher.deadline + 1 }];
    for (const change of changes) {
      await expect(registry.connect(fresh.doctor).redeem(KEY, { ...voucher, ...change })).to.be.revertedWithCustomError(
        registry,
        'BadSignature',
      );
    }
  });

  it('runs out', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const voucher = await voucherFor(net, net.fresh.doctor, Role.Doctor);
    await networkHelpers.time.increaseTo(voucher.deadline + 1);
    await expect(net.registry.connect(net.fresh.doctor).redeem(KEY, voucher))
      .to.be.revertedWithCustomError(net.registry, 'Expired')
      .withArgs(voucher.deadline);
  });

  it('is used once; the next one for the same person has the next nonce', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    const doctor = registry.connect(fresh.doctor);
    const first = await voucherFor(net, fresh.doctor, Role.Doctor);
    await doctor.redeem(KEY, first);
    await registry.connect(who.hospital).remove(fresh.doctor);
    await expect(doctor.redeem(KEY, first)).to.be.revertedWithCustomError(registry, 'BadSignature');
    await doctor.redeem(KEY, await voucherFor(net, fresh.doctor, Role.Lab, who.hospital, 1n));
    expect(await registry.isActiveAs(fresh.doctor, Role.Lab)).to.equal(true);
  });

  it('is void when its enroller could not enrol that role, or no longer can', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    const bad: [Signer, Role][] = [
      [who.hospital, Role.Hospital],
      [who.registrar, Role.Patient],
      [who.doctor, Role.Doctor],
      [who.hospital, Role.None],
    ];
    for (const [by, role] of bad) {
      await expect(registry.connect(fresh.other).redeem(KEY, await voucherFor(net, fresh.other, role, by)))
        .to.be.revertedWithCustomError(registry, 'MayNotEnrol')
        .withArgs(by, role);
    }
    const voucher = await voucherFor(net, fresh.doctor, Role.Doctor);
    await registry.connect(who.registrar).suspend(who.hospital);
    await expect(registry.connect(fresh.doctor).redeem(KEY, voucher)).to.be.revertedWithCustomError(
      registry,
      'MayNotEnrol',
    );
  });

  it('works for registrars and hospitals too', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    await registry.connect(fresh.other).redeem(KEY, await voucherFor(net, fresh.other, Role.Registrar, who.owner));
    await registry
      .connect(fresh.hospital)
      .redeem(KEY, await voucherFor(net, fresh.hospital, Role.Hospital, fresh.other));
    expect(await registry.isActiveAs(fresh.hospital, Role.Hospital)).to.equal(true);
  });

  it('brings nobody in without a key, or twice', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, who, fresh } = net;
    const voucher = await voucherFor(net, fresh.doctor, Role.Doctor);
    await expect(registry.connect(fresh.doctor).redeem(ZeroHash, voucher)).to.be.revertedWithCustomError(
      registry,
      'BadKey',
    );
    await expect(
      registry.connect(who.patient).redeem(KEY, await voucherFor(net, who.patient, Role.Doctor)),
    ).to.be.revertedWithCustomError(registry, 'AlreadyEnrolled');
  });

  it('is brought by anyone for its person, if the person signed for this role and enroller', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { registry, domain, who, fresh } = net;
    const voucher = await voucherFor(net, fresh.doctor, Role.Doctor);
    const { deadline } = voucher;
    const sign = (role: Role, enroller: string) =>
      fresh.doctor.signTypedData(domain, REDEEM_TYPES, {
        signer: fresh.doctor.address,
        key: KEY,
        role,
        enroller,
        nonce: 0,
        deadline,
      });
    const bring = (signature: string) =>
      registry.connect(who.stranger).redeemFor(fresh.doctor, KEY, voucher, 0, deadline, signature);
    for (const signature of [
      await sign(Role.Lab, who.hospital.address),
      await sign(Role.Doctor, who.stranger.address),
    ]) {
      await expect(bring(signature)).to.be.revertedWithCustomError(registry, 'BadSignature').withArgs(fresh.doctor);
    }
    await bring(await sign(Role.Doctor, who.hospital.address));
    expect(await registry.isActiveAs(fresh.doctor, Role.Doctor)).to.equal(true);
  });
});

describe('The chain of trust', () => {
  it('suspends the staff of a removed hospital, which it vouches for anew when it is let in again', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const staff = [who.doctor, who.lab, who.pharmacist, who.researcher];
    const active = () => Promise.all(staff.map((member) => registry.isActive(member)));
    const mayRead = () => registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT);
    expect(await active()).to.deep.equal([true, true, true, true]);
    expect(await mayRead()).to.equal(true);

    await registry.connect(who.registrar).remove(who.hospital);
    expect(await active()).to.deep.equal([false, false, false, false]);
    expect(await mayRead()).to.equal(false);
    await expect(
      registry
        .connect(who.doctor)
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient),
    )
      .to.be.revertedWithCustomError(registry, 'NotActive')
      .withArgs(who.doctor);

    await registry.connect(who.registrar).enrol(who.hospital, Role.Hospital);
    expect(await active()).to.deep.equal([false, false, false, false]);
    expect(await mayRead()).to.equal(false);
    const again = registry.connect(who.hospital);
    await again.remove(who.doctor);
    await again.enrol(who.doctor, Role.Doctor);
    expect(await active()).to.deep.equal([true, false, false, false]);
    // Another membership: what was given to the one before is not given to it.
    expect(await mayRead()).to.equal(false);
  });

  it('does not revive the staff of a hospital that came back as something else', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.registrar).remove(who.hospital);
    await registry.connect(who.registrar).enrol(who.hospital, Role.EhrManager);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });

  it('leaves hospitals and managers open when their registrar goes', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.owner).remove(who.registrar);
    for (const member of [who.hospital, who.manager, who.doctor]) {
      expect(await registry.isActive(member)).to.equal(true);
    }
  });

  it('lets nobody who was removed enrol or remove any more', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.owner).remove(who.registrar);
    const registrar = registry.connect(who.registrar);
    for (const act of [registrar.enrol(fresh.hospital, Role.Hospital), registrar.remove(who.hospital)]) {
      await expect(act).to.be.revertedWithCustomError(registry, 'MayNotEnrol').withArgs(who.registrar, Role.Hospital);
    }
  });

  it('lets a hospital remove its own staff only', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
    await expect(registry.connect(fresh.hospital).remove(who.doctor))
      .to.be.revertedWithCustomError(registry, 'MayNotEnrol')
      .withArgs(fresh.hospital, Role.Doctor);
  });
});

describe('Keys and profiles', () => {
  it('are replaced by their member', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.doctor).setKey(digest('new')))
      .to.emit(registry, 'KeySet')
      .withArgs(who.doctor, digest('new'));
    expect(await registry.encryptionKey(who.doctor)).to.equal(digest('new'));
    await expect(registry.connect(who.doctor).setProfile(digest('profile')))
      .to.emit(registry, 'ProfileSet')
      .withArgs(who.doctor, digest('profile'));
    expect(await registry.profile(who.doctor)).to.equal(digest('profile'));
  });

  it('may be replaced by a doctor whose hospital is gone, for a leaked key cannot wait', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.registrar).remove(who.hospital);
    await registry.connect(who.doctor).setKey(digest('new'));
    expect(await registry.encryptionKey(who.doctor)).to.equal(digest('new'));
  });

  it('refuse a key of zero', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.doctor).setKey(ZeroHash)).to.be.revertedWithCustomError(registry, 'BadKey');
  });
});

describe('The origin of a portal', () => {
  it('is claimed and released by a hospital', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const hospital = registry.connect(who.hospital);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(ZeroAddress);
    await expect(hospital.setOrigin(ORIGIN, true)).to.emit(registry, 'OriginSet').withArgs(who.hospital, ORIGIN, true);
    await hospital.setOrigin(ORIGIN, true);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(who.hospital);
    await expect(hospital.setOrigin(ORIGIN, false))
      .to.emit(registry, 'OriginSet')
      .withArgs(who.hospital, ORIGIN, false);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(ZeroAddress);
  });

  it('is neither taken nor released by another hospital', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
    await registry.connect(who.hospital).setOrigin(ORIGIN, true);
    for (const ours of [true, false]) {
      await expect(registry.connect(fresh.hospital).setOrigin(ORIGIN, ours))
        .to.be.revertedWithCustomError(registry, 'OriginTaken')
        .withArgs(ORIGIN);
    }
  });

  it('lapses with its hospital, and is then free for another', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
    await registry.connect(who.hospital).setOrigin(ORIGIN, true);
    await registry.connect(who.registrar).remove(who.hospital);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(ZeroAddress);
    await registry.connect(fresh.hospital).setOrigin(ORIGIN, true);
    expect(await registry.hospitalOf(ORIGIN)).to.equal(fresh.hospital);
  });

  it('is one of 16 at most, counted down when released, cleared or taken over', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    const hospital = registry.connect(who.hospital);
    const origin = (n: number) => digest(`https://${n}.example`);
    for (let n = 0; n < 16; n++) await hospital.setOrigin(origin(n), true);
    await hospital.setOrigin(origin(15), true);
    expect(await registry.originCount(who.hospital)).to.equal(16);
    await expect(hospital.setOrigin(origin(16), true))
      .to.be.revertedWithCustomError(registry, 'TooManyOrigins')
      .withArgs(who.hospital);
    await hospital.setOrigin(origin(0), false);
    await registry.connect(who.registrar).setOrigin(origin(1), false);
    await hospital.setOrigin(origin(16), true);
    expect(await registry.originCount(who.hospital)).to.equal(15);
    await registry.connect(who.registrar).enrol(fresh.hospital, Role.Hospital);
    await registry.connect(who.registrar).remove(who.hospital);
    await registry.connect(fresh.hospital).setOrigin(origin(2), true);
    expect(await registry.originCount(who.hospital)).to.equal(14);
    expect(await registry.originCount(fresh.hospital)).to.equal(1);
  });

  it('that nobody claims is released without harm', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.hospital).setOrigin(ORIGIN, false);
    expect(await registry.originCount(who.hospital)).to.equal(0);
  });

  for (const clerk of ['owner', 'registrar'] as const) {
    it(`is cleared, but never claimed, by the ${clerk}`, async () => {
      const { registry, who } = await networkHelpers.loadFixture(deploy);
      await registry.connect(who.hospital).setOrigin(ORIGIN, true);
      await expect(registry.connect(who[clerk]).setOrigin(ORIGIN, true))
        .to.be.revertedWithCustomError(registry, 'NotA')
        .withArgs(Role.Hospital, who[clerk]);
      await expect(registry.connect(who[clerk]).setOrigin(ORIGIN, false))
        .to.emit(registry, 'OriginSet')
        .withArgs(who.hospital, ORIGIN, false);
      expect(await registry.hospitalOf(ORIGIN)).to.equal(ZeroAddress);
    });
  }
});

describe('Ownership', () => {
  it('is handed over in two steps', async () => {
    const { registry, who, fresh } = await networkHelpers.loadFixture(deploy);
    await registry.connect(who.owner).transferOwnership(fresh.other);
    expect(await registry.owner()).to.equal(who.owner);
    await registry.connect(fresh.other).acceptOwnership();
    expect(await registry.owner()).to.equal(fresh.other);
  });

  it('cannot be renounced', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.owner).renounceOwnership())
      .to.be.revertedWithCustomError(registry, 'OwnableInvalidOwner')
      .withArgs(ZeroAddress);
  });
});
