import { expect } from 'chai';
import { AbiCoder, keccak256, ZeroAddress, ZeroHash, type TypedDataField } from 'ethers';
import { describe, it } from 'mocha';

import { Right } from '../../extension/core/registry/abi.ts';
import {
  CANCEL_ORDER_TYPES,
  FULFIL_TYPES,
  ORDER_TYPES,
  PLACE_ORDER_TYPES,
} from '../../extension/core/registry/typed-data.ts';
import {
  DAY,
  DEADLINE,
  deploy,
  digest,
  FOLDER,
  networkHelpers,
  now,
  termsFor,
  type Network,
  type Who,
} from './fixture.ts';

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
const cancel = ({ orders, who }: Net, by: Who = 'doctor') =>
  orders.connect(who[by]).cancel(who.patient, FOLDER, COMMITMENT);
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
    await expect(cancel(net)).to.emit(orders, 'Cancelled').withArgs(idOf(net), who.patient, ZeroHash);
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
  });

  it('is for its doctor, and once', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders } = net;
    await prescribe(net);
    await expect(cancel(net, 'lab')).to.be.revertedWithCustomError(orders, 'NotOpen');
    await cancel(net);
    await expect(cancel(net)).to.be.revertedWithCustomError(orders, 'NotOpen').withArgs(idOf(net));
  });

  it('and putting another in its place is one act', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders } = net;
    await prescribe(net);
    const next = digest('a lower dose');
    await expect(prescribe(net, 1, COMMITMENT, next))
      .to.emit(orders, 'Cancelled')
      .withArgs(idOf(net), net.who.patient, idOf(net, next));
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NotOpen');
    await dispense(net, FOLDER, next);
    const test = digest('a test instead');
    await expect(orderTest(net, next, test)).to.be.revertedWithCustomError(orders, 'NotOpen');
    await orderTest(net, ZeroHash, test);
    await expect(orderTest(net, test, RESULT)).to.emit(orders, 'Cancelled');
  });

  it('of an order there is not is refused', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    await expect(
      net.orders.connect(net.who.doctor).cancel(net.who.patient, FOLDER, RESULT),
    ).to.be.revertedWithCustomError(net.orders, 'NotOpen');
    expect(await net.orders.orders(RESULT)).to.deep.equal([0n, ZeroAddress, 0n, 0n]);
  });
});

describe('Placing a prescription', () => {
  const WHERE = FOLDER + 1;
  const place = ({ orders, who }: Net, where: number) =>
    orders.connect(who.patient).place(who.doctor, FOLDER, COMMITMENT, where);
  const letFill = async ({ registry, who, until }: Net, folder: number) => {
    const terms = { ...termsFor(who.pharmacist, until), folder, rights: Right.Dispense };
    await registry.connect(who.patient).grant([terms], digest('receipt'));
  };

  it('has it filled by the consent to that folder, and not to its own', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await prescribe(net);
    await expect(place(net, WHERE)).to.emit(orders, 'Placed').withArgs(idOf(net), who.patient, WHERE);
    expect(await orders.placedIn(idOf(net))).to.equal(WHERE);
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NoConsent');
    await letFill(net, WHERE);
    await expect(dispense(net)).to.emit(orders, 'Fulfilled');
  });

  it('lets nobody fill another of the same folder', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, registry, who } = net;
    await registry.connect(who.patient).revoke(who.pharmacist, [FOLDER]);
    const other = digest('another MedicationRequest');
    await prescribe(net);
    await prescribe(net, 1, ZeroHash, other);
    await place(net, WHERE);
    await letFill(net, WHERE);
    await expect(dispense(net, FOLDER, other)).to.be.revertedWithCustomError(orders, 'NoConsent');
    await dispense(net);
  });

  it('may come before it, change, and be taken back', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders } = net;
    await place(net, WHERE);
    await prescribe(net);
    await expect(dispense(net)).to.be.revertedWithCustomError(orders, 'NoConsent');
    await place(net, WHERE + 1);
    await letFill(net, WHERE + 1);
    await dispense(net);
    await place(net, 0);
    await dispense(net);
  });

  it('is for its patient: of anybody else it is another order', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who } = net;
    await prescribe(net);
    for (const by of ['doctor', 'pharmacist', 'stranger'] as const) {
      await orders.connect(who[by]).place(who.doctor, FOLDER, COMMITMENT, WHERE);
    }
    expect(await orders.placedIn(idOf(net))).to.equal(0n);
    await dispense(net);
  });

  it('says for a test who may answer it', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, registry, who, until } = net;
    await orderTest(net);
    await place(net, WHERE);
    await expect(reportTest(net)).to.be.revertedWithCustomError(orders, 'NoConsent');
    await registry.connect(who.patient).grant([{ ...termsFor(who.lab, until), folder: WHERE }], digest('receipt'));
    await expect(reportTest(net)).to.emit(orders, 'Fulfilled');
  });
});

/** One of the `...For` calls. */
interface SignedAct {
  readonly name: string;
  readonly signer: Who;
  readonly types: Record<string, TypedDataField[]>;
  readonly prepare?: (net: Net) => Promise<unknown>;
  readonly message: (net: Net) => Record<string, unknown>;
  readonly bring: (net: Net, as: string, deadline: number, signature: string) => Promise<unknown>;
  readonly event: string;
}
const draftOf = ({ who, until }: Net) => ({
  patient: who.patient.address,
  folder: FOLDER,
  commitment: COMMITMENT,
  until,
  times: 2,
  replaces: ZeroHash,
});
const resultOf = ({ who }: Net) => ({
  patient: who.patient.address,
  doctor: who.doctor.address,
  folder: FOLDER,
  commitment: COMMITMENT,
  result: RESULT,
});
const anyone = ({ orders, who }: Net) => orders.connect(who.stranger);

const SIGNED: readonly SignedAct[] = [
  {
    name: 'orderFor',
    signer: 'doctor',
    types: ORDER_TYPES,
    message: (net) => ({ kind: PRESCRIPTION, ...draftOf(net) }),
    bring: (net, as, deadline, signature) =>
      anyone(net).orderFor(as, PRESCRIPTION, draftOf(net), 7, deadline, signature),
    event: 'Ordered',
  },
  {
    name: 'placeFor',
    signer: 'patient',
    types: PLACE_ORDER_TYPES,
    message: ({ who }) => ({ doctor: who.doctor.address, folder: FOLDER, commitment: COMMITMENT, where: FOLDER + 1 }),
    bring: (net, as, deadline, signature) =>
      anyone(net).placeFor(as, net.who.doctor, FOLDER, COMMITMENT, FOLDER + 1, 7, deadline, signature),
    event: 'Placed',
  },
  {
    name: 'fulfilFor',
    signer: 'pharmacist',
    types: FULFIL_TYPES,
    prepare: (net) => prescribe(net),
    message: (net) => ({ kind: PRESCRIPTION, ...resultOf(net) }),
    bring: (net, as, deadline, signature) =>
      anyone(net).fulfilFor(as, PRESCRIPTION, resultOf(net), 7, deadline, signature),
    event: 'Fulfilled',
  },
  {
    name: 'cancelFor',
    signer: 'doctor',
    types: CANCEL_ORDER_TYPES,
    prepare: (net) => prescribe(net),
    message: ({ who }) => ({ patient: who.patient.address, folder: FOLDER, commitment: COMMITMENT }),
    bring: (net, as, deadline, signature) =>
      anyone(net).cancelFor(as, net.who.patient, FOLDER, COMMITMENT, 7, deadline, signature),
    event: 'Cancelled',
  },
];

for (const { name, signer, types, prepare, message, bring, event } of SIGNED) {
  describe(`Brought by anyone, ${name}`, () => {
    const sign = async (net: Net, by: Who, more: Record<string, unknown> = {}, domain: object = {}) => {
      const deadline = (await now()) + DEADLINE;
      const said = { signer: net.who[signer].address, ...message(net), nonce: 7n << 64n, deadline, ...more };
      return { deadline, signature: await net.who[by].signTypedData({ ...net.ordering, ...domain }, types, said) };
    };
    const load = async () => {
      const net = await networkHelpers.loadFixture(deployCare);
      await prepare?.(net);
      return net;
    };

    it('is the act of whoever signed, once', async () => {
      const net = await load();
      const { deadline, signature } = await sign(net, signer);
      await expect(bring(net, net.who[signer].address, deadline, signature)).to.emit(net.orders, event);
      await expect(bring(net, net.who[signer].address, deadline, signature)).to.be.revertedWithCustomError(
        net.orders,
        'BadSignature',
      );
    });

    it('is refused signed by another, for another account, late, or for another contract', async () => {
      const net = await load();
      const { orders, who } = net;
      const as = who[signer].address;
      const other = await sign(net, 'stranger');
      await expect(bring(net, as, other.deadline, other.signature)).to.be.revertedWithCustomError(
        orders,
        'BadSignature',
      );
      const mine = await sign(net, signer);
      await expect(bring(net, who.lab.address, mine.deadline, mine.signature)).to.be.revertedWithCustomError(
        orders,
        'BadSignature',
      );
      const deadline = (await now()) - 1;
      const late = await sign(net, signer, { deadline });
      await expect(bring(net, as, deadline, late.signature)).to.be.revertedWithCustomError(orders, 'Expired');
      const elsewhere = await sign(net, signer, {}, { name: 'HealthRegistry' });
      await expect(bring(net, as, elsewhere.deadline, elsewhere.signature)).to.be.revertedWithCustomError(
        orders,
        'BadSignature',
      );
    });
  });
}

describe('What a signature orders', () => {
  it('is held to what a doctor may order', async () => {
    const net = await networkHelpers.loadFixture(deployCare);
    const { orders, who, ordering } = net;
    const deadline = (await now()) + DEADLINE;
    const attempt = async (kind: number, times: number, nonce: bigint) => {
      const draft = { ...draftOf(net), times };
      const said = { signer: who.doctor.address, kind, ...draft, nonce, deadline };
      const signature = await who.doctor.signTypedData(ordering, ORDER_TYPES, said);
      return anyone(net).orderFor(who.doctor, kind, draft, 0, deadline, signature);
    };
    await expect(attempt(TEST, 2, 0n)).to.be.revertedWithCustomError(orders, 'BadOrder');
    await expect(attempt(PRESCRIPTION, 0, 0n)).to.be.revertedWithCustomError(orders, 'BadOrder');
    await expect(attempt(0, 1, 0n)).to.be.revertedWithCustomError(orders, 'BadOrder');
    await expect(attempt(TEST, 1, 0n)).to.emit(orders, 'Ordered');
  });
});
