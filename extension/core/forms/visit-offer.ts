import { depositIn, freeBeforeIn, offerExtensions } from '../care/appointment.ts';
import { etherOf, weiIn } from '../care/bill.ts';
import { digitsAt } from '../fhir/lossless.ts';
import { at, listAt, textAt, type Resource } from '../fhir/resource.ts';
import { dateAndTime, dateTime, filled, some, type Element } from './elements.ts';
import type { Field, Values } from './field.ts';
import type { Form } from './form.ts';

/** Times of one offer, as far as a form asks them. */
const TIMES = ['1', '2', '3'];
const MINUTES = ['15', '30', '45', '60', '90', '120'];
const HOURS = ['0', '2', '24', '48', '168'];

const timeFields = (n: string): Field[] => [
  { key: `day${n}`, kind: 'date', whole: true, ...(n === '1' ? { required: true } : { needs: [`clock${n}`] }) },
  { key: `clock${n}`, kind: 'time', ...(n === '1' ? { required: true } : { needs: [`day${n}`] }) },
];

/** What an offer says. */
interface Said {
  readonly title: string | undefined;
  readonly minutes: number;
  /** FHIR Periods, one of which can be booked. */
  readonly periods: readonly unknown[];
  readonly where: string | undefined;
  /** What is paid in. */
  readonly wei: bigint | undefined;
  /** Whole hours. */
  readonly freeBefore: string | undefined;
  readonly note: string | undefined;
}

/** Elements of a FHIR R4 Appointment that is offered. */
export const offeredVisit = ({ title, minutes, periods, where, wei, freeBefore, note }: Said): Element =>
  filled({
    status: 'proposed',
    description: title,
    minutesDuration: minutes,
    requestedPeriod: periods,
    comment: note,
    participant: [
      { actor: { type: 'Patient' }, status: 'needs-action' },
      ...(where === undefined ? [] : [{ actor: { type: 'Location', display: where }, status: 'accepted' }]),
    ],
    extension: offerExtensions(wei, freeBefore),
  });

/** Times that are offered to a patient for a visit, of which they can book one: see `care/appointment.ts`. */
export const VISIT_OFFER: Form = {
  kind: 'visit-offer',
  type: 'Appointment',
  fields: [
    { key: 'title', kind: 'text', required: true },
    ...TIMES.flatMap(timeFields),
    { key: 'minutes', kind: 'choice', choices: MINUTES, required: true },
    { key: 'where', kind: 'text' },
    { key: 'deposit', kind: 'ether' },
    { key: 'freeBefore', kind: 'choice', choices: HOURS, required: true },
    { key: 'note', kind: 'long' },
  ],
  owns: ['status', 'description', 'requestedPeriod', 'minutesDuration', 'participant', 'comment', 'extension'],
  make: (v) =>
    offeredVisit({
      title: v['title'],
      minutes: Number(v['minutes']),
      periods: periodsOf(v),
      where: v['where'],
      wei: weiIn(v['deposit'] ?? ''),
      freeBefore: v['freeBefore'],
      note: v['note'],
    }),
  read: (appointment) => {
    const wei = depositIn(appointment) ?? 0n;
    return some({
      title: textAt(appointment, 'description'),
      ...timesIn(appointment),
      minutes: digitsAt(appointment, 'minutesDuration'),
      where: textAt(
        listAt(appointment, 'participant').find((one) => at(one, 'actor.type') === 'Location'),
        'actor.display',
      ),
      ...(wei > 0n && { deposit: etherOf(wei) }),
      freeBefore: freeBeforeIn(appointment),
      note: textAt(appointment, 'comment'),
    });
  },
};

/** The same time twice is one. */
function periodsOf(v: Values): unknown[] {
  const periods = TIMES.flatMap((n) => periodOf(v, n));
  return [...new Map(periods.map((period) => [period.start, period])).values()];
}

function periodOf(v: Values, n: string): { start: string; end: string }[] {
  const [day, clock] = [v[`day${n}`], v[`clock${n}`]];
  const start = day === undefined || clock === undefined ? undefined : dateTime(day, clock);
  if (start === undefined) return [];
  const end = new Date(Date.parse(start) + Number(v['minutes']) * 60_000);
  return [{ start, end: end.toISOString().replace('.000Z', 'Z') }];
}

function timesIn(appointment: Resource): Values {
  const periods = listAt(appointment, 'requestedPeriod').slice(0, TIMES.length);
  return Object.fromEntries(
    periods.flatMap((period, i) => {
      const { date, time } = dateAndTime(textAt(period, 'start'));
      return [...(date ? [[`day${i + 1}`, date]] : []), ...(time ? [[`clock${i + 1}`, time]] : [])];
    }),
  ) as Values;
}
