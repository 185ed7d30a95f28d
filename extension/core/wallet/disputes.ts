import { AppointmentState, paymentsInterface } from '../care/payments-abi.ts';
import { SalusError } from '../errors.ts';
import { Role } from '../registry/abi.ts';
import { paymentsIn, ready, sendAt, sentFor, told, type Quote } from './paying.ts';
import type { Session } from './session.ts';

/** An appointment whose two sides do not agree, and about whose deposit this account decides. */
export interface Dispute {
  readonly id: string;
  readonly patient: string;
  readonly provider: string;
  /** The deposit, as decimal digits of wei. */
  readonly wei: string;
  /** Unix seconds. */
  readonly startsAt: number;
  /** Last Unix second at which it can be decided. */
  readonly deadline: number;
  /** This account has decided, and the chain has not said yes yet. */
  readonly sent: boolean;
}

/** How a deposit is divided. `toProvider`: wei, as decimal digits; the rest goes to the patient. */
export interface Division {
  readonly id: string;
  readonly toProvider: string;
}

/**
 * Those of some appointments that this account decides now, as the arbiter of the provider's hospital.
 * @throws SalusError `chain-unreachable`, `nodes-disagree`
 */
export async function disputesOf(session: Session, ids: readonly string[]): Promise<Dispute[]> {
  if (session.payments === undefined) return [];
  const found = await Promise.all(ids.map((id) => disputeOf(session, id)));
  return found.filter((one) => one !== undefined).sort((a, b) => a.deadline - b.deadline);
}

async function disputeOf(session: Session, id: string): Promise<Dispute | undefined> {
  const payments = paymentsIn(session);
  const { state, patient, provider, wei, startsAt, deadline } = await payments.appointment(id);
  if (state !== AppointmentState.Disputed || deadline * 1000 < session.now()) return undefined;
  const member = await session.client.member(provider);
  const hospital = member.role === Role.Hospital ? provider : member.enroller;
  const arbiter = await payments.arbiterOf(hospital);
  if (arbiter.toLowerCase() !== session.address.toLowerCase()) return undefined;
  const { transactions } = await session.state.read();
  const decisions = transactions.flatMap(({ data }) => (isDecision(data, id) ? [data] : []));
  const sent = (await sentFor(session, ...decisions)).some(({ status }) => status !== 'failed');
  return { id, patient, provider, wei: String(wei), startsAt, deadline, sent };
}

const isDecision = (data: string, id: string): boolean => {
  const call = paymentsInterface.parseTransaction({ data });
  return call?.name === 'split' && String(call.args[0]).toLowerCase() === id.toLowerCase();
};

const splitData = ({ id, toProvider }: Division): string =>
  paymentsInterface.encodeFunctionData('split', [id, BigInt(toProvider)]);

/** @throws SalusError `visit-changed` where this account decides nothing there (any more), or more than there is; as {@link disputesOf} */
async function requireOpen(session: Session, division: Division): Promise<void> {
  const dispute = await disputeOf(session, division.id);
  const isOpen = dispute !== undefined && !dispute.sent && BigInt(division.toProvider) <= BigInt(dispute.wei);
  if (!isOpen) throw new SalusError('visit-changed', 'This deposit cannot be divided so now. Nothing was sent.');
}

/** What it costs to decide so. @throws SalusError `visit-changed`; as {@link disputesOf} */
export async function quoteDivision(session: Session, division: Division): Promise<Quote> {
  await requireOpen(session, division);
  return told(await ready(session, splitData(division), 0n));
}

/**
 * Divides a deposit; that cannot be undone.
 * @param fee as the person saw it
 * @returns hash of the transaction
 * @throws SalusError as {@link quoteDivision}; `too-little-ether`; `fee-risen`; `not-sent`
 */
export function sendDivision(session: Session, division: Division, fee: string): Promise<string> {
  return session.onePaying(async () => {
    await requireOpen(session, division);
    return sendAt(session, await ready(session, splitData(division), 0n), fee);
  });
}
