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
      expect(await registry.strikes(who.doctor)).to.deep.equal([1n, BigInt(await ethers.provider.getBlockNumber())]);
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
      registry.connect(who.doctor).addRecord({ folder: FOLDER, epoch: 0, cid: ID, commitment: ZeroHash }, who.patient),
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
    await patient.addRecord({ folder: FOLDER, epoch: 0, cid: ID, commitment: ZeroHash }, who.patient);
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
    /** Block that the request names; the newest unless said. */
    block?: Block;
    domain?: Net['domain'];
    /** Of what is brought, against what was signed. */
    change?: Partial<Reading>;
  }
  interface Block {
    readonly number: number;
    readonly hash: string;
  }
  type Reading = Parameters<Net['registry']['report']>[0];

  const newest = async (): Promise<Block> => {
    const { number, hash } = (await ethers.provider.getBlock('latest'))!;
    return { number, hash: hash! };
  };

  /** Brings what `by` (or another `signer`) signed. */
  async function report(net: Net, offence: Offence = {}) {
    const { by = net.who.doctor, folder = EMPTY, purpose = TREATMENT, domain = net.domain } = offence;
    const { number, hash } = offence.block ?? (await newest());
    const reading = {
      signer: by.address,
      patient: net.who.patient.address,
      folder,
      records: [ID, digest('another')],
      purpose,
      manager: net.who.manager.address,
      blockNumber: number,
      blockHash: hash,
      nonce: digest('nonce'),
    };
    const signature = await (offence.signer ?? by).signTypedData(domain, READ_TYPES, reading);
    return net.registry.connect(net.who.manager).report({ ...reading, ...offence.change }, signature);
  }
  const struck = async (net: Net, offence?: Offence) => {
    const by = offence?.by ?? net.who.doctor;
    await expect(report(net, offence)).to.emit(net.registry, 'Struck').withArgs(by, 1, 0);
  };
  const innocent = async (net: Net, offence?: Offence) => {
    await expect(report(net, offence)).to.be.revertedWithCustomError(net.registry, 'NoOffence');
    expect((await net.registry.strikes(offence?.by ?? net.who.doctor)).count).to.equal(0);
  };
  /** A block later, what changed before is known to whoever names the newest block. */
  const pass = () => networkHelpers.mine();

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
    await pass();
    await struck(net, { folder: FOLDER, purpose: OTHER_PURPOSE });
  });

  it('of reading under a grant to write only strikes', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const terms = { ...termsFor(net.who.doctor, net.until), rights: Right.Write };
    await net.registry.connect(net.who.patient).grant([terms], digest('receipt'));
    await pass();
    await struck(net, { folder: FOLDER });
  });

  it('of a request after the grant was revoked strikes', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await net.registry.connect(net.who.patient).revoke(net.who.doctor, [FOLDER]);
    await pass();
    await struck(net, { folder: FOLDER });
  });

  it('of a request within consent is no offence, also once that has ended in whatever way', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const before = await newest();
    await innocent(net, { folder: FOLDER });
    await net.registry.connect(net.who.patient).revoke(net.who.doctor, [FOLDER]);
    await innocent(net, { folder: FOLDER, block: before });
    const voided = await networkHelpers.loadFixture(deployWithGrant);
    await voided.registry.connect(voided.who.patient).rotate([FOLDER], true, digest('keyring'));
    await pass();
    await innocent(voided, { folder: FOLDER });
    const left = await networkHelpers.loadFixture(deployWithGrant);
    await left.registry.connect(left.who.hospital).remove(left.who.doctor);
    await left.registry.connect(left.who.hospital).enrol(left.who.doctor, Role.Pharmacist);
    await pass();
    await innocent(left, { folder: FOLDER });
  });

  it('is never of a clock: that a grant ran out is no offence', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const before = await newest();
    await networkHelpers.time.increaseTo(net.until + DAY);
    await innocent(net, { folder: FOLDER });
    await innocent(net, { folder: FOLDER, block: before });
  });

  it('of what was signed in the block of the revocation is no offence', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await net.registry.connect(net.who.patient).revoke(net.who.doctor, [FOLDER]);
    await innocent(net, { folder: FOLDER, block: await newest() });
  });

  it('of a block before the newest grant proves nothing', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await pass();
    const before = await newest();
    const narrower = { ...termsFor(net.who.doctor, net.until), purposes: OTHER_PURPOSE };
    await net.registry.connect(net.who.patient).grant([narrower], digest('receipt'));
    await innocent(net, { folder: FOLDER, block: before });
    await pass();
    await struck(net, { folder: FOLDER });
  });

  it('of an emergency purpose is no offence where there was an opening', async () => {
    const { BTG } = PURPOSE_BITS;
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await net.registry.connect(net.who.patient).allowEmergency([EMPTY], true);
    await net.registry.connect(net.who.doctor).breakGlass(net.who.patient, EMPTY, ID);
    await pass();
    await innocent(net, { purpose: BTG });
    await networkHelpers.time.increase(2 * DAY);
    await innocent(net, { purpose: BTG });
    await struck(net, { purpose: TREATMENT });
    const without = await networkHelpers.loadFixture(deployWithGrant);
    await struck(without, { purpose: BTG });
  });

  it('of the patient itself, or of no purpose, is no offence', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await innocent(net, { by: net.who.patient });
    await innocent(net, { purpose: 0 });
  });

  it('counts for 256 blocks, and for none that this chain does not have', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const block = await newest();
    await innocent(net, { block: { ...block, hash: digest('another chain’s') } });
    await innocent(net, { block: { ...block, hash: ZeroHash } });
    await innocent(net, { block: { number: block.number + 1, hash: ZeroHash } });
    await innocent(net, { block: { number: block.number - 1, hash: block.hash } });
    // What is brought is in the block after the newest, and sees as far as 256 blocks back.
    await networkHelpers.mineUpTo(block.number + 255);
    await struck(net, { block });
    const late = await networkHelpers.loadFixture(deployWithGrant);
    const old = await newest();
    await networkHelpers.mineUpTo(old.number + 256);
    await innocent(late, { block: old });
  });

  it('strikes once for one request, and for all that were signed before the strike', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const block = await newest();
    await struck(net, { block });
    for (const again of [{ block }, { block, folder: EMPTY + 1 }]) {
      await expect(report(net, again)).to.be.revertedWithCustomError(net.registry, 'NoOffence');
    }
    expect((await net.registry.strikes(net.who.doctor)).count).to.equal(1);
  });

  it('needs the offender’s own signature, for this contract and this chain, of all that is brought', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const address = await net.registry.getAddress();
    const bad: Offence[] = [
      { signer: net.who.manager },
      { domain: registryDomain(1, address) },
      { domain: registryDomain(CHAIN_ID, net.who.stranger.address) },
      { change: { patient: net.who.stranger.address } },
      { change: { folder: EMPTY + 1 } },
      { change: { records: [ID] } },
      { change: { purpose: OTHER_PURPOSE } },
      { change: { manager: net.who.stranger.address } },
      { change: { nonce: digest('another') } },
    ];
    for (const offence of bad) {
      await expect(report(net, offence)).to.be.revertedWithCustomError(net.registry, 'BadSignature');
    }
    expect((await net.registry.strikes(net.who.doctor)).count).to.equal(0);
  });

  it('of one who is no member is refused', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    await expect(report(net, { by: net.who.stranger })).to.be.revertedWithCustomError(net.registry, 'NotActive');
  });

  it('takes the signature of a contract wallet', async () => {
    const net = await networkHelpers.loadFixture(deployWithGrant);
    const { registry, who, fresh } = net;
    const wallet = await (await ethers.deployContract('Wallet', [fresh.other.address])).getAddress();
    await registry.connect(who.hospital).enrol(wallet, Role.Doctor);
    const by = Object.assign(Object.create(fresh.other) as Signer, { address: wallet });
    await expect(report(net, { by, signer: fresh.other }))
      .to.emit(registry, 'Struck')
      .withArgs(wallet, 1, 0);
  });
});

describe('The head of a manager’s log', () => {
  it('is set down by an active manager alone', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const anchor = (by: Signer) => registry.connect(by).anchorLog(42, digest('root'));
    await expect(anchor(who.manager)).to.emit(registry, 'LogAnchored').withArgs(who.manager, 42, digest('root'));
    for (const other of [who.hospital, who.registrar, who.owner, who.doctor, who.stranger]) {
      await expect(anchor(other)).to.be.revertedWithCustomError(registry, 'NotA');
    }
    await registry.connect(who.registrar).suspend(who.manager);
    await expect(anchor(who.manager)).to.be.revertedWithCustomError(registry, 'NotA');
  });
});
