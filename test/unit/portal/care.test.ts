import { expect, test } from 'vitest';
import { offerOf } from '../../../extension/core/care/appointment.ts';
import { billOf } from '../../../extension/core/care/bill.ts';
import { termsOf } from '../../../extension/core/care/terms.ts';
import { HealthClient, type OpenedRecord } from '../../../portal/sdk/index.ts';
import { DOCTOR, fakeProvider, HASH, PATIENT, record } from './fake-provider.ts';

const TAKEN = { cid: 'bafyTaken' };
const UNTIL = '2027-03-31';
/** A wallet that writes what it is given, and what it was given. */
function writing() {
  const provider = fakeProvider({ health_writeRecord: () => TAKEN });
  const client = new HealthClient(provider);
  const sent = () => provider.calls.map(({ params }) => params as { resource: { resourceType: string } });
  return { client, sent };
}
const ORDER = {
  id: HASH,
  kind: 'prescription' as const,
  doctor: DOCTOR,
  standing: 'open' as const,
  until: 1_800_000_000,
  times: 2,
  left: 2,
  mine: true,
};
const PROVENANCE = {
  author: { address: DOCTOR, role: 'Doctor', active: true },
  block: 7,
  transaction: HASH,
  entry: HASH,
  verified: true as const,
};
const opened = (resource: { resourceType: string; [name: string]: unknown }, order: object = {}) =>
  ({
    ...record('e1/0', { section: 'medications', type: resource.resourceType }),
    resource,
    order: { ...ORDER, ...order },
    provenance: PROVENANCE,
  }) as OpenedRecord;
const ibuprofen = {
  resourceType: 'MedicationRequest',
  medicationCodeableConcept: { coding: [{ system: 'http://www.whocc.no/atc', code: 'M01AE01' }], text: 'Ibuprofen' },
};
const potassium = { resourceType: 'ServiceRequest', code: { text: 'Potassium in blood' } };
const NAMED = [{ identifier: { system: 'urn:salus:order', value: HASH } }];
const invalid = (reason: string) => ({ name: 'HealthError', code: -32602, reason });

test('a doctor prescribes: the wallet reads the same terms from the resource as were given', async () => {
  const { client, sent } = writing();
  const medicine = { text: 'Ibuprofen', code: 'http://www.whocc.no/atc|M01AE01' };
  const terms = { medicine, validUntil: UNTIL, fills: 5, amount: { value: '20', unit: 'tablets' } };
  expect(await client.prescribe({ patient: PATIENT, ...terms, dosage: 'One in the evening', reason: 'Pain' })).toEqual(
    TAKEN,
  );
  const [write] = sent();
  expect(write).toMatchObject({
    patient: PATIENT,
    section: 'medications',
    resource: {
      ...ibuprofen,
      dosageInstruction: [{ text: 'One in the evening' }],
      dispenseRequest: { quantity: { value: 20, unit: 'tablets' } },
      reasonCode: [{ text: 'Pain' }],
    },
  });
  expect(write).not.toHaveProperty('fulfils');
  expect(termsOf(write!.resource)).toMatchObject({ kind: 1, times: 5 });
});

test('a doctor orders a test, once', async () => {
  const { client, sent } = writing();
  await client.orderTest({
    patient: PATIENT,
    test: { text: 'Potassium in blood' },
    validUntil: UNTIL,
    reason: 'Check',
  });
  expect(sent()).toMatchObject([{ section: 'results', resource: potassium }]);
  expect(termsOf(sent()[0]!.resource)).toMatchObject({ kind: 2, times: 1 });
});

test.each([
  [{ fills: 0 }],
  [{ fills: 256 }],
  [{ fills: 1.5 }],
  [{ validUntil: '2027-02-30' }],
  [{ validUntil: '2027-03' }],
  [{ validUntil: '' }],
  [{ medicine: { text: ' ' } }],
  [{ amount: { value: 'many', unit: 'tablets' } }],
  [{ amount: { value: '20', unit: '' }, medicine: { text: '' } }],
])('terms of a prescription that cannot be meant are refused before anything is asked: %j', async (change) => {
  const { client, sent } = writing();
  const terms = { patient: PATIENT, medicine: { text: 'Ibuprofen' }, validUntil: UNTIL, fills: 1 };
  await expect(client.prescribe({ ...terms, ...change })).rejects.toMatchObject(invalid('params'));
  if ('validUntil' in change) {
    const order = client.orderTest({ patient: PATIENT, test: { text: 'Potassium' }, ...change });
    await expect(order).rejects.toMatchObject(invalid('params'));
  }
  expect(sent()).toEqual([]);
});

test('a pharmacist hands out what was prescribed, for that order and into its section', async () => {
  const { client, sent } = writing();
  await client.dispense(opened(ibuprofen), { amount: { value: '20', unit: 'tablets' }, date: '2026-11-30' });
  expect(sent()).toEqual([
    {
      patient: PATIENT,
      section: 'medications',
      fulfils: 'e1/0',
      resource: {
        resourceType: 'MedicationDispense',
        status: 'completed',
        medicationCodeableConcept: ibuprofen.medicationCodeableConcept,
        subject: { type: 'Patient' },
        quantity: { value: 20, unit: 'tablets' },
        whenHandedOver: '2026-11-30',
        authorizingPrescription: NAMED,
      },
    },
  ]);
  await client.dispense(opened(ibuprofen), { medicine: { text: 'Naproxen' } });
  expect(sent()[1]).toMatchObject({
    resource: {
      medicationCodeableConcept: { text: 'Naproxen' },
      whenHandedOver: expect.stringMatching(/^\d{4}-\d\d-\d\d$/) as string,
    },
  });
});

test('a lab answers an order with a value and its range', async () => {
  const { client, sent } = writing();
  const value = { value: '4.10', unit: 'mmol/L', low: '3.5', high: '5.1' };
  await client.report(opened(potassium, { kind: 'test' }), {
    value,
    conclusion: 'As it should be.',
    date: '2026-11-30',
  });
  expect(sent()).toMatchObject([
    {
      fulfils: 'e1/0',
      resource: {
        resourceType: 'DiagnosticReport',
        code: potassium.code,
        conclusion: 'As it should be.',
        basedOn: NAMED,
        contained: [{ valueQuantity: { value: 4.1, unit: 'mmol/L' }, referenceRange: [{ low: { value: 3.5 } }] }],
      },
    },
  ]);
});

test('what is no order, or not open any more, is carried out by nothing', async () => {
  const { client, sent } = writing();
  const { order, ...never } = opened(ibuprofen);
  void order;
  await expect(client.dispense(never, {})).rejects.toMatchObject(invalid('not-found'));
  await expect(client.dispense(opened(potassium, { kind: 'test' }), {})).rejects.toMatchObject(invalid('not-found'));
  await expect(client.report(opened(ibuprofen), { conclusion: 'x' })).rejects.toMatchObject(invalid('not-found'));
  for (const standing of ['waiting', 'refused', 'done', 'cancelled', 'over'])
    await expect(client.dispense(opened(ibuprofen, { standing }), {})).rejects.toMatchObject(invalid('order-over'));
  const test = opened(potassium, { kind: 'test' });
  await expect(client.report(test, {})).rejects.toMatchObject(invalid('params'));
  const unitless = { value: '4.1', unit: '' };
  await expect(client.report(test, { value: unitless, date: '30.11.' })).rejects.toMatchObject(invalid('params'));
  const much = { value: 'x', unit: 'tablets' };
  await expect(client.dispense(opened(ibuprofen), { amount: much })).rejects.toMatchObject(invalid('params'));
  expect(sent()).toEqual([]);
});

test('a bill asks for exactly what its lines say, and one that says nothing sound is not sent', async () => {
  const { client, sent } = writing();
  const into = { patient: PATIENT, section: 'medications' as const };
  const lines = Array.from({ length: 5 }, (_, i) => ({ text: `Line ${i}`, ether: '0.000000000000000001' }));
  await client.bill({ ...into, lines: [...lines, { text: 'Advice', ether: '0.02' }], note: 'Thank you' });
  expect(sent()[0]).toMatchObject({ ...into, resource: { resourceType: 'Invoice', note: [{ text: 'Thank you' }] } });
  expect(billOf(sent()[0]!.resource)).toMatchObject({ total: 20_000_000_000_000_005n });
  for (const wrong of [
    [],
    [{ text: 'x', ether: '0' }],
    [{ text: 'x', ether: '-1' }],
    [{ text: 'x', ether: '0,02' }],
    [{ text: ' ', ether: '1' }],
  ])
    await expect(client.bill({ ...into, lines: wrong })).rejects.toMatchObject(invalid('params'));
  expect(sent()).toHaveLength(1);
});

test('an offer of a visit has its times and its terms, and one that contradicts itself is not sent', async () => {
  const { client, sent } = writing();
  const into = { patient: PATIENT, section: 'visits' as const };
  const starts = ['2027-03-31T11:30:00+02:00', '2027-03-30T09:00:00Z'];
  const terms = { title: 'Check-up', starts, minutes: 20, deposit: '0.01', freeBefore: 24 };
  await client.offerVisit({ ...into, ...terms, where: 'Room 3' });
  expect(offerOf(sent()[0]!.resource)).toEqual({
    slots: ['2027-03-30T09:00:00Z', '2027-03-31T09:30:00Z'].map((start) => ({
      startsAt: Date.parse(start) / 1000,
      endsAt: Date.parse(start) / 1000 + 1_200,
    })),
    wei: 10_000_000_000_000_000n,
    freeBefore: 24,
  });
  for (const change of [
    { starts: [] },
    { starts: ['2027-03-31'] },
    { starts: ['tomorrow'] },
    { starts: ['2027-03-31T09:30:00Z', '2027-03-31T11:30:00+02:00'] },
    { starts: Array.from({ length: 9 }, (_, i) => `2027-03-0${i + 1}T09:00:00Z`) },
    { minutes: 0 },
    { minutes: 1.5 },
    { deposit: 'much' },
    { freeBefore: -1 },
    { freeBefore: 0.5 },
    { title: '' },
  ])
    await expect(client.offerVisit({ ...into, ...terms, ...change })).rejects.toMatchObject(invalid('params'));
  expect(sent()).toHaveLength(1);
});

test('how an order stands is read with its record, and one that no wallet says is an unexpected answer', async () => {
  const answer = opened(ibuprofen);
  const read = (given: unknown) =>
    new HealthClient(fakeProvider({ health_readRecord: () => given })).readRecord({ patient: PATIENT, id: 'e1/0' });
  expect((await read(answer)).order).toEqual(ORDER);
  await expect(read(opened(ibuprofen, { standing: 'perhaps' }))).rejects.toMatchObject({ reason: 'unexpected-answer' });
});
