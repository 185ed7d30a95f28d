import { APPOINTMENT_TOPICS } from '../../core/care/appointment.ts';
import { AppointmentState } from '../../core/care/payments-abi.ts';
import { addressIn, topicOfAddress, wordsOf } from '../../core/proof/questions.ts';
import { paymentLogs } from './payment-logs.ts';

/** Something that was booked with somebody, as the network's first node tells. */
export interface BookedTime {
  readonly id: string;
  readonly patient: string;
  readonly wei: string;
  /** Unix seconds. */
  readonly startsAt: number;
  /** It was paid, given back or divided. */
  readonly over: boolean;
}

/** The newest ones; what is older was closed by time. */
const MOST_DISPUTES = 200;
const numberOf = (word = '0'): bigint => BigInt(`0x${word}`);

/** All that was booked with somebody, by time. @throws SalusError `chain-unreachable` */
export async function bookedWith(provider: string): Promise<BookedTime[]> {
  const node = await paymentLogs();
  if (node === undefined) return [];
  const booked = await node.logs([APPOINTMENT_TOPICS.booked, null, null, topicOfAddress(provider)]);
  const ids = booked.map(({ topics }) => topics[1] ?? '');
  const settled = ids.length === 0 ? [] : await node.logs([APPOINTMENT_TOPICS.settled, ids]);
  const over = new Set(settled.map(({ topics }) => topics[1]));
  return booked
    .map(({ topics, data }) => {
      const [wei, startsAt] = wordsOf(data);
      const id = topics[1] ?? '';
      return {
        id,
        patient: addressIn(topics[2]),
        wei: String(numberOf(wei)),
        startsAt: Number(numberOf(startsAt)),
        over: over.has(id),
      };
    })
    .sort((a, b) => a.startsAt - b.startsAt);
}

/** How a deposit was divided, in wei; undefined where no node says. */
export async function settlementOf(id: string): Promise<{ toProvider: string; toPatient: string } | undefined> {
  const [log] = await paymentLogs()
    .then((node) => node?.logs([APPOINTMENT_TOPICS.settled, id]) ?? [])
    .catch(() => []);
  if (log === undefined) return undefined;
  const [toProvider, toPatient] = wordsOf(log.data);
  return { toProvider: String(numberOf(toProvider)), toPatient: String(numberOf(toPatient)) };
}

/** Ids of what is disputed and not over, for somebody who was named to decide; none for anybody else. */
export async function disputedFor(arbiter: string): Promise<string[]> {
  const node = await paymentLogs();
  if (node === undefined) return [];
  const named = await node.logs([APPOINTMENT_TOPICS.arbiterSet, null, topicOfAddress(arbiter)]);
  if (named.length === 0) return [];
  const moved = await node.logs([APPOINTMENT_TOPICS.moved]);
  const ids = new Set(
    moved
      .filter(({ data }) => Number(numberOf(wordsOf(data)[0])) === AppointmentState.Disputed)
      .map(({ topics }) => topics[1] ?? ''),
  );
  const over = ids.size === 0 ? [] : await node.logs([APPOINTMENT_TOPICS.settled, [...ids]]);
  for (const { topics } of over) ids.delete(topics[1] ?? '');
  return [...ids].slice(-MOST_DISPUTES);
}
