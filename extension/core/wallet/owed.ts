import { paymentsInterface } from '../care/payments-abi.ts';
import { SalusError } from '../errors.ts';
import { ready, sendAt, sentFor, told, type Quote } from './paying.ts';
import type { Session } from './session.ts';

/** What this account is owed. `sent`: it is being drawn. */
export interface Owed {
  readonly wei: string;
  readonly sent: boolean;
}

/** What this account is owed on this network. @throws SalusError `chain-unreachable`, `nodes-disagree` */
export async function owed(session: Session): Promise<Owed> {
  const { payments, address } = session;
  if (payments === undefined) return { wei: '0', sent: false };
  const [wei, sent] = await Promise.all([payments.owed(address), sentFor(session, drawData(session))]);
  return { wei: String(wei), sent: sent.some(({ status }) => status === 'waiting' || status === 'unknown') };
}

const drawData = ({ address }: Session): string => paymentsInterface.encodeFunctionData('withdraw', [address]);

/** What it would cost to draw what this account is owed. @throws SalusError `not-found` where that is nothing */
export async function quoteDraw(session: Session): Promise<Quote> {
  await requireOwed(session);
  return told(await ready(session, drawData(session), 0n));
}

/**
 * Draws what this account is owed, to itself.
 * @param fee as the person saw it
 * @returns hash of the transaction
 * @throws SalusError as {@link quoteDraw}; `too-little-ether`; `fee-risen`; `not-sent`
 */
export function draw(session: Session, fee: string): Promise<string> {
  return session.onePaying(async () => {
    await requireOwed(session);
    return sendAt(session, await ready(session, drawData(session), 0n), fee);
  });
}

async function requireOwed(session: Session): Promise<void> {
  const { wei, sent } = await owed(session);
  if (wei === '0' || sent) throw new SalusError('not-found', 'There is nothing to draw now.');
}
