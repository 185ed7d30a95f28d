import { billOf } from '../care/bill.ts';
import { billId, BillState, paymentsInterface, type BillPlace } from '../care/payments-abi.ts';
import { SalusError } from '../errors.ts';
import { authoredItem } from './authored-item.ts';
import { isPayable, ready, sendAt, sentFor, told, type Quote, type Ready } from './paying.ts';
import type { Session } from './session.ts';

/** `waiting`: it is not on the chain yet. `sent`: this account sent what pays it, or takes it back, and the chain has not said yes yet. */
export type BillStanding = 'waiting' | 'open' | 'sent' | 'paid' | 'withdrawn';

/** A bill as the chain has it. */
export interface BillView {
  /** 0x hex; binds payee, amount and entry. */
  readonly id: string;
  /** Whoever wrote its entry. */
  readonly payee: string;
  /** Decimal digits. */
  readonly wei: string;
  readonly standing: BillStanding;
  /** The payee may be paid now. */
  readonly payable: boolean;
  /** What this account may do with it now. */
  readonly may?: BillAct;
}

export type BillAct = 'pay' | 'takeBack';

const isSame = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * The bill that an item is, and how it stands. Who is paid, and for which entry, is what the chain says of the entry, whatever the
 * resource says; the amount is the resource's, which the entry commits to.
 * @returns undefined for what is no bill in ether; `unsound` for one that contradicts itself: see `billOf`
 * @throws SalusError as `openItem`, `chain-unreachable`, `nodes-disagree`
 */
export async function billOfItem(
  session: Session,
  patient: string,
  id: string,
): Promise<BillView | 'unsound' | undefined> {
  const found = await findBill(session, patient, id);
  return typeof found === 'object' ? found.view : found;
}

interface Found {
  readonly of: BillPlace;
  readonly view: BillView;
}

async function findBill(session: Session, patient: string, id: string): Promise<Found | 'unsound' | undefined> {
  const { payments } = session;
  if (payments === undefined) return undefined;
  const found = await authoredItem(session, patient, id, 'Invoice');
  if (found === undefined) return undefined;
  const { item, author: payee, commitment } = found;
  const bill = billOf(found.resource);
  if (bill === undefined || bill === 'unsound') return bill;
  const of = { payee, wei: bill.total, commitment };
  const [state, member, sent] = await Promise.all([
    payments.bill(billId(of)),
    session.client.member(payee),
    sentFor(session, dataOf('pay', of), dataOf('takeBack', of)),
  ]);
  const isSent = sent.some(({ data, value, status }) => status !== 'failed' && amountIn(data, value, of) === of.wei);
  const standing = standingOf(state, item.block > 0, isSent);
  const payable = isPayable(member);
  const may = standing === 'open' ? mayDo(session, patient, payee, payable) : undefined;
  return { of, view: { id: billId(of), payee, wei: String(of.wei), standing, payable, ...(may && { may }) } };
}

function standingOf(state: BillState, isRecorded: boolean, isSent: boolean): BillStanding {
  if (state === BillState.Paid) return 'paid';
  if (state === BillState.Withdrawn) return 'withdrawn';
  if (isSent) return 'sent';
  return isRecorded ? 'open' : 'waiting';
}

function mayDo({ address }: Session, patient: string, payee: string, payable: boolean): BillAct | undefined {
  if (isSame(payee, address)) return 'takeBack';
  return payable && isSame(patient, address) ? 'pay' : undefined;
}

const dataOf = (act: BillAct, { payee, wei, commitment }: BillPlace): string =>
  act === 'pay'
    ? paymentsInterface.encodeFunctionData('payBill', [payee, commitment])
    : paymentsInterface.encodeFunctionData('withdrawBill', [wei, commitment]);

/** The amount is in what is sent along, or in the call. */
const amountIn = (data: string, value: string, of: BillPlace): bigint =>
  data === dataOf('takeBack', of) ? of.wei : BigInt(value);

/**
 * What it would cost to pay a bill, or to take it back.
 * @throws SalusError `bill-over`, `not-payable`; as {@link billOfItem}
 */
export async function quoteBill(session: Session, patient: string, id: string, act: BillAct): Promise<Quote> {
  return told(await readyFor(session, await openBill(session, patient, id, act), act));
}

/**
 * Pays a bill, or takes an own one back. The chain is asked anew before anything is signed, and takes one bill once.
 * @param shown the bill's id and the fee, as the person saw them
 * @returns hash of the transaction
 * @throws SalusError `bill-over` where it was paid or taken back, or is being so; `not-payable`; `too-little-ether`; `fee-risen`;
 * `not-sent`; as {@link billOfItem}
 */
export function sendBill(
  session: Session,
  { patient, item, act }: { readonly patient: string; readonly item: string; readonly act: BillAct },
  shown: { readonly id: string; readonly fee: string },
): Promise<string> {
  return session.onePaying(async () => {
    const of = await openBill(session, patient, item, act);
    if (billId(of) !== shown.id) throw new SalusError('bad-request', 'This is not the bill that was shown.');
    return sendAt(session, await readyFor(session, of, act), shown.fee);
  });
}

async function openBill(session: Session, patient: string, id: string, act: BillAct): Promise<BillPlace> {
  const found = await findBill(session, patient, id);
  if (typeof found !== 'object') throw new SalusError('not-found', 'This is no bill that can be paid.');
  const { standing, payable, may } = found.view;
  if (standing !== 'open') throw over();
  if (act === 'pay' && !payable) throw new SalusError('not-payable', 'Whoever is owed cannot be paid now.');
  if (may !== act) throw new SalusError('bad-request', 'This bill is not yours to pay or to take back.');
  return found.of;
}

const over = () =>
  new SalusError('bill-over', 'This bill was paid or taken back, or is being so. Nothing more was sent.');

const readyFor = (session: Session, of: BillPlace, act: BillAct): Promise<Ready> =>
  ready(session, dataOf(act, of), act === 'pay' ? of.wei : 0n);
