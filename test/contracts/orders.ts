import { expect } from 'chai';
import { AbiCoder, keccak256, ZeroAddress, ZeroHash } from 'ethers';
import { describe, it } from 'mocha';

import { Right } from '../../extension/core/registry/abi.ts';
import { DAY, deploy, digest, FOLDER, networkHelpers, now, termsFor, type Network } from './fixture.ts';

const PRESCRIPTION = 1;
const TEST = 2;
const COMMITMENT = digest('sealed MedicationRequest');
const RESULT = digest('sealed result');

/** As `deploy`, and doctor, pharmacist and lab have what their work needs of the patient's folder. */
async function deployCare() {
  const net = await deploy();
  const { registry, who } = net;
  const until = (await now()) + DAY;
  const terms = [
    { ...termsFor(who.doctor, until), rights: Right.Read | Right.Write },
    { ...termsFor(who.pharmacist, until), rights: Right.Read | Right.Dispense },
    { ...termsFor(who.lab, until), rights: Right.Read | Right.Write },
  ];
  await registry.connect(who.patient).grant(terms, digest('receipt'));
  return { ...net, until };
}
type Net = Awaited<ReturnType<typeof deployCare>>;

const idOf = ({ who }: Network, commitment = COMMITMENT, folder = FOLDER) =>
  keccak256(
    AbiCoder.defaultAbiCoder().encode(
      ['address', 'address', 'uint48', 'bytes32'],
      [who.patient.address, who.doctor.address, folder, commitment],
    ),
  );
const prescribe = ({ orders, who, until }: Net, fills = 2, replaces = ZeroHash, commitment = COMMITMENT) =>
  orders.connect(who.doctor).prescribe(who.patient, FOLDER, commitment, until, fills, replaces);
const dispense = ({ orders, who }: Net, folder = FOLDER, commitment = COMMITMENT) =>
  orders.connect(who.pharmacist).dispense(who.patient, who.doctor, folder, commitment, RESULT);
const orderTest = ({ orders, who, until }: Net, replaces = ZeroHash, commitment = COMMITMENT) =>
  orders.connect(who.doctor).orderTest(who.patient, FOLDER, commitment, until, replaces);
const reportTest = ({ orders, who }: Net, commitment = COMMITMENT) =>
  orders.connect(who.lab).reportTest(who.patient, who.doctor, FOLDER, commitment, RESULT);

describe('A prescription', () => {
  it('is a log and a slot under an id that anyone can compute', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who, until } = net;
    expect(await orders.orderId(who.patient, who.doctor, FOLDER, COMMITMENT)).to.equal(idOf(net));
    await expect(prescribe(net))
      .to.emit(orders, 'Ordered')
      .withArgs(idOf(net), who.patient, who.doctor, PRESCRIPTION, FOLDER, until, 2, COMMITMENT);
    expect(await orders.orders(idOf(net))).to.deep.equal([1n, who.doctor.address, BigInt(until), 2n]);
  });

  it('is filled as often as it says, once at a time', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await prescribe(net);
    for (const left of [1, 0]) {
      await expect(dispense(net))
        .to.emit(orders, 'Fulfilled')
        .withArgs(idOf(net), who.patient, who.pharmacist, left, RESULT);
    }
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen').withArgs(idOf(net));
  });

  it('is filled until its end, and not at it', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, registry, who, until } = net;
    await prescribe(net);
    const longer = { ...termsFor(who.pharmacist, until + DAY), rights: Right.Dispense };
    await registry.connect(who.patient).grant([longer], digest('receipt'));
    await networkHelpers.time.setNextBlockTimestamp(until - 1);
    await dispense(net);
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
  });

  it('is filled with DISPENSE on its own folder only', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, registry, who, until } = net;
    await prescribe(net);
    await registry.connect(who.patient).revoke(who.pharmacist, [FOLDER]);
    const elsewhere = { ...termsFor(who.pharmacist, until), folder: FOLDER + 1, rights: Right.Dispense };
    await registry.connect(who.patient).grant([elsewhere], digest('receipt'));
    await expect(dispense(net))
      .to.be.revertedWithCustomError(orders, 'NoConsent')
      .withArgs(who.patient, who.pharmacist);
    await expect(dispense(net, FOLDER + 1)).to.be.revertedWithCustomError(orders, 'NotOpen');
    const reading = { ...termsFor(who.pharmacist, until), rights: Right.Read | Right.Write };
    await registry.connect(who.patient).grant([reading], digest('receipt'));
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NoConsent');
  });

  it('is not written without WRITE, nor by a doctor who is not active', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, registry, who } = net;
    await registry.connect(who.hospital).suspend(who.doctor);
    await expect(prescribe(net)).to.be.revertedWithCustomError(orders, 'NoConsent').withArgs(who.patient, who.doctor);
    await registry.connect(who.hospital).restore(who.doctor);
    await registry.connect(who.patient).revoke(who.doctor, [FOLDER]);
    await expect(prescribe(net)).to.be.revertedWithCustomError(orders, 'NoConsent');
  });

  it('outlives the membership of its doctor', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    await prescribe(net);
    await net.registry.connect(net.who.hospital).remove(net.who.doctor);
    await expect(dispense(net)).to.emit(net.orders, 'Fulfilled');
  });

  it('without fills, with an end that has come, or written twice is refused', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await expect(prescribe(net, 0)).to.be.revertedWithCustomError(orders, 'BadOrder');
    const time = (await now()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await expect(
      orders.connect(who.doctor).prescribe(who.patient, FOLDER, COMMITMENT, time, 1, ZeroHash),
    ).to.be.revertedWithCustomError(orders, 'BadOrder');
    await prescribe(net);
    await expect(prescribe(net)).to.be.revertedWithCustomError(orders, 'BadOrder');
    await expect(orderTest(net)).to.be.revertedWithCustomError(orders, 'BadOrder');
  });
});

describe('A test order', () => {
  it('is answered by a lab, once', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who, until } = net;
    await expect(orderTest(net))
      .to.emit(orders, 'Ordered')
      .withArgs(idOf(net), who.patient, who.doctor, TEST, FOLDER, until, 1, COMMITMENT);
    await expect(reportTest(net)).to.emit(orders, 'Fulfilled').withArgs(idOf(net), who.patient, who.lab, 0, RESULT);
    await expect(reportTest(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
  });

  it('is needed for a report, and is not a prescription', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    await expect(reportTest(net)).to.be.revertedWithCustomError(net.orders, 'NotOpen');
    await prescribe(net);
    await expect(reportTest(net)).to.be.revertedWithCustomError(net.orders, 'NotOpen');
    await orderTest(net, ZeroHash, RESULT);
    await expect(dispense(net, FOLDER, RESULT)).to.be.revertedWithCustomError(net.orders, 'NotOpen');
  });

  it('is not answered without WRITE', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    await orderTest(net);
    await net.registry.connect(net.who.patient).revoke(net.who.lab, [FOLDER]);
    await expect(reportTest(net))
      .to.be.revertedWithCustomError(net.orders, 'NoConsent')
      .withArgs(net.who.patient, net.who.lab);
  });
});

describe('Taking an order back', () => {
  it('ends what is left of it', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await prescribe(net);
    await dispense(net);
    await expect(orders.connect(who.doctor).cancel(idOf(net)))
      .to.emit(orders, 'Cancelled')
      .withArgs(idOf(net), ZeroHash);
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
  });

  it('is for its doctor, and once', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await prescribe(net);
    await expect(orders.connect(who.lab).cancel(idOf(net))).to.be.revertedWithCustomError(orders, 'NotOpen');
    await orders.connect(who.doctor).cancel(idOf(net));
    await expect(orders.connect(who.doctor).cancel(idOf(net)))
      .to.be.revertedWithCustomError(orders, 'NotOpen')
      .withArgs(idOf(net));
  });

  it('and putting another in its place is one act', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders } = net;
    await prescribe(net);
    const next = digest('a lower dose');
    await expect(prescribe(net, 1, idOf(net), next))
      .to.emit(orders, 'Cancelled')
      .withArgs(idOf(net), idOf(net, next));
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
    await dispense(net, FOLDER, next);
    const test = digest('a test instead');
    await expect(orderTest(net, idOf(net, next), test)).to.be.revertedWithCustomError(orders, 'NotOpen');
    await orderTest(net, ZeroHash, test);
    await expect(orderTest(net, idOf(net, test), RESULT)).to.emit(orders, 'Cancelled');
  });

  it('of an order there is not is refused', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    await expect(net.orders.connect(net.who.doctor).cancel(RESULT)).to.be.revertedWithCustomError(
      net.orders,
      'NotOpen',
    );
    expect(await net.orders.orders(RESULT)).to.deep.equal([0n, ZeroAddress, 0n, 0n]);
  });
});
