import { SalusError } from '../errors.ts';
import type { PaymentsClient } from '../care/payments-client.ts';
import { Role } from '../registry/abi.ts';
import type { Member } from '../registry/client.ts';
import type { Session } from './session.ts';
import { mostFee, prepare, send, sentTransactions, type Prepared, type SentTransaction } from './transactions.ts';

/** What something costs before it is done. Wei, as decimal digits. */
export interface Quote {
  /** Most that the network may take for it. */
  readonly fee: string;
  /** What the account has too little for that. */
  readonly missing?: string;
}

/** More gas than any call of the payments takes (docs/REGISTRY.md): of an account without ether no node says how much it would be. */
const MOST_GAS = 120_000n;

/** What this account sent to the network's payments with some calldata, and was not replaced: by the same again, or by nothing. */
export async function sentFor(session: Session, ...calls: readonly string[]): Promise<SentTransaction[]> {
  const { transactions } = await session.state.read();
  if (!transactions.some(({ data }) => calls.includes(data))) return [];
  const payments = session.payments?.address.toLowerCase();
  return (await sentTransactions(session)).filter(
    ({ to, data, status }) => status !== 'replaced' && to.toLowerCase() === payments && calls.includes(data),
  );
}

const PAYABLE: readonly Role[] = [Role.Hospital, Role.Doctor, Role.Lab, Role.Pharmacist];

/** Whether somebody may be paid now. */
export const isPayable = ({ active, role }: Pick<Member, 'active' | 'role'>): boolean =>
  active && PAYABLE.includes(role);

/** @throws SalusError `bad-request` where the network has none */
export function paymentsIn({ payments }: Session): PaymentsClient {
  if (payments !== undefined) return payments;
  throw new SalusError('bad-request', 'This health network has no payments.');
}

/** A call of the payments that was tried out on the node. */
export interface Ready {
  readonly prepared: Prepared;
  readonly works: boolean;
  readonly quote: Quote;
}

/** The fee as it is shown: it may rise so far until the person says yes. */
export const told = ({ quote: { fee, missing } }: Ready): Quote => ({
  fee: roundedUp((BigInt(fee) * 5n) / 4n),
  ...(missing !== undefined && { missing: roundedUp(BigInt(missing)) }),
});

/** To three digits that count: a fee that is no more than something is told in short. */
function roundedUp(wei: bigint): string {
  const unit = 10n ** BigInt(Math.max(String(wei).length - 3, 0));
  return String(((wei + unit - 1n) / unit) * unit);
}

/** Tries a call of the payments out on the node. @param value wei that go with it */
export async function ready(session: Session, data: string, value: bigint): Promise<Ready> {
  const sending = { to: paymentsIn(session).address, value, data };
  const { prepared, outlook, balance } = await prepare(session, sending);
  if (outlook === 'works') return { prepared, works: true, quote: { fee: String(mostFee(prepared)) } };
  const fee = mostFee({ ...prepared, gasLimit: MOST_GAS });
  const missing = value + fee - balance;
  return { prepared, works: false, quote: { fee: String(fee), ...(missing > 0n && { missing: String(missing) }) } };
}

/**
 * Sends what is ready.
 * @param shown the fee as the person saw it
 * @returns hash of the transaction
 * @throws SalusError `too-little-ether`; `fee-risen`; `not-sent`
 */
export async function sendAt(session: Session, { prepared, works, quote }: Ready, shown: string): Promise<string> {
  if (quote.missing !== undefined) {
    throw new SalusError('too-little-ether', 'The account has too little for this.', { missing: quote.missing });
  }
  if (!works) throw new SalusError('not-sent', 'The network would refuse this. Nothing was sent.');
  if (BigInt(quote.fee) > BigInt(shown)) throw new SalusError('fee-risen', 'The fee has risen. Look at it again.');
  return send(session, prepared, { origin: '', kind: 'send' });
}
