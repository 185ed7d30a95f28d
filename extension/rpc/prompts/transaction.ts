import { SalusError } from '../../core/errors.ts';
import { meaningOf, type CallMeaning } from '../../core/registry/known-calls.ts';
import { mostFee, prepare, send, type Outlook, type Prepared, type Sending } from '../../core/wallet/transactions.ts';
import { knownMembers, type KnownMember } from '../../core/wallet/trust.ts';
import type { TransactionRequest } from '../params/chain.ts';
import type { PromptKind, PromptParts } from './kind.ts';
import { checkStillConnected } from './still-connected.ts';

/** A transaction as it is put before the person. Amounts in wei, as decimal digits. */
export interface TransactionView {
  readonly kind: 'transaction';
  readonly to: string;
  readonly value: string;
  /** Most that the network may take for it. */
  readonly fee: string;
  readonly meaning: CallMeaning;
  /** Calldata in hex, where the wallet has no words for it. */
  readonly data?: string;
  readonly outlook: Outlook;
  /** Whom of those it names the registry knows. */
  readonly known: readonly KnownMember[];
}

const sendingOf = ({ to, value, data }: TransactionRequest): Sending => ({ to, value: BigInt(value), data });

export function transactionPrompt({ storage }: PromptParts): PromptKind<TransactionView> {
  /** As shown, by approval: what is signed has no other fee. */
  const shown = new Map<string, Prepared>();
  return {
    async view({ approval, session }) {
      const request = approval.params as TransactionRequest;
      const meaning = meaningOf(session.client.network, request.to, request.data);
      const named = meaning.kind === 'known' ? meaning.fields.filter((f) => f.type === 'address') : [];
      const addresses = [request.to, ...named.map((f) => f.value)];
      const [{ prepared, outlook }, known] = await Promise.all([
        prepare(session, sendingOf(request)),
        knownMembers(session, storage, addresses),
      ]);
      shown.set(approval.id, prepared);
      const { to, value, data } = request;
      const words = meaning.kind === 'unknown' ? { data } : {};
      const fee = String(mostFee(prepared));
      return { kind: 'transaction', to, value: String(BigInt(value)), fee, meaning, ...words, outlook, known };
    },
    async carryOut({ approval, session }, choice) {
      const request = approval.params as TransactionRequest;
      await checkStillConnected(session, approval.origin, request.from);
      // The worker may have died between sending and answering.
      const { transactions } = await session.state.read();
      const sent = transactions.find((t) => t.request === approval.id);
      if (sent !== undefined) return sent.hash;
      // After the worker's death it is made ready again, and may then cost no more than the person saw.
      const prepared = shown.get(approval.id) ?? (await prepare(session, sendingOf(request))).prepared;
      if (mostFee(prepared) > BigInt(choice.fee ?? 0)) {
        throw new SalusError('bad-request', 'The fee has risen since this was shown. Look again.');
      }
      const hash = await send(session, prepared, { origin: approval.origin, kind: 'send', request: approval.id });
      shown.delete(approval.id);
      return hash;
    },
  };
}
