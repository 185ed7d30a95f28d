import { expect } from 'chai';
import { AbiCoder, keccak256, solidityPacked, ZeroAddress, ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import type { HealthRegistry } from '../../.output/contracts/types/index.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import {
  deploy,
  deployWithGrant,
  digest,
  ethers,
  FOLDER,
  networkHelpers,
  now,
  TREATMENT,
  type Signer,
} from './fixture.ts';

const ORIGIN = digest('https://portal.example');

describe('Membership', () => {
  it('is one slot: role and enroller, with room for strikes that nothing counts yet', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    expect(await registry.member(who.doctor)).to.deep.equal([Role.Doctor, 0n, 0n, 0n, who.hospital.address]);
    expect(await registry.member(who.patient)).to.deep.equal([Role.Patient, 0n, 0n, 0n, who.patient.address]);
    expect(await registry.member(who.stranger)).to.deep.equal([Role.None, 0n, 0n, 0n, ZeroAddress]);
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
    expect(await registry.member(who.doctor)).to.deep.equal([Role.None, 0n, 0n, 0n, ZeroAddress]);
    expect(await registry.isActive(who.doctor)).to.equal(false);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Lab);
    expect((await registry.member(who.doctor)).role).to.equal(Role.Lab);
  });

  it('cannot end before it began', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await expect(registry.connect(who.owner).remove(who.stranger))
      .to.be.revertedWithCustomError(registry, 'NotActive')
      .withArgs(who.stranger);
  });

  it('keeps nothing of a patient who leaves but the ways to withdraw consent', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const patient = registry.connect(who.patient);
    await patient.remove(who.patient);
    await expect(patient.addRecord(who.patient, FOLDER, digest('cid'), ZeroHash)).to.be.revertedWithCustomError(
      registry,
      'NotActive',
    );
    await expect(
      registry.connect(who.doctor).addRecord(who.patient, FOLDER, digest('cid'), ZeroHash),
    ).to.be.revertedWithCustomError(registry, 'NotA');
    await patient.revoke(who.doctor, [FOLDER]);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(false);
  });
});

describe('A lock', () => {
  /** Nothing counts strikes yet, so the specification writes them where a later version will: into the slot. */
  async function strike(registry: HealthRegistry, who: Signer, strikes: number, lockedUntil: number): Promise<void> {
    const address = await registry.getAddress();
    const { role, enroller } = await registry.member(who);
    const slotOf = (lastStrike: number, until: number, count: number) =>
      solidityPacked(['address', 'uint40', 'uint40', 'uint8', 'uint8'], [enroller, until, lastStrike, count, role]);
    const before = slotOf(0, 0, 0);
    for (let slot = 0; slot < 16; slot++) {
      const place = keccak256(AbiCoder.defaultAbiCoder().encode(['address', 'uint256'], [who.address, slot]));
      if ((await ethers.provider.getStorage(address, place)) !== before) continue;
      await networkHelpers.setStorageAt(address, place, slotOf(1, lockedUntil, strikes));
      return;
    }
    throw new Error('the slot of a member is laid out differently');
  }

  it('suspends a member until it ends', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const until = (await now()) + 3600;
    await strike(registry, who.doctor, 3, until);
    expect(await registry.isActive(who.doctor)).to.equal(false);
    await networkHelpers.time.increaseTo(until);
    expect(await registry.isActive(who.doctor)).to.equal(true);
  });

  it('of a hospital suspends its staff', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    await strike(registry, who.hospital, 3, (await now()) + 3600);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });

  it('is not laundered by removal and a new enrolment', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const until = (await now()) + 3600;
    await strike(registry, who.doctor, 3, until);
    await registry.connect(who.hospital).remove(who.doctor);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Pharmacist);
    const { role, strikes, lockedUntil } = await registry.member(who.doctor);
    expect([role, strikes, lockedUntil]).to.deep.equal([BigInt(Role.Pharmacist), 3n, BigInt(until)]);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });
});

describe('The chain of trust', () => {
  it('suspends the staff of a removed hospital and revives it with the hospital', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const staff = [who.doctor, who.lab, who.pharmacist, who.researcher];
    const active = () => Promise.all(staff.map((member) => registry.isActive(member)));
    const mayRead = () => registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT);
    expect(await active()).to.deep.equal([true, true, true, true]);
    expect(await mayRead()).to.equal(true);

    await registry.connect(who.registrar).remove(who.hospital);
    expect(await active()).to.deep.equal([false, false, false, false]);
    expect(await mayRead()).to.equal(false);
    await expect(registry.connect(who.doctor).addRecord(who.patient, FOLDER, digest('cid'), ZeroHash))
      .to.be.revertedWithCustomError(registry, 'NotActive')
      .withArgs(who.doctor);

    await registry.connect(who.registrar).enrol(who.hospital, Role.Hospital);
    expect(await active()).to.deep.equal([true, true, true, true]);
    expect(await mayRead()).to.equal(true);
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
