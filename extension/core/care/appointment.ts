import { digitsAt } from '../fhir/lossless.ts';
import { at, listAt, textAt } from '../fhir/resource.ts';
import { moneyOf, weiOf } from './bill.ts';

/** Extension of a FHIR Appointment that is offered: what is paid in for it, a Money in ether (`bill.ts`). */
const DEPOSIT = 'urn:salus:deposit';
/** Until how long before its beginning the deposit comes back to whoever cancels: a Duration in whole hours. */
const FREE_BEFORE = 'urn:salus:free-before';
const UCUM = 'http://unitsofmeasure.org';

/** Topics of events of `HealthPayments`. */
export const APPOINTMENT_TOPICS = {
  /** Booked(bytes32,address,address,uint96,uint40,uint40) */
  booked: '0xe63214bb2f72e5623d56dda866c630a8a0afbed83b3b8481fa84fe1d6aa44047',
  /** Moved(bytes32,uint8,uint40) */
  moved: '0x9b3c02312d524fcad19221fdd91e5516390096825d4ca1b5e75d16313c47a536',
  /** Settled(bytes32,uint256,uint256) */
  settled: '0x2a20f8d2d0f487a3016d77037b3c5768216a3dc76401d33abf5dc381af7171cb',
  /** ArbiterSet(address,address) */
  arbiterSet: '0xa99fc739cab6b19d8ee27aaf57eabd8d86b73474801240c86a747a5f5ee88841',
} as const;

/** Times that somebody offers for one visit; one of them can be booked. */
export interface Offer {
  readonly slots: readonly Slot[];
  /** Paid in when it is booked. */
  readonly wei: bigint;
  /** Whole hours before the beginning until which the patient may cancel and gets it back; 0 for until it begins. */
  readonly freeBefore: number;
}
export interface Slot {
  /** Unix seconds. */
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Times of one offer, at most. */
const MOST_SLOTS = 8;
const MOST_HOURS = 8_760;
/** A point in time, with its zone, as FHIR has it. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(\.0+)?(Z|[+-]\d\d:\d\d)$/;

/** What an offer says beside what every Appointment says. */
export const offerExtensions = (wei: bigint | undefined, freeBefore: string | undefined): unknown[] => [
  ...(wei === undefined ? [] : [{ url: DEPOSIT, valueMoney: moneyOf(wei) }]),
  ...(freeBefore === undefined
    ? []
    : [{ url: FREE_BEFORE, valueDuration: { value: Number(freeBefore), unit: 'h', system: UCUM, code: 'h' } }]),
];

/** Whole hours of the rule for cancelling, as the resource has them. */
export const freeBeforeIn = (resource: unknown): string | undefined =>
  digitsAt(extensionOf(resource, FREE_BEFORE), 'valueDuration.value');

/**
 * The times that a FHIR R4 Appointment offers (`status` `proposed`, `requestedPeriod`), and on what terms.
 * @returns undefined for one that offers none; `unsound` for one that cannot be meant: times that are none or come twice, two deposits, or
 * a rule that says nothing
 */
export function offerOf(resource: { readonly resourceType: string }): Offer | 'unsound' | undefined {
  if (resource.resourceType !== 'Appointment' || textAt(resource, 'status') !== 'proposed') return undefined;
  const periods = listAt(resource, 'requestedPeriod');
  if (periods.length === 0) return undefined;
  const slots = periods.map(slotOf);
  const isSound = (all: readonly (Slot | undefined)[]): all is Slot[] =>
    all.length <= MOST_SLOTS &&
    all.every((slot) => slot !== undefined) &&
    new Set(all.map((slot) => slot?.startsAt)).size === all.length;
  const wei = depositIn(resource);
  const hours = rulesIn(resource);
  if (!isSound(slots) || wei === undefined || hours === undefined) return 'unsound';
  return { slots: slots.toSorted((a, b) => a.startsAt - b.startsAt), wei, freeBefore: hours };
}

function slotOf(period: unknown): Slot | undefined {
  const [startsAt, endsAt] = [textAt(period, 'start'), textAt(period, 'end')].map((instant = '') =>
    INSTANT.test(instant) ? Date.parse(instant) / 1000 : NaN,
  ) as [number, number];
  return startsAt > 0 && endsAt > startsAt ? { startsAt, endsAt } : undefined;
}

/** What is paid in; undefined where that cannot be told. */
export function depositIn(resource: unknown): bigint | undefined {
  const [one, ...others] = extensionsOf(resource, DEPOSIT);
  if (one === undefined) return 0n;
  return others.length === 0 ? weiOf(at(one, 'valueMoney')) : undefined;
}

function rulesIn(resource: unknown): number | undefined {
  const [one, ...others] = extensionsOf(resource, FREE_BEFORE);
  if (one === undefined) return 0;
  const hours = Number(digitsAt(one, 'valueDuration.value') ?? NaN);
  const isHours = textAt(one, 'valueDuration.code') === 'h' && Number.isInteger(hours) && hours >= 0;
  return others.length === 0 && isHours && hours <= MOST_HOURS ? hours : undefined;
}

const extensionsOf = (resource: unknown, url: string): unknown[] =>
  listAt(resource, 'extension').filter((extension) => at(extension, 'url') === url);
const extensionOf = (resource: unknown, url: string): unknown => extensionsOf(resource, url)[0];

const HOUR = 3_600;
/** Last Unix second at which the patient may cancel one of the times and gets the deposit back. */
export const freeUntil = ({ freeBefore }: Offer, { startsAt }: Slot): number =>
  Math.max(startsAt - freeBefore * HOUR, 0);
