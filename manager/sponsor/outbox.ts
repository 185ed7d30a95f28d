import { BroadcastRefused, type SignedTransaction, type SponsorAccount } from '../chain.ts';
import { dayOf } from '../days.ts';
import { ManagerError } from '../errors.ts';

/** A transaction that is not in a block by then is sent again for a higher fee, where the fee is what it lacks. */
const REPLACE_AFTER_MS = 60_000;
/** A nonce that was used for something that no node knows a receipt of is given up by then. */
const LOST_AFTER_MS = 600_000;

/** What is set aside for a transaction, and from which purses. */
export interface Charge {
  readonly purses: readonly string[];
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly wei: bigint;
}

/** One signing of a transaction. */
export interface Try extends SignedTransaction {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

/** A transaction of the manager's account, under the nonce that it took. */
export interface Outgoing {
  readonly nonce: number;
  /** Names what it is for: the same again is not sent twice. */
  readonly key: string;
  readonly to: string;
  readonly data: string;
  readonly gasLimit: bigint;
  /** `lost`: something else was done under its nonce. */
  readonly state: 'open' | 'succeeded' | 'reverted' | 'lost';
  /** Each under the same nonce: at most one of them happens. The newest is last. */
  readonly tries: readonly Try[];
  readonly charge: Charge;
}

/** Where transactions are kept before they are sent. Each change is whole and durable. */
export interface OutgoingRows {
  /** Those of a nonce and after, in their order. */
  from(nonce: number): Promise<Outgoing[]>;
  /** Those that are not settled, in the order of their nonces. */
  open(): Promise<Outgoing[]>;
  /** The newest of its kind. */
  byKey(key: string): Promise<Outgoing | undefined>;
  /** Keeps a new one, and charges for it. */
  add(row: Outgoing): Promise<void>;
  /** Keeps one that changed. @param refund wei of its charge that were not used */
  put(row: Outgoing, refund: bigint): Promise<void>;
  /** Forgets one that never was sent, with its charge. */
  remove(row: Outgoing): Promise<void>;
  /** @param day undefined for all there were. @returns wei */
  spent(purse: string, day?: number): Promise<bigint>;
}

/** Gas to allow for a call that needs so much now: others may land in between, and what is not used is not paid. */
export const withMargin = (gas: bigint): bigint => (gas * 6n) / 5n;

/** What is to be sent. */
export type Order = Pick<Outgoing, 'key' | 'to' | 'data' | 'gasLimit'> & { readonly purses: readonly string[] };

/**
 * The transactions of one account. Each is on the disk, signed, before any node sees it, and is sent again until a block has
 * its nonce: a process that is killed at any moment neither sends twice, nor forgets, nor leaves a nonce open that all later
 * ones wait for.
 */
export interface Outbox {
  /** Most that a transaction of so much gas may cost now, in wei. @throws ManagerError `fee-too-high`; ChainError */
  price(gasLimit: bigint): Promise<bigint>;
  /** @returns its hash once a node has it @throws ManagerError `fee-too-high`, `sponsor-unfunded`, `busy`; ChainError, and it may be sent later */
  send(order: Order): Promise<string>;
  /** Hash of an earlier try that still counts; sent again where the node has lost it. @throws as {@link send} */
  known(key: string): Promise<string | undefined>;
  /** Looks after what was sent: settles what is in a block, sends again what was lost or pays too little. @throws ChainError */
  tend(): Promise<void>;
}

interface OutboxParts {
  readonly account: SponsorAccount;
  readonly rows: OutgoingRows;
  /** Wei. */
  readonly maxFeePerGas: bigint;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** Creates the outbox of an account; this is the account's only user. */
export function createOutbox({ account, rows, maxFeePerGas: cap, now = Date.now }: OutboxParts): Outbox {
  let turn: Promise<unknown> = Promise.resolve();
  /** One after the other: two that are prepared side by side would take the same nonce. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work);
    turn = result.catch(() => undefined);
    return result;
  };

  return {
    price: async (gasLimit) => (await fees()).maxFeePerGas * gasLimit,
    send: (order) => inTurn(() => send(order)),
    // Nobody waits to hear that there is none.
    known: async (key) => ((await rows.byKey(key)) === undefined ? undefined : inTurn(() => known(key))),
    tend: () => inTurn(tend),
  };

  async function fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
    const { needed, maxFeePerGas, maxPriorityFeePerGas } = await account.fees();
    if (needed > cap) {
      throw new ManagerError(
        'fee-too-high',
        `The network asks for more than the ${cap} wei per gas that this node pays. Try again later, or pay from the wallet.`,
        { retryAfter: 60 },
      );
    }
    return { maxFeePerGas: maxFeePerGas < cap ? maxFeePerGas : cap, maxPriorityFeePerGas };
  }

  async function send({ purses, ...order }: Order): Promise<string> {
    const [price, nonce] = [await fees(), await freeNonce()];
    const first = await sign({ ...order, nonce }, price);
    const wei = price.maxFeePerGas * order.gasLimit;
    const day = dayOf(now());
    const row: Outgoing = { ...order, nonce, state: 'open', tries: [first], charge: { purses, day, wei } };
    await rows.add(row);
    try {
      await account.broadcast(first);
    } catch (error) {
      // Any other error leaves it open whether the node has it: then it is sent again.
      if (!(error instanceof BroadcastRefused)) throw error;
      await rows.remove(row);
      throw refused(error);
    }
    return first.hash;
  }

  /** The first nonce that nothing has, on the chain, at the node or here. */
  async function freeNonce(): Promise<number> {
    const { mined, pending } = await account.nonces();
    const taken = await rows.from(mined);
    // What the node has forgotten comes first, or the next would wait for it.
    for (const row of taken) if (row.nonce >= pending) await sendAgain(row);
    const own = new Set(taken.map(({ nonce }) => nonce));
    let nonce = Math.max(mined, pending);
    while (own.has(nonce)) nonce += 1;
    return nonce;
  }

  async function sign(
    order: Pick<Outgoing, 'to' | 'data' | 'gasLimit' | 'nonce'>,
    price: Pick<Try, 'maxFeePerGas' | 'maxPriorityFeePerGas'>,
  ): Promise<Try> {
    const { to, data, gasLimit, nonce } = order;
    return { ...(await account.sign({ to, data, gasLimit, nonce, ...price })), ...price, at: now() };
  }

  /** @returns whether the node took it, or had it */
  async function sendAgain({ tries }: Outgoing): Promise<boolean> {
    const newest = tries.at(-1);
    if (newest === undefined) return false;
    try {
      await account.broadcast(newest);
      return true;
    } catch (error) {
      if (error instanceof BroadcastRefused) return false;
      throw error;
    }
  }

  async function known(key: string): Promise<string | undefined> {
    const row = await rows.byKey(key);
    if (row === undefined || row.state === 'reverted' || row.state === 'lost') return undefined;
    const newest = row.tries.at(-1)?.hash;
    if (row.state === 'succeeded') return newest;
    const { state, hash } = await lookUp(row);
    if (state === 'unknown') {
      if (await sendAgain(row)) return newest;
      // The node will not have it: its place is taken, or there is no ether for it.
      const { mined } = await account.nonces();
      if (row.nonce >= mined) throw refused(new BroadcastRefused('unfunded'));
      await rows.put({ ...row, state: 'lost' }, row.charge.wei);
      return undefined;
    }
    if (state !== 'reverted') return hash ?? newest;
    await settle(row);
    return undefined;
  }

  /** What became of whichever of its tries the node knows. */
  async function lookUp({ tries }: Outgoing) {
    let found: { state: Outgoing['state'] | 'pending' | 'unknown'; hash?: string; cost?: bigint } = {
      state: 'unknown',
    };
    for (const { hash } of tries.toReversed()) {
      const { status, cost } = await account.outcome(hash);
      if (status === 'succeeded' || status === 'reverted')
        return { state: status, hash, ...(cost !== undefined && { cost }) };
      if (status === 'pending' && found.state === 'unknown') found = { state: status, hash };
    }
    return found;
  }

  /** Closes what is in a block; what was set aside and not used goes back. */
  async function settle(row: Outgoing): Promise<void> {
    const { state, hash, cost = row.charge.wei } = await lookUp(row);
    if (state === 'succeeded' || state === 'reverted') {
      const tries = [...row.tries.filter((one) => one.hash !== hash), ...row.tries.filter((one) => one.hash === hash)];
      const charge = { ...row.charge, wei: cost };
      await rows.put({ ...row, state, tries, charge }, row.charge.wei - cost);
    } else if (state === 'unknown' && now() - (row.tries.at(-1)?.at ?? 0) > LOST_AFTER_MS) {
      await rows.put({ ...row, state: 'lost', charge: { ...row.charge, wei: 0n } }, row.charge.wei);
    }
  }

  async function tend(): Promise<void> {
    const { mined } = await account.nonces();
    // The chain went back behind what was settled: it is not done any more.
    for (const row of await rows.from(mined)) if (row.state !== 'open') await rows.put({ ...row, state: 'open' }, 0n);
    const open = await rows.open();
    for (const row of open.filter(({ nonce }) => nonce < mined)) await settle(row);
    const waiting = open.filter(({ nonce }) => nonce >= mined);
    for (const row of waiting) if ((await lookUp(row)).state === 'unknown') await sendAgain(row);
    const [first] = waiting;
    if (first !== undefined) await replace(first);
  }

  /** All later ones wait for the first: where it pays less than the network asks, it is signed anew for more. */
  async function replace(row: Outgoing): Promise<void> {
    const newest = row.tries.at(-1);
    if (newest === undefined || now() - newest.at < REPLACE_AFTER_MS) return;
    const current = await account.fees();
    if (newest.maxFeePerGas >= current.needed) return;
    // Nodes take another in its place for a tenth more and above, of both fees.
    const more = (fee: bigint, asked: bigint) => (fee + fee / 8n + 1n > asked ? fee + fee / 8n + 1n : asked);
    const maxFeePerGas = more(newest.maxFeePerGas, current.maxFeePerGas);
    if (maxFeePerGas > cap) return;
    const maxPriorityFeePerGas = more(newest.maxPriorityFeePerGas, current.maxPriorityFeePerGas);
    const next = await sign(row, { maxFeePerGas, maxPriorityFeePerGas });
    const changed = { ...row, tries: [...row.tries, next] };
    await rows.put(changed, 0n);
    await sendAgain(changed);
  }
}

function refused({ reason }: BroadcastRefused): ManagerError {
  if (reason === 'unfunded')
    return new ManagerError(
      'sponsor-unfunded',
      'This node has no ether left. Use another one, or pay from the wallet.',
    );
  return new ManagerError('busy', 'Another transaction came in between. Send the same calls again.', { retryAfter: 1 });
}
