import { freeUntil, offerOf, type Offer, type Slot } from '../care/appointment.ts';
import { appointmentId, AppointmentState, paymentsInterface, type AppointmentPlace } from '../care/payments-abi.ts';
import type { Booking } from '../care/payments-client.ts';
import { SalusError } from '../errors.ts';
import { authoredItem } from './authored-item.ts';
import { isPayable, ready, sendAt, sentFor, told, type Quote, type Ready } from './paying.ts';
import type { Session } from './session.ts';

/**
 * `waiting`: the offer is not on the chain yet. `past`: all its times are over. `sent`: this account sent something for it, and the chain
 * has not said yes yet. The others are the states of the contract.
 */
export type VisitStanding =
  'waiting' | 'offered' | 'past' | 'sent' | 'booked' | 'providerClaims' | 'patientClaims' | 'disputed' | 'settled';

export type VisitAct = 'book' | 'release' | 'cancel' | 'claim' | 'dispute' | 'settle';

/** A visit that was offered, as the chain has it. */
export interface VisitView {
  /** 0x hex; binds patient, provider and the entry of the offer. */
  readonly id: string;
  /** Whoever wrote the offer. */
  readonly provider: string;
  /** What is paid in, as decimal digits of wei: by the offer, or by the booking. */
  readonly wei: string;
  /** Times that can still be booked, and until when each can be cancelled for free; Unix seconds. */
  readonly slots: readonly (Slot & { readonly freeUntil: number })[];
  readonly standing: VisitStanding;
  /** The provider may be paid now. */
  readonly payable: boolean;
  /** What the chain has of it. `deadline`: last second of free cancelling, of disputing, or of the arbiter. */
  readonly booked?: { readonly startsAt: number; readonly deadline: number };
  /** It was booked on other terms than were offered: another time, too little, or a longer time to cancel. */
  readonly otherTerms?: true;
  /** What this account may do with it now. */
  readonly may: readonly VisitAct[];
}

const STANDING = {
  [AppointmentState.Booked]: 'booked',
  [AppointmentState.ProviderClaims]: 'providerClaims',
  [AppointmentState.PatientClaims]: 'patientClaims',
  [AppointmentState.Disputed]: 'disputed',
  [AppointmentState.Settled]: 'settled',
} as const;
const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

interface Found {
  readonly of: AppointmentPlace;
  readonly offer: Offer;
  readonly view: VisitView;
}

/**
 * The visit that an item offers, and how it stands. Who offers is what the chain says of the entry; the times and terms are the resource's.
 * @returns undefined for what offers none; `unsound` for what contradicts itself: see `offerOf`
 * @throws SalusError as `openItem`, `chain-unreachable`, `nodes-disagree`
 */
export async function visitOfItem(
  session: Session,
  patient: string,
  id: string,
): Promise<VisitView | 'unsound' | undefined> {
  const found = await findVisit(session, patient, id);
  return typeof found === 'object' ? found.view : found;
}

async function findVisit(session: Session, patient: string, id: string): Promise<Found | 'unsound' | undefined> {
  const { payments } = session;
  if (payments === undefined) return undefined;
  const found = await authoredItem(session, patient, id, 'Appointment');
  if (found === undefined) return undefined;
  const { item, author: provider, commitment } = found;
  const offer = offerOf(found.resource);
  if (offer === undefined || offer === 'unsound') return offer;
  const of = { patient: item.patient, provider, commitment };
  const [booking, member, isSent] = await Promise.all([
    payments.appointment(appointmentId(of)),
    session.client.member(provider),
    sentOf(session, of, offer),
  ]);
  const now = session.now() / 1000;
  const slots = offer.slots
    .filter(({ startsAt }) => startsAt > now)
    .map((slot) => ({ ...slot, freeUntil: freeUntil(offer, slot) }));
  const isOffered = booking.state === AppointmentState.None;
  const payable = isPayable(member);
  const standing = isSent(booking.state) ? 'sent' : standingOf(booking.state, item.block > 0, slots.length > 0);
  const terms = isOffered ? {} : { booked: { startsAt: booking.startsAt, deadline: booking.deadline } };
  const view: VisitView = {
    id: appointmentId(of),
    provider,
    wei: String(isOffered ? offer.wei : booking.wei),
    slots: isOffered ? slots : [],
    standing,
    payable,
    ...terms,
    ...(isOnOtherTerms(booking, offer) && { otherTerms: true as const }),
    may: standing === 'sent' || standing === 'waiting' ? [] : mayDo(session, of, booking, payable && slots.length > 0),
  };
  return { of, offer, view };
}

function standingOf(state: AppointmentState, isRecorded: boolean, isBookable: boolean): VisitStanding {
  if (state !== AppointmentState.None) return STANDING[state];
  if (!isRecorded) return 'waiting';
  return isBookable ? 'offered' : 'past';
}

/** Only while it is booked does its deadline say until when it could be cancelled for free. */
function isOnOtherTerms({ state, startsAt, wei, deadline }: Booking, offer: Offer): boolean {
  if (state === AppointmentState.None) return false;
  const slot = offer.slots.find((one) => one.startsAt === startsAt);
  if (slot === undefined || wei < offer.wei) return true;
  return state === AppointmentState.Booked && deadline > freeUntil(offer, slot);
}

function mayDo(
  session: Session,
  { patient, provider }: AppointmentPlace,
  { state, startsAt, deadline }: Booking,
  isBookable: boolean,
): VisitAct[] {
  const isPatient = isSame(patient, session.address);
  const isProvider = isSame(provider, session.address);
  if (!isPatient && !isProvider) return [];
  const now = session.now() / 1000;
  const [begun, over] = [now >= startsAt, now > deadline];
  switch (state) {
    case AppointmentState.None:
      return isPatient && isBookable ? ['book'] : [];
    case AppointmentState.Booked:
      if (isProvider) return begun ? ['claim', 'cancel'] : ['cancel'];
      return [...(begun ? (['release', 'claim'] as const) : []), ...(over ? [] : (['cancel'] as const))];
    case AppointmentState.Settled:
      return [];
    default: {
      const isTheirs = state === (isPatient ? AppointmentState.ProviderClaims : AppointmentState.PatientClaims);
      const giveWay = isPatient ? 'release' : 'cancel';
      if (over) return ['settle'];
      return isTheirs ? [giveWay, 'dispute'] : [giveWay];
    }
  }
}

function dataOf(act: VisitAct, of: AppointmentPlace, offer: Offer, slot?: Slot): string {
  if (act !== 'book') return paymentsInterface.encodeFunctionData(act, [appointmentId(of)]);
  if (slot === undefined) throw new SalusError('bad-request', 'This time was not offered.');
  return paymentsInterface.encodeFunctionData('book', [
    of.provider,
    slot.startsAt,
    freeUntil(offer, slot),
    of.commitment,
  ]);
}

/** The states that an act leads away from. */
const LEAVES: Readonly<Record<VisitAct, readonly AppointmentState[]>> = {
  book: [AppointmentState.None],
  claim: [AppointmentState.Booked],
  dispute: [AppointmentState.ProviderClaims, AppointmentState.PatientClaims],
  release: [1, 2, 3, 4],
  cancel: [1, 2, 3, 4],
  settle: [2, 3, 4],
};

/** Whether something is under way by this account that leads away from a state. One that is done, and not seen yet, is. */
async function sentOf(
  session: Session,
  of: AppointmentPlace,
  offer: Offer,
): Promise<(state: AppointmentState) => boolean> {
  const acts = Object.keys(LEAVES) as VisitAct[];
  const calls = acts.flatMap((act) =>
    (act === 'book' ? offer.slots : [undefined]).map((slot) => ({ act, data: dataOf(act, of, offer, slot) })),
  );
  const sent = await sentFor(session, ...calls.map(({ data }) => data));
  const under = calls.filter(({ data }) => sent.some((one) => one.data === data && one.status !== 'failed'));
  return (state) => under.some(({ act }) => LEAVES[act].includes(state));
}

/** What is done with a visit. `startsAt`: which of its times is booked. */
export interface VisitDeed {
  readonly patient: string;
  readonly item: string;
  readonly act: VisitAct;
  readonly startsAt?: number | undefined;
}

/**
 * What it would cost; a booking costs its deposit besides.
 * @throws SalusError `visit-changed`, `not-payable`; as {@link visitOfItem}
 */
export async function quoteVisit(session: Session, deed: VisitDeed): Promise<Quote> {
  const { of, offer } = await openVisit(session, deed);
  return told(await readyFor(session, of, offer, deed));
}

/**
 * Does it. The chain is asked anew before anything is signed, and takes one booking of an offer.
 * @param shown the visit's id and the fee, as the person saw them
 * @returns hash of the transaction
 * @throws SalusError `visit-changed` where it may not be done any more, or is being done; `not-payable`; `too-little-ether`; `fee-risen`;
 * `not-sent`; as {@link visitOfItem}
 */
export function sendVisit(
  session: Session,
  deed: VisitDeed,
  shown: { readonly id: string; readonly fee: string },
): Promise<string> {
  return session.onePaying(async () => {
    const { of, offer } = await openVisit(session, deed);
    if (appointmentId(of) !== shown.id) throw new SalusError('bad-request', 'This is not the visit that was shown.');
    return sendAt(session, await readyFor(session, of, offer, deed), shown.fee);
  });
}

function readyFor(session: Session, of: AppointmentPlace, offer: Offer, { act, startsAt }: VisitDeed): Promise<Ready> {
  const slot = offer.slots.find((one) => one.startsAt === startsAt);
  return ready(session, dataOf(act, of, offer, slot), act === 'book' ? offer.wei : 0n);
}

async function openVisit(session: Session, { patient, item, act, startsAt }: VisitDeed): Promise<Found> {
  const found = await findVisit(session, patient, item);
  if (typeof found !== 'object') throw new SalusError('not-found', 'This is no visit that can be booked.');
  const { standing, payable, may, slots } = found.view;
  if (act === 'book' && standing === 'offered' && !payable) {
    throw new SalusError('not-payable', 'Whoever is owed cannot be paid now.');
  }
  const isThere = act !== 'book' || slots.some((slot) => slot.startsAt === startsAt);
  if (!may.includes(act) || !isThere) {
    throw new SalusError('visit-changed', 'This can no longer be done with the appointment. Nothing was sent.');
  }
  return found;
}
