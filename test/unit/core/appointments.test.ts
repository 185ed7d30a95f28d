import { Contract, id as topicOf, parseEther } from 'ethers';
import { describe, expect, it } from 'vitest';
import { APPOINTMENT_TOPICS, offerOf } from '../../../extension/core/care/appointment.ts';
import { moneyOf } from '../../../extension/core/care/bill.ts';
import { appointmentId, AppointmentState, paymentsInterface } from '../../../extension/core/care/payments-abi.ts';
import { balanceOf as balanceAt } from '../../../extension/core/chain/account-questions.ts';
import { toResource } from '../../../extension/core/forms/form.ts';
import { FORMS } from '../../../extension/core/forms/forms.ts';
import { quoteVisit, sendVisit, visitOfItem, type VisitAct } from '../../../extension/core/wallet/appointments.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { disputesOf, quoteDivision, sendDivision } from '../../../extension/core/wallet/disputes.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { owed } from '../../../extension/core/wallet/owed.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { Waits } from './waits.ts';
import { codeOf, importOwn, PATIENT, world } from './wallets.ts';

const [HOUR, DAY] = [3_600, 86_400];
const DEPOSIT = parseEther('0.05');
const nowSeconds = () => Math.floor(Date.now() / 1000);
/** As a calendar here has it. */
const dayAt = (seconds: number) => new Date(seconds * 1000).toLocaleDateString('en-CA');
const IN_FIVE_DAYS = nowSeconds() + 5 * DAY;
const [FIRST, SECOND] = ['09:00', '11:30'].map((clock) => Date.parse(`${dayAt(IN_FIVE_DAYS)}T${clock}:00`) / 1000) as [
  number,
  number,
];
/** Times as a doctor's form has them. */
const offered = (values: Readonly<Record<string, string>> = {}) => {
  const form = {
    title: 'Check-up',
    day1: dayAt(IN_FIVE_DAYS),
    clock1: '09:00',
    day2: dayAt(IN_FIVE_DAYS),
    clock2: '11:30',
    minutes: '30',
    deposit: '0.05',
    freeBefore: '24',
    ...values,
  };
  return toResource(FORMS['visit-offer'], form, (key) => key);
};

/** A patient with ether, and a doctor who offered them two times. */
async function scene(resource: Parameters<typeof offerOf>[0] = offered()) {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  await giveConsent(patient, {
    origin: 'wallet',
    recipient: doctor.address,
    purpose: 'TREAT',
    reason: 'test',
    sections: ['visits'],
    rights: ['read', 'write'],
    until: nowSeconds() + 60 * DAY,
  });
  for (const who of [patient, doctor]) {
    await w.evm.provider.send('hardhat_setBalance', [who.address, `0x${parseEther('1').toString(16)}`]);
  }
  await writeShared(doctor, patient.address, 'visits', await stageByHand(doctor, JSON.stringify(resource)));
  await drainOutbox(doctor);
  await patient.catalogue.sync();
  const item = (await filteredOwn(patient, {})).items[0]!.id;
  /** Lets the time of the chain and of the wallets go on until a second. */
  const until = async (seconds: number) => {
    const block = (await w.evm.provider.getBlock('latest'))!.timestamp;
    await w.evm.provider.send('evm_increaseTime', [Math.max(seconds - block, 1)]);
    await w.evm.mine(1);
    for (const who of [patient, doctor]) Object.assign(who, { now: () => seconds * 1000 });
  };
  const view = async (who: Session) => {
    const found = await visitOfItem(who, patient.address, item);
    if (found === undefined || found === 'unsound') throw new Error(`no visit, but ${String(found)}`);
    return found;
  };
  /** As a person does it: looks, asks what it costs, says yes. */
  const act = async (who: Session, what: VisitAct, startsAt?: number) => {
    const deed = { patient: patient.address, item, act: what, startsAt };
    const { id } = await view(who);
    const { fee } = await quoteVisit(who, deed);
    return sendVisit(who, deed, { id, fee });
  };
  return { w, registry, network, patient, doctor, item, until, view, act };
}

describe('a visit that is offered', () => {
  it('is booked by its patient for its deposit, at one of its times, once', async () => {
    const { patient, doctor, view, act } = await scene();
    expect(await view(patient)).toMatchObject({
      provider: doctor.address,
      wei: String(DEPOSIT),
      standing: 'offered',
      payable: true,
      may: ['book'],
      slots: [
        { startsAt: FIRST, endsAt: FIRST + 1_800, freeUntil: FIRST - DAY },
        { startsAt: SECOND, endsAt: SECOND + 1_800, freeUntil: SECOND - DAY },
      ],
    });
    expect((await view(doctor)).may).toEqual([]);
    const before = await balanceAt(patient.client.provider, patient.address);
    await act(patient, 'book', SECOND);
    expect(before - (await balanceAt(patient.client.provider, patient.address))).toBeGreaterThan(DEPOSIT);
    for (const [who, may] of [
      [patient, ['cancel']],
      [doctor, ['cancel']],
    ] as const) {
      expect(await view(who)).toMatchObject({
        standing: 'booked',
        slots: [],
        booked: { startsAt: SECOND, deadline: SECOND - DAY },
        may,
      });
      expect((await view(who)).otherTerms).toBeUndefined();
    }
    expect(await codeOf(act(patient, 'book', FIRST))).toBe('visit-changed');
  });

  it('is cancelled by its patient in time and by its provider always: the deposit goes back', async () => {
    const { patient, view, act } = await scene();
    await act(patient, 'book', FIRST);
    await act(patient, 'cancel');
    expect(await view(patient)).toMatchObject({ standing: 'settled', may: [] });
    expect(await owed(patient)).toMatchObject({ wei: String(DEPOSIT) });
    const late = await scene();
    await late.act(late.patient, 'book', FIRST);
    await late.until(FIRST - DAY + 60);
    expect((await late.view(late.patient)).may).toEqual([]);
    expect(await codeOf(late.act(late.patient, 'cancel'))).toBe('visit-changed');
    await late.act(late.doctor, 'cancel');
    expect(await owed(late.patient)).toMatchObject({ wei: String(DEPOSIT) });
  });

  it('that took place is paid by its patient, or by silence once its provider asks', async () => {
    const { patient, doctor, until, view, act } = await scene();
    await act(patient, 'book', FIRST);
    await until(FIRST + HOUR);
    expect((await view(patient)).may).toEqual(['release', 'claim']);
    expect((await view(doctor)).may).toEqual(['claim', 'cancel']);
    await act(doctor, 'claim');
    expect(await view(patient)).toMatchObject({ standing: 'providerClaims', may: ['release', 'dispute'] });
    expect(await view(doctor)).toMatchObject({ standing: 'providerClaims', may: ['cancel'] });
    const { booked } = await view(patient);
    await until(booked!.deadline + 60);
    expect((await view(patient)).may).toEqual(['settle']);
    await act(doctor, 'settle');
    expect(await owed(doctor)).toMatchObject({ wei: String(DEPOSIT) });
  });

  it('at which nobody was is given back by silence, or divided where the two do not agree', async () => {
    const { patient, doctor, until, view, act } = await scene();
    await act(patient, 'book', FIRST);
    await until(FIRST + HOUR);
    await act(patient, 'claim');
    expect(await view(doctor)).toMatchObject({ standing: 'patientClaims', may: ['cancel', 'dispute'] });
    await act(doctor, 'dispute');
    expect(await view(patient)).toMatchObject({ standing: 'disputed', may: ['release'] });
    await until((await view(patient)).booked!.deadline + 60);
    await act(patient, 'settle');
    expect([await owed(patient), await owed(doctor)]).toMatchObject([
      { wei: String(DEPOSIT / 2n) },
      { wei: String(DEPOSIT / 2n) },
    ]);
  });

  it('that the two do not agree about is divided by the arbiter of the hospital, once, and by nobody else', async () => {
    const { w, network, patient, doctor, until, view, act } = await scene();
    const arbiter = await w.open(new Uint8Array(32).fill(9), network, 'provider');
    await w.evm.provider.send('hardhat_setBalance', [arbiter.address, `0x${DEPOSIT.toString(16)}`]);
    const setArbiter = ['function setArbiter(address hospital, address arbiter)'];
    const contract = new Contract(network.payments!, setArbiter, w.evm.who.registrar);
    await act(patient, 'book', FIRST);
    await until(FIRST + HOUR);
    Object.assign(arbiter, { now: patient.now });
    await act(doctor, 'claim');
    const { id } = await view(patient);
    expect(await disputesOf(arbiter, [id])).toEqual([]);
    await act(patient, 'dispute');
    expect(await disputesOf(arbiter, [id])).toEqual([]);
    await contract.getFunction('setArbiter').send(w.evm.who.hospital.address, arbiter.address);
    expect(await disputesOf(arbiter, [id])).toMatchObject([
      { id, patient: patient.address, provider: doctor.address, wei: String(DEPOSIT), startsAt: FIRST, sent: false },
    ]);
    for (const who of [patient, doctor]) expect(await disputesOf(who, [id])).toEqual([]);
    const toProvider = String(DEPOSIT / 5n);
    expect(await codeOf(quoteDivision(doctor, { id, toProvider }))).toBe('visit-changed');
    expect(await codeOf(quoteDivision(arbiter, { id, toProvider: String(DEPOSIT + 1n) }))).toBe('visit-changed');
    const { fee } = await quoteDivision(arbiter, { id, toProvider });
    await sendDivision(arbiter, { id, toProvider }, fee);
    expect(await codeOf(sendDivision(arbiter, { id, toProvider }, fee))).toBe('visit-changed');
    expect([await owed(doctor), await owed(patient)]).toMatchObject([
      { wei: toProvider },
      { wei: String(DEPOSIT - DEPOSIT / 5n) },
    ]);
    expect(await view(patient)).toMatchObject({ standing: 'settled', may: [] });
  });

  it('cannot be booked once its times are over, nor with somebody who was suspended, nor with too little', async () => {
    const { w, registry, patient, doctor, until, view, act } = await scene();
    await w.evm.provider.send('hardhat_setBalance', [patient.address, '0x1']);
    const deed = {
      patient: patient.address,
      item: (await filteredOwn(patient, {})).items[0]!.id,
      act: 'book' as const,
    };
    const { missing } = await quoteVisit(patient, { ...deed, startsAt: FIRST });
    expect(BigInt(missing!)).toBeGreaterThan(DEPOSIT);
    expect(await codeOf(act(patient, 'book', FIRST))).toBe('too-little-ether');
    await registry.as(w.evm.who.hospital).getFunction('suspend').send(doctor.address);
    expect(await view(patient)).toMatchObject({ standing: 'offered', payable: false, may: [] });
    expect(await codeOf(act(patient, 'book', FIRST))).toBe('not-payable');
    await registry.as(w.evm.who.hospital).getFunction('restore').send(doctor.address);
    expect(await codeOf(act(patient, 'book', FIRST + 60))).toBe('visit-changed');
    await until(FIRST + 60);
    expect((await view(patient)).slots.map(({ startsAt }) => startsAt)).toEqual([SECOND]);
    await until(SECOND + 60);
    expect(await view(patient)).toMatchObject({ standing: 'past', may: [] });
  });

  it('that was booked on other terms than were offered is named', async () => {
    const { w, network, patient, doctor, view } = await scene();
    const { id } = await view(patient);
    const commitment = (await commitments(patient))[0]!;
    expect(appointmentId({ patient: patient.address, provider: doctor.address, commitment })).toBe(id);
    // Past the wallet: half of the deposit, and free until it begins.
    const data = paymentsInterface.encodeFunctionData('book', [doctor.address, FIRST, FIRST, commitment]);
    const signer = await w.evm.impersonate(patient.address);
    await signer.sendTransaction({ to: network.payments!, data, value: DEPOSIT / 2n });
    expect(await view(doctor)).toMatchObject({ standing: 'booked', otherTerms: true, wei: String(DEPOSIT / 2n) });
  });
});

const commitments = async (session: Session): Promise<string[]> => {
  const found: string[] = [];
  for (const { id, registry } of (await filteredOwn(session, {})).items) {
    const row = await session.catalogue.entry(registry, id.split('/')[0]!);
    if (row !== undefined) found.push(row.commitment);
  }
  return found;
};

describe('what is no offer', () => {
  const change = (more: object) => offerOf({ ...offered(), ...more });
  it('is an appointment that is settled, or that its patient wrote', async () => {
    expect(change({ status: 'booked' })).toBeUndefined();
    expect(change({ requestedPeriod: [] })).toBeUndefined();
    const w = await world();
    const { patient } = await w.clinic();
    await importOwn(patient, offered());
    await drainOutbox(patient);
    const { items } = await filteredOwn(patient, {});
    expect(await visitOfItem(patient, patient.address, items[0]!.id)).toBeUndefined();
  });

  const period = { start: '2030-01-01T09:00:00Z', end: '2030-01-01T09:30:00Z' };
  const deposit = { url: 'urn:salus:deposit', valueMoney: moneyOf(1n) };
  const free = (value: unknown, code = 'h') => ({ url: 'urn:salus:free-before', valueDuration: { value, code } });
  it.each([
    ['a time without a zone', { requestedPeriod: [{ ...period, start: '2030-01-01T09:00:00' }] }],
    ['a day for a time', { requestedPeriod: [{ start: '2030-01-01', end: '2030-01-02' }] }],
    ['a time that ends before it begins', { requestedPeriod: [{ start: period.end, end: period.start }] }],
    ['the same time twice', { requestedPeriod: [period, period] }],
    [
      'too many times',
      { requestedPeriod: Array.from({ length: 9 }, (_, i) => ({ ...period, start: `2030-01-01T08:0${i}:00Z` })) },
    ],
    ['two deposits', { extension: [deposit, deposit] }],
    ['a deposit in money', { extension: [{ url: deposit.url, valueMoney: { value: 5, currency: 'EUR' } }] }],
    ['two rules', { extension: [free(1), free(2)] }],
    ['a rule in days', { extension: [free(1, 'd')] }],
    ['a rule of less than nothing', { extension: [free(-1)] }],
    ['a rule of half an hour', { extension: [free(0.5)] }],
    ['a rule of years', { extension: [free(9_000)] }],
  ])('for sure is %s: it is unsound', (_, more) => {
    expect(change(more)).toBe('unsound');
  });
});

it('a booking that a lock overtakes is made once or not at all', async () => {
  const { w, network, patient, item, view } = await scene();
  const { id } = await view(patient);
  const deed = { patient: patient.address, item, act: 'book' as const, startsAt: FIRST };
  const { fee } = await quoteVisit(patient, deed);
  const waits = new Waits();
  try {
    const open = async () => {
      const session = await w.open(PATIENT, network);
      waits.watch(session.client.provider, 'send');
      await session.catalogue.sync();
      return session;
    };
    let stopped = 0;
    for (let at = 1; at < 400; at++) {
      const session = await open();
      let locked = false;
      waits.after(at, () => {
        locked = true;
        session.wipe();
      });
      const code = await codeOf(sendVisit(session, deed, { id, fee }));
      waits.after(Infinity, () => undefined);
      if (code === 'vault-locked') stopped++;
      else expect(['none', 'visit-changed']).toContain(code);
      const booked = (await (await open()).payments!.appointment(id)).state === AppointmentState.Booked;
      if (code === 'vault-locked' && booked) break;
      expect(booked).toBe(code !== 'vault-locked');
      if (!locked || booked) break;
    }
    expect(stopped).toBeGreaterThan(5);
  } finally {
    waits.stop();
  }
}, 400_000);

it('the events of an appointment are the contract’s', () => {
  expect(APPOINTMENT_TOPICS).toEqual({
    booked: topicOf('Booked(bytes32,address,address,uint96,uint40,uint40)'),
    moved: topicOf('Moved(bytes32,uint8,uint40)'),
    settled: topicOf('Settled(bytes32,uint256,uint256)'),
    arbiterSet: topicOf('ArbiterSet(address,address)'),
  });
});
