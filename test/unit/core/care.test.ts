import { describe, expect, it, onTestFinished } from 'vitest';
import { orderId } from '../../../extension/core/care/order-id.ts';
import { OrderKind } from '../../../extension/core/care/orders-abi.ts';
import type { RecordItem } from '../../../extension/core/catalogue/model.ts';
import { Right, Role } from '../../../extension/core/registry/abi.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { choose, fulfil, order, settleCare } from '../../../extension/core/wallet/care.ts';
import { giveConsent, type Decision } from '../../../extension/core/wallet/give-consent.ts';
import { cancelOrder, orderOfItem, ordersFor, placeOrders } from '../../../extension/core/wallet/orders.ts';
import { drainOutbox, ensureMembership } from '../../../extension/core/wallet/outbox.ts';
import { eraseItem } from '../../../extension/core/wallet/rearrange.ts';
import { openRecords } from '../../../extension/core/wallet/records.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { fillSelections } from '../../../extension/core/wallet/selections.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { isSalusError } from '../../../extension/core/errors.ts';
import { Waits } from './waits.ts';
import { codeOf, DOCTOR, world } from './wallets.ts';

const DAY = 86_400;
const now = () => Math.floor(Date.now() / 1000);
const prescription = (drug: string) =>
  JSON.stringify({
    resourceType: 'MedicationRequest',
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { text: drug },
    subject: { display: 'me' },
  });
const given = (drug: string) =>
  JSON.stringify({
    resourceType: 'MedicationDispense',
    status: 'completed',
    medicationCodeableConcept: { text: drug },
    subject: { display: 'me' },
  });
const decided = (recipient: Session, changes: Partial<Decision> = {}): Decision => ({
  origin: 'wallet',
  recipient: recipient.address,
  purpose: 'TREAT',
  reason: 'test',
  sections: ['medications'],
  rights: ['read', 'write'],
  until: now() + DAY,
  ...changes,
});

/** A patient, their doctor, and two pharmacies. */
async function care() {
  const w = await world();
  const { registry, network, patient, doctor } = await w.clinic();
  const hire = async (seed: number, role: Role) => {
    const session = await w.open(new Uint8Array(32).fill(seed), network, 'provider');
    await registry.as(w.evm.who.hospital).getFunction('enrol').send(session.address, role);
    await ensureMembership(session);
    return session;
  };
  const pharmacist = await hire(21, Role.Pharmacist);
  const other = await hire(22, Role.Pharmacist);
  const lab = await hire(23, Role.Lab);
  await giveConsent(patient, decided(doctor));
  await doctor.catalogue.sync();
  return { w, registry, network, patient, doctor, pharmacist, other, lab };
}
type World = Awaited<ReturnType<typeof care>>;

const prescribe = async ({ patient, doctor }: World, drug: string, terms: { times?: number; replaces?: string } = {}) =>
  order(
    doctor,
    { patient: patient.address, section: 'medications', job: await stageByHand(doctor, prescription(drug)) },
    { kind: OrderKind.Prescription, until: now() + DAY, times: 2, ...terms },
  );
const settle = async (...sessions: readonly Session[]) => {
  for (const session of sessions) {
    await session.catalogue.sync();
    await settleCare(session);
    await drainOutbox(session);
    if (await fillSelections(session)) await drainOutbox(session);
    await placeOrders(session);
  }
};
const isRequest = ({ type, title }: RecordItem, drug: string) => type === 'MedicationRequest' && title === drug;
const requestOf = async (session: Session, drug: string) =>
  (await filteredOwn(session, {})).items.find((item) => isRequest(item, drug))!;
const idOf = async (session: Session, drug: string) => (await requestOf(session, drug)).id;
const itemOf = async (session: Session, title: string) =>
  (await openRecords(session, {})).items.find((item) => isRequest(item, title))!;
const chooseFor = async (patient: Session, drug: string, pharmacist: Session) => {
  await choose(patient, await idOf(patient, drug), decided(pharmacist));
  await settle(patient, pharmacist);
};
const dispense = async (pharmacist: Session, { patient }: World, drug: string) =>
  fulfil(pharmacist, (await itemOf(pharmacist, drug)).id, {
    patient: patient.address,
    section: 'medications',
    job: await stageByHand(pharmacist, given(drug)),
  });

describe('a prescription', () => {
  it('is in the record and on the chain, as often as its doctor says', async () => {
    const net = await care();
    await prescribe(net, 'Ibuprofen');
    // Once, also while it is not final.
    expect(await ordersFor(net.doctor)).toHaveLength(1);
    await settle(net.doctor, net.patient);
    const [item] = (await filteredOwn(net.patient, {})).items;
    expect(item).toMatchObject({ title: 'Ibuprofen', author: net.doctor.address });
    const view = await orderOfItem(net.patient, item!);
    expect(view).toMatchObject({ kind: 'prescription', standing: 'open', times: 2, left: 2, with: [], mine: false });
    expect(await ordersFor(net.doctor, net.patient.address)).toMatchObject([{ standing: 'open', left: 2 }]);
  });

  it('is seen and filled by the pharmacy that its patient chooses, and no other of the record is', async () => {
    const net = await care();
    const { patient, doctor, pharmacist } = net;
    await prescribe(net, 'Ibuprofen');
    await prescribe(net, 'Metformin');
    await settle(doctor, patient);
    await chooseFor(patient, 'Ibuprofen', pharmacist);
    const { items } = await openRecords(pharmacist, {});
    expect(items.map(({ title }) => title)).toEqual(['Ibuprofen']);
    const view = await orderOfItem(pharmacist, items[0]!);
    expect(view).toMatchObject({ standing: 'open', mine: true, doctor: doctor.address });
    await dispense(pharmacist, net, 'Ibuprofen');
    await settle(pharmacist, patient);
    const after = await orderOfItem(patient, await requestOf(patient, 'Ibuprofen'));
    expect(after).toMatchObject({ left: 1, with: [pharmacist.address] });
    expect(after!.done).toMatchObject([{ by: pharmacist.address }]);
    // What was given is in the record, by the pharmacy.
    const written = (await filteredOwn(patient, {})).items.find((item) => item.type === 'MedicationDispense');
    expect(written).toMatchObject({ author: pharmacist.address, section: 'medications' });
    // The other one is no business of this pharmacy, on the chain neither.
    const [metformin] = (await ordersFor(patient)).filter(({ left }) => left === 2);
    const orders = pharmacist.orders!;
    const row = (await pharmacist.catalogue.rows.get<{ folder: number; commitment: string }>(
      `order/${metformin!.id}`,
    ))!;
    const place = { patient: patient.address, doctor: doctor.address, ...row };
    const call = await orders.calls.fulfil(OrderKind.Prescription, place, row.commitment);
    expect(await orders.client.refusal([call])).toBe('NoConsent');
  });

  it('is filled once for each fill, whoever is faster', async () => {
    const net = await care();
    const { patient, doctor, pharmacist, other } = net;
    await prescribe(net, 'Ibuprofen', { times: 1 });
    await settle(doctor, patient);
    await chooseFor(patient, 'Ibuprofen', pharmacist);
    await dispense(pharmacist, net, 'Ibuprofen');
    // A second try signs nothing that a node could bring in its place.
    const { calls } = pharmacist.orders!;
    const sign = calls.fulfil.bind(calls);
    let signed = 0;
    calls.fulfil = (...args) => (signed++, sign(...args));
    expect(await codeOf(dispense(pharmacist, net, 'Ibuprofen'))).toBe('order-over');
    expect(signed).toBe(0);
    await settle(pharmacist, patient);
    expect(await codeOf(choose(patient, await idOf(patient, 'Ibuprofen'), decided(other)))).toBe('order-over');
    const written = (await filteredOwn(patient, {})).items.filter((item) => item.type === 'MedicationDispense');
    expect(written).toHaveLength(1);
  });

  it('of which another pharmacy was chosen later is filled there, and leaves nothing of a try elsewhere', async () => {
    const net = await care();
    const { patient, doctor, pharmacist, other } = net;
    await prescribe(net, 'Ibuprofen');
    await settle(doctor, patient);
    await chooseFor(patient, 'Ibuprofen', pharmacist);
    await chooseFor(patient, 'Ibuprofen', other);
    await pharmacist.catalogue.sync();
    expect(await codeOf(dispense(pharmacist, net, 'Ibuprofen'))).toBe('no-consent');
    await dispense(other, net, 'Ibuprofen');
    await settle(pharmacist, other, patient);
    const written = (await filteredOwn(patient, {})).items.filter((item) => item.type === 'MedicationDispense');
    expect(written.map(({ author }) => author)).toEqual([other.address]);
  });

  it('takes nothing from a pharmacy that may do more already, and lasts as long as the latest', async () => {
    const net = await care();
    const { patient, doctor, pharmacist } = net;
    await prescribe(net, 'Ibuprofen');
    await prescribe(net, 'Metformin');
    await settle(doctor, patient);
    await giveConsent(patient, decided(pharmacist, { rights: ['read'] }));
    await chooseFor(patient, 'Ibuprofen', pharmacist);
    const folder = (await patient.folders()).tag('medications');
    const grant = () => patient.client.grant(patient.address, pharmacist.address, folder);
    const first = await grant();
    expect(first.rights).toBe(Right.Read | Right.Write);
    await choose(patient, await idOf(patient, 'Metformin'), decided(pharmacist, { until: now() + DAY / 2 }));
    expect(await grant()).toEqual(first);
    await choose(patient, await idOf(patient, 'Metformin'), decided(pharmacist, { until: now() + 2 * DAY }));
    expect(await grant()).toMatchObject({ rights: first.rights });
    expect((await grant()).until).toBeGreaterThan(first.until);
  });

  it('that is refused leaves nothing in the record', async () => {
    const net = await care();
    const { patient, doctor, registry, w } = net;
    // Suspended after the wallet looked: the chain refuses what it let through.
    const may = doctor.client.may.bind(doctor.client);
    doctor.client.may = async (...args) => {
      doctor.client.may = may;
      const allowed = await may(...args);
      await registry.as(w.evm.who.hospital).getFunction('suspend').send(doctor.address);
      return allowed;
    };
    expect(await codeOf(prescribe(net, 'Ibuprofen'))).toBe('sponsor-refused');
    await registry.as(w.evm.who.hospital).getFunction('restore').send(doctor.address);
    await settle(doctor, patient);
    expect((await filteredOwn(patient, {})).items).toEqual([]);
    expect(await doctor.storage.openRows(doctor.address)).toEqual([]);
  });

  it('takes the place of another, and is taken back, by its doctor', async () => {
    const net = await care();
    const { patient, doctor, pharmacist } = net;
    await prescribe(net, 'Ibuprofen 400');
    const [first] = await ordersFor(doctor);
    await prescribe(net, 'Ibuprofen 200', { replaces: first!.id });
    await settle(doctor, patient);
    const standings = async () => (await ordersFor(patient)).map(({ standing }) => standing);
    expect(await standings()).toEqual(['open', 'cancelled']);
    expect(await codeOf(choose(patient, await idOf(patient, 'Ibuprofen 400'), decided(pharmacist)))).toBe('order-over');
    expect(await codeOf(cancelOrder(pharmacist, first!.id))).toBe('not-found');
    await cancelOrder(doctor, (await ordersFor(doctor))[0]!.id);
    await patient.catalogue.sync();
    expect(await standings()).toEqual(['cancelled', 'cancelled']);
    expect(await codeOf(cancelOrder(doctor, first!.id))).toBe('not-found');
  });

  it('is of its doctor: the same commitment ordered by another is another order', async () => {
    const net = await care();
    const { w, registry, network, patient, doctor } = net;
    const forger = await w.open(new Uint8Array(32).fill(31), network, 'provider');
    await w.hire(registry, forger);
    await giveConsent(patient, decided(forger));
    await prescribe(net, 'Ibuprofen');
    await settle(doctor, patient);
    const item = (await filteredOwn(patient, {})).items[0]!;
    const { id } = (await orderOfItem(patient, item))!;
    await cancelOrder(doctor, id);
    const row = (await patient.catalogue.rows.get<{ folder: number; commitment: string }>(`order/${id}`))!;
    const again = {
      kind: OrderKind.Prescription,
      patient: patient.address,
      folder: row.folder,
      commitment: row.commitment,
      until: now() + DAY,
      times: 9,
    };
    const data = await forger.orders!.calls.order(again);
    await forger.sponsor.submit([data], network.orders!);
    await patient.catalogue.sync();
    expect(await orderOfItem(patient, item)).toMatchObject({ id, standing: 'cancelled' });
    expect(orderId({ ...again, doctor: forger.address })).not.toBe(id);
  });

  it('goes on where the wallet was killed between the act and the record', async () => {
    const net = await care();
    const { w, network, patient, doctor } = net;
    const { submit } = doctor.sponsor;
    let killed = false;
    doctor.sponsor.submit = async (calls, to) => {
      const hash = await submit(calls, to);
      if (to === network.orders) {
        killed = true;
        throw new Error('killed');
      }
      return hash;
    };
    await prescribe(net, 'Ibuprofen').catch(() => undefined);
    expect(killed).toBe(true);
    const again = await w.open(new Uint8Array(32).fill(2), network, 'provider');
    await settle(again, patient);
    expect((await ordersFor(patient)).map(({ standing }) => standing)).toEqual(['open']);
    expect((await filteredOwn(patient, {})).items.map(({ title }) => title)).toEqual(['Ibuprofen']);
    await w.evm.mine(64);
    await settle(again);
    expect((await again.state.read()).care).toEqual([]);
    expect(await ordersFor(again)).toHaveLength(1);
  });

  it('that its patient erases is on the chain still, and nothing of it can be read', async () => {
    const net = await care();
    const { patient, doctor, pharmacist } = net;
    await prescribe(net, 'Ibuprofen');
    await settle(doctor, patient);
    await chooseFor(patient, 'Ibuprofen', pharmacist);
    await eraseItem(patient, await idOf(patient, 'Ibuprofen'));
    await settle(patient);
    expect((await filteredOwn(patient, {})).items).toEqual([]);
    expect(await ordersFor(patient)).toHaveLength(1);
  });

  it('is ordered whole or not at all, wherever the wallet locks', async () => {
    const waits = new Waits();
    onTestFinished(() => waits.stop());
    const { w, network, patient } = await care();
    const open = () => w.open(DOCTOR, network, 'provider');
    let [isOver, stopped] = [false, 0];
    for (let at = 1; !isOver; at += 3) {
      const session = await open();
      waits.watch(session.client.provider, 'send');
      waits.watch(session.sponsor, 'submit');
      const job = await stageByHand(session, prescription(`Drug ${at}`));
      waits.after(at, () => session.wipe());
      isOver = true;
      try {
        const terms = { kind: OrderKind.Prescription, until: now() + DAY, times: 1 };
        await order(session, { patient: patient.address, section: 'medications', job }, terms);
      } catch (error) {
        if (!isSalusError(error, 'vault-locked')) throw error;
        [isOver, stopped] = [false, stopped + 1];
      }
      waits.after(Infinity, () => undefined);
      await settle(await open(), patient);
      const requests = (await filteredOwn(patient, {})).items;
      const views = await Promise.all(requests.map((item) => orderOfItem(patient, item)));
      expect(views.map((view) => view?.standing)).toEqual(requests.map(() => 'open'));
      expect(await ordersFor(patient)).toHaveLength(requests.length);
    }
    expect(stopped).toBeGreaterThan(3);
  }, 300_000);
});
