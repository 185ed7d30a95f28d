import { getAddress, keccak256, Transaction, type TransactionLike } from 'ethers';
import * as v from 'valibot';
import { balanceOf, feesPerGas, gasOf, nextNonce, type FeesPerGas } from '../chain/account-questions.ts';
import { SalusError } from '../errors.ts';
import type { StoredTransaction } from './sealed-state.ts';
import type { Session } from './session.ts';

/** What a site wants to have sent. `value` in wei, `data` in hex. */
export interface Sending {
  readonly to: string;
  readonly value: bigint;
  readonly data: string;
}

/** A transaction that only lacks its place in the account's row, the nonce. */
export interface Prepared extends Sending, FeesPerGas {
  readonly gasLimit: bigint;
}

/** What came of trying it out on the node, before anything is signed. */
export type Outlook = 'works' | 'fails' | 'too-dear';

/** A transaction this wallet sent, and what became of it. */
export interface SentTransaction extends StoredTransaction {
  /** `unknown`: the node does not say, or not in a way that can be read. */
  readonly status: 'waiting' | 'done' | 'failed' | 'replaced' | 'unknown';
}

const MOST_KEPT = 50;
const PLAIN_GAS = 21_000n;
/** A node takes a replacement that pays a tenth more; an eighth is on the safe side. */
const more = (fee: bigint): bigint => fee + fee / 8n + 1n;
const largest = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** Most that this can cost beside what it sends, in wei. */
export const mostFee = ({ gasLimit, maxFeePerGas }: Prepared): bigint => gasLimit * maxFeePerGas;

/**
 * Makes a transaction ready, and tries it out on the node. Gas and fees are the wallet's own: a site's could make it dear.
 * @returns with it the account's balance, in wei
 * @throws SalusError `chain-unreachable`, `wrong-chain`
 */
export async function prepare(
  session: Session,
  sending: Sending,
): Promise<{ readonly prepared: Prepared; readonly outlook: Outlook; readonly balance: bigint }> {
  await session.client.checkChain();
  const { provider } = session.client;
  const from = session.address;
  const [fees, balance, gas] = await Promise.all([
    answered(feesPerGas(provider)),
    answered(balanceOf(provider, from)),
    gasOf(provider, { ...sending, from }).catch(() => undefined),
  ]);
  // Room for what other transactions change in between.
  const prepared = { ...sending, ...fees, gasLimit: gas === undefined ? PLAIN_GAS : gas + gas / 5n };
  if (balance < sending.value + (gas ?? PLAIN_GAS) * fees.maxFeePerGas)
    return { prepared, outlook: 'too-dear', balance };
  return { prepared, outlook: gas === undefined ? 'fails' : 'works', balance };
}

/** Why a transaction is sent. */
type Note = Pick<StoredTransaction, 'origin' | 'kind' | 'replaces' | 'request'>;

/**
 * Signs and sends. It is noted before it is sent, so that one whose answer got lost is not forgotten.
 * @param at nonce, of one that is replaced
 * @returns hash
 * @throws SalusError `not-sent` when the node did not take it, `chain-unreachable`
 */
export async function send(session: Session, prepared: Prepared, note: Note, at?: number): Promise<string> {
  const { provider } = session.client;
  const next = at ?? (await answered(nextNonce(provider, session.address)));
  // Chosen and noted in one step, so that two that are sent at once do not take the same place.
  let raw = '';
  const { transactions } = await session.state.update((s) => {
    const nonce = at ?? firstFree(next, s.transactions);
    const signed = signTransaction(session, prepared, nonce);
    raw = signed.serialized;
    const stored = toStored(session, prepared, { ...note, nonce, hash: signed.hash });
    return { ...s, transactions: [stored, ...s.transactions].slice(0, MOST_KEPT) };
  });
  const { hash } = transactions[0] as StoredTransaction;
  try {
    await provider.send('eth_sendRawTransaction', [raw]);
  } catch {
    // The answer may be lost and the transaction not: only a node that says it does not know it did not take it.
    if ((await askNode(session, KnownSchema, 'eth_getTransactionByHash', [hash])) === null) {
      await session.state.update((s) => ({ ...s, transactions: s.transactions.filter((t) => t.hash !== hash) }));
      throw new SalusError('not-sent', 'The network did not take this transaction. Nothing was sent.');
    }
  }
  return hash;
}

function signTransaction(session: Session, prepared: Prepared, nonce: number): { serialized: string; hash: string } {
  const { chainId } = session.client.network;
  const transaction = Transaction.from({ ...prepared, nonce, type: 2, chainId } satisfies TransactionLike);
  transaction.signature = session.keyring.account.sign(transaction.unsignedHash);
  return { serialized: transaction.serialized, hash: keccak256(transaction.serialized) };
}

const toStored = (
  session: Session,
  { to, value, data, gasLimit, maxFeePerGas, maxPriorityFeePerGas }: Prepared,
  more: Note & Pick<StoredTransaction, 'nonce' | 'hash'>,
): StoredTransaction => ({
  ...more,
  to: getAddress(to),
  value: String(value),
  data,
  gasLimit: String(gasLimit),
  maxFeePerGas: String(maxFeePerGas),
  maxPriorityFeePerGas: String(maxPriorityFeePerGas),
  at: session.now(),
});

/** After those that the node has and those that wait here, without a gap: a gap would block what comes behind it. */
function firstFree(next: number, transactions: readonly StoredTransaction[]): number {
  const taken = new Set(transactions.map((t) => t.nonce));
  let nonce = next;
  while (taken.has(nonce)) nonce++;
  return nonce;
}

/**
 * Sends another in the place of one that waits (the same nonce), for a higher fee: the same again, or nothing to oneself.
 * @throws SalusError `not-found` for one that does not wait any more
 */
export async function replace(session: Session, hash: string, kind: 'speedUp' | 'cancel'): Promise<string> {
  const waiting = (await sentTransactions(session)).find((t) => t.hash === hash && t.status === 'waiting');
  if (waiting === undefined) throw new SalusError('not-found', 'This transaction does not wait any more.');
  const fees = await answered(feesPerGas(session.client.provider));
  const same = { to: waiting.to, value: BigInt(waiting.value), data: waiting.data, gasLimit: BigInt(waiting.gasLimit) };
  const nothing = { to: session.address, value: 0n, data: '0x', gasLimit: PLAIN_GAS };
  const prepared = {
    ...(kind === 'speedUp' ? same : nothing),
    maxFeePerGas: largest(fees.maxFeePerGas, more(BigInt(waiting.maxFeePerGas))),
    maxPriorityFeePerGas: largest(fees.maxPriorityFeePerGas, more(BigInt(waiting.maxPriorityFeePerGas))),
  };
  return send(session, prepared, { origin: waiting.origin, kind, replaces: hash }, waiting.nonce);
}

/** A receipt (EIP-658) as far as it is needed; a node has none for what waits, or comes late with it. */
const ReceiptSchema = v.nullable(v.object({ status: v.picklist(['0x0', '0x1']) }));
const CountSchema = v.pipe(v.string(), v.regex(/^0x[0-9a-fA-F]{1,12}$/), v.transform(Number));
const KnownSchema = v.nullable(v.object({ hash: v.string() }));

/** Asks the node. @returns undefined for an answer that failed or cannot be read */
async function askNode<S extends v.GenericSchema>(
  { client: { provider } }: Session,
  schema: S,
  method: string,
  params: readonly unknown[],
): Promise<v.InferOutput<S> | undefined> {
  try {
    return v.parse(schema, await provider.send(method, [...params]));
  } catch {
    return undefined;
  }
}

/** After this long a node would have a receipt for what went into a block. */
const LATE_MS = 10 * 60_000;

/** What this wallet sent, newest first, with what became of each. Whatever the node says of one, the others are there. */
export async function sentTransactions(session: Session): Promise<SentTransaction[]> {
  const { transactions } = await session.state.read();
  if (transactions.length === 0) return [];
  const [next, receipts] = await Promise.all([
    askNode(session, CountSchema, 'eth_getTransactionCount', [session.address, 'latest']),
    Promise.all(transactions.map(({ hash }) => askNode(session, ReceiptSchema, 'eth_getTransactionReceipt', [hash]))),
  ]);
  const over = new Set(transactions.filter((_, i) => receipts[i]).map(({ nonce }) => nonce));

  /** Of one that no receipt tells of. */
  const withoutReceipt = async ({ hash, nonce, at }: StoredTransaction): Promise<SentTransaction['status']> => {
    if (over.has(nonce)) return 'replaced';
    if (next === undefined) return 'unknown';
    if (nonce >= next) return 'waiting';
    // Its place is taken: by itself, if its receipt is late, or by one that this wallet does not know.
    const known = await askNode(session, KnownSchema, 'eth_getTransactionByHash', [hash]);
    if (known === undefined) return 'unknown';
    return known === null && at + LATE_MS < session.now() ? 'replaced' : 'waiting';
  };
  return Promise.all(
    transactions.map(async (transaction, i): Promise<SentTransaction> => {
      const receipt = receipts[i];
      if (receipt) return { ...transaction, status: receipt.status === '0x1' ? 'done' : 'failed' };
      const status =
        receipt === undefined && !over.has(transaction.nonce) ? 'unknown' : await withoutReceipt(transaction);
      return { ...transaction, status };
    }),
  );
}

const unreachable = () =>
  new SalusError('chain-unreachable', 'The health network does not answer. Nothing was sent; try again later.');

/** What a node answered. Its own words, which could name an account, are not passed on. */
const answered = <T>(question: Promise<T>): Promise<T> =>
  question.catch(() => {
    throw unreachable();
  });
