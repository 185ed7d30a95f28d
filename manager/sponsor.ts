import { concat, keccak256 } from 'ethers';
import { BroadcastRefused, CallReverted, type SignedTransaction, type SponsorAccount } from './chain.ts';
import { ManagerError } from './errors.ts';
import { HourlyLimit } from './hourly-limit.ts';
import type { SponsorCalls } from './sponsor-calls.ts';

/** Most gas of one transaction (EIP-7825). */
const MAX_GAS = 16_777_216n;
/** Requests that may wait for the queue. */
const MAX_WAITING = 100;
/** Transactions remembered to answer repetitions. */
const MAX_REMEMBERED = 10_000;

/** Submits members' signed calls and pays for them. */
export interface Sponsor {
  /** The paying account. */
  readonly address: string;
  /**
   * Sends calls as one transaction; repeated calls give the same hash while the first try is pending or has succeeded.
   *
   * @returns hash of a transaction the node has accepted, 0x hex
   * @throws ManagerError `reverted`, `too-many-requests`, `too-large`, `sponsor-unfunded`, `busy`; ChainError
   */
  submit(calls: SponsorCalls): Promise<string>;
}

/**
 * Creates a sponsor. What it remembers is in memory: after a restart a repetition is estimated anew and reverts, as the
 * registry's nonces let no signature act twice.
 *
 * @param account the paying account; this is its only user
 * @param perHour transactions per signer and hour
 * @param now milliseconds; for tests
 */
export function createSponsor(account: SponsorAccount, perHour: number, now: () => number = Date.now): Sponsor {
  const limit = new HourlyLimit(perHour, now);
  const sent = new Map<string, SignedTransaction>();
  let queue: Promise<unknown> = Promise.resolve();
  let waiting = 0;

  return {
    address: account.address,
    async submit(calls) {
      if (waiting >= MAX_WAITING) {
        throw new ManagerError('busy', 'Too many calls are waiting. Send the same calls again shortly.', {
          retryAfter: 5,
        });
      }
      waiting += 1;
      // One at a time: two transactions prepared side by side would take the same nonce.
      const turn = queue.then(() => send(calls));
      queue = turn.catch(() => undefined).finally(() => (waiting -= 1));
      return turn;
    },
  };

  async function send({ to, data, signers }: SponsorCalls): Promise<string> {
    const key = keccak256(concat([to, data]));
    const earlier = await repeat(key);
    if (earlier !== undefined) return earlier;
    requireAllowance(signers);
    const gasLimit = await estimate(to, data);
    // Counted only now that the registry has found the signatures good: nobody can use up another's allowance.
    for (const signer of signers) limit.count(signer);
    const transaction = await account.sign(to, data, gasLimit);
    // Remembered before it is sent: if the connection breaks, the node may have it all the same.
    remember(key, transaction);
    await broadcast(key, transaction);
    return transaction.hash;
  }

  /** The hash of an earlier try that still counts, sent anew should the node have lost it. */
  async function repeat(key: string): Promise<string | undefined> {
    const transaction = sent.get(key);
    if (!transaction) return undefined;
    const status = await account.status(transaction.hash);
    if (status === 'pending' || status === 'succeeded') return transaction.hash;
    if (status === 'unknown') {
      try {
        await account.broadcast(transaction);
        return transaction.hash;
      } catch (error) {
        if (!(error instanceof BroadcastRefused)) throw error;
      }
    }
    sent.delete(key);
    return undefined;
  }

  function requireAllowance(signers: string[]): void {
    const retryAfter = Math.max(...signers.map((signer) => limit.wait(signer)));
    if (retryAfter > 0) {
      const message = `A signer has used up this hour's ${perHour} sponsored transactions. Wait, or pay from the wallet.`;
      throw new ManagerError('too-many-requests', message, { retryAfter });
    }
  }

  async function estimate(to: string, data: string): Promise<bigint> {
    try {
      const gas = await account.estimate(to, data);
      // A margin, because other calls may land in between; what is not used is not paid.
      const gasLimit = (gas * 6n) / 5n;
      if (gas <= MAX_GAS) return gasLimit < MAX_GAS ? gasLimit : MAX_GAS;
    } catch (error) {
      if (!(error instanceof CallReverted)) throw error;
      throw new ManagerError(
        'reverted',
        'The registry would refuse these calls. See `revert`; correct them and sign again.',
        { revert: error.revert },
      );
    }
    throw new ManagerError('too-large', `The calls need more than ${MAX_GAS} gas. Send fewer at once.`);
  }

  async function broadcast(key: string, transaction: SignedTransaction): Promise<void> {
    try {
      await account.broadcast(transaction);
    } catch (error) {
      if (!(error instanceof BroadcastRefused)) throw error;
      sent.delete(key);
      if (error.reason === 'unfunded') {
        throw new ManagerError(
          'sponsor-unfunded',
          'This node has no ether left. Use another one, or pay from the wallet.',
        );
      }
      throw new ManagerError('busy', 'Another transaction came in between. Send the same calls again.', {
        retryAfter: 1,
      });
    }
  }

  function remember(key: string, transaction: SignedTransaction): void {
    const oldest = sent.keys().next();
    if (sent.size >= MAX_REMEMBERED && !oldest.done) sent.delete(oldest.value);
    sent.set(key, transaction);
  }
}
