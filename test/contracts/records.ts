import { expect } from 'chai';
import { AbiCoder, dataSlice, keccak256, ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { Right } from '../../extension/core/registry/abi.ts';
import { ADD_RECORDS_TYPES } from '../../extension/core/registry/typed-data.ts';
import { deploy, deployWithGrant, digest, FOLDER, networkHelpers, termsFor, type Network } from './fixture.ts';

const coder = AbiCoder.defaultAbiCoder();
const EMPTY_HEAD = `0x${'00'.repeat(20)}`;

/** What a wallet does with the logs it was given: rebuild the head. */
const headOf = (ids: string[]): string =>
  ids.reduce((head, id) => dataSlice(keccak256(coder.encode(['bytes20', 'bytes32'], [head, id])), 0, 20), EMPTY_HEAD);

const logsOf = ({ registry, who }: Network) =>
  registry.queryFilter(registry.filters.RecordAdded(undefined, who.patient.address));

/** Three records by two authors, each in a block of its own. */
async function deployWithRecords() {
  const net = await deployWithGrant();
  const { registry, who } = net;
  await registry
    .connect(who.doctor)
    .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid 1'), commitment: digest('commitment 1') }, who.patient);
  await registry
    .connect(who.patient)
    .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid 2'), commitment: digest('commitment 2') }, who.patient);
  await registry
    .connect(who.doctor)
    .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid 3'), commitment: digest('commitment 3') }, who.patient);
  return net;
}

describe('A record', () => {
  it('is a log under an id that anyone can compute', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    const fields = [who.patient.address, who.doctor.address, FOLDER, digest('cid'), digest('commitment')] as const;
    const id = keccak256(coder.encode(['address', 'address', 'uint48', 'bytes32', 'bytes32'], fields));
    expect(await registry.recordId(...fields)).to.equal(id);
    const add = registry.connect(who.doctor).addRecord;
    const args = [
      { folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: digest('commitment') },
      who.patient,
    ] as const;
    expect(await add.staticCall(...args)).to.equal(id);
    await expect(add(...args))
      .to.emit(registry, 'RecordAdded')
      .withArgs(id, who.patient, who.doctor, FOLDER, 0, digest('cid'), digest('commitment'));
  });

  it('lands in the epoch that it was sealed for, and in no other', async () => {
    const { registry, who, domain, until } = await networkHelpers.loadFixture(deployWithGrant);
    const doctor = registry.connect(who.doctor);
    const sealed = (epoch: number) => ({ folder: FOLDER, epoch, cid: digest('cid'), commitment: ZeroHash });
    // Sealed and signed before the patient began a new epoch, brought after it.
    const message = {
      signer: who.doctor.address,
      patient: who.patient.address,
      entries: [sealed(0)],
      nonce: 0,
      deadline: until,
    };
    const signature = await who.doctor.signTypedData(domain, ADD_RECORDS_TYPES, message);
    await registry.connect(who.patient).rotate([FOLDER], false, digest('keyring'));
    for (const late of [
      () => doctor.addRecord(sealed(0), who.patient),
      () => registry.addRecordsFor(who.doctor, who.patient, [sealed(0)], 0, until, signature),
      () => doctor.addRecord(sealed(2), who.patient),
      () => registry.connect(who.patient).addRecord(sealed(0), who.patient),
    ]) {
      await expect(late()).to.be.revertedWithCustomError(registry, 'StaleEpoch').withArgs(who.patient, FOLDER, 1);
    }
    await doctor.addRecord(sealed(1), who.patient);
    const [log] = await registry.queryFilter(registry.filters.RecordAdded());
    expect(log?.args.epoch).to.equal(1);
  });

  it('is not added with a grant of every right but to write', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    const terms = { ...termsFor(who.doctor, until), rights: Right.Read | Right.Dispense };
    await registry.connect(who.patient).grant([terms], digest('receipt'));
    await expect(
      registry
        .connect(who.doctor)
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient),
    ).to.be.revertedWithCustomError(registry, 'NoConsent');
  });

  it('is not added once the grant ended', async () => {
    const { registry, who, until } = await networkHelpers.loadFixture(deployWithGrant);
    await networkHelpers.time.increaseTo(until);
    await expect(
      registry
        .connect(who.doctor)
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient),
    )
      .to.be.revertedWithCustomError(registry, 'NoConsent')
      .withArgs(who.patient, who.doctor);
  });

  it('is not added with a grant that a rotation voided', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithGrant);
    await registry.connect(who.patient).rotate([FOLDER], true, digest('keyring'));
    await expect(
      registry
        .connect(who.doctor)
        .addRecord({ folder: FOLDER, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient),
    ).to.be.revertedWithCustomError(registry, 'NoConsent');
  });
});

describe('A record that its patient withdraws', () => {
  it('is a log in the name of whoever calls, and changes no head', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithRecords);
    const before = await registry.folders(who.patient, FOLDER);
    const ids = [digest('one'), digest('another')];
    const withdrawn = registry.connect(who.patient).withdrawRecords(ids);
    for (const id of ids) await expect(withdrawn).to.emit(registry, 'RecordWithdrawn').withArgs(who.patient, id);
    expect(await registry.folders(who.patient, FOLDER)).to.deep.equal(before);
    // Nobody says it in the name of another.
    await registry.connect(who.doctor).withdrawRecords(ids);
    const logs = await registry.queryFilter(registry.filters.RecordWithdrawn(who.patient.address));
    expect(logs).to.have.length(2);
  });

  it('is at least one', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deploy);
    const withdrawn = registry.connect(who.patient).withdrawRecords([]);
    await expect(withdrawn).to.be.revertedWithCustomError(registry, 'BadTerms');
  });

  it('is withdrawn by who left the network, too', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithRecords);
    await registry.connect(who.patient).remove(who.patient);
    await expect(registry.connect(who.patient).withdrawRecords([digest('one')])).to.emit(registry, 'RecordWithdrawn');
  });
});

describe('The head of a folder', () => {
  it('is the chain of the ids of all its records', async () => {
    const net = await networkHelpers.loadFixture(deployWithRecords);
    const ids = (await logsOf(net)).map((log) => log.args.id);
    const folder = await net.registry.folders(net.who.patient, FOLDER);
    expect(headOf(ids)).to.equal(folder.head);
    expect(folder.count).to.equal(3);
    expect(await net.registry.nextHead(headOf(ids.slice(0, 2)), ids[2]!)).to.equal(folder.head);
  });

  for (const withheld of [0, 1, 2]) {
    it(`gives away that log ${withheld + 1} of 3 was withheld`, async () => {
      const net = await networkHelpers.loadFixture(deployWithRecords);
      const ids = (await logsOf(net)).map((log) => log.args.id).filter((_, index) => index !== withheld);
      expect(headOf(ids)).not.to.equal((await net.registry.folders(net.who.patient, FOLDER)).head);
    });
  }

  it('gives away that logs were reordered', async () => {
    const net = await networkHelpers.loadFixture(deployWithRecords);
    const ids = (await logsOf(net)).map((log) => log.args.id).reverse();
    expect(headOf(ids)).not.to.equal((await net.registry.folders(net.who.patient, FOLDER)).head);
  });

  it('of one folder is not touched by another', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithRecords);
    const before = await registry.folders(who.patient, FOLDER);
    await registry
      .connect(who.patient)
      .addRecord({ folder: FOLDER + 1, epoch: 0, cid: digest('cid'), commitment: ZeroHash }, who.patient);
    expect(await registry.folders(who.patient, FOLDER)).to.deep.equal(before);
  });

  it('outlives a rotation', async () => {
    const { registry, who } = await networkHelpers.loadFixture(deployWithRecords);
    const before = await registry.folders(who.patient, FOLDER);
    await registry.connect(who.patient).rotate([FOLDER], true, digest('keyring'));
    const after = await registry.folders(who.patient, FOLDER);
    expect([after.head, after.count]).to.deep.equal([before.head, before.count]);
  });
});
