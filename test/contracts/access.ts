import { expect } from 'chai';
import { ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { PURPOSE_BITS } from '../../extension/core/consent/purposes.ts';
import { Right, Role } from '../../extension/core/registry/abi.ts';
import { registryDomain, READ_TYPES } from '../../extension/core/registry/typed-data.ts';
import {
  CHAIN_ID,
  DAY,
  deployWithGrant,
  digest,
  ethers,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  TREATMENT,
  type Signer,
} from './fixture.ts';

type Net = Awaited<ReturnType<typeof deployWithGrant>>;
const HOUR = 3600;
const OTHER_PURPOSE = 2;
const ID = digest('record');
const EMPTY = FOLDER + 1;

const refusedAccess = ({ registry, who }: Net) =>
  registry.connect(who.doctor).access(who.patient, EMPTY, ID, TREATMENT);

describe('An access', () => {
  it('within consent is logged', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const doctor = registry.connect(who.doctor);
    expect(await doctor.access.staticCall(who.patient, FOLDER, ID, TREATMENT)).to.equal(true);
    const access = doctor.access(who.patient, FOLDER, ID, TREATMENT);
    await expect(access).to.emit(registry, 'Accessed').withArgs(who.doctor, who.patient, FOLDER, ID, TREATMENT, true);
    await expect(access).not.to.emit(registry, 'Struck');
  });

  const REFUSED: [string, number, number][] = [
    ['of a folder without a grant', EMPTY, TREATMENT],
    ['for a purpose without a grant', FOLDER, OTHER_PURPOSE],
    ['for no purpose', FOLDER, 0],
  ];
  for (const [what, folder, purpose] of REFUSED) {
    it(`${what} is logged as refused, and counted, without a revert`, async () => {
      const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
      const access = registry.connect(who.doctor).access(who.patient, folder, ID, purpose);
      await expect(access).to.emit(registry, 'Accessed').withArgs(who.doctor, who.patient, folder, ID, purpose, false);
      await expect(access).to.emit(registry, 'Struck').withArgs(who.doctor, 1, 0);
      expect(await registry.strikes(who.doctor)).to.deep.equal([1n, BigInt(await now())]);
    });
  }

  it('of one’s own folder is never an offence', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const access = registry.connect(who.patient).access(who.patient, EMPTY, ID, 0);
    await expect(access).to.emit(registry, 'Accessed').withArgs(who.patient, who.patient, EMPTY, ID, 0, true);
  });
});

describe('Strikes', () => {
  it('warn twice, then lock for an hour, and twice as long each time up to a cap', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    for (let count = 1; count <= 18; count++) {
      const time = (await now()) + 10;
      await networkHelpers.time.setNextBlockTimestamp(time);
      const lock = count <= 2 ? 0 : time + HOUR * 2 ** Math.min(count - 3, 12);
      await expect(refusedAccess(net)).to.emit(registry, 'Struck').withArgs(who.doctor, count, lock);
      expect((await registry.member(who.doctor)).lockedUntil).to.equal(lock);
      if (lock === 0) continue;
      expect(await registry.isActive(who.doctor)).to.equal(false);
      await networkHelpers.time.setNextBlockTimestamp(lock - 1);
      await expect(refusedAccess(net)).to.be.revertedWithCustomError(registry, 'NotActive');
      await networkHelpers.time.setNextBlockTimestamp(lock);
      await networkHelpers.mine();
      expect(await registry.isActive(who.doctor)).to.equal(true);
    }
  });

  it('stop counting at 255, and still lock', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who } = net;
    for (let count = 0; count < 256; count++) {
      await refusedAccess(net);
      const { lockedUntil } = await registry.member(who.doctor);
      if (lockedUntil > (await now())) await networkHelpers.time.increaseTo(lockedUntil);
    }
    await expect(refusedAccess(net)).to.emit(registry, 'Struck');
    expect((await registry.strikes(who.doctor)).count).to.equal(255);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });

  async function deployLocked() {
    const net = await deployWithGrant();
    for (let strike = 0; strike < 3; strike++) await refusedAccess(net);
    return net;
  }

  it('put consent to sleep while they lock', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployLocked);
    expect(await registry.may(who.doctor, who.patient, FOLDER, Right.Read, TREATMENT)).to.equal(false);
    await expect(
      registry.connect(who.doctor).addRecord({ folder: FOLDER, cid: ID, commitment: ZeroHash }, who.patient),
    ).to.be.revertedWithCustomError(registry, 'NotActive');
  });

  it('are not laundered by removal and a new enrolment', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployLocked);
    const { lockedUntil } = await registry.member(who.doctor);
    await registry.connect(who.hospital).remove(who.doctor);
    await registry.connect(who.hospital).enrol(who.doctor, Role.Pharmacist);
    expect((await registry.strikes(who.doctor)).count).to.equal(3);
    expect((await registry.member(who.doctor)).lockedUntil).to.equal(lockedUntil);
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });

  it('are cleared by the owner, with a log', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployLocked);
    await expect(registry.connect(who.owner).clearStrikes(who.doctor))
      .to.emit(registry, 'StrikesCleared')
      .withArgs(who.doctor);
    expect(await registry.strikes(who.doctor)).to.deep.equal([0n, 0n]);
    expect(await registry.isActive(who.doctor)).to.equal(true);
  });

  it('of a patient who reads do not keep it from its own folders', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const patient = registry.connect(who.patient);
    for (let strike = 0; strike < 3; strike++) await patient.access(who.stranger, 1, ID, TREATMENT);
    expect(await registry.isActive(who.patient)).to.equal(false);
    await patient.addRecord({ folder: FOLDER, cid: ID, commitment: ZeroHash }, who.patient);
    await patient.grant([termsFor(who.lab, until)], digest('receipt'));
    await patient.revoke(who.doctor, [FOLDER]);
  });

  it('of a hospital lock its staff', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    for (let strike = 0; strike < 3; strike++) {
      await registry.connect(who.hospital).access(who.patient, FOLDER, ID, TREATMENT);
    }
    expect(await registry.isActive(who.doctor)).to.equal(false);
  });
});

describe('A report', () => {
  interface Offence {
    by?: Signer;
    signer?: Signer;
    folder?: number;
    purpose?: number;
    at?: number;
    domain?: Net['domain'];
  }

  /** Brings what `by` (or another `signer`) signed; `at` is now unless said. */
  async function report(net: Net, offence: Offence = {}) {
    const { by = net.who.doctor, folder = EMPTY, purpose = TREATMENT, domain = net.domain } = offence;
    const at = offence.at ?? (await now());
    const message = { signer: by.address, patient: net.who.patient.address, folder, purpose, at };
    const signature = await (offence.signer ?? by).signTypedData(domain, READ_TYPES, message);
    return net.registry.connect(net.who.manager).report(by, net.who.patient, folder, purpose, at, signature);
  }
  const struck = async (net: Net, offence?: Offence) => {
    const { doctor } = net.who;
    const by = offence?.by ?? doctor;
    await expect(report(net, offence)).to.emit(net.registry, 'Struck').withArgs(by, 1, 0);
  };
  const innocent = async (net: Net, offence?: Offence) => {
    await expect(report(net, offence)).to.be.revertedWithCustomError(net.registry, 'NoOffence');
    expect((await net.registry.strikes(offence?.by ?? net.who.doctor)).count).to.equal(0);
  };

  it('of a request without any grant strikes and is logged', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const sent = report(net);
    await expect(sent)
      .to.emit(net.registry, 'Accessed')
      .withArgs(net.who.doctor, net.who.patient, EMPTY, ZeroHash, TREATMENT, false);
    await expect(sent).to.emit(net.registry, 'Struck').withArgs(net.who.doctor, 1, 0);
  });

  it('of a wrong purpose under a live grant strikes', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await struck(net, { folder: FOLDER, purpose: OTHER_PURPOSE });
  });

  it('of reading under a grant to write only strikes', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const terms = { ...termsFor(net.who.doctor, net.until), rights: Right.Write };
    await net.registry.connect(net.who.patient).grant([terms], digest('receipt'));
    await struck(net, { folder: FOLDER });
  });

  it('of a request after the grant ran out, or was revoked, strikes', async () => {
    const late = await networkHelpers.loadFixture(deployWithGrant);
    await networkHelpers.time.increaseTo(late.until);
    await struck(late, { folder: FOLDER });
    const revoked = await networkHelpers.loadFixture(deployWithGrant);
    await revoked.registry.connect(revoked.who.patient).revoke(revoked.who.doctor, [FOLDER]);
    await struck(revoked, { folder: FOLDER });
  });

  it('of a request within consent is no offence, also once that has ended', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const at = await now();
    await innocent(net, { folder: FOLDER });
    await net.registry.connect(net.who.patient).revoke(net.who.doctor, [FOLDER]);
    await innocent(net, { folder: FOLDER, at });
    const voided = await networkHelpers.loadFixture(deployWithGrant);
    await voided.registry.connect(voided.who.patient).rotate([FOLDER], true, digest('keyring'));
    await innocent(voided, { folder: FOLDER });
  });

  it('of a time before the newest grant began proves nothing', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const at = await now();
    await networkHelpers.time.increase(60);
    const narrower = { ...termsFor(net.who.doctor, net.until), purposes: OTHER_PURPOSE };
    await net.registry.connect(net.who.patient).grant([narrower], digest('receipt'));
    await innocent(net, { folder: FOLDER, at });
    await struck(net, { folder: FOLDER });
  });

  it('of an emergency opening is no offence, for its purpose and its time', async () => {
    const { BTG } = PURPOSE_BITS;
    const deployOpened = async () => {
      const net = await networkHelpers.loadFixture(deployWithGrant);
      await net.registry.connect(net.who.patient).allowEmergency([EMPTY], true);
      const opened = (await now()) + 60;
      await networkHelpers.time.setNextBlockTimestamp(opened);
      await net.registry.connect(net.who.doctor).breakGlass(net.who.patient, EMPTY, ID);
      return { net, opened };
    };
    const { net, opened } = await deployOpened();
    await innocent(net, { purpose: BTG, at: opened });
    await networkHelpers.time.increaseTo(opened + DAY - 10);
    await innocent(net, { purpose: BTG, at: opened });
    await networkHelpers.time.increaseTo(opened + DAY + 60);
    await innocent(net, { purpose: BTG, at: opened + DAY - 1 });
    await struck(net, { purpose: BTG, at: opened + DAY });

    const early = await deployOpened();
    await struck(early.net, { purpose: BTG, at: early.opened - 1 });
    const other = await deployOpened();
    await struck(other.net, { purpose: TREATMENT, at: other.opened });
  });

  it('of the patient itself, or of no purpose, is no offence', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await innocent(net, { by: net.who.patient });
    await innocent(net, { purpose: 0 });
  });

  it('counts for a day, and not for the future', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await networkHelpers.time.increase(2 * DAY);
    const time = (await now()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await innocent(net, { at: time - DAY - 1 });
    await networkHelpers.time.setNextBlockTimestamp(time + 10);
    await innocent(net, { at: time + 11 });
    await networkHelpers.time.setNextBlockTimestamp(time + 20);
    await struck(net, { at: time + 20 - DAY });
  });

  it('strikes once for one request', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const at = await now();
    await struck(net, { at });
    await expect(report(net, { at })).to.be.revertedWithCustomError(net.registry, 'NoOffence');
    expect((await net.registry.strikes(net.who.doctor)).count).to.equal(1);
  });

  it('needs the offender’s own signature, for this contract and this chain', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const address = await net.registry.getAddress();
    const bad: Offence[] = [
      { signer: net.who.manager },
      { domain: registryDomain(1, address) },
      { domain: registryDomain(CHAIN_ID, net.who.stranger.address) },
    ];
    for (const offence of bad) {
      await expect(report(net, offence)).to.be.revertedWithCustomError(net.registry, 'BadSignature');
    }
    const at = await now();
    const empty = net.registry.report(net.who.doctor, net.who.patient, EMPTY, TREATMENT, at, '0x');
    await expect(empty).to.be.revertedWithCustomError(net.registry, 'BadSignature');
    expect((await net.registry.strikes(net.who.doctor)).count).to.equal(0);
  });

  it('of one who is no member is refused', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await expect(report(net, { by: net.who.stranger })).to.be.revertedWithCustomError(net.registry, 'NotActive');
  });

  it('takes the signature of a contract wallet', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who, fresh, domain } = net;
    const wallet = await (await ethers.deployContract('Wallet', [fresh.other.address])).getAddress();
    await registry.connect(who.hospital).enrol(wallet, Role.Doctor);
    const at = await now();
    const message = { signer: wallet, patient: who.patient.address, folder: EMPTY, purpose: TREATMENT, at };
    const signature = await fresh.other.signTypedData(domain, READ_TYPES, message);
    await expect(registry.report(wallet, who.patient, EMPTY, TREATMENT, at, signature))
      .to.emit(registry, 'Struck')
      .withArgs(wallet, 1, 0);
  });
});
