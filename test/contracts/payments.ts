import { expect } from 'chai';
import { AbiCoder, keccak256, parseEther, ZeroAddress } from 'ethers';
import { describe, it } from 'mocha';

import { DAY, deploy, digest, ethers, networkHelpers, now, type Network, type Signer } from './fixture.ts';

const State = { None: 0, Booked: 1, ProviderClaims: 2, PatientClaims: 3, Disputed: 4, Settled: 5 } as const;
const FEE = parseEther('1');
const COMMITMENT = digest('sealed Appointment');
const BILL = digest('sealed Invoice');

/** An appointment of the patient with the doctor in two days, free to cancel for one. */
async function deployBooked() {
  const net = await deploy();
  const { payments, who, fresh } = net;
  await payments.connect(who.registrar).setArbiter(who.hospital, fresh.other);
  const startsAt = (await now()) + 2 * DAY;
  const freeUntil = startsAt - DAY;
  await payments.connect(who.patient).book(who.doctor, startsAt, freeUntil, COMMITMENT, { value: FEE });
  const id = await payments.appointmentId(who.patient, who.doctor, COMMITMENT);
  return { ...net, arbiter: fresh.other, id, startsAt, freeUntil };
}
type Net = Awaited<ReturnType<typeof deployBooked>>;

const as = ({ payments }: Network, who: Signer) => payments.connect(who);
const owed = async ({ payments, who }: Network) => [
  await payments.balanceOf(who.doctor),
  await payments.balanceOf(who.patient),
];
const stateOf = async ({ payments, id }: Net) => Number((await payments.appointments(id)).state);

async function claimed(by: 'doctor' | 'patient'): Promise<Net> {
  const net = await networkHelpers.loadFixture(deployBooked);
  await networkHelpers.time.increaseTo(net.startsAt);
  await as(net, net.who[by]).claim(net.id);
  return net;
}
async function disputed(): Promise<Net> {
  const net = await claimed('doctor');
  await as(net, net.who.patient).dispute(net.id);
  return net;
}
/** Whatever happens, the contract holds exactly what it owes and what is booked. */
async function conserves({ payments, id, who, arbiter }: Net) {
  const { state, fee } = await payments.appointments(id);
  const held = Number(state) === State.Settled ? 0n : fee;
  const owing = await Promise.all([who.doctor, who.patient, arbiter].map((one) => payments.balanceOf(one)));
  expect(await ethers.provider.getBalance(payments)).to.equal(owing.reduce((sum, one) => sum + one, held));
}
const notAllowed = (net: Network, act: Promise<unknown>) =>
  expect(act).to.be.revertedWithCustomError(net.payments, 'NotAllowed');

describe('A bill', () => {
  it('is paid by anyone, in full, to whom it names', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, who } = net;
    const id = keccak256(
      AbiCoder.defaultAbiCoder().encode(['address', 'uint256', 'bytes32'], [who.hospital.address, FEE, BILL]),
    );
    expect(await payments.billId(who.hospital, FEE, BILL)).to.equal(id);
    await expect(as(net, who.stranger).payBill(who.hospital, BILL, { value: FEE }))
      .to.emit(payments, 'BillPaid')
      .withArgs(id, who.hospital, who.stranger, FEE);
    expect(await payments.bills(id)).to.equal(1);
    expect(await payments.balanceOf(who.hospital)).to.equal(FEE);
  });

  it('is paid once; another amount is another bill', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, who } = net;
    await as(net, who.patient).payBill(who.doctor, BILL, { value: FEE });
    await expect(as(net, who.patient).payBill(who.doctor, BILL, { value: FEE }))
      .to.be.revertedWithCustomError(payments, 'NotOpen')
      .withArgs(await payments.billId(who.doctor, FEE, BILL));
    await as(net, who.patient).payBill(who.doctor, BILL, { value: 1n });
    expect(await payments.bills(await payments.billId(who.doctor, 1n, BILL))).to.equal(1);
  });

  it('that was withdrawn is not paid, and one that was paid not withdrawn', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, who } = net;
    const id = await payments.billId(who.lab, FEE, BILL);
    await expect(as(net, who.lab).withdrawBill(FEE, BILL)).to.emit(payments, 'BillWithdrawn').withArgs(id, who.lab);
    await expect(as(net, who.patient).payBill(who.lab, BILL, { value: FEE })).to.be.revertedWithCustomError(
      payments,
      'NotOpen',
    );
    await as(net, who.patient).payBill(who.lab, BILL, { value: 1n });
    await expect(as(net, who.lab).withdrawBill(1n, BILL)).to.be.revertedWithCustomError(payments, 'NotOpen');
  });

  it('is paid to active providers only, and with ether', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, registry, who } = net;
    const pay = (payee: Signer, value = FEE) => as(net, who.patient).payBill(payee, BILL, { value });
    for (const payee of [who.hospital, who.doctor, who.lab, who.pharmacist]) await pay(payee);
    for (const payee of [who.registrar, who.manager, who.researcher, who.patient, who.stranger]) {
      await expect(pay(payee)).to.be.revertedWithCustomError(payments, 'NotPayable').withArgs(payee);
    }
    await expect(pay(who.doctor, 0n)).to.be.revertedWithCustomError(payments, 'BadTerms');
    await registry.connect(who.registrar).suspend(who.hospital);
    await expect(pay(who.doctor, 2n)).to.be.revertedWithCustomError(payments, 'NotPayable');
  });
});

describe('Booking', () => {
  it('holds the fee', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, who } = net;
    const startsAt = (await now()) + DAY;
    const id = await payments.appointmentId(who.patient, who.doctor, COMMITMENT);
    await expect(as(net, who.patient).book(who.doctor, startsAt, startsAt, COMMITMENT, { value: FEE }))
      .to.emit(payments, 'Booked')
      .withArgs(id, who.patient, who.doctor, FEE, startsAt, startsAt);
    expect(await payments.appointments(id)).to.deep.equal([
      who.patient.address,
      FEE,
      who.doctor.address,
      BigInt(startsAt),
      BigInt(startsAt),
      BigInt(State.Booked),
    ]);
    expect(id).to.equal(
      keccak256(
        AbiCoder.defaultAbiCoder().encode(
          ['address', 'address', 'bytes32'],
          [who.patient.address, who.doctor.address, COMMITMENT],
        ),
      ),
    );
  });

  it('refuses the past, a free term beyond the start, the same again, and whom nobody vouches for', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { payments, who, startsAt, freeUntil } = net;
    const book = (provider: Signer, start: number, free: number, commitment = BILL, value = FEE) =>
      as(net, who.patient).book(provider, start, free, commitment, { value });
    const time = (await now()) + 10;
    await networkHelpers.time.setNextBlockTimestamp(time);
    await expect(book(who.doctor, time, time)).to.be.revertedWithCustomError(payments, 'BadTerms');
    await expect(book(who.doctor, startsAt, startsAt + 1)).to.be.revertedWithCustomError(payments, 'BadTerms');
    await expect(book(who.doctor, startsAt, freeUntil, COMMITMENT)).to.be.revertedWithCustomError(payments, 'BadTerms');
    await expect(book(who.stranger, startsAt, freeUntil)).to.be.revertedWithCustomError(payments, 'NotPayable');
    await networkHelpers.setBalance(who.patient.address, 2n ** 100n);
    await expect(book(who.doctor, startsAt, freeUntil, BILL, 2n ** 96n)).to.be.revertedWithCustomError(
      payments,
      'BadTerms',
    );
    await book(who.doctor, startsAt, freeUntil, BILL, 0n);
  });
});

describe('A held fee', () => {
  it('goes to the provider when the patient releases it', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    await notAllowed(net, as(net, net.who.doctor).release(net.id));
    await expect(as(net, net.who.patient).release(net.id)).to.emit(net.payments, 'Settled').withArgs(net.id, FEE, 0);
    expect(await owed(net)).to.deep.equal([FEE, 0n]);
    await conserves(net);
  });

  it('goes back when the provider cancels, at any time', async () => {
    for (const make of [() => networkHelpers.loadFixture(deployBooked), () => claimed('patient'), disputed]) {
      const net = await make();
      await expect(as(net, net.who.doctor).cancel(net.id)).to.emit(net.payments, 'Settled').withArgs(net.id, 0, FEE);
      expect(await owed(net)).to.deep.equal([0n, FEE]);
      await conserves(net);
    }
  });

  it('goes back when the patient cancels in time, and not a second later', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    await networkHelpers.time.setNextBlockTimestamp(net.freeUntil);
    await as(net, net.who.patient).cancel(net.id);
    expect(await owed(net)).to.deep.equal([0n, FEE]);

    const early = await networkHelpers.loadFixture(deployBooked);
    await notAllowed(early, as(early, early.who.stranger).cancel(early.id));
    const late = await networkHelpers.loadFixture(deployBooked);
    await networkHelpers.time.setNextBlockTimestamp(late.freeUntil + 1);
    await notAllowed(late, as(late, late.who.patient).cancel(late.id));
    // The term of a claim is not a term of cancelling.
    const claims = await claimed('doctor');
    await notAllowed(claims, as(claims, claims.who.patient).cancel(claims.id));
    await notAllowed(claims, as(claims, claims.who.stranger).cancel(claims.id));
  });

  for (const [by, state, toDoctor] of [
    ['doctor', State.ProviderClaims, FEE],
    ['patient', State.PatientClaims, 0n],
  ] as const) {
    it(`is claimed by the ${by} from the start on, and follows when the other side is silent for 3 days`, async () => {
      const net = await networkHelpers.loadFixture(deployBooked);
      const { payments, who, id, startsAt } = net;
      await networkHelpers.time.setNextBlockTimestamp(startsAt - 1);
      await notAllowed(net, as(net, who[by]).claim(id));
      await networkHelpers.time.setNextBlockTimestamp(startsAt);
      await expect(as(net, who[by]).claim(id))
        .to.emit(payments, 'Moved')
        .withArgs(id, state, startsAt + 3 * DAY);
      expect(await stateOf(net)).to.equal(state);
      await networkHelpers.time.setNextBlockTimestamp(startsAt + 3 * DAY);
      await notAllowed(net, as(net, who.stranger).settle(id));
      await networkHelpers.time.setNextBlockTimestamp(startsAt + 3 * DAY + 1);
      await as(net, who.stranger).settle(id);
      expect(await owed(net)).to.deep.equal([toDoctor, FEE - toDoctor]);
      await conserves(net);
    });
  }

  it('is claimed by its parties only, and once', async () => {
    const net = await claimed('doctor');
    await notAllowed(net, as(net, net.who.patient).claim(net.id));
    const other = await networkHelpers.loadFixture(deployBooked);
    await networkHelpers.time.increaseTo(other.startsAt);
    await notAllowed(other, as(other, other.who.hospital).claim(other.id));
  });

  it('is not settled before anyone claimed it', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    await networkHelpers.time.increaseTo(net.startsAt + 100 * DAY);
    await notAllowed(net, as(net, net.who.doctor).settle(net.id));
  });

  it('is given in by the one who owes it, also after a claim or in a dispute', async () => {
    for (const make of [() => claimed('doctor'), disputed]) {
      const net = await make();
      await as(net, net.who.patient).release(net.id);
      expect(await owed(net)).to.deep.equal([FEE, 0n]);
    }
  });
});

describe('A dispute', () => {
  it('is for the other side, while the claim runs', async () => {
    for (const [by, other] of [
      ['doctor', 'patient'],
      ['patient', 'doctor'],
    ] as const) {
      const net = await claimed(by);
      await notAllowed(net, as(net, net.who[by]).dispute(net.id));
      await notAllowed(net, as(net, net.who.stranger).dispute(net.id));
      const end = net.startsAt + 3 * DAY;
      await networkHelpers.time.setNextBlockTimestamp(end);
      await expect(as(net, net.who[other]).dispute(net.id))
        .to.emit(net.payments, 'Moved')
        .withArgs(net.id, State.Disputed, end + 30 * DAY);
      const late = await claimed(by);
      await networkHelpers.time.setNextBlockTimestamp(late.startsAt + 3 * DAY + 2);
      await notAllowed(late, as(late, late.who[other]).dispute(late.id));
    }
    const booked = await networkHelpers.loadFixture(deployBooked);
    await notAllowed(booked, as(booked, booked.who.patient).dispute(booked.id));
  });

  it('is divided by the arbiter of the hospital, and by nobody else', async () => {
    const net = await disputed();
    const { payments, who, arbiter, id } = net;
    for (const by of [who.owner, who.registrar, who.hospital, who.doctor, who.patient, who.stranger]) {
      await notAllowed(net, as(net, by).split(id, 1n));
    }
    await notAllowed(net, as(net, arbiter).split(id, FEE + 1n));
    await expect(as(net, arbiter).split(id, FEE / 4n))
      .to.emit(payments, 'Settled')
      .withArgs(id, FEE / 4n, (FEE * 3n) / 4n);
    expect(await owed(net)).to.deep.equal([FEE / 4n, (FEE * 3n) / 4n]);
    await conserves(net);
  });

  it('leaves the arbiter no other power', async () => {
    const net = await claimed('doctor');
    const arbiter = as(net, net.arbiter);
    for (const act of [
      arbiter.split(net.id, 1n),
      arbiter.release(net.id),
      arbiter.cancel(net.id),
      arbiter.dispute(net.id),
    ]) {
      await notAllowed(net, act);
    }
    await expect(arbiter.withdraw(net.arbiter)).to.be.revertedWithCustomError(net.payments, 'NothingToDraw');
  });

  it('that the arbiter leaves undecided for 30 days is halved', async () => {
    const net = await disputed();
    const { payments, who, arbiter, id } = net;
    const { deadline } = await payments.appointments(id);
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await notAllowed(net, as(net, who.doctor).settle(id));
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1n);
    await notAllowed(net, as(net, arbiter).split(id, 0n));
    await as(net, who.doctor).settle(id);
    expect(await owed(net)).to.deep.equal([FEE / 2n, FEE / 2n]);
    await conserves(net);
  });

  it('with a hospital itself goes to the same arbiter', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { payments, who, arbiter, startsAt, freeUntil } = net;
    await as(net, who.patient).book(who.hospital, startsAt, freeUntil, BILL, { value: 5n });
    const id = await payments.appointmentId(who.patient, who.hospital, BILL);
    await networkHelpers.time.increaseTo(startsAt);
    await as(net, who.patient).claim(id);
    await as(net, who.hospital).dispute(id);
    await expect(as(net, arbiter).split(id, 5n)).to.emit(payments, 'Settled').withArgs(id, 5, 0);
  });
});

describe('A settled or unknown appointment', () => {
  it('moves no more', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { who, arbiter } = net;
    await as(net, who.patient).release(net.id);
    await networkHelpers.time.increase(200 * DAY);
    for (const id of [net.id, BILL]) {
      for (const by of [who.patient, who.doctor, arbiter]) {
        const one = as(net, by);
        for (const act of [
          one.release(id),
          one.cancel(id),
          one.claim(id),
          one.dispute(id),
          one.settle(id),
          one.split(id, 0n),
        ]) {
          await notAllowed(net, act);
        }
      }
    }
    expect(await owed(net)).to.deep.equal([FEE, 0n]);
  });
});

describe('An arbiter', () => {
  it('is named by the owner or an active registrar, for one hospital', async () => {
    const net = await networkHelpers.loadFixture(deploy);
    const { payments, registry, who, fresh } = net;
    await expect(as(net, who.owner).setArbiter(who.hospital, fresh.other))
      .to.emit(payments, 'ArbiterSet')
      .withArgs(who.hospital, fresh.other);
    await as(net, who.registrar).setArbiter(who.hospital, ZeroAddress);
    expect(await payments.arbiterOf(who.hospital)).to.equal(ZeroAddress);
    await registry.connect(who.owner).suspend(who.registrar);
    for (const by of [who.registrar, who.hospital, who.doctor, who.patient, who.stranger]) {
      await notAllowed(net, as(net, by).setArbiter(who.hospital, by));
    }
  });
});

describe('Drawing', () => {
  it('sends what is owed, to where the payee says', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { payments, who, fresh } = net;
    await as(net, who.patient).release(net.id);
    const drawn = as(net, who.doctor).withdraw(fresh.hospital);
    await expect(drawn).to.changeEtherBalances(ethers, [payments, fresh.hospital], [-FEE, FEE]);
    await expect(drawn).to.emit(payments, 'Drawn').withArgs(who.doctor, fresh.hospital, FEE);
    await expect(as(net, who.doctor).withdraw(who.doctor)).to.be.revertedWithCustomError(payments, 'NothingToDraw');
  });

  it('that the recipient refuses loses nothing', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { payments, who } = net;
    await as(net, who.patient).release(net.id);
    await expect(as(net, who.doctor).withdraw(net.registry)).to.be.revertedWithCustomError(payments, 'SendFailed');
    expect(await payments.balanceOf(who.doctor)).to.equal(FEE);
  });

  it('conserves every wei against a payee that calls back', async () => {
    const net = await networkHelpers.loadFixture(deployBooked);
    const { payments, registry, who } = net;
    const thief = await ethers.deployContract('Reentrant', [payments]);
    await registry.connect(who.hospital).enrol(thief, 4);
    await as(net, who.patient).payBill(thief, BILL, { value: FEE });
    const before = await ethers.provider.getBalance(payments);
    await thief.getFunction('attack')();
    expect(await ethers.provider.getBalance(thief)).to.equal(FEE);
    expect(await thief.getFunction('calls')()).to.equal(2n);
    expect(await ethers.provider.getBalance(payments)).to.equal(before - FEE);
    await conserves(net);
  });
});
