import { Contract, formatEther, id as topicOf, parseEther } from 'ethers';
import { describe, expect, it } from 'vitest';
import { balanceOf as balanceAt } from '../../../extension/core/chain/account-questions.ts';
import { BILL_PAID, billOf, moneyOf } from '../../../extension/core/care/bill.ts';
import { billId, BillState, paymentsInterface } from '../../../extension/core/care/payments-abi.ts';
import { entryName } from '../../../extension/core/catalogue/model.ts';
import { toResource } from '../../../extension/core/forms/form.ts';
import { FORMS } from '../../../extension/core/forms/forms.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { billOfItem, quoteBill, sendBill } from '../../../extension/core/wallet/bills.ts';
import { draw, owed, quoteDraw } from '../../../extension/core/wallet/owed.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { replace, sentTransactions } from '../../../extension/core/wallet/transactions.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { writeShared } from '../../../extension/core/wallet/write-shared.ts';
import { Waits } from './waits.ts';
import { codeOf, importOwn, PATIENT, world } from './wallets.ts';

const say = (key: string) => key;
const written = (values: Readonly<Record<string, string>>) =>
  toResource(FORMS.bill, { date: '2026-01-02', item1: 'Visit', ether1: '0.02', ...values }, say);
type Invoice = ReturnType<typeof written>;

/** A patient with ether, and a doctor who wrote a bill into their record. */
async function billed(invoice: Invoice = written({ item2: 'X-ray', ether2: '0.005' })) {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  await giveConsent(patient, {
    origin: 'wallet',
    recipient: doctor.address,
    purpose: 'TREAT',
    reason: 'test',
    sections: ['insurance'],
    rights: ['read', 'write'],
    until: Math.floor(Date.now() / 1000) + 3_600,
  });
  const fund = (who: Session, ether: string) =>
    w.evm.provider.send('hardhat_setBalance', [who.address, `0x${parseEther(ether).toString(16)}`]);
  await fund(patient, '1');
  const theirs = async () => {
    await patient.catalogue.sync();
    return (await filteredOwn(patient, {})).items.filter(({ author }) => author !== patient.address);
  };
  const write = async (by: Session, one: Invoice) => {
    const before = new Set((await theirs()).map(({ id }) => id));
    await writeShared(by, patient.address, 'insurance', await stageByHand(by, JSON.stringify(one)));
    await drainOutbox(by);
    return (await theirs()).find(({ id }) => !before.has(id))!.id;
  };
  const item = await write(doctor, invoice);
  const contract = new Contract(network.payments!, paymentsInterface, await w.evm.impersonate(doctor.address));
  const suspend = () => registry.as(w.evm.who.hospital).getFunction('suspend').send(doctor.address);
  return { w, registry, network, patient, doctor, item, write, fund, contract, suspend };
}

const viewOf = async (session: Session, patient: string, item: string) => {
  const view = await billOfItem(session, patient, item);
  if (view === undefined || view === 'unsound') throw new Error(`no bill, but ${String(view)}`);
  return view;
};
const balanceOf = (session: Session) => balanceAt(session.client.provider, session.address);
/** As the person does it: looks, says yes, and it is sent. */
async function settle(session: Session, patient: string, item: string, act: 'pay' | 'takeBack') {
  const { id } = await viewOf(session, patient, item);
  const { fee } = await quoteBill(session, patient, item, act);
  return sendBill(session, { patient, item, act }, { id, fee });
}

describe('a bill in the record', () => {
  it('is paid to whoever wrote it, and both see that', async () => {
    const { patient, doctor, item, fund } = await billed();
    expect(await viewOf(patient, patient.address, item)).toMatchObject({
      payee: doctor.address,
      wei: String(parseEther('0.025')),
      standing: 'open',
      payable: true,
      may: 'pay',
    });
    const { items } = await openRecords(doctor, {});
    const theirs = items.find(({ type }) => type === 'Invoice')!;
    expect(await viewOf(doctor, patient.address, theirs.id)).toMatchObject({ standing: 'open', may: 'takeBack' });
    const before = await balanceOf(patient);
    const { fee } = await quoteBill(patient, patient.address, item, 'pay');
    await settle(patient, patient.address, item, 'pay');
    const spent = before - (await balanceOf(patient)) - parseEther('0.025');
    expect(spent).toBeGreaterThan(0n);
    expect(spent).toBeLessThanOrEqual(BigInt(fee));
    expect((await viewOf(patient, patient.address, item)).may).toBeUndefined();
    for (const session of [patient, doctor]) {
      expect(await viewOf(session, patient.address, theirs.id)).toMatchObject({ standing: 'paid' });
    }
    // The doctor draws it, all of it, and once.
    expect(await owed(doctor)).toEqual({ wei: String(parseEther('0.025')), sent: false });
    await fund(doctor, '0.1');
    const draws = await quoteDraw(doctor);
    await draw(doctor, draws.fee);
    expect(await owed(doctor)).toMatchObject({ wei: '0' });
    expect(await balanceOf(doctor)).toBeGreaterThan(parseEther('0.125') - BigInt(draws.fee));
    expect(await codeOf(draw(doctor, draws.fee))).toBe('not-found');
  });

  it('is paid once: neither a second press nor a second window pays more', async () => {
    const { w, patient, doctor, item } = await billed();
    await w.evm.provider.send('evm_setAutomine', [false]);
    const { id } = await viewOf(patient, patient.address, item);
    const { fee } = await quoteBill(patient, patient.address, item, 'pay');
    const pay = () => codeOf(sendBill(patient, { patient: patient.address, item, act: 'pay' }, { id, fee }));
    expect((await Promise.all([pay(), pay(), pay()])).toSorted()).toEqual([
      'bill-over',
      'bill-over',
      expect.stringMatching(/none/),
    ]);
    expect((await viewOf(patient, patient.address, item)).standing).toBe('sent');
    // Sent again for a higher fee it is still on its way; cancelled it can be paid again.
    const [first] = await sentTransactions(patient);
    await replace(patient, first!.hash, 'speedUp');
    expect(await pay()).toBe('bill-over');
    await w.evm.mine(1);
    await w.evm.provider.send('evm_setAutomine', [true]);
    expect(await pay()).toBe('bill-over');
    expect(await owed(doctor)).toEqual({ wei: String(parseEther('0.025')), sent: false });
  });

  it('that was sent and cancelled can be paid again', async () => {
    const { w, patient, item } = await billed();
    await w.evm.provider.send('evm_setAutomine', [false]);
    await settle(patient, patient.address, item, 'pay');
    const [sent] = await sentTransactions(patient);
    await replace(patient, sent!.hash, 'cancel');
    await w.evm.mine(1);
    await w.evm.provider.send('evm_setAutomine', [true]);
    expect(await viewOf(patient, patient.address, item)).toMatchObject({ standing: 'open', may: 'pay' });
    await settle(patient, patient.address, item, 'pay');
    expect(await viewOf(patient, patient.address, item)).toMatchObject({ standing: 'paid' });
  });

  it('that somebody else paid is paid no more', async () => {
    const { w, network, patient, doctor, item } = await billed();
    const { id } = await viewOf(patient, patient.address, item);
    const { fee } = await quoteBill(patient, patient.address, item, 'pay');
    const row = (await patient.catalogue.entry(network.registry, item.split('/')[0]!))!;
    const other = new Contract(network.payments!, paymentsInterface, w.evm.next());
    await other.getFunction('payBill').send(doctor.address, row.commitment, { value: parseEther('0.025') });
    const before = await balanceOf(patient);
    expect(await codeOf(sendBill(patient, { patient: patient.address, item, act: 'pay' }, { id, fee }))).toBe(
      'bill-over',
    );
    expect(await balanceOf(patient)).toBe(before);
  });

  it('that was taken back cannot be paid, and one that was paid cannot be taken back', async () => {
    const { patient, doctor, item, write, fund } = await billed();
    await fund(doctor, '0.1');
    await openRecords(doctor, {});
    expect(await codeOf(quoteBill(patient, patient.address, item, 'takeBack'))).toBe('bad-request');
    expect(await codeOf(quoteBill(doctor, patient.address, item, 'pay'))).toBe('bad-request');
    const { id } = await viewOf(patient, patient.address, item);
    const { fee } = await quoteBill(patient, patient.address, item, 'pay');
    await settle(doctor, patient.address, item, 'takeBack');
    expect(await viewOf(patient, patient.address, item)).toMatchObject({ standing: 'withdrawn' });
    const shown = { id, fee };
    expect(await codeOf(sendBill(patient, { patient: patient.address, item, act: 'pay' }, shown))).toBe('bill-over');
    const second = await write(doctor, written({ item1: 'Another' }));
    await settle(patient, patient.address, second, 'pay');
    await openRecords(doctor, {});
    expect(await codeOf(quoteBill(doctor, patient.address, second, 'takeBack'))).toBe('bill-over');
  });

  it('of somebody who is suspended, or no member any more, is not paid', async () => {
    const { w, registry, patient, doctor, item, suspend } = await billed();
    const { id } = await viewOf(patient, patient.address, item);
    const { fee } = await quoteBill(patient, patient.address, item, 'pay');
    await suspend();
    expect(await viewOf(patient, patient.address, item)).toMatchObject({ standing: 'open', payable: false });
    expect(await codeOf(sendBill(patient, { patient: patient.address, item, act: 'pay' }, { id, fee }))).toBe(
      'not-payable',
    );
    await registry.as(w.evm.who.hospital).getFunction('remove').send(doctor.address);
    expect(await codeOf(quoteBill(patient, patient.address, item, 'pay'))).toBe('not-payable');
    expect((await patient.state.read()).transactions).toEqual([]);
  });

  it('is not paid with too little, and it is said how much is missing', async () => {
    const { patient, item, fund } = await billed();
    const { id } = await viewOf(patient, patient.address, item);
    await fund(patient, '0.025');
    const { fee, missing } = await quoteBill(patient, patient.address, item, 'pay');
    expect(BigInt(missing!)).toBeGreaterThan(0n);
    expect(BigInt(missing!)).toBeLessThanOrEqual(BigInt(fee));
    await fund(patient, '0');
    const all = (await quoteBill(patient, patient.address, item, 'pay')).missing!;
    expect(BigInt(all)).toBeGreaterThan(parseEther('0.025'));
    const error: unknown = await sendBill(patient, { patient: patient.address, item, act: 'pay' }, { id, fee }).catch(
      (e: unknown) => e,
    );
    expect(isSalusError(error, 'too-little-ether')).toBe(true);
    // With what was missing it can be paid.
    await fund(patient, formatEther(all));
    await settle(patient, patient.address, item, 'pay');
  });

  it('costs no more than was said', async () => {
    const { patient, item } = await billed();
    const { id } = await viewOf(patient, patient.address, item);
    const send = (shown: { id: string; fee: string }) =>
      codeOf(sendBill(patient, { patient: patient.address, item, act: 'pay' }, shown));
    expect(await send({ id, fee: '1' })).toBe('fee-risen');
    expect(await send({ id: `0x${'00'.repeat(32)}`, fee: String(10n ** 18n) })).toBe('bad-request');
    expect((await patient.state.read()).transactions).toEqual([]);
  });
});

describe('a bill that lies', () => {
  it('about whom it is of: whoever wrote it is paid, whatever it says', async () => {
    const { patient, doctor, item } = await billed({
      ...written({}),
      issuer: { identifier: { system: 'urn:salus:account', value: `0x${'ab'.repeat(20)}` } },
      recipient: { display: `0x${'cd'.repeat(20)}` },
    });
    expect(await viewOf(patient, patient.address, item)).toMatchObject({ payee: doctor.address });
    await settle(patient, patient.address, item, 'pay');
    expect(await owed(doctor)).toMatchObject({ wei: String(parseEther('0.02')) });
  });

  it('about what was before: an entry that says that it was another’s is not paid to that one', async () => {
    const { w, network, registry, patient, doctor, item, write } = await billed();
    const forger = await w.open(new Uint8Array(32).fill(31), network, 'provider');
    await w.hire(registry, forger);
    await giveConsent(patient, {
      origin: 'wallet',
      recipient: forger.address,
      purpose: 'TREAT',
      reason: 'test',
      sections: ['insurance'],
      rights: ['read', 'write'],
      until: Math.floor(Date.now() / 1000) + 3_600,
    });
    const forged = await write(forger, written({ ether1: '0.9' }));
    expect(await viewOf(patient, patient.address, forged)).toMatchObject({ payee: forger.address });
    // As an entry would be read that names the doctor's as what it was.
    const row = (await patient.catalogue.entry(network.registry, forged.split('/')[0]!))!;
    const name = entryName(row.registry, row.id);
    await patient.catalogue.rows.write(
      new Map([[name, { ...row, items: row.items.map((one) => ({ ...one, was: [item] })) }]]),
    );
    expect(await billOfItem(patient, patient.address, forged)).toBeUndefined();
    expect(await codeOf(quoteBill(patient, patient.address, forged, 'pay'))).toBe('not-found');
    expect(await owed(doctor)).toMatchObject({ wei: '0' });
  });

  it('about how much: one whose lines are not its total is not paid', async () => {
    const { patient, item } = await billed({ ...written({}), totalNet: moneyOf(5n), totalGross: moneyOf(5n) });
    expect(await billOfItem(patient, patient.address, item)).toBe('unsound');
    expect(await codeOf(quoteBill(patient, patient.address, item, 'pay'))).toBe('not-found');
  });

  it('is none where the patient wrote it, or where it asks for no ether', async () => {
    const { w, network } = await billed();
    const patient = await w.open(PATIENT, network);
    await importOwn(patient, written({ item1: 'mine' }));
    await drainOutbox(patient);
    const own = (await filteredOwn(patient, {})).items.find(({ author }) => author === patient.address)!;
    expect(await billOfItem(patient, patient.address, own.id)).toBeUndefined();
  });

  it.each<[string, (bill: Record<string, unknown>) => Record<string, unknown>]>([
    ['its net and gross totals differ', (bill) => ({ ...bill, totalGross: moneyOf(1n) })],
    [
      'it gives an amount in money beside',
      (bill) => ({ ...bill, totalNet: { ...moneyOf(20n ** 13n), value: 5, currency: 'EUR' } }),
    ],
    [
      'it gives two amounts',
      (bill) => ({ ...bill, totalNet: { extension: [...moneyOf(1n).extension, ...moneyOf(2n).extension] } }),
    ],
    ['it was cancelled', (bill) => ({ ...bill, status: 'cancelled' })],
    ['it is for nothing', (bill) => ({ ...bill, lineItem: [] })],
    [
      'a line has a discount',
      (bill) => ({ ...bill, lineItem: [{ priceComponent: [{ type: 'discount', amount: moneyOf(2n * 10n ** 16n) }] }] }),
    ],
    [
      'its amount is no whole number',
      (bill) => ({ ...bill, totalNet: { extension: [{ url: 'urn:salus:wei', valueString: '1.5' }] } }),
    ],
    [
      'its amount is below nothing',
      (bill) => ({ ...bill, totalNet: { extension: [{ url: 'urn:salus:wei', valueString: '-1' }] } }),
    ],
    [
      'its amount is a number',
      (bill) => ({ ...bill, totalNet: { extension: [{ url: 'urn:salus:wei', valueDecimal: 1 }] } }),
    ],
  ])('is not paid where %s', (_, change) => {
    expect(billOf(written({}))).toMatchObject({ total: 2n * 10n ** 16n });
    expect(billOf({ resourceType: 'Invoice', ...change({ ...written({}) }) })).toBe('unsound');
  });

  it('is none where it asks for money', () => {
    const money = { value: 5, currency: 'EUR' };
    expect(billOf({ ...written({}), totalNet: money, totalGross: money } as Invoice)).toBeUndefined();
  });
});

it('a bill that a lock overtakes is paid once or not at all', async () => {
  const { w, network, patient, doctor, item } = await billed();
  const { id } = await viewOf(patient, patient.address, item);
  const { fee } = await quoteBill(patient, patient.address, item, 'pay');
  const waits = new Waits();
  try {
    const open = async () => {
      const session = await w.open(PATIENT, network);
      waits.watch(session.client.provider, 'send');
      await session.catalogue.sync();
      return session;
    };
    const pay = (session: Session) => sendBill(session, { patient: patient.address, item, act: 'pay' }, { id, fee });
    let stopped = 0;
    for (let at = 1; at < 400; at++) {
      const session = await open();
      let locked = false;
      waits.after(at, () => {
        locked = true;
        session.wipe();
      });
      const code = await codeOf(pay(session));
      waits.after(Infinity, () => undefined);
      if (code === 'vault-locked') stopped++;
      else expect(['none', 'bill-over']).toContain(code);
      // Nothing is signed after the lock.
      const paid = (await (await open()).payments!.bill(id)) === BillState.Paid;
      if (code === 'vault-locked' && paid) break;
      expect(paid).toBe(code !== 'vault-locked');
      if (!locked || paid) break;
    }
    expect(stopped).toBeGreaterThan(5);
    expect(await owed(doctor)).toMatchObject({ wei: String(parseEther('0.025')) });
  } finally {
    waits.stop();
  }
}, 400_000);

it('the id and the event of a bill are the contract’s', async () => {
  const { w, network, doctor, contract } = await billed();
  const full = new Contract(
    network.payments!,
    ['function billId(address,uint256,bytes32) view returns (bytes32)'],
    w.evm.provider,
  );
  const of = { payee: doctor.address, wei: 7n, commitment: `0x${'12'.repeat(32)}` };
  expect(await full.getFunction('billId')(of.payee, of.wei, of.commitment)).toBe(billId(of));
  expect(topicOf('BillPaid(bytes32,address,address,uint256)')).toBe(BILL_PAID);
  expect(await contract.getFunction('bills')(billId(of))).toBe(0n);
});
