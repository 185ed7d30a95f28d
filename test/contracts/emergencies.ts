import { expect } from 'chai';
import { ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import { BREAK_GLASS_TYPES } from '../../extension/core/registry/typed-data.ts';
import {
  DAY,
  deployWithGrant,
  digest,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  type Network,
  type Signer,
} from './fixture.ts';

const NOTE = digest('found unconscious');
const { BTG, TREAT } = PURPOSE_BITS;
/** A folder that nothing else is granted of. */
const OPEN = FOLDER + 1;

async function deployWithEmergency() {
  const net = await deployWithGrant();
  await net.registry.connect(net.who.patient).allowEmergency([OPEN, FOLDER], true);
  return net;
}
const may = ({ registry, who }: Network, rights: number, purposes: number, folder = OPEN) =>
  registry.may(who.doctor, who.patient, folder, rights, purposes);

describe('In an emergency', () => {
  it('a doctor opens a folder the patient allowed, to read, for that purpose, for 24 hours', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who } = net;
    expect(await may(net, Right.Read, BTG)).to.equal(false);
    const time = (await now()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await expect(registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE))
      .to.emit(registry, 'EmergencyOpened')
      .withArgs(who.patient, who.doctor, OPEN, time + DAY, 1, NOTE);
    expect(await may(net, Right.Read, BTG)).to.equal(true);
    expect(await may(net, 0, 0)).to.equal(true);
    expect(await may(net, Right.Read, TREAT)).to.equal(false);
    expect(await may(net, Right.Read, BTG | TREAT)).to.equal(false);
    expect(await may(net, Right.Read | Right.Write, BTG)).to.equal(false);
    expect(await may(net, Right.Share, BTG)).to.equal(false);
    await networkHelpers.time.increaseTo(time + DAY - 1);
    expect(await may(net, Right.Read, BTG)).to.equal(true);
    await networkHelpers.time.increaseTo(time + DAY);
    expect(await may(net, Right.Read, BTG)).to.equal(false);
  });

  it('every opening is counted, and lasts anew', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who } = net;
    await registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    await networkHelpers.time.increase(DAY - 60);
    const again = registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    await expect(again).to.emit(registry, 'EmergencyOpened');
    expect((await registry.emergencies(who.patient, OPEN)).opened).to.equal(2);
    await networkHelpers.time.increase(DAY - 60);
    expect(await may(net, Right.Read, BTG)).to.equal(true);
  });

  it('no folder opens that the patient did not allow, or forbade again', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithEmergency);
    const open = (folder: number) => registry.connect(who.doctor).breakGlass(who.patient, folder, NOTE);
    await expect(open(OPEN + 1))
      .to.be.revertedWithCustomError(registry, 'EmergencyForbidden')
      .withArgs(who.patient, OPEN + 1);
    await expect(registry.connect(who.patient).allowEmergency([OPEN], false))
      .to.emit(registry, 'EmergencyAllowed')
      .withArgs(who.patient, OPEN, false);
    await expect(open(OPEN)).to.be.revertedWithCustomError(registry, 'EmergencyForbidden');
    await open(FOLDER);
  });

  it('a doctor of a closed hospital opens nothing', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithEmergency);
    await registry.connect(who.registrar).suspend(who.hospital);
    await expect(registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE))
      .to.be.revertedWithCustomError(registry, 'NotA')
      .withArgs(Role.Doctor, who.doctor);
  });

  it('an opening leaves the grant the doctor has as it is', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who } = net;
    const before = await registry.grants(who.patient, who.doctor, FOLDER);
    await registry.connect(who.doctor).breakGlass(who.patient, FOLDER, NOTE);
    const after = await registry.grants(who.patient, who.doctor, FOLDER);
    expect(after.slice(0, 6)).to.deep.equal(before.slice(0, 6));
    expect(await may(net, Right.Read | Right.Write, TREAT, FOLDER)).to.equal(true);
    expect(await may(net, Right.Read, BTG, FOLDER)).to.equal(true);
    await registry
      .connect(who.doctor)
      .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient);
  });

  it('a grant leaves the opening as it is', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who, until } = net;
    await registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    await registry.connect(who.patient).grant([{ ...termsFor(who.doctor, until), folder: OPEN }], digest('receipt'));
    expect(await may(net, Right.Read, BTG)).to.equal(true);
  });

  it('the patient ends an opening by revoking', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who } = net;
    await registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    await registry.connect(who.patient).revoke(who.doctor, [OPEN]);
    expect(await may(net, Right.Read, BTG)).to.equal(false);
    expect((await registry.grants(who.patient, who.doctor, OPEN)).emergencyUntil).to.equal(await now());
  });

  it('the patient ends all openings of a folder by a rotation that voids grants, and by no other', async () => {
    const net = await networkHelpers.loadFixture(deployWithEmergency);
    const { registry, who } = net;
    await registry.connect(who.patient).rotate([OPEN], true, digest('keyring'));
    await registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    await registry.connect(who.patient).rotate([OPEN], false, digest('keyring'));
    expect(await may(net, Right.Read, BTG)).to.equal(true);
    await registry.connect(who.patient).rotate([OPEN], true, digest('keyring'));
    expect(await may(net, Right.Read, BTG)).to.equal(false);
  });

  it('does not move the end of an opening that ran out before', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithEmergency);
    await registry.connect(who.doctor).breakGlass(who.patient, OPEN, NOTE);
    const { emergencyUntil } = await registry.grants(who.patient, who.doctor, OPEN);
    await networkHelpers.time.increase(2 * DAY);
    await registry.connect(who.patient).revoke(who.doctor, [OPEN]);
    expect((await registry.grants(who.patient, who.doctor, OPEN)).emergencyUntil).to.equal(emergencyUntil);
  });

  it('brought by somebody else counts as the doctor’s, and is refused as theirs would be', async () => {
    const { registry, domain, who, until } = await networkHelpers.loadFixture(deployWithEmergency);
    const bring = async (by: Signer, folder: number, nonce = 0) => {
      const message = { signer: by.address, patient: who.patient.address, folder, note: NOTE, nonce, deadline: until };
      const signature = await by.signTypedData(domain, BREAK_GLASS_TYPES, message);
      return registry.connect(who.stranger).breakGlassFor(by, who.patient, folder, NOTE, 0, until, signature);
    };
    await expect(bring(who.doctor, OPEN)).to.emit(registry, 'EmergencyOpened');
    expect(await registry.may(who.doctor, who.patient, OPEN, Right.Read, BTG)).to.equal(true);
    expect(await registry.may(who.stranger, who.patient, OPEN, Right.Read, BTG)).to.equal(false);
    await expect(bring(who.doctor, OPEN + 1, 1))
      .to.be.revertedWithCustomError(registry, 'EmergencyForbidden')
      .withArgs(who.patient, OPEN + 1);
    await expect(bring(who.lab, OPEN)).to.be.revertedWithCustomError(registry, 'NotA').withArgs(Role.Doctor, who.lab);
    await registry.connect(who.registrar).suspend(who.hospital);
    await expect(bring(who.doctor, OPEN, 1)).to.be.revertedWithCustomError(registry, 'NotA');
  });

  it('allowing nothing is refused', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithEmergency);
    await expect(registry.connect(who.patient).allowEmergency([], true)).to.be.revertedWithCustomError(
      registry,
      'BadTerms',
    );
  });
});
