import { concat, keccak256 } from 'ethers';
import { isJoinWork } from '../../extension/core/registry/join-work.ts';
import { CallReverted, type SponsorAccount } from '../chain.ts';
import type { Config } from '../config.ts';
import { ManagerError } from '../errors.ts';
import { HourlyLimit } from '../hourly-limit.ts';
import { createOutbox, withMargin, type Outbox, type OutgoingRows } from './outbox.ts';
import { SponsorBudget, type SponsorLimits } from './budget.ts';
import type { SponsorCalls } from './calls.ts';
import { SponsorQueue, type Waiting } from './queue.ts';
import { checkSignatures } from './signatures.ts';
import { Turns } from '../turns.ts';

/** Most gas of one transaction (EIP-7825). */
const MAX_GAS = 16_777_216n;
/** Requests of one network address whose signatures are checked at the same time, and that wait for it, in each lane. */
const [CHECKS_AT_ONCE, CHECKS_WAITING] = [8, 256];
/** Questions to the code of accounts that one network address may have a manager's node asked in an hour, in each lane. */
const CODE_PER_HOUR = 300;
/** What lets somebody in. */
const JOINS: readonly string[] = ['joinFor', 'redeemFor'];

/** What of the settings a sponsor needs. */
export type SponsorConfig = SponsorLimits & Pick<Config, 'chainId' | 'maxFeePerGas' | 'joinWork'>;

/** Submits members' signed calls and pays for them. */
export interface Sponsor {
  /** The paying account. */
  readonly address: string;
  /** What the account sends, whoever has it send something. */
  readonly outbox: Outbox;
  /**
   * Sends calls as one transaction; repeated calls give the same hash while the first try is pending or has succeeded.
   *
   * @param from network address that they came from
   * @returns hash of a transaction the node has accepted, 0x hex
   * @throws ManagerError `bad-signature`, `stale`, `not-a-member`, `work-needed`, `reverted`, `too-many-requests`, `too-large`,
   *   `fee-too-high`, `sponsor-spent`, `sponsor-unfunded`, `busy`; ChainError
   */
  submit(calls: SponsorCalls, from: string): Promise<string>;
}

interface SponsorParts {
  /** The paying account; the sponsor's outbox is its only user. */
  readonly account: SponsorAccount;
  readonly rows: OutgoingRows;
  readonly config: SponsorConfig;
  /** Milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

/**
 * Creates a sponsor. The order is: signatures, and who signed → what may still be spent → a place in the queue → whether the
 * registry would take the calls → the transaction on the disk → the node. What fails early costs early: nothing that is not
 * signed by somebody the registry knows, or who worked for it, takes a place.
 */
export function createSponsor({ account, rows, config, now = Date.now }: SponsorParts): Sponsor {
  const outbox = createOutbox({ account, rows, maxFeePerGas: config.maxFeePerGas, now });
  const budget = new SponsorBudget(config, rows, now);
  const queue = new SponsorQueue();
  const checks = new Turns(CHECKS_AT_ONCE, CHECKS_WAITING);
  const code = new HourlyLimit(CODE_PER_HOUR, now);

  return {
    address: account.address,
    outbox,
    async submit(calls, from) {
      const { to, data, lane, signers } = calls;
      const key = keccak256(concat([to, data]));
      const who: Waiting = { lane, signers, from };
      const earlier = await checks.run(`${lane} ${from}`, () => checkNew(calls, key, who));
      if (earlier !== undefined) return earlier;
      await budget.require(who, 0n);
      return queue.run(who, async () => (await outbox.known(key)) ?? send(calls, key, who));
    },
  };

  /** @returns the hash of the same calls, where they were sent before @throws as {@link check} */
  async function checkNew(calls: SponsorCalls, key: string, who: Waiting): Promise<string | undefined> {
    const earlier = await outbox.known(key);
    if (earlier !== undefined) return earlier;
    try {
      return await check(calls, who);
    } catch (error) {
      // Sent while they were checked, their nonces are used: that is no fault of theirs.
      const since = await outbox.known(key);
      if (since === undefined) throw error;
      return since;
    }
  }

  /** @throws ManagerError where nobody, or nobody who may, signed the calls */
  async function check(calls: SponsorCalls, who: Waiting): Promise<undefined> {
    const { chainId, joinWork } = config;
    const mayAskCode = () => requireCode(who);
    const strangers = await checkSignatures(calls, { account, chainId, now: Math.floor(now() / 1000), mayAskCode });
    for (const stranger of strangers) {
      const first = calls.calls.find(({ signer }) => signer === stranger);
      if (first === undefined || !JOINS.includes(first.name))
        throw new ManagerError('not-a-member', 'The registry does not know this account. Join it first.');
      const joiner = { chainId, registry: calls.to, account: stranger };
      if (joinWork > 0 && !(calls.work !== undefined && isJoinWork(joiner, calls.work, joinWork))) {
        throw new ManagerError(
          'work-needed',
          `Nobody vouches for this account. Send the nonce of a work of ${joinWork} bits as "work", or bring a voucher.`,
          { bits: joinWork },
        );
      }
    }
  }

  /** Nothing runs for those who may spend nothing. Counted by address: in a signer's name anybody could use up what is the signer's. */
  async function requireCode(who: Waiting): Promise<void> {
    await budget.require(who, 0n);
    const from = `${who.lane} ${who.from}`;
    const retryAfter = code.wait(from);
    if (retryAfter > 0)
      throw new ManagerError(
        'too-many-requests',
        'This network address had too many signatures judged by contracts. Wait, or pay from the wallet.',
        { retryAfter },
      );
    code.count(from);
  }

  async function send({ to, data }: SponsorCalls, key: string, who: Waiting): Promise<string> {
    const gasLimit = await estimate(to, data);
    const wei = await outbox.price(gasLimit);
    await budget.require(who, wei);
    return outbox.send({ key, to, data, gasLimit, purses: budget.count(who, wei) });
  }

  async function estimate(to: string, data: string): Promise<bigint> {
    try {
      const gas = await account.estimate(to, data);
      const gasLimit = withMargin(gas);
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
}
