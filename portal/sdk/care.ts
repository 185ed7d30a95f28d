import { carryingOut } from '../../extension/core/care/carried-out.ts';
import { offerOf } from '../../extension/core/care/appointment.ts';
import { billOf, weiIn } from '../../extension/core/care/bill.ts';
import { OrderKind } from '../../extension/core/care/orders-abi.ts';
import { termsOf } from '../../extension/core/care/terms.ts';
import { at, type Resource } from '../../extension/core/fhir/resource.ts';
import { invoiceOf } from '../../extension/core/forms/bill.ts';
import { conceptValues, some } from '../../extension/core/forms/elements.ts';
import { checkValues, codeKey, type Values } from '../../extension/core/forms/field.ts';
import { toResource, type Form } from '../../extension/core/forms/form.ts';
import { DISPENSE, PRESCRIPTION, TEST_ORDER, TEST_REPORT } from '../../extension/core/forms/orders.ts';
import { offeredVisit } from '../../extension/core/forms/visit-offer.ts';
import { HealthError } from './health-error.ts';
import type { OpenedRecord } from './results.ts';

/** What something is called, and its code as `system|code`, such as `http://www.whocc.no/atc|M01AE01`. */
export interface Called {
  readonly text: string;
  readonly code?: string;
}
/** An amount: a decimal number as text, so that no digit is lost, and its unit. */
export interface Amount {
  readonly value: string;
  readonly unit: string;
}

export interface PrescriptionTerms {
  readonly medicine: Called;
  /** Last day, as a FHIR date (`2027-03-31`). */
  readonly validUntil: string;
  /** How often it can be filled, 1 to 255. */
  readonly fills: number;
  /** How much is handed out each time. */
  readonly amount?: Amount;
  /** How it is to be taken, in words. */
  readonly dosage?: string;
  /** Why it is prescribed. */
  readonly reason?: string;
  readonly note?: string;
}

export interface TestTerms {
  readonly test: Called;
  /** Last day, as a FHIR date. */
  readonly validUntil: string;
  /** What for. */
  readonly reason?: string;
  readonly note?: string;
}

export interface HandedOut {
  readonly amount?: Amount;
  /** What was handed out, where it is another than what was prescribed. */
  readonly medicine?: Called;
  /** FHIR date; today where it is left out. */
  readonly date?: string;
  readonly note?: string;
}

export interface Found {
  /** With its usual range, where there is one; `low` and `high` are in the unit of the value. */
  readonly value?: Amount & { readonly low?: string; readonly high?: string };
  /** What it means, in words. */
  readonly conclusion?: string;
  /** FHIR date; today where it is left out. */
  readonly date?: string;
}

export interface BillTerms {
  /** What each line is for, and how much of the chain's ether it is: a decimal number as text. */
  readonly lines: readonly { readonly text: string; readonly ether: string }[];
  /** FHIR date; today where it is left out. */
  readonly date?: string;
  readonly note?: string;
}

export interface VisitTerms {
  readonly title: string;
  /** One to eight times to choose from: when each begins, an instant with its zone (`2027-03-31T09:30:00Z`). */
  readonly starts: readonly string[];
  /** How long it takes. */
  readonly minutes: number;
  readonly where?: string;
  /** Ether that is paid in when it is booked: a decimal number as text. */
  readonly deposit?: string;
  /** Whole hours before it begins until which the patient may cancel and gets the deposit back; until it begins where it is left out. */
  readonly freeBefore?: number;
  readonly note?: string;
}

/** A record that was ordered, and what the order says. */
export type Ordered = OpenedRecord & {
  readonly resource: Resource;
  readonly order: NonNullable<OpenedRecord['order']>;
};

const INVALID = -32602;
const wrong = (what: string) => new HealthError(INVALID, what, 'params');
const MOST_FILLS = 255;

/** A FHIR R4 MedicationRequest. @throws HealthError -32602 naming what is wrong in it */
export function prescriptionOf({ medicine, amount, fills, dosage, ...rest }: PrescriptionTerms): Resource {
  if (!Number.isInteger(fills) || fills < 1 || fills > MOST_FILLS) throw wrong('“fills” must be from 1 to 255.');
  const values = {
    ...called('drug', medicine),
    ...some({ amount: amount?.value, amountUnit: amount?.unit, ...rest }),
    ...(dosage !== undefined && { often: 'other', oftenText: dosage }),
  };
  const request = made(PRESCRIPTION, values, { fills: String(fills) });
  if (termsOf(request) === undefined) throw wrong('The prescription does not say until when it is valid.');
  return request;
}

/** A FHIR R4 ServiceRequest. @throws HealthError -32602 naming what is wrong in it */
export function testOrderOf({ test, ...rest }: TestTerms): Resource {
  const request = made(TEST_ORDER, { ...called('orderedTest', test), ...some({ ...rest }) });
  if (termsOf(request) === undefined) throw wrong('The order does not say until when it is valid.');
  return request;
}

/**
 * A FHIR R4 MedicationDispense that carries out a prescription.
 * @throws HealthError -32602 naming what is wrong in it; `not-found` for what was not prescribed, `order-over` where it cannot be filled
 */
export function dispenseOf(record: OpenedRecord, { amount, medicine, date = today(), note }: HandedOut): Resource {
  const { resource, order } = orderedIn(record, OrderKind.Prescription);
  const drug = medicine ? called('drug', medicine) : conceptValues('drug', at(resource, 'medicationCodeableConcept'));
  const values = { ...drug, ...some({ amount: amount?.value, amountUnit: amount?.unit, date, note }) };
  return carryingOut(made(DISPENSE, values), order.id);
}

/**
 * A FHIR R4 DiagnosticReport that answers an order.
 * @throws HealthError -32602 naming what is wrong in it; `not-found` for what was not ordered, `order-over` where it cannot be answered
 */
export function reportOf(record: OpenedRecord, { value, conclusion, date = today() }: Found): Resource {
  const { resource, order } = orderedIn(record, OrderKind.Test);
  if (value === undefined && conclusion === undefined) throw wrong('Give a value or a conclusion.');
  const found = { value: value?.value, unit: value?.unit, low: value?.low, high: value?.high, conclusion, date };
  return carryingOut(
    made(TEST_REPORT, { ...conceptValues('orderedTest', at(resource, 'code')), ...some(found) }),
    order.id,
  );
}

/** A FHIR R4 Invoice in ether. @throws HealthError -32602 naming what is wrong in it */
export function billFor({ lines, date = today(), note }: BillTerms): Resource {
  const inWei = lines.map(({ text, ether }, i) => {
    const wei = weiIn(ether);
    if (wei === undefined || text.trim() === '') throw wrong(`“lines.${i}” needs a text and an amount such as "0.02".`);
    return { text, wei };
  });
  const invoice = { resourceType: 'Invoice', ...invoiceOf(inWei, { date, note }) };
  if (inWei.length === 0 || typeof billOf(invoice) !== 'object') throw wrong('The bill contradicts itself.');
  return invoice;
}

/** A FHIR R4 Appointment of which one time can be booked. @throws HealthError -32602 naming what is wrong in it */
export function visitOf({ title, starts, minutes, where, deposit, freeBefore = 0, note }: VisitTerms): Resource {
  const wei = deposit === undefined ? undefined : weiIn(deposit);
  if (deposit !== undefined && wei === undefined) throw wrong('“deposit” must be an amount such as "0.02".');
  if (title.trim() === '') throw wrong('“title” must say what the visit is for.');
  const periods = starts.map((start) => {
    const begins = Date.parse(start);
    if (Number.isNaN(begins) || !Number.isInteger(minutes))
      throw wrong('“starts” are instants, “minutes” a whole number.');
    return { start, end: new Date(begins + minutes * 60_000).toISOString().replace('.000Z', 'Z') };
  });
  const said = { title, minutes, periods, where, wei, freeBefore: String(freeBefore), note };
  const offer = { resourceType: 'Appointment', ...offeredVisit(said) };
  if (typeof offerOf(offer) !== 'object') throw wrong('The times or the terms of the offer contradict themselves.');
  return offer;
}

/** A record of an order that this account may carry out now. */
function orderedIn(record: OpenedRecord, kind: OrderKind): Ordered {
  const isKind = record.order?.kind === (kind === OrderKind.Prescription ? 'prescription' : 'test');
  if (!('resource' in record) || record.order === undefined || !isKind) {
    throw new HealthError(INVALID, 'This record is no order of that kind.', 'not-found');
  }
  if (record.order.standing !== 'open') throw new HealthError(INVALID, 'This order is not open.', 'order-over');
  return record as Ordered;
}

/** The resource that values of a form of the wallet stand for. @param known values that were checked already */
function made(form: Form, given: Values, known: Values = {}): Resource {
  const fields = form.fields.filter(({ key }) => !Object.hasOwn(known, key));
  const { values, faults } = checkValues(fields, given);
  const [fault] = Object.entries(faults);
  if (fault !== undefined) throw wrong(`“${fault[0]}” is not valid (${fault[1]}).`);
  return toResource(form, { ...values, ...known }, (key) => key);
}

const called = (key: string, { text, code }: Called): Values => ({
  [key]: text,
  ...(code !== undefined && { [codeKey(key)]: code }),
});

/** The day that it is here, as FHIR writes it. */
function today(): string {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, '0')).join('-');
}

/** What carries out an order, for the wallet: in which record it goes, and what it is. */
export const answerTo = (record: OpenedRecord, resource: Resource) => ({
  patient: record.patient,
  section: record.section,
  fulfils: record.id,
  resource,
});
