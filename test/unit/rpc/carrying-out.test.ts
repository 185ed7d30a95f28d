import { describe, expect, it } from 'vitest';
import { OrderKind } from '../../../extension/core/care/orders-abi.ts';
import { BY_PATIENT } from '../../../extension/core/consent/receipt.ts';
import { Role } from '../../../extension/core/registry/abi.ts';
import { originHash } from '../../../extension/core/registry/client.ts';
import { stageByHand } from '../../../extension/core/wallet/by-hand.ts';
import { choose, order, settleCare } from '../../../extension/core/wallet/care.ts';
import { giveConsent } from '../../../extension/core/wallet/give-consent.ts';
import { cancelOrder, ordersFor, placeOrders } from '../../../extension/core/wallet/orders.ts';
import { drainOutbox } from '../../../extension/core/wallet/outbox.ts';
import { filteredOwn } from '../../../extension/core/wallet/search.ts';
import { fillSelections } from '../../../extension/core/wallet/selections.ts';
import type { Session } from '../../../extension/core/wallet/session.ts';
import { walletWorld } from './wallet-world.ts';

const PHARMACY = 'https://pharmacy.example';
const ELSEWHERE = 'https://elsewhere.example';
const DAY = 86_400;
const error = (code: number, reason?: string) => expect.objectContaining({ code, ...(reason && { reason }) }) as Error;

interface Listed {
  readonly records: readonly { readonly id: string; readonly title: string; readonly section: string }[];
}
interface Read {
  readonly order?: { readonly id: string; readonly standing: string; readonly left: number; readonly mine: boolean };
}
const tomorrow = () => Math.floor(Date.now() / 1000) + DAY;
const requestFor = (drug: string) => ({
  resourceType: 'MedicationRequest',
  status: 'active',
  intent: 'order',
  medicationCodeableConcept: { text: drug },
  subject: { display: 'me' },
});
const given = (orderId: string, more: object = {}) => ({
  resourceType: 'MedicationDispense',
  status: 'completed',
  medicationCodeableConcept: { text: 'Ibuprofen' },
  subject: { display: 'me' },
  authorizingPrescription: [{ identifier: { system: 'urn:salus:order', value: orderId } }],
  ...more,
});
const settle = async (...sessions: readonly Session[]) => {
  for (const session of sessions) {
    await session.catalogue.sync();
    await settleCare(session);
    await drainOutbox(session);
    if (await fillSelections(session)) await drainOutbox(session);
    await placeOrders(session);
  }
};

/** A pharmacist's wallet, connected to a page of the hospital that vouches for the pharmacist, and to one of nobody. */
async function pharmacy() {
  const w = await walletWorld();
  const { session: patient, doctor } = w;
  const terms = { origin: BY_PATIENT, purpose: 'TREAT', reason: 'test', until: tomorrow() } as const;
  await giveConsent(patient, {
    ...terms,
    recipient: doctor.address,
    sections: ['medications'],
    rights: ['read', 'write'],
  });
  await doctor.catalogue.sync();
  for (const [drug, times] of [
    ['Ibuprofen', 1],
    ['Metformin', 2],
  ] as const) {
    const job = await stageByHand(doctor, JSON.stringify(requestFor(drug)));
    const written = { patient: patient.address, section: 'medications' as const, job };
    await order(doctor, written, { kind: OrderKind.Prescription, until: tomorrow(), times });
  }
  await settle(doctor, patient);
  const pharmacist = await w.hire(21, Role.Pharmacist);
  await w.registry(w.evm.who.hospital).getFunction('setOrigin').send(originHash(PHARMACY), true);
  const [ibuprofen] = (await filteredOwn(patient, {})).items.filter(({ title }) => title === 'Ibuprofen');
  await choose(patient, ibuprofen!.id, { ...terms, recipient: pharmacist.address });
  await settle(patient, pharmacist);
  w.state.acting = pharmacist;
  await w.connect(PHARMACY);
  await w.connect(ELSEWHERE);

  const list = (site = PHARMACY) => w.ask(site, 'health_listRecords', {}) as Promise<Listed>;
  const at = async () => ({ patient: patient.address, id: (await list()).records[0]?.id ?? '' });
  const read = async () => w.ask(PHARMACY, 'health_readRecord', await at()) as Promise<Read>;
  const write = async (resource: object, site = PHARMACY, fulfils?: string) => {
    const { id } = await at();
    const params = { patient: patient.address, section: 'medications', resource, fulfils: fulfils ?? id };
    return w.ask(site, 'health_writeRecord', params);
  };
  return { w, patient, doctor, pharmacist, list, read, write };
}

describe('what a site has a pharmacist’s wallet do', () => {
  it('sees the one prescription that its patient chose the pharmacy for, fills it with the yes, and no more than that', async () => {
    const { w, patient, pharmacist, list, read, write } = await pharmacy();
    expect((await list()).records).toMatchObject([{ title: 'Ibuprofen', section: 'medications' }]);
    const { order: before } = await read();
    expect(before).toMatchObject({ kind: 'prescription', standing: 'open', times: 1, left: 1, mine: true });
    expect(before).not.toHaveProperty('with');

    const answer = write(given(before!.id));
    const approval = await w.prompt();
    const view = await w.prompts.view(approval);
    expect(view).toMatchObject({ kind: 'write', fulfils: { kind: 'prescription', title: 'Ibuprofen', left: 1 } });
    await w.approve();
    expect(await answer).toMatchObject({ cid: expect.stringMatching(/^baf/) as string });
    expect((await read()).order).toMatchObject({ standing: 'done', left: 0, mine: false });

    await settle(pharmacist, patient);
    const [dispensed] = (await filteredOwn(patient, {})).items.filter(({ type }) => type === 'MedicationDispense');
    expect(dispensed).toMatchObject({ author: pharmacist.address, section: 'medications' });
    // Once.
    await expect(write(given(before!.id))).rejects.toMatchObject({ code: 'order-over' });
  });

  it('is refused before anybody is asked where the resource is of another type, or names another order or none', async () => {
    const { w, patient, read, write } = await pharmacy();
    const { id } = (await read()).order!;
    const [other] = (await ordersFor(patient)).filter((one) => one.id !== id);
    const invalid = error(-32602, 'params');
    const unnamed = { authorizingPrescription: undefined };
    const two = {
      authorizingPrescription: [id, other!.id].map((value) => ({ identifier: { system: 'urn:salus:order', value } })),
    };
    const elsewhere = { authorizingPrescription: [{ identifier: { system: 'urn:other', value: id } }] };
    const asked = w.opened.length;
    for (const resource of [
      given(other!.id),
      given(id, unnamed),
      given(id, two),
      given(id, elsewhere),
      given(id, { resourceType: 'MedicationStatement' }),
      given(id, {
        resourceType: 'DiagnosticReport',
        basedOn: [{ identifier: { system: 'urn:salus:order', value: id } }],
      }),
    ])
      await expect(write(resource)).rejects.toEqual(invalid);
    // Neither what it is for nor whose it is may be left out.
    const params = { resource: given(id), fulfils: 'x/0' };
    await expect(w.ask(PHARMACY, 'health_writeRecord', params)).rejects.toEqual(invalid);
    expect(w.opened.length).toBe(asked);
  });

  it('is refused where the site may not read what was ordered, whoever’s wallet it is', async () => {
    const { w, patient, list, read, write } = await pharmacy();
    const { id } = (await read()).order!;
    expect((await list(ELSEWHERE)).records).toEqual([]);
    await expect(write(given(id), ELSEWHERE)).rejects.toMatchObject({ code: 'no-consent' });
    // The other prescription is none of this pharmacy’s.
    const [metformin] = (await filteredOwn(patient, {})).items.filter(({ title }) => title === 'Metformin');
    await expect(write(given(id), PHARMACY, metformin!.id)).rejects.toMatchObject({ code: 'no-consent' });
    await expect(write(given(id), PHARMACY, 'nothing/0')).rejects.toMatchObject({ code: 'no-consent' });
    w.state.locked = true;
    await expect(
      w.ask(PHARMACY, 'health_writeRecord', {
        patient: patient.address,
        section: 'medications',
        resource: given(id),
        fulfils: metformin!.id,
      }),
    ).rejects.toEqual(error(4100, 'not-connected'));
  });

  it('is not done where somebody was faster between the question and the yes: nothing is left of it', async () => {
    const { w, pharmacist, doctor, read, write } = await pharmacy();
    const { id } = (await read()).order!;
    const answer = write(given(id));
    const approval = await w.prompt();

    await doctor.catalogue.sync();
    await cancelOrder(doctor, id);
    await expect(w.prompts.carryOut(approval, {})).rejects.toMatchObject({ code: 'order-over' });
    await w.approvals.settle(approval.id, { error: { code: -32602, message: 'over', data: { reason: 'order-over' } } });
    await expect(answer).rejects.toEqual(error(-32602, 'order-over'));
    expect(await pharmacist.storage.openRows(pharmacist.address)).toEqual([]);
    await expect(w.prompts.view(approval)).rejects.toMatchObject({ code: 'order-over' });
  });
});
